"""Where files are read, be it a storage of this package or any other."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from typing import TYPE_CHECKING, Any

from django.core.files.storage import FileSystemStorage

from cloud_storages.backends.content import SeekableContent, opened
from cloud_storages.backends.errors import django_errors
from cloud_storages.domain.signatures import CHUNK_SIZE, Digest
from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles
from cloud_storages.maintenance.migration.contents import Watched
from cloud_storages.maintenance.migration.errors import FULL, MissingAtSource, NoRoomToRead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.base import File

__all__ = ["Source", "source_of"]

_PIECE = 1024 * 1024
#: Files that lie on this machine, to be read as often as one likes.
_LOCAL = (io.BufferedIOBase, io.RawIOBase, tempfile.SpooledTemporaryFile)


class Source:
    """
    Where files are read.

    Args:
        files: those of any storage.

    """

    def __init__(self, files: AnyStorage) -> None:
        self.files = files

    def seen(self, name: str) -> str:
        """
        Return size and time of the last change; "" if the storage does not tell both.

        Raises:
            MissingAtSource: there is no such file.

        """
        try:
            # The size first: for a file that is missing some storages raise well only there.
            size = self.files.size(name)
            changed = self.files.storage.get_modified_time(name)
        except FileNotFoundError as error:
            raise MissingAtSource from error
        except Exception:  # noqa: BLE001 - what is wrong with a file is told when it is read
            return ""
        return f"{size} {changed.isoformat()}"

    @contextlib.contextmanager
    def content(self, name: str) -> Iterator[Watched]:
        """
        Return the content of a file for the length of the block.

        What does not lie on this machine is read once, and kept in a temporary file if it is
        larger than a chunk.

        Raises:
            MissingAtSource: there is no such file.

        """
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self.files.storage.open(name, "rb"))
                if isinstance(getattr(file, "file", None), _LOCAL):
                    content = stack.enter_context(opened(file))
                else:
                    content = _spooled(file, stack)
            except FileNotFoundError as error:
                raise MissingAtSource from error
            except OSError as error:
                if error.errno in FULL:
                    raise NoRoomToRead(
                        f"No room in {tempfile.gettempdir()} for what is read: {error}. Let TMPDIR"
                        " name a directory with more."
                    ) from error
                raise
            yield Watched(content, content.fingerprint)

    def size(self, name: str) -> int:
        """
        Return the size of a file in bytes.

        Raises:
            MissingAtSource: there is no such file.

        """
        try:
            return self.files.size(name)
        except FileNotFoundError as error:
            raise MissingAtSource from error


class _DiskSource(Source):
    """Files on this machine."""

    def seen(self, name: str) -> str:
        """Return size and time of the last change."""
        try:
            told = os.stat(self.files.storage.path(name))  # noqa: PTH116 - any kind of path
        except FileNotFoundError as error:
            raise MissingAtSource from error
        return f"{told.st_size} {told.st_mtime_ns}"


class _CloudSource(Source):
    """Files of a storage of this package."""

    files: CloudFiles

    def seen(self, name: str) -> str:
        """Return signature and time, which cost no request within ``ahead``."""
        try:
            with django_errors():
                info = self.files.cloud.service.peek(name)
        except FileNotFoundError as error:
            raise MissingAtSource from error
        return f"{info.size} {info.signature} {info.created.isoformat()}"

    def size(self, name: str) -> int:
        """Return the size of a file in bytes; finishes nothing."""
        try:
            with django_errors():
                return self.files.cloud.service.peek(name).size
        except FileNotFoundError as error:
            raise MissingAtSource from error

    @contextlib.contextmanager
    def content(self, name: str) -> Iterator[Watched]:
        """Return the content as the server has it: it is read piece by piece as it is stored."""
        try:
            with django_errors():
                service = self.files.cloud.service
                content = service.content_of(service.peek(name))
        except FileNotFoundError as error:
            raise MissingAtSource from error
        yield Watched(content, content.fingerprint)


def source_of(files: AnyStorage) -> Source:
    """Return the files of a storage as a source."""
    if isinstance(files, CloudFiles):
        return _CloudSource(files)
    return _DiskSource(files) if isinstance(files.storage, FileSystemStorage) else Source(files)


def _spooled(file: File[Any], stack: contextlib.ExitStack) -> SeekableContent:
    kept: Any = tempfile.SpooledTemporaryFile(max_size=CHUNK_SIZE)  # noqa: SIM115 - the stack closes it
    spool = stack.enter_context(kept)
    digest = Digest()
    for piece in iter(lambda: file.read(_PIECE), b""):
        digest.update(piece)
        spool.write(piece)
    return SeekableContent(spool, digest.fingerprint())
