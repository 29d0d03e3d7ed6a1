"""
What is known of many files because it was asked ahead, for the length of a block.

A block belongs to the thread or task that opened it, and to the tasks that one starts within it.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from cloud_storages.domain.identifiers import STAGING_SLOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cloud_storages.domain.layouts import Place
    from cloud_storages.domain.values import FileInfo
    from cloud_storages.ports import FileStore

__all__ = ["AT_ONCE", "MOST", "Ahead", "looked_up", "paged"]

T = TypeVar("T")

#: IDs that one request asks for: what Appwrite 1.5 takes, and an address of 5 kB, which every
#: proxy takes.
AT_ONCE = 100
#: Files of which one block remembers something: some megabytes.
MOST = 10_000

_blocks: ContextVar[tuple[_Block, ...]] = ContextVar("blocks", default=())


class _Block:
    def __init__(self, owner: Ahead, known: Mapping[Place, FileInfo | None]) -> None:
        self.owner = owner
        self.known = dict(known)


class Ahead:
    """Remembers, in blocks, which files there are and what is known of them."""

    @contextlib.contextmanager
    def block(self, known: Mapping[Place, FileInfo | None]) -> Iterator[None]:
        """
        Remember something until the block ends.

        Args:
            known: what there is at each place; None for no file.

        """
        block = _Block(self, known)
        _blocks.set((*_blocks.get(), block))
        try:
            yield
        finally:
            # The block may end in another context than it began in, and copies of it live on.
            _blocks.set(tuple(each for each in _blocks.get() if each is not block))
            block.known.clear()

    def told(self, place: Place) -> tuple[FileInfo | None] | None:
        """Return what there is at a place, None for no file; no tuple if nobody asked ahead."""
        for known in self._known():
            with contextlib.suppress(KeyError):
                return (known[place],)
        return None

    def forget(self, place: Place) -> None:
        """Forget a place that is about to change: whoever asks for it asks anew."""
        for known in self._known():
            known.pop(place, None)

    def _known(self) -> list[dict[Place, FileInfo | None]]:
        return [block.known for block in reversed(_blocks.get()) if block.owner is self]


def looked_up(
    store: FileStore, bucket_id: str, places: Sequence[Place]
) -> dict[Place, FileInfo | None]:
    """
    Return what there is at places in one bucket; None for no file.

    Costs a request for each AT_ONCE places, and one for each twelve of those where nothing is.
    Left out is where an interrupted replacement is to be finished, which whoever asks for the
    file itself does.
    """
    found: dict[str, FileInfo] = {}
    for page in paged(places, AT_ONCE):
        found.update(store.find(bucket_id, [place.file_id for place in page]))
    infos = {place: found.get(place.file_id) for place in places}
    known = {place: info if info and info.complete else None for place, info in infos.items()}
    absent = [place for place, info in known.items() if info is None]
    for page in paged(absent, AT_ONCE // STAGING_SLOTS):
        copies = store.find(bucket_id, [each for place in page for each in place.staging_ids])
        for place in page:
            if not copies.keys().isdisjoint(place.staging_ids):
                del known[place]
    return known


def paged(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield things in order, so many at a time."""
    for at in range(0, len(things), size):
        yield things[at : at + size]
