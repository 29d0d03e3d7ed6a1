"""What a listing has passed lately, so that it can go on when its cursor is deleted."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cloud_storages.domain.values import FileInfo

__all__ = ["Passed"]


class Passed:
    """
    The IDs of the files that a listing passed last, in its order.

    A listing that goes on from any of them passes those behind it again: they are told apart.

    Args:
        most: how many are remembered.

    Attributes:
        is_whole: whether none was forgotten yet, so that a listing may begin anew.

    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: dict[str, None] = {}
        self.is_whole = True

    def new(self, page: Iterable[FileInfo]) -> list[FileInfo]:
        """Return the files of a page that were not passed before, and remember them."""
        found = [info for info in page if info.location.file_id not in self._ids]
        self._ids.update(dict.fromkeys(info.location.file_id for info in found))
        forgotten = list(itertools.islice(self._ids, max(len(self._ids) - self._most, 0)))
        for file_id in forgotten:
            del self._ids[file_id]
        self.is_whole = self.is_whole and not forgotten
        return found

    def backwards(self, count: int) -> Iterator[list[str]]:
        """Yield the IDs, a few at a time, those that were passed last first."""
        ids = reversed(self._ids)
        while batch := list(itertools.islice(ids, count)):
            yield batch
