"""What a migration is to do: checked before anything is read or written."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

import attrs
from django.core.files.storage import FileSystemStorage

from cloud_storages.maintenance.aliases import is_same_place, options_of
from cloud_storages.maintenance.anystorage import CloudFiles, files_of
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.migration.copying import OnTaken
from cloud_storages.maintenance.migration.journal import Journal
from cloud_storages.maintenance.migration.naming import Shard
from cloud_storages.maintenance.migration.places import whereabouts
from cloud_storages.maintenance.migration.sources import source_of
from cloud_storages.maintenance.migration.targets import target_of
from cloud_storages.maintenance.references import field_of, file_fields

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from django.core.files.storage import Storage
    from django.db.models import FileField

    from cloud_storages.maintenance.migration.sources import Source
    from cloud_storages.maintenance.migration.targets import Target

__all__ = ["Order", "ordered"]


@attrs.frozen
class Order:
    """
    What a migration is to do.

    Attributes:
        source: where files are read.
        target: where they are stored.
        fields: the file fields whose rows name them.
        names: which files; None for those that the rows name.
        all_files: whether it is about every file the source lists, whatever the rows name.
        shard: which part of all that.
        on_taken: what to do where the target has another file of the same name.
        journal: path of the notes.

    """

    source: Source
    target: Target
    fields: tuple[FileField, ...]
    names: Iterable[str] | None
    all_files: bool
    shard: Shard
    on_taken: OnTaken
    journal: str

    @property
    def places(self) -> str:
        """What tells the two places."""
        return " -> ".join(whereabouts(each.files.storage) for each in (self.source, self.target))

    def opened_journal(self, *, dry_run: bool) -> Journal:
        """
        Return the notes of this migration; for a dry run, notes that leave no trace.

        Raises:
            CannotRun: another run is using them, or they are of other places.

        """
        if dry_run:
            return Journal.rehearsal(self.journal, self.places)
        return Journal(self.journal, self.places)


def ordered(  # one argument for each thing a person may want
    source: Storage | str,
    target: Storage | str,
    *,
    fields: Iterable[str] = (),
    all_files: bool = False,
    names: Iterable[str] | None = None,
    shard: Shard | str = "1/1",
    on_conflict: OnTaken | str = OnTaken.RENAME,
    journal: str | PathLike[str] | None = None,
) -> Order:
    """
    Check what a migration is asked to do; see ``migrate``.

    Raises:
        CannotRun: it cannot be done.

    """
    there, here = files_of(source), files_of(target)
    for each in (there, here):
        if isinstance(each, CloudFiles):
            _ = options_of(each.cloud, each.alias)
    if is_same_place(there.storage, here.storage):
        raise CannotRun(f"{there} and {here} are the same place: nothing is to be copied.")
    if all_files and names is not None:
        raise CannotRun("Either all files of the source or given names are copied, not both.")
    if all_files:
        _keep_apart(there.storage, here.storage)
    found = _fields(fields, there.storage, here.storage)
    if not (found or all_files or names is not None):
        raise CannotRun(
            f"No file field of any model uses {there} or {here}: name the fields with --fields, or"
            " copy whatever the source has with --all-files."
        )
    part = shard if isinstance(shard, Shard) else Shard.parsed(shard)
    path = journal or _default_journal(str(there), str(here), part)
    return Order(
        source_of(there),
        target_of(here),
        found,
        names,
        all_files,
        part,
        _on_taken(on_conflict),
        os.fspath(path),
    )


def _on_taken(told: OnTaken | str) -> OnTaken:
    try:
        return OnTaken(told)
    except ValueError as error:
        raise CannotRun(f"On a conflict 'rename' or 'fail' can be done, not {told!r}.") from error


def _fields(labels: Iterable[str], *storages: Storage) -> tuple[FileField, ...]:
    given = tuple(dict.fromkeys(labels))
    if given:
        return tuple(field_of(label) for label in given)
    try:
        return tuple(file_fields(*storages))
    except CannotRun as error:
        raise CannotRun(
            f"Which fields use these storages cannot be told: {error} Name them with --fields."
        ) from error


def _keep_apart(one: Storage, other: Storage) -> None:
    """Refuse directories of which one is in the other: copies would be copied again."""
    if isinstance(one, FileSystemStorage) and isinstance(other, FileSystemStorage):
        paths = [os.path.realpath(each.location) for each in (one, other)]
        # On Windows two drives have nothing in common.
        with contextlib.suppress(ValueError):
            if os.path.commonpath(paths) in paths:
                raise CannotRun(f"Of {paths[0]} and {paths[1]} one is a directory of the other.")


def _default_journal(source: str, target: str, shard: Shard) -> str:
    """
    Return the path of the notes of a part of the work.

    Raises:
        CannotRun: there are notes of the same work in other parts, which know of rows that this
            one would take for others.

    """
    plain = [re.sub(r"[^\w.-]", "_", each) for each in (source, target)]
    stem = f"storage_migrate-{plain[0]}-{plain[1]}"
    part = re.compile(re.escape(stem) + r"(?:-[0-9]+of([0-9]+))?\.sqlite3")
    for found in filter(None, map(part.fullmatch, sorted(os.listdir()))):  # noqa: PTH208 - names
        if int(found[1] or 1) != shard.count:
            raise CannotRun(
                f"{found[0]} has the notes of this work in {found[1] or 1} parts, not"
                f" {shard.count}: go on with as many parts, or name a journal with --journal."
            )
    number = "" if shard.count == 1 else f"-{shard.number}of{shard.count}"
    return f"{stem}{number}.sqlite3"
