"""Adopts the files of a site that comes from version 1.2.5 of this package."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction

from cloud_storages.domain.errors import AccessDenied
from cloud_storages.maintenance.adopting.clearing import Clearer, batches
from cloud_storages.maintenance.adopting.moving import Mover
from cloud_storages.maintenance.adopting.outcome import Tally, plain_row
from cloud_storages.maintenance.adopting.steps import State, step
from cloud_storages.maintenance.adopting.whereabouts import Finder, Ids
from cloud_storages.maintenance.aliases import options_of
from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.maintenance.inventory.ledger import opened_ledger
from cloud_storages.maintenance.inventory.sidebyside import Workers
from cloud_storages.maintenance.inventory.watching import unwatched
from cloud_storages.maintenance.references import (
    field_of,
    file_fields,
    label_of,
    references,
    repoint,
)
from cloud_storages.maintenance.sites import fields_of_project, keeps, target

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence

    from django.core.files.storage import Storage
    from django.db.models import FileField

    from cloud_storages.maintenance.adopting.moving import Moved
    from cloud_storages.maintenance.adopting.outcome import Adoption, RowFinding
    from cloud_storages.maintenance.adopting.steps import Step
    from cloud_storages.maintenance.inventory.watching import Steps, Watch
    from cloud_storages.maintenance.references import Reference
    from cloud_storages.maintenance.sites import Target

__all__ = ["adopt"]


def adopt(
    storage: Storage | str = "default",
    *,
    ids: Ids = Ids.LEGACY,
    fields: Sequence[str] = (),
    move: bool = False,
    refresh: bool = False,
    delete_old: bool = False,
    dry_run: bool = False,
    workers: int = 4,
    on_finding: Callable[[RowFinding], object] = lambda _: None,
    report: str | os.PathLike[str] | None = None,
    watch: Watch = unwatched,
) -> Adoption:
    """
    Tell which files of a site open with certain IDs; move those that do not, if asked to.

    A file is meant by a name if the site's storage opens it as it is configured; else if 1.2.5
    would have opened it; else if the storage would with other IDs. Names stay wherever a storage
    can open them: a file is then copied to the ID its name has. A name that 1.2.5 could open
    but would not have written is replaced, in its row, by the one that it would have written.
    Copies are verified, and nothing is deleted or replaced unless asked for. May be killed and
    repeated at any time, while the site runs.

    Args:
        storage: the storage, or its alias.
        ids: the IDs that the storage shall do with.
        fields: labels of file fields, such as ``"album.Photo.picture"``; every field of the
            storage if none is given. Rows of another storage are reported on, and never changed.
        move: whether to copy files and rename rows.
        refresh: whether to replace copies of files that changed after they were copied.
        delete_old: whether to delete the old files of what was copied. The storage must give the
            IDs wanted already. What rows do not tell, such as addresses within texts, is not
            known to anybody, and leads nowhere then.
        dry_run: whether to say what would be done instead.
        workers: files copied at once.
        on_finding: told of each row whose file does not simply open.
        report: a file for the same, a line of JSON each, written anew.
        watch: told how far the work is.

    Raises:
        CannotRun: there is no such storage or field, a field that is to be changed has another
            storage, the settings of another storage are wrong, so that nobody knows which old
            files it opens, the report cannot be written, or the server is down.
        CloudStorageError: the server refuses what is asked of it, such as for want of a scope.

    """
    found = target(storage)
    options_of(found.storage, found.alias)
    chosen = _chosen(found, fields, changes=move or delete_old)
    if workers < 1:
        raise CannotRun(f"{workers} workers copy nothing: one is the least.")
    finder = Finder(found.storage, changes=(move or delete_old) and not dry_run)
    if delete_old and finder.configured is not ids:
        raise CannotRun(
            "The site opens the old files still: set APPWRITE_LEGACY_IDS (option 'legacy_ids') to"
            f" {ids is Ids.LEGACY} first, and see that it works. Nothing was deleted."
        )
    witnesses = fields_of_project(found.storage) if delete_old else []
    with opened_ledger(report, plain_row) as ledger:
        tally = Tally(ledger, on_finding)
        tally.buckets.update(_buckets_of(chosen, finder, ids))
        with Workers(workers) as pool, watch("rows", None) as steps:
            mover = Mover(finder.service(ids), pool, refresh=refresh)
            adopter = _Adopter(finder, ids, tally, mover if move and not dry_run else None)
            for rows in batches(references(chosen)):
                adopter.take(rows)
                steps.advance(len(rows))
        if delete_old:
            clearer = Clearer(found.storage, finder, witnesses, dry_run=dry_run)
            with watch("rows again", None) as steps:
                _clear(clearer, finder, chosen, tally, steps)
        return tally.outcome(found.alias, ids, finder.configured)


def _chosen(found: Target, labels: Sequence[str], *, changes: bool) -> list[FileField]:
    """Return the fields to look at; refuse to change what another storage keeps."""
    if not labels:
        fields = file_fields(found.storage)
        if not fields:
            raise CannotRun(
                f"No model has a file field with the storage {found.alias!r}: name some."
            )
        return fields
    fields = [field_of(label) for label in labels]
    for field in fields if changes else ():
        if not keeps(field, found.storage):
            raise CannotRun(
                f"The files of {label_of(field)} are not in the storage {found.alias!r}: its rows"
                " mean others by their names. Nothing was changed."
            )
    return fields


class _Adopter:
    """Deals with rows, many at once."""

    def __init__(self, finder: Finder, ids: Ids, tally: Tally, mover: Mover | None) -> None:
        self._finder = finder
        self._ids = ids
        self._tally = tally
        self._mover = mover

    def take(self, rows: Sequence[Reference]) -> None:
        """Deal with rows and count what came of it."""
        found = self._finder.find(row.name for row in rows)
        wanted = (self._ids, self._finder.configured, self._finder.can_keep)
        steps = {each.name: step(each, *wanted) for each in found}
        opened = {each.name: [ids for ids in Ids if each.opened[ids]] for each in found}
        for each in found:
            if each.first is not None and not each.opened[self._ids]:
                self._tally.buckets.update(self._finder.bucket_of_first(each.name, self._ids))
        moved = self._mover.move(steps.values()) if self._mover is not None else {}
        for row in rows:
            self._tally.opened.update(opened[row.name])
            self._count(row, steps[row.name], moved.get(row.name))

    def _count(self, row: Reference, taken: Step, moved: Moved | None) -> None:
        if moved is None:
            self._tally.count(row, taken.state, taken.new_name)
        elif moved.state is not State.RENAMED:
            self._tally.count(row, moved.state, taken.new_name, moved.reason)
        else:
            try:
                # A savepoint, where the caller has begun a transaction: a failure must not end it.
                with transaction.atomic(using=row.using):
                    changed = not repoint(row, taken.new_name)
            except (CannotRun, DatabaseError) as error:
                self._tally.count(row, State.FAILED, taken.new_name, reason_of(error))
                return
            reason = "The row changed meanwhile." if changed else ""
            state = State.FAILED if changed else State.RENAMED
            self._tally.count(row, state, taken.new_name, reason)


def _buckets_of(fields: Iterable[FileField], finder: Finder, ids: Ids) -> dict[str, str]:
    """Return the entries of APPWRITE_BUCKETS that keep new files where 1.2.5 put them."""
    found: dict[str, str] = {}
    for field in fields:
        directory = field.upload_to
        if isinstance(directory, str) and directory and "%" not in directory:
            # Advice only, which a key without the scope buckets.read does without.
            with contextlib.suppress(AccessDenied):
                found.update(finder.bucket_of_first(f"{directory.rstrip('/')}/file", ids))
    return found


def _clear(
    clearer: Clearer, finder: Finder, fields: Sequence[FileField], tally: Tally, steps: Steps
) -> None:
    for rows in batches(references(fields)):
        for found in finder.find(row.name for row in rows):
            deleted, kept = clearer.clear(found)
            tally.deleted += deleted
            tally.kept += kept
        steps.advance(len(rows))
