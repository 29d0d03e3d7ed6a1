"""Everything that callers hand to ``save``, each as a context that closes what it opened."""

from __future__ import annotations

import contextlib
import gzip
import io
import tempfile
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

#: More than one of Django's own chunks, and every byte there is.
CONTENT = bytes(range(256)) * 300


class OnlyChunks:
    """Not a file: it can be asked for its pieces, once and again."""

    def __init__(self, *pieces: bytes | str) -> None:
        self.pieces = pieces

    def chunks(self, _size: int | None = None) -> Iterator[bytes | str]:
        yield from self.pieces


class OnlyRead:
    """As much of a file as some HTTP libraries offer."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


class Unseekable(io.RawIOBase):
    """A stream, as from a pipe."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._data.readinto(buffer)


class Breaking(io.RawIOBase):
    """A stream whose sender hangs up half way."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._data.readinto(buffer)
        if not count:
            raise ConnectionResetError("the sender hung up")
        return count


def _temporary_upload(content: bytes) -> TemporaryUploadedFile:
    file = TemporaryUploadedFile("upload.bin", "application/octet-stream", len(content), None)
    file.write(content)
    file.seek(0)
    return file


def _in_memory_upload(content: bytes) -> InMemoryUploadedFile:
    return InMemoryUploadedFile(
        io.BytesIO(content), "file", "upload.bin", "application/octet-stream", len(content), None
    )


def _on_disk(content: bytes) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever asked for it
    file.write(content)
    file.seek(0)
    return file


def _amid(content: bytes) -> io.BytesIO:
    file = io.BytesIO(content)
    file.seek(1000)
    return file


def _decompressing(content: bytes) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(content, 1)))


#: Makes each kind of source from the bytes it is to yield.
SOURCES: dict[str, Callable[[bytes], AbstractContextManager[Any]]] = {
    "ContentFile": ContentFile,
    "File around BytesIO": lambda content: File(io.BytesIO(content), "some.bin"),
    "BytesIO": io.BytesIO,
    "BytesIO read to its middle": _amid,
    "file on disk": _on_disk,
    "SimpleUploadedFile": lambda content: SimpleUploadedFile("upload.bin", content),
    "InMemoryUploadedFile": _in_memory_upload,
    "TemporaryUploadedFile": _temporary_upload,
    "decompressing file": _decompressing,
    "unseekable stream": Unseekable,
    "object with only read": lambda content: contextlib.nullcontext(OnlyRead(content)),
    "object with only chunks": lambda content: contextlib.nullcontext(
        OnlyChunks(content[:10], content[10:])
    ),
}
