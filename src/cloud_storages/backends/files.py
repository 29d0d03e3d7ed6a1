"""The files that ``open`` returns: lazy for reading, written through on close."""

from __future__ import annotations

import io
import os
import tempfile
import warnings
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File

from cloud_storages.backends.content import SeekableContent
from cloud_storages.domain.signatures import CHUNK_SIZE, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from cloud_storages.service import RemoteReader

__all__ = ["ReadFile", "WriteFile", "kind_of"]

#: Bytes that are copied at once from a window to whoever reads it in small pieces.
_BUFFER = 64 * 1024
_KINDS = ("r", "w", "x", "a", "r+", "w+", "x+", "a+")


def kind_of(mode: str) -> str:
    """
    Return what a mode asks for, whether of bytes or text: r, w, x or a, maybe with a plus.

    Raises:
        ValueError: it is no mode of Python's ``open``.

    """
    letters = sorted(mode.replace("b", "", 1) if "t" not in mode else mode.replace("t", "", 1))
    kind = "".join(sorted(letters, key="+".__eq__))
    if kind not in _KINDS:
        raise ValueError(
            f"The mode {mode!r} is not one of 'r', 'w', 'x' and 'a', each with or without '+'"
            " and with 'b' or 't'."
        )
    return kind


class ReadFile(File):  # type: ignore[type-arg]  # no generic when it runs
    """
    A stored file opened for reading.

    Only its first window was requested when it is returned; the rest follows as it is read. A
    file that changes while it is read raises.

    Args:
        name: of the file.
        mode: ``"rb"``, or ``"r"`` for text.
        reopen: returns a reader at the beginning of the file.
        text: ``encoding``, ``errors`` and ``newline`` of the text.

    """

    def __init__(
        self,
        name: str,
        mode: str,
        reopen: Callable[[], RemoteReader],
        text: Mapping[str, Any],
    ) -> None:
        self.mode = mode
        self._reopen = reopen
        self._text = text
        super().__init__(None, name)
        self.file = self._opened()

    def _opened(self) -> IO[Any]:
        reader = self._reopen()
        self._size = reader.total
        binary = io.BufferedReader(reader, _BUFFER)
        return binary if "b" in self.mode else io.TextIOWrapper(binary, **self._text)

    @property
    def size(self) -> int:
        """Size of the stored file in bytes."""
        return self._size

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> ReadFile:  # noqa: ARG002 - as in Django
        """
        Return to the beginning, opening the file anew if it was closed.

        Raises:
            ValueError: the mode is not one for reading.

        """
        if mode is not None and kind_of(mode) != "r":
            raise ValueError("Open the file through its storage to write to it.")
        if self.closed:
            self.mode = mode or self.mode
            self.file = self._opened()
        else:
            self.seek(0)
        return self


class WriteFile(File):  # type: ignore[type-arg]  # no generic when it runs
    """
    A file that is being written; closing it stores it under this very name.

    If the ``with`` block that holds it raises, nothing is stored and what was there remains.

    Args:
        name: of the file.
        mode: any mode but ``r``.
        before: what the file holds already, in pieces.
        commit: stores a content.
        text: ``encoding``, ``errors`` and ``newline`` of the text.

    """

    def __init__(
        self,
        name: str,
        mode: str,
        before: Iterable[bytes],
        commit: Callable[[SeekableContent], object],
        text: Mapping[str, Any],
    ) -> None:
        self._commit = commit
        self._settled = False
        # A real file gives every mode exactly Python's meaning.
        with tempfile.NamedTemporaryFile(delete=False) as copy:
            self._path = copy.name
            copy.writelines(before)
        options = {} if "b" in mode else text
        # Whether the name was free is settled when the file is stored.
        self._file = open(self._path, mode.replace("x", "w"), **options)  # noqa: SIM115, PTH123 - closed by close()
        super().__init__(self._file, name)
        self.mode = mode

    def open(self, *args: Any, **kwargs: Any) -> WriteFile:  # noqa: ARG002 - as in Django
        """
        Return to the beginning.

        Raises:
            ValueError: the file is closed, and stored: open it anew through its storage.

        """
        if self._settled:
            raise ValueError("The file is closed: open it again through its storage.")
        self.seek(0)
        return self

    def close(self) -> None:
        """
        Store what was written and close; a second time does nothing.

        Raises:
            CloudStorageError: it could not be stored.

        """
        if self._settled:
            return
        self._settled = True
        try:
            self._file.close()
            with open(self._path, "rb") as written:  # noqa: PTH123 - the path is a text
                pieces = iter(lambda: written.read(CHUNK_SIZE), b"")
                self._commit(SeekableContent(written, fingerprint(pieces)))
        finally:
            os.unlink(self._path)  # noqa: PTH108 - the path is a text

    def discard(self) -> None:
        """Close without storing anything."""
        if not self._settled:
            self._settled = True
            self._file.close()
            os.unlink(self._path)  # noqa: PTH108 - the path is a text

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.close()
        else:
            self.discard()

    def __del__(self) -> None:
        if not getattr(self, "_settled", True) and hasattr(self, "_file"):
            self.discard()
            warnings.warn(
                f"The file {self.name!r} was never closed, so it was not stored.",
                ResourceWarning,
                stacklevel=2,
            )
