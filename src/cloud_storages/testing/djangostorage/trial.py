"""A storage on trial: what it is given, and taking all of it out again."""

from __future__ import annotations

import contextlib
import re
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import attrs
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from cloud_storages.testing.djangostorage.seeing import raises

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from django.core.files.base import File
    from django.core.files.storage import Storage

    #: What is saved: bytes and text become Django's ``ContentFile``.
    Content: TypeAlias = bytes | str | File[Any] | IO[bytes]

__all__ = ["Trial"]

#: What a name ends in that has no filename.
_NO_FILENAME = {"", ".", ".."}


@attrs.define
class Trial:
    """
    A storage, and a directory of it that is the test's own.

    Attributes:
        storage: the storage.
        folder: the directory, of one level, so that it means the same to every storage.
        chunk_size: bytes of the pieces in which the storage sends large contents.
        overwrites: whether saving a taken name replaces the file.
        reuses: whether saving a content that is there under that name stores nothing.
        fetch: gives what a URL shows.

    """

    storage: Storage
    folder: str
    chunk_size: int
    overwrites: bool
    reuses: bool
    fetch: Callable[[str], bytes]
    _names: set[str] = attrs.field(factory=set, init=False)

    def named(self, filename: str) -> str:
        """Return the name of a file in the directory; it is deleted when the trial is over."""
        return self.deletes(f"{self.folder}/{filename}")

    def deletes(self, name: str) -> str:
        """Take note that a file must be deleted when the trial is over; return its name."""
        self._names.add(name)
        return name

    def save(
        self,
        filename: str,
        content: Content,
        max_length: int | None = None,
    ) -> str:
        """Save a file in the directory and return the name it got."""
        return self.save_as(self.named(filename), content, max_length)

    def save_as(
        self,
        name: str | None,
        content: Content,
        max_length: int | None = None,
    ) -> str:
        """Save a file under any name and return the name it got."""
        source: Any = ContentFile(content) if isinstance(content, (bytes, str)) else content
        try:
            returned = self.storage.save(name, source, max_length=max_length)
        except NotImplementedError as error:
            raise AssertionError(f"save() is not implemented: {error}") from error
        return self.deletes(returned)

    def refuses(self, name: str) -> None:
        """
        Make sure that a name that leads out is not saved.

        What is stored all the same is deleted when the trial is over, if its name has a filename:
        that of a directory might take with it what others have there.

        Raises:
            AssertionError: it was saved, or something else was raised.

        """
        __tracebackhide__ = True

        def save() -> str:
            returned = self.storage.save(name, ContentFile(b"hostile"))
            self._deletes_if_a_file(returned)
            return returned

        # Where save refuses too late, the file is there.
        self._deletes_if_a_file(name)
        raises(SuspiciousFileOperation, save, f"saving {name!r}")

    def _deletes_if_a_file(self, name: object) -> None:
        if isinstance(name, str) and re.split(r"[/\\]", name)[-1] not in _NO_FILENAME:
            self.deletes(name)

    def open(self, name: str, mode: str = "rb") -> File[Any]:
        """Open a file of the storage."""
        try:
            return self.storage.open(name, mode)
        except NotImplementedError as error:
            raise AssertionError(f"open(…, {mode!r}) is not implemented: {error}") from error

    def content(self, name: str) -> Any:
        """Return what is read of a file at once: bytes, if the storage is right."""
        with self.open(name) as file:
            return file.read()

    def write(self, name: str, mode: str, data: bytes | str) -> None:
        """Open a file for writing, write, and close it."""
        with self.open(name, mode) as file:
            file.write(data)

    def clear(self) -> None:
        """Delete every file of the trial, whatever the storage says to that."""
        names = sorted(self._names)
        self._names.clear()
        for name in names:
            with contextlib.suppress(Exception):
                self.storage.delete(name)
        if isinstance(self.storage, FileSystemStorage):
            self._remove_directories(names)

    def _remove_directories(self, names: list[str]) -> None:
        ours = (PurePosixPath(name) for name in names if name.startswith(f"{self.folder}/"))
        directories = {str(parent) for path in ours for parent in path.parents} - {"."}
        for directory in sorted(directories, key=len, reverse=True):
            with contextlib.suppress(OSError, SuspiciousFileOperation):
                self.storage.delete(directory)
