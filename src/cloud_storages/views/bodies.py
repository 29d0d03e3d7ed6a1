"""The bytes of an answer, piece by piece, for servers that wait and for servers that await."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from cloud_storages.views.sources import Source

__all__ = ["AsyncBody", "Body"]


class Body:
    """
    A part of a file, as an iterator that Django streams under WSGI.

    Args:
        source: the file. It is closed as soon as all is read, when reading fails, and by ``close``.
        start: position of the first byte.
        end: position after the last byte.

    Raises:
        Exception: what reading the first piece raises, so that it can still be told.

    """

    def __init__(self, source: Source, start: int, end: int) -> None:
        self._source = source
        self._pieces = source.pieces(start, end)
        self._left = end - start
        self._ahead = self._next()

    def __iter__(self) -> Body:
        return self

    def __next__(self) -> bytes:
        piece = self.read()
        if piece is None:
            raise StopIteration
        return piece

    def read(self) -> bytes | None:
        """
        Return the next piece, or None at the end.

        Raises:
            OSError: the file ended before its time.

        """
        piece, self._ahead = self._ahead, None
        if piece is None:
            piece = self._next()
        return piece

    def close(self) -> None:
        """Let go of the file; nothing more is read."""
        self._source.close()

    def _next(self) -> bytes | None:
        piece = None
        try:
            if self._left:
                piece = next(self._pieces, b"")
                self._left -= len(piece)
        except BaseException:
            self.close()
            raise
        if not (piece and self._left):
            self.close()
        if piece == b"":
            raise OSError(f"The file ended {self._left} bytes too early.")
        return piece


class AsyncBody:
    """
    The same for ASGI: read in the thread that belongs to the request, awaited by the event loop.

    Django closes a response in that very thread, so a file is never closed while it is read.
    """

    def __init__(self, body: Body) -> None:
        self._body = body
        self._piece: bytes | None = None
        self._reads = sync_to_async(self._read, thread_sensitive=True)

    def __aiter__(self) -> AsyncBody:
        return self

    async def __anext__(self) -> bytes:
        # Not handed over as a result: before Python 3.11 the futures that carry one are rubbish
        # that waits for its collector, and a video's pieces would wait with them.
        await self._reads()
        piece, self._piece = self._piece, None
        if piece is None:
            raise StopAsyncIteration
        return piece

    def _read(self) -> None:
        self._piece = self._body.read()

    def close(self) -> None:
        """Let go of the file; nothing more is read."""
        self._body.close()
