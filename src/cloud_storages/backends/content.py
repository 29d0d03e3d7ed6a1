"""
What a caller hands to ``save``, as a content that can be read again and again.

The caller's file is read once from its beginning for size and signature. Nothing is sent before
that has succeeded. It is never closed, and never loaded whole.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.core.files.uploadedfile import InMemoryUploadedFile

from cloud_storages.domain.signatures import CHUNK_SIZE, Digest, Fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["SeekableContent", "opened"]

#: Bytes that are digested at once: enough for a second thread to be worth its while.
_PIECE = 1024 * 1024


class SeekableContent:
    """
    A content in a seekable binary file.

    Args:
        file: the file.
        fingerprint: of all its bytes.

    Attributes:
        on_progress: told how many of how many bytes are stored; nobody, if None.

    """

    def __init__(self, file: IO[bytes] | File[Any], fingerprint: Fingerprint) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.fingerprint = fingerprint
        self.on_progress: Callable[[int, int], object] | None = None

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer at the end."""
        pieces = []
        with self._lock:
            self._file.seek(offset)
            while size > 0 and (piece := self._file.read(size)):
                pieces.append(piece)
                size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def progressed(self, stored: int) -> None:
        """Tell whoever wants to know."""
        if self.on_progress is not None:
            self.on_progress(stored, self.fingerprint.size)


@contextlib.contextmanager
def opened(file: File[Any]) -> Iterator[SeekableContent]:
    """
    Return a Django file as a content, for the length of the block.

    A file that cannot be read twice, or yields text, is copied to a temporary file on the way;
    text is stored as UTF-8.

    Raises:
        ValueError: the file is closed.
        Exception: whatever reading it raises.

    """
    # A field's file is opened by being asked for, and counts as closed until then.
    inner = getattr(file, "file", file)
    if inner is None or getattr(file, "closed", False):
        raise ValueError(f"The file {file.name!r} is closed: open it before it is saved.")
    with contextlib.ExitStack() as stack:
        if _rereadable(file):
            yield SeekableContent(file, _fingerprint(_bytes(file.chunks(_PIECE))))
            return
        spool = stack.enter_context(_spool())
        yield SeekableContent(spool, _fingerprint(_bytes(file.chunks()), spool))


def _bytes(pieces: Iterable[str | bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode() if isinstance(piece, str) else bytes(piece)


def _fingerprint(pieces: Iterator[bytes], spool: IO[bytes] | None = None) -> Fingerprint:
    """Return the fingerprint of the pieces, which go to the spool, too, if there is one."""
    digest = Digest()
    with ThreadPoolExecutor(1, "digest") as pool:
        for piece in pieces:
            # Small contents are done before a second thread would have begun.
            shared = pool.submit(digest.update_parts, piece) if digest.size else None
            digest.update_whole(piece)
            if spool is not None:
                spool.write(piece)
            if shared is None:
                digest.update_parts(piece)
            else:
                shared.result()
    return digest.fingerprint()


def _spool() -> Any:
    return tempfile.SpooledTemporaryFile(max_size=CHUNK_SIZE)


def _rereadable(file: File[Any]) -> bool:
    """Whether seeking and reading give the very bytes that ``chunks`` yields."""
    if getattr(type(file), "chunks", None) not in (File.chunks, InMemoryUploadedFile.chunks):
        return False
    try:
        file.seek(0)
        return bool(file.seekable()) and not isinstance(file.read(0), str)
    except (AttributeError, io.UnsupportedOperation):
        return False
