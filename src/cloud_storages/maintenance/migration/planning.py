"""
Which files a run is about, and which name each gets at the target.

A name that the target takes as it is keeps it. So a row that names a file by the name another one
would get there, as ``a/x/f`` becomes ``x/f`` where directories are buckets, never loses its file.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import SuspiciousFileOperation

from cloud_storages.domain.errors import InvalidName
from cloud_storages.domain.names import fitted
from cloud_storages.maintenance.aliases import is_same_place
from cloud_storages.maintenance.errors import CannotRun, Problem, reason_of
from cloud_storages.maintenance.migration.copying import OnTaken
from cloud_storages.maintenance.migration.errors import Conflict, Unable
from cloud_storages.maintenance.migration.naming import other_name
from cloud_storages.maintenance.references import label_of, references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.models import FileField

    from cloud_storages.maintenance.migration.journal import Journal, Note
    from cloud_storages.maintenance.migration.order import Order
    from cloud_storages.maintenance.references import Reference

__all__ = ["plan"]

T = TypeVar("T")

#: Names that are noted at once.
_BATCH = 10_000


def plan(order: Order, journal: Journal) -> int:
    """
    Note what a run is about; return how many names can have no place at the target.

    Raises:
        Exception: whatever the database, or the source when it lists its files, raises.

    """
    return _Planner(order, journal).plan()


class _Planner:
    def __init__(self, order: Order, journal: Journal) -> None:
        self._order = order
        self._journal = journal
        self._canonical = order.target.files.canonical
        self._failed = 0

    def plan(self) -> int:
        """Note the names, then those that name them, then which names they get."""
        journal, order = self._journal, self._order
        journal.begin_run()
        if order.names is not None:
            self._note(order.names, self._admit)
        elif order.all_files:
            self._note(order.source.files.names(self._unlisted), self._admit)
        self._note_references()
        self._claim()
        return self._failed

    def _note_references(self) -> None:
        order, journal = self._order, self._journal
        here = order.target.files.storage
        told = {
            label_of(field): (field.max_length, is_same_place(field.storage, here))
            for field in order.fields
        }
        only_noted = order.names is not None
        has_moved = journal.has_moved()

        def note(reference: Reference) -> None:
            longest, is_shown = told[reference.field]
            # Of a row that names what this migration stored, it is the file it named before.
            old = journal.moved_from(reference) if has_moved else None
            name = reference.name if old is None else old
            if not only_noted or journal.is_in_run(name):
                self._admit(name, longest, is_shown=is_shown and old is None)

        for field in order.fields:
            self._note(_rows(field), note)

    def _admit(self, name: str, longest: int | None = None, *, is_shown: bool = False) -> None:
        try:
            wanted = self._journal.wanted(name)
            if wanted is None:
                wanted = self._canonical(name)
        except (SuspiciousFileOperation, UnicodeEncodeError) as error:
            if self._order.shard.has(name):
                self._fail(name, error)
            return
        if self._order.shard.has(wanted):
            self._journal.add(name, wanted, longest, is_shown=is_shown)

    def _claim(self) -> None:
        """Settle the name of each file at the target."""
        journal = self._journal
        with journal.together():
            journal.claim_own_names()
        self._note(journal.unnamed(), self._claim_one)

    def _claim_one(self, note: Note) -> None:
        try:
            wanted = fitted(note.wanted, note.longest)
            if self._journal.is_claimed(wanted, by=note.name):
                wanted = self._beside(note)
        except (Conflict, InvalidName, SuspiciousFileOperation) as error:
            self._fail(note.name, error)
            return
        self._journal.claim(note.name, wanted)

    def _beside(self, note: Note) -> str:
        """Return another name for a file whose name another one gets."""
        if self._order.on_taken is OnTaken.FAIL:
            raise Conflict(f"Another file gets the name {note.wanted!r} at the target.")
        return other_name(note.name, note.wanted, self._canonical, note.longest)

    def _note(self, things: Iterable[T], act: Callable[[T], object]) -> None:
        """Do something with each of many things, noting many at once."""
        left = iter(things)
        while page := list(itertools.islice(left, _BATCH)):
            with self._journal.together():
                for thing in page:
                    act(thing)

    def _unlisted(self, directory: str, error: Exception) -> None:
        self._fail(f"{directory}/", error)

    def _fail(self, name: str, error: Exception) -> None:
        # Once only, however many rows name it.
        problem = Problem(name, str(error) if isinstance(error, Unable) else reason_of(error))
        self._failed += self._journal.problem(problem)


def _rows(field: FileField) -> Iterator[Reference]:
    """Yield the rows of a field; say what can be done where they cannot be read."""
    try:
        yield from references((field,))
    except CannotRun as error:
        raise CannotRun(
            f"{error}. Leave that field out by naming the others with --fields."
        ) from error
