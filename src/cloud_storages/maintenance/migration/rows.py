"""
Rows that should name a file as the target has it.

Before a row is changed, that it is about to be is noted: so whoever comes later knows a name that
this migration gave from one that means another file. A row is only changed while it still names
what it did.
"""

from __future__ import annotations

import functools
import itertools
import random
import time
from typing import TYPE_CHECKING

import attrs
from django.db import DatabaseError, OperationalError, connections, transaction

from cloud_storages.domain.names import fitted
from cloud_storages.maintenance.aliases import is_same_place
from cloud_storages.maintenance.errors import CannotRun, Problem
from cloud_storages.maintenance.migration.contents import is_content
from cloud_storages.maintenance.migration.errors import MissingAtSource
from cloud_storages.maintenance.migration.journal import State
from cloud_storages.maintenance.migration.threads import apart
from cloud_storages.maintenance.references import references, repoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from django.core.files.storage import Storage
    from django.db.models import FileField

    from cloud_storages.domain.signatures import Fingerprint
    from cloud_storages.maintenance.migration.journal import Journal, Note
    from cloud_storages.maintenance.migration.sources import Source
    from cloud_storages.maintenance.references import Reference

__all__ = ["RowMover", "let_connections_go", "uploads_hidden_by_moves"]

#: Rows that are changed in one transaction: as long as others may have to wait for one of them.
_BATCH = 100
#: How often a row is tried, and by how much, in seconds, the longest pause between grows.
_ATTEMPTS, _STEP = 8, 0.1


def let_connections_go() -> None:
    """Close the databases that no transaction is open in: one may have died, left idle so long."""
    for connection in connections.all():
        if connection.autocommit and not connection.in_atomic_block:
            connection.close()


class RowMover:
    """
    Lets rows name their files as the target has them.

    Args:
        journal: which names those are.
        here: the target.
        dry_run: whether to count only.

    Attributes:
        updated: rows that were changed, or would be.
        left: rows that vanished, or named another file, just before.
        failed: rows that could not be changed, with their reasons in the journal.

    """

    def __init__(self, journal: Journal, here: Storage, *, dry_run: bool = False) -> None:
        self._journal = journal
        self._here = here
        self._dry_run = dry_run
        self.updated = 0
        self.left = 0
        self.failed = 0

    def move(self, field: FileField) -> None:
        """
        Change every row of a field that has to be, many in one transaction.

        Raises:
            CannotRun: a database cannot be read, or the journal not be written.
            DatabaseError: a database is gone.

        """
        left = self._moves(field)
        if self._dry_run:
            self.updated += sum(1 for _ in left)
            return
        while page := list(itertools.islice(left, _BATCH)):
            with self._journal.together(safely=True):
                for reference, name in page:
                    self._journal.moves(reference, name)
            for using, part in itertools.groupby(page, lambda each: each[0].using):
                self._move_all(list(part), using)

    def _moves(self, field: FileField) -> Iterator[tuple[Reference, str]]:
        """Yield each row whose file has another name at the target, with that name."""
        is_shown = is_same_place(field.storage, self._here)
        for reference in references((field,)):
            note = self._journal.note(reference.name)
            if note is None or note.target == reference.name or note.state is not State.COPIED:
                continue
            if self._journal.moved_from(reference) is not None:
                continue
            if is_shown and _has_namesake(note):
                self._fail(
                    reference,
                    f"{reference} reads from the target, which has another file of this name beside"
                    f" the copy, {note.target!r}: nothing tells which of the two it means. If it"
                    " is the target's, leave its field out by naming the others with --fields.",
                )
                continue
            yield reference, note.target

    def _move_all(self, page: list[tuple[Reference, str]], using: str) -> None:
        try:
            with transaction.atomic(using=using):
                updated = sum(repoint(reference, name) for reference, name in page)
        except (CannotRun, DatabaseError):
            # One of them: so each for itself.
            for reference, name in page:
                self._move_one(reference, name)
        else:
            self.updated += updated
            self.left += len(page) - updated

    def _move_one(self, reference: Reference, name: str) -> None:
        try:
            if _repoint_patiently(reference, name):
                self.updated += 1
            else:
                self.left += 1
        except (CannotRun, DatabaseError) as error:
            if isinstance(error, DatabaseError) and _is_gone(reference.using):
                raise
            reason = Problem.of(reference.name, error).reason
            self._fail(reference, f"{reference} could not be changed to {name!r}: {reason}")

    def _fail(self, reference: Reference, reason: str) -> None:
        self.failed += self._journal.problem(Problem(reference.name, reason))


def _has_namesake(note: Note) -> bool:
    """Return whether a copy has another name because the target has another file of its own."""
    return note.wanted == note.name and note.target != fitted(note.wanted, note.longest)


def _repoint_patiently(reference: Reference, name: str) -> bool:
    """
    Let a row name another file, as ``repoint`` does, in spite of others who are at the database.

    SQLite refuses at once, whatever its timeout, who has read before another has written; other
    databases end one of two transactions that wait for each other.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return _repoint_apart(reference, name)
        except OperationalError:
            time.sleep(random.uniform(0, _STEP * attempt))  # noqa: S311 - no secret
    return _repoint_apart(reference, name)


def _repoint_apart(reference: Reference, name: str) -> bool:
    # A savepoint, where the caller has begun a transaction: a failure must not end it.
    with transaction.atomic(using=reference.using):
        return repoint(reference, name)


def _is_gone(using: str) -> bool:
    """Return whether a database cannot be asked any more: not only a row is at fault."""
    connection = connections[using]
    return connection.connection is None or not connection.is_usable()


def uploads_hidden_by_moves(
    journal: Journal, source: Source, here: Storage, field: FileField, pool: Executor
) -> Iterator[Problem]:
    """
    Yield what is wrong with rows that may mean a file of the source again, which nobody copies.

    While a site reads from the source, a new upload may get the very name that a row was given,
    or was about to be given, as that of its copy.
    """
    if is_same_place(field.storage, here):
        return
    check = functools.partial(apart, functools.partial(_hidden, source))
    moved = _moved(journal, field)
    while page := list(itertools.islice(moved, _BATCH)):
        yield from (problem for problem in pool.map(check, page) if problem is not None)


@attrs.frozen
class _Moved:
    reference: Reference
    copy: Fingerprint


def _moved(journal: Journal, field: FileField) -> Iterator[_Moved]:
    for reference in references((field,)):
        old = journal.moved_from(reference)
        note = journal.note(old) if old is not None else None
        if note is not None and note.copy is not None:
            yield _Moved(reference, note.copy)


def _hidden(source: Source, moved: _Moved) -> Problem | None:
    name = moved.reference.name
    try:
        if source.size(name) == moved.copy.size:
            with source.content(name) as content:
                if is_content(content, moved.copy):
                    return None
    except MissingAtSource:
        return None
    except Exception as error:  # noqa: BLE001 - any storage may raise anything
        return Problem.of(name, error)
    return Problem(
        name,
        f"{moved.reference} names its copy by this name, and the source has another file of it:"
        " nothing tells which of the two it means. Rename or delete the other one.",
    )
