"""Deletes the old files of what was moved, one by one, where no row opens them any more."""

from __future__ import annotations

import contextlib
import hashlib
from array import array
from bisect import bisect_left
from itertools import groupby
from typing import TYPE_CHECKING

from cloud_storages.backends.base import CloudStorage
from cloud_storages.domain.errors import NotFound
from cloud_storages.domain.layouts import Kind, entries_in
from cloud_storages.maintenance.adopting.steps import is_same_content
from cloud_storages.maintenance.adopting.whereabouts import Finder
from cloud_storages.maintenance.aliases import unwrapped
from cloud_storages.maintenance.references import is_referenced, references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import FileField

    from cloud_storages.domain.values import FileInfo, Location
    from cloud_storages.maintenance.adopting.whereabouts import Whereabouts
    from cloud_storages.maintenance.references import Reference

__all__ = ["Clearer", "batches"]

_BATCH = 1000


class Clearer:
    """
    Deletes old files that nothing opens.

    Keeps eight bytes in memory for each row of the project, and four times as many for a moment.

    Args:
        storage: whose files.
        finder: of the same storage.
        fields: every file field whose storage may open files of the same project.
        dry_run: whether to delete nothing, but to say what would be deleted.

    """

    def __init__(
        self,
        storage: CloudStorage,
        finder: Finder,
        fields: Sequence[FileField],
        *,
        dry_run: bool,
    ) -> None:
        self._finder = finder
        self._service = finder.service(finder.configured)
        self._layout = storage.options.laid_out
        self._dry_run = dry_run
        self._fields = fields
        self._in_use = self._opened_by_rows()

    def clear(self, found: Whereabouts) -> tuple[int, int]:
        """
        Delete the old files of a name; return how many went, and how many stay in use.

        What is deleted has the very content that the name opens now, which is looked at again, and
        is opened by no row of this site.

        Raises:
            CloudStorageError: the server refuses.

        """
        there = found.opened[self._finder.configured]
        if there is None:
            return 0, 0
        old: dict[Location, FileInfo] = {}
        for info in (found.first, *found.opened.values()):
            if info is not None and info.location != there.location:
                old[info.location] = info
        twins = [info for info in old.values() if info.complete and is_same_content(info, there)]
        gone = sum(self._deleted(found.name, info) for info in twins)
        return gone, len(twins) - gone

    def _deleted(self, name: str, old: FileInfo) -> bool:
        if _mark(old.location) in self._in_use or self._is_opened(old):
            return False
        if self._dry_run:
            return True
        try:
            if not is_same_content(self._service.look(name), old):
                return False
            if self._finder.store.stat(old.location) != old:
                return False
        except NotFound:
            return False
        with contextlib.suppress(NotFound):
            self._finder.store.delete(old.location)
        return True

    def _is_opened(self, old: FileInfo) -> bool:
        """Return whether a row opens an old file that none opened when all were looked at."""
        # Only what was saved since comes here, and under a name as the layout writes it.
        for directory in self._finder.directories(old.location.bucket_id):
            for entry in entries_in(self._layout, directory, (old,)):
                if entry.kind is Kind.FILE and is_referenced(entry.name, self._fields):
                    return True
        return False

    def _opened_by_rows(self) -> _Marks:
        marks = _Marks()
        finders: dict[int, Finder] = {}
        for field in self._fields:
            storage = unwrapped(field.storage)
            if not isinstance(storage, CloudStorage):
                continue
            finder = finders.setdefault(id(storage), Finder(storage, changes=not self._dry_run))
            # Of every database there is: a row too many keeps a file, one too few loses it.
            for batch in batches(references((field,), copies=True)):
                opened = finder.opened(finder.configured, [row.name for row in batch])
                marks.add(_mark(info.location) for info in opened.values() if info is not None)
        marks.close()
        return marks


def batches(rows: Iterable[Reference]) -> Iterator[list[Reference]]:
    """Yield rows in lists, in their order."""
    for _, group in groupby(enumerate(rows), lambda each: each[0] // _BATCH):
        yield [row for _, row in group]


class _Marks:
    """A set of numbers in eight bytes each: filled first, asked then."""

    def __init__(self) -> None:
        self._numbers = array("Q")

    def add(self, numbers: Iterable[int]) -> None:
        self._numbers.extend(numbers)

    def close(self) -> None:
        self._numbers = array("Q", sorted(self._numbers))

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number


def _mark(location: Location) -> int:
    """Return a number for a location: that two share one keeps a file, and deletes none."""
    digest = hashlib.blake2b(str(location).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
