"""What the work needs of a storage, be it of this package or any other."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from cloud_storages.backends.base import CloudStorage
from cloud_storages.backends.errors import django_errors
from cloud_storages.domain.signatures import Digest, Fingerprint
from cloud_storages.maintenance.aliases import storage_of, unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from django.core.files.storage import Storage

__all__ = ["AnyStorage", "CloudFiles", "files_of"]

#: Bytes read at once where a content is digested.
_PIECE = 1024 * 1024


class AnyStorage:
    """
    The files of a Django storage.

    Args:
        storage: the storage.
        alias: what people call it.

    Every method passes on what the storage raises, and SuspiciousFileOperation for names that no
    storage accepts.

    """

    def __init__(self, storage: Storage, alias: str = "") -> None:
        self.storage = storage
        self.alias = alias or type(storage).__name__

    def __str__(self) -> str:
        return self.alias

    def canonical(self, name: str) -> str:
        """Return the name under which a file is saved if nothing is there; makes no request."""
        return name

    def names(self, on_problem: Callable[[str, Exception], object] | None = None) -> Iterator[str]:
        """
        Yield the name of every file, one directory in memory at a time.

        Args:
            on_problem: told of each directory that cannot be listed, and why; if not given, what
                is raised is passed on.

        """
        directories = [""]
        while directories:
            directory = directories.pop()
            try:
                below, files = self.storage.listdir(directory)
            except Exception as error:
                if on_problem is None:
                    raise
                on_problem(directory, error)
                continue
            above = f"{directory}/" if directory else ""
            yield from (above + name for name in sorted(files))
            directories += [above + name for name in sorted(below, reverse=True)]

    def ahead(self, names: Iterable[str]) -> AbstractContextManager[None]:
        """Return a block in which to look at these files costs less, where that can be."""
        del names
        return contextlib.nullcontext()

    def exists(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self.storage.exists(name)

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        return self.storage.size(name)

    def told(self, name: str) -> Fingerprint | None:
        """
        Return size and signature as the storage knows them, without reading; None if it does not.

        Raises:
            FileNotFoundError: there is no such file, where the storage knows signatures.

        """
        del name
        return None

    def read(self, name: str) -> Fingerprint:
        """Read a whole file in bounded memory; return the fingerprint of what was read."""
        digest = Digest()
        with self.storage.open(name, "rb") as file:
            for piece in iter(lambda: file.read(_PIECE), b""):
                digest.update(piece)
        return digest.fingerprint()

    def fingerprint(self, name: str) -> Fingerprint:
        """Return the fingerprint of a file, reading it only where the storage does not know it."""
        return self.told(name) or self.read(name)


class CloudFiles(AnyStorage):
    """
    The files of a storage of this package.

    Attributes:
        cloud: the storage.

    """

    def __init__(self, storage: CloudStorage, alias: str = "") -> None:
        super().__init__(storage, alias)
        self.cloud = storage

    def canonical(self, name: str) -> str:
        """Return the canonical name."""
        with django_errors():
            return self.cloud.service.canonical(name)

    def names(self, on_problem: Callable[[str, Exception], object] | None = None) -> Iterator[str]:
        """Yield the name of every file: a request for each page of a thousand."""
        del on_problem  # what one page raises, the others would
        yield from self.cloud.service.names()

    def ahead(self, names: Iterable[str]) -> AbstractContextManager[None]:
        """Return a block in which looking at these files costs no request."""
        return self.cloud.prefetch_metadata(names)

    def told(self, name: str) -> Fingerprint | None:
        """Return size and signature as the server knows them."""
        with django_errors():
            return Fingerprint.of_stored(self.cloud.service.info(name))


def files_of(storage: Storage | str, alias: str = "") -> AnyStorage:
    """
    Return the files of a storage, or of an alias.

    Raises:
        CannotRun: there is no such alias.

    """
    if isinstance(storage, str):
        return files_of(storage_of(storage), alias or storage)
    real = unwrapped(storage)
    if isinstance(real, CloudStorage):
        return CloudFiles(real, alias)
    return AnyStorage(real, alias)
