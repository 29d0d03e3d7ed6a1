"""
Rows that should name a file as the target has it.

Before a row is changed, that it is about to be is noted: so whoever comes later knows a name that
this migration gave from one that means another file. A row is changed in one transaction with the
look that shows whether it still names what it did.
"""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING

from django.db import DatabaseError, OperationalError, router, transaction

from cloud_storages.maintenance.errors import CannotRun, Problem
from cloud_storages.maintenance.migration.journal import State
from cloud_storages.maintenance.references import references, repoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import FileField

    from cloud_storages.maintenance.migration.journal import Journal
    from cloud_storages.maintenance.references import Reference

__all__ = ["RowMover", "moves", "repoint_patiently"]

#: Rows that are changed in one transaction: as long as others may have to wait for one of them.
_BATCH = 100
#: How often a row is tried, and by how much, in seconds, the longest pause between grows.
_ATTEMPTS, _STEP = 8, 0.1


def moves(
    journal: Journal, field: FileField, *, even_planned: bool = False
) -> Iterator[tuple[Reference, str]]:
    """
    Yield each row of a field whose file has another name at the target, with that name.

    Args:
        journal: which names those are.
        field: the field.
        even_planned: whether it counts, too, that the file is to get that name.

    """
    for reference in references((field,)):
        note = journal.note(reference.name)
        if note is None or note.target == reference.name:
            continue
        if not (even_planned or note.state is State.COPIED):
            continue
        if not journal.was_moved(reference):
            yield reference, note.target


def repoint_patiently(reference: Reference, name: str) -> bool:
    """
    Let a row name another file, as ``repoint`` does, in spite of others who are at the database.

    SQLite refuses at once, whatever its timeout, who has read before another has written; other
    databases end one of two transactions that wait for each other.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return repoint(reference, name)
        except OperationalError:
            time.sleep(random.uniform(0, _STEP * attempt))  # noqa: S311 - no secret
    return repoint(reference, name)


class RowMover:
    """
    Lets rows name their files as the target has them.

    Args:
        journal: which names those are.

    Attributes:
        updated: rows that were changed.
        left: rows that vanished, or named another file, just before.
        failed: rows that could not be changed, with their reasons in the journal.

    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.updated = 0
        self.left = 0
        self.failed = 0

    def move(self, field: FileField) -> None:
        """Change every row of a field that has to be, many in one transaction."""
        using = router.db_for_write(field.model)
        left = moves(self._journal, field)
        while page := list(itertools.islice(left, _BATCH)):
            with self._journal.together(safely=True):
                for reference, name in page:
                    self._journal.moves(reference, name)
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
            if repoint_patiently(reference, name):
                self.updated += 1
            else:
                self.left += 1
        except (CannotRun, DatabaseError) as error:
            self.failed += 1
            problem = Problem.of(reference.name, error)
            reason = f"{reference} could not be changed to {name!r}: {problem.reason}"
            self._journal.problem(Problem(reference.name, reason))
