"""
A stored file as Python's I/O knows files: lazy, seekable, never lying about its content.

Windows are small at first and grow while they are read in order, so that a picture's dimensions
cost kilobytes and a film is streamed in bounded memory.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cloud_storages.domain.errors import FileMissing, IntegrityError
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.domain.values import Window
from cloud_storages.service.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Buffer

    from cloud_storages.domain.values import FileInfo, Location
    from cloud_storages.ports import FileStore

__all__ = ["FIRST_WINDOW", "LARGEST_WINDOW", "RemoteReader"]

#: What the first request of a file asks for, in bytes.
FIRST_WINDOW = 64 * 1024
#: What no request asks more than, in bytes.
LARGEST_WINDOW = CHUNK_SIZE
_SECOND_WINDOW = 2 * FIRST_WINDOW
_GROWTH = 8


class RemoteReader(io.RawIOBase):
    """
    Reads a file of a store.

    Each window is checked against the file's size. A file that is read in order to its end in
    more than one window is checked against its signature too, which costs one request. Where
    more than one window is read out of order, the file is looked at before and after each, so
    that what is read is of one content; see ``cloud_storages.service.proof``.

    Args:
        store: where the file is.
        location: which file.
        known: what a look at the file told. Nothing is requested then before something is read,
            and the file must be the one that was seen.

    Raises:
        FileMissing: on construction, when no complete file is there.
        IntegrityError: on a read, when the file turns out short, changed or gone meanwhile.

    """

    def __init__(self, store: FileStore, location: Location, known: FileInfo | None = None) -> None:
        if known is None:
            self._window = store.read(location, 0, FIRST_WINDOW)
        else:
            self._window = Window(0, b"", known.size)
        # Not before the file is there: what is not opened need not be closed.
        super().__init__()
        self._store = store
        self._location = location
        self._total = self._window.total
        self._position = 0
        #: Whether anybody has seen anything of the window.
        self._is_seen = False
        self._proof = Proof(store, location, self._window)
        if known is not None:
            self._proof.hold_to(known)

    @property
    def total(self) -> int:
        """Size of the file in bytes."""
        return self._total

    @property
    def location(self) -> Location:
        """Where the file is."""
        return self._location

    @property
    def whole(self) -> bytes | None:
        """All bytes of the file if they are here already, else None."""
        window = self._window
        return window.data if len(window.data) == self._total else None

    def identify(self) -> FileInfo:
        """
        Look at the file, which costs a request, and hold what is read to what was seen.

        Raises:
            IntegrityError: it is no longer the file that was opened.

        """
        try:
            info = self._store.stat(self._location)
        except FileMissing as error:
            raise IntegrityError.while_reading(self._location, "is gone") from error
        if not info.complete or info.size != self._total:
            raise IntegrityError.while_reading(self._location, "changed")
        self._proof.hold_to(info)
        return info

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """
        Yield the bytes between two positions, window by window.

        What fits one window is one request; of more, the first windows are small. The last is
        yielded when it is certain that all are of one content.
        """
        self.seek(start)
        while self._position < end:
            left = end - self._position
            data = self._ahead(left if left <= LARGEST_WINDOW else 0, until=end)[:left]
            self._advance(len(data))
            yield bytes(data)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        self._check_open()
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position; nothing is requested until something is read there."""
        self._check_open()
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._total}.get(whence)
        if base is None:
            raise ValueError(f"whence {whence!r} is none of 0, 1 and 2")
        if base + offset < 0:
            raise ValueError(f"negative seek position {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill the buffer with the bytes at the position, as far as one window has them."""
        view = memoryview(buffer).cast("B")
        data = self._ahead(LARGEST_WINDOW if len(view) >= LARGEST_WINDOW else 0)[: len(view)]
        view[: len(data)] = data
        self._advance(len(data))
        return len(data)

    def readall(self) -> bytes:
        """Return everything from the position to the end, in large windows."""
        pieces = []
        while data := self._ahead(LARGEST_WINDOW):
            pieces.append(bytes(data))
            self._advance(len(data))
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of the window. No connection is held between reads."""
        if not self.closed and hasattr(self, "_proof"):
            self._proof.close()
        super().close()

    def _advance(self, count: int) -> None:
        self._position += count
        self._is_seen = self._is_seen or count > 0

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")

    def _ahead(self, wanted: int, until: int | None = None) -> memoryview:
        """Return what the window has from the position on; empty at the end of the file."""
        self._check_open()
        if self._position >= self._total:
            return memoryview(b"")
        if not self._window.offset <= self._position < self._window.end:
            size = max(wanted, self._next_size())
            if until is not None:
                size = min(size, max(until - self._position, FIRST_WINDOW))
            self._window = self._fetch(size, until)
        return memoryview(self._window.data)[self._position - self._window.offset :]

    def _next_size(self) -> int:
        if self._position != self._window.end:
            return FIRST_WINDOW
        length = len(self._window.data)
        if length <= FIRST_WINDOW:
            return _SECOND_WINDOW
        return min(length * _GROWTH, LARGEST_WINDOW)

    def _fetch(self, size: int, until: int | None) -> Window:
        try:
            self._proof.expect(self._position, self._window if self._is_seen else None)
            window = self._store.read(self._location, self._position, size, self._total)
            self._proof.admit(window, until)
        except FileMissing as error:
            raise IntegrityError.while_reading(self._location, "is gone") from error
        return window
