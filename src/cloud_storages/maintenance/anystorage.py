"""What the work needs of a storage, be it of this package or any other."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from django.core.files.storage import FileSystemStorage

from cloud_storages.backends.base import CloudStorage
from cloud_storages.backends.errors import django_errors
from cloud_storages.domain.layouts import Kind
from cloud_storages.domain.signatures import Digest, Fingerprint
from cloud_storages.maintenance.aliases import storage_of, unwrapped
from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from django.core.files.storage import Storage

__all__ = ["AnyStorage", "CloudFiles", "files_of"]

#: Bytes read at once where a content is digested.
_PIECE = 1024 * 1024
#: Odd entries of a directory that are told.
_FEW = 5


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

        What no name leads to is left out, such as the key ``a//b`` of S3.

        Args:
            on_problem: told of each directory that cannot be listed, or not as a whole, and why;
                if not given, what is raised is passed on.

        Raises:
            CannotRun: a directory has an entry that no name leads to, and nobody is told.

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
            odd = sorted({each for each in (*below, *files) if not _is_segment(each)})
            if odd:
                told = ", ".join(map(repr, odd[:_FEW]))
                problem = CannotRun(f"No name leads to {told} in the directory {directory!r}.")
                if on_problem is None:
                    raise problem
                on_problem(directory, problem)
            above = f"{directory}/" if directory else ""
            yield from (above + name for name in sorted(filter(_is_segment, files)))
            directories += [
                above + name for name in sorted(filter(_is_segment, below), reverse=True)
            ]

    def ahead(self, names: Iterable[str]) -> AbstractContextManager[None]:
        """Return a block in which to look at these files costs less, where that can be."""
        del names
        return contextlib.nullcontext()

    def exists(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self.storage.exists(name)

    def has_file(self, name: str) -> bool:
        """Return whether there is such a file, and no directory or broken link of this name."""
        if not self.may_be_file(name) or not self.storage.exists(name):
            return False
        # Some storages say that a directory exists, and have no size for it.
        with contextlib.suppress(NotImplementedError):
            try:
                self.storage.size(name)
            except FileNotFoundError:
                return False
        return True

    def may_be_file(self, name: str) -> bool:
        """Return False if this is certainly no file, by what is known at no cost."""
        if isinstance(self.storage, FileSystemStorage):
            return os.path.isfile(self.storage.path(name))  # noqa: PTH113 - that of Path may raise
        return True

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
        """
        Yield the name of every file: a request for each page of a thousand.

        One more for each staged copy; their names are kept in memory.
        """
        del on_problem  # what one page raises, the others would
        staged: dict[str, None] = {}
        for entry in self.cloud.service.entries():
            if entry.info.complete and entry.kind is Kind.FILE:
                yield entry.name
            elif entry.info.complete and entry.kind is Kind.STAGED:
                staged[entry.name] = None
        yield from filter(self._is_staged_only, staged)

    def may_be_file(self, name: str) -> bool:
        """Return whether there is such a file as far as is known at no cost: always."""
        del name
        return True

    def _is_staged_only(self, name: str) -> bool:
        """Return whether a name opens a staged copy, because its file is missing."""
        there = self.cloud.service.there(name)
        return (
            there is not None
            and there.complete
            and there.location != self.cloud.service.whereabouts(name)[2]
        )

    def ahead(self, names: Iterable[str]) -> AbstractContextManager[None]:
        """Return a block in which looking at these files costs no request."""
        return self.cloud.prefetch_metadata(names)

    def told(self, name: str) -> Fingerprint | None:
        """Return size and signature as the server knows them."""
        with django_errors():
            return Fingerprint.of_stored(self.cloud.service.info(name))


def _is_segment(entry: str) -> bool:
    """Return whether an entry of a directory can be a part of a name."""
    return entry not in ("", ".", "..") and "/" not in entry


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
