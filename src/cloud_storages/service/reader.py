"""
A stored file as Python's I/O knows files: lazy, seekable, never lying about its content.

Windows are small at first and grow while they are read in order, so that a picture's dimensions
cost kilobytes and a film is streamed in bounded memory.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cloud_storages.domain.errors import FileMissing, IntegrityError
from cloud_storages.domain.signatures import Digest

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from cloud_storages.domain.values import Location, Window
    from cloud_storages.ports import FileStore

__all__ = ["FIRST_WINDOW", "LARGEST_WINDOW", "RemoteReader"]

#: What the first request of a file asks for, in bytes.
FIRST_WINDOW = 64 * 1024
#: What no request asks more than, in bytes.
LARGEST_WINDOW = 4 * 1024 * 1024
_SECOND_WINDOW = 2 * FIRST_WINDOW
_GROWTH = 8


class RemoteReader(io.RawIOBase):
    """
    Reads a file of a store.

    Each window is checked against the file's size. A file that is read in order to its end in
    more than one window is checked against its signature too, which costs one request; what is
    read out of order is not.

    Args:
        store: where the file is.
        location: which file.

    Raises:
        FileMissing: on construction, when no complete file is there.
        IntegrityError: on a read, when the file turns out short, changed or gone meanwhile.

    """

    def __init__(self, store: FileStore, location: Location) -> None:
        super().__init__()
        self._store = store
        self._location = location
        self._window = store.read(location, 0, FIRST_WINDOW)
        self._total = self._window.total
        self._position = 0
        self._digest: Digest | None = Digest()
        self._digest.update(self._window.data)

    @property
    def total(self) -> int:
        """Size of the file in bytes."""
        return self._total

    @property
    def location(self) -> Location:
        """Where the file is."""
        return self._location

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
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        """Return everything from the position to the end, in large windows."""
        pieces = []
        while data := self._ahead(LARGEST_WINDOW):
            pieces.append(bytes(data))
            self._position += len(data)
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of the window. No connection is held between reads."""
        self._digest = None
        super().close()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file.")

    def _ahead(self, wanted: int) -> memoryview:
        """Return what the window has from the position on; empty at the end of the file."""
        self._check_open()
        if self._position >= self._total:
            return memoryview(b"")
        if not self._window.offset <= self._position < self._window.end:
            self._window = self._fetch(max(wanted, self._next_size()))
        return memoryview(self._window.data)[self._position - self._window.offset :]

    def _next_size(self) -> int:
        if self._position != self._window.end:
            return FIRST_WINDOW
        length = len(self._window.data)
        if length <= FIRST_WINDOW:
            return _SECOND_WINDOW
        return min(length * _GROWTH, LARGEST_WINDOW)

    def _fetch(self, size: int) -> Window:
        try:
            window = self._store.read(self._location, self._position, size, self._total)
            self._follow(window)
        except FileMissing as error:
            raise self._changed("is gone") from error
        return window

    def _follow(self, window: Window) -> None:
        """Check the signature of a file that is read in order, when its end is reached."""
        if self._digest is None:
            return
        if window.offset != self._digest.size:
            self._digest = None
            return
        self._digest.update(window.data)
        if self._digest.size == self._total:
            info = self._store.stat(self._location)
            if not self._digest.fingerprint().matches(info):
                raise self._changed("does not match its signature")

    def _changed(self, how: str) -> IntegrityError:
        return IntegrityError(
            f"The file {self._location} {how}: it was replaced or damaged while it was read.",
            location=self._location,
            operation="read",
            temporary=True,
        )
