"""Where the bytes come from: any Django storage, or one of ours, which needs fewer requests."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from cloud_storages.backends.base import CloudStorage
from cloud_storages.domain.names import segments
from cloud_storages.domain.signatures import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.base import File
    from django.core.files.storage import Storage

    from cloud_storages.service import RemoteReader, StorageService

__all__ = ["Facts", "Source", "canonical", "reaches_other_buckets", "source_of"]

#: Bytes that are read at once from a file of any storage.
_PIECE = 256 * 1024


@attrs.frozen
class Facts:
    """
    What is known of a file.

    Attributes:
        size: bytes.
        tag: changes whenever the content does; None if there is no telling.
        modified: when the content was stored; None where it was not asked for, or is not known.

    """

    size: int
    tag: str | None = None
    modified: dt.datetime | None = None


class Source(Protocol):
    """One file, about to be served. Each method may raise whatever its storage raises."""

    def look(self) -> Facts:
        """Return what is known of the file; no content is moved."""

    def open(self) -> Facts:
        """Return what is known of the file, as whoever wants all of it learns it most cheaply."""

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes between two positions, after ``look`` or ``open``."""

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""


def canonical(storage: Storage, name: str) -> str:
    """
    Return the name of a file that a rule can rely on, among the spellings that open it.

    See ``StorageService.only`` for the few files of which two names remain.

    Raises:
        InvalidName: no storage has such a file; it is absolute, say, or has ``..`` in it. Or its
            directory is the bucket ID of the root or of a mapped directory.

    """
    if isinstance(storage, CloudStorage):
        return storage.service.only(name)
    return "/".join(segments(name))


def reaches_other_buckets(storage: Storage) -> bool:
    """Return whether names reach every bucket of the project: those of other storages, too."""
    return isinstance(storage, CloudStorage) and storage.options.laid_out.buckets_are_directories


def source_of(storage: Storage, name: str) -> Source:
    """Return the source of a file; nothing is requested yet."""
    if isinstance(storage, CloudStorage):
        return _Stored(storage.service, name)
    return _Foreign(storage, name)


class _Stored:
    """
    A file of a storage of this package.

    ``look`` costs one request, and what is read afterwards is held to what was seen. ``open``
    costs one request for a small file, which comes with it, and one more for a larger one,
    which is one that reading it to the end would have cost.
    """

    def __init__(self, service: StorageService, name: str) -> None:
        self._service = service
        self._name = name
        self._reader: RemoteReader | None = None

    def look(self) -> Facts:
        info = self._service.look(self._name)
        self._reader = self._service.reader(info)
        return Facts(info.size, info.signature, info.created)

    def open(self) -> Facts:
        self._reader = reader = self._service.open(self._name)
        content = reader.whole
        if content is not None:
            return Facts(len(content), fingerprint((content,)).md5)
        info = reader.identify()
        return Facts(info.size, info.signature, info.created)

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        return iter(()) if self._reader is None else self._reader.pieces(start, end)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()


class _Foreign:
    """A file of any other storage, through what Django's interface has."""

    def __init__(self, storage: Storage, name: str) -> None:
        self._storage = storage
        self._name = name
        self._file: File[Any] | None = None

    def look(self) -> Facts:
        # Most storages open a file without reading any of it; to ask for a size alone may work
        # for what is no file, such as a directory.
        return self.open()

    def open(self) -> Facts:
        # Before the file is opened: a replacement between the two must not give old content the
        # entity tag of the new, which browsers would then keep.
        modified = self._modified()
        self._file = self._storage.open(self._name, "rb")
        size = self._file.size
        if modified is None:
            return Facts(size)
        # As web servers do for files on disk: Django's interface knows nothing better.
        return Facts(size, f"{int(modified.timestamp() * 1_000_000):x}-{size:x}", modified)

    def _modified(self) -> dt.datetime | None:
        try:
            return self._storage.get_modified_time(self._name)
        except NotImplementedError:
            return None
        except Exception:
            # What is missing is told in one way by opening it, and in many by asking its time.
            self._storage.open(self._name, "rb").close()
            raise

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        if self._file is None:
            return
        if start:
            self._file.seek(start)
        while start < end and (piece := self._file.read(min(_PIECE, end - start))):
            yield piece
            start += len(piece)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
