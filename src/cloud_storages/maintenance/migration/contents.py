"""Contents on their way, and whether two are the same."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import attrs
from django.core.files.base import File

from cloud_storages.domain.signatures import Digest, Fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.ports import Content

__all__ = ["Watched", "as_file", "is_content", "is_same"]

_PIECE = 1024 * 1024


@attrs.define
class Watched:
    """
    A content of which somebody is told how far it is.

    Attributes:
        content: the bytes.
        fingerprint: of all the bytes.
        on_progress: called with how many bytes are stored, until all are; what it raises ends
            the upload.

    """

    content: Content
    fingerprint: Fingerprint
    on_progress: Callable[[int], object] = lambda _: None

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer at the end."""
        return self.content.read(offset, size)

    def progressed(self, stored: int) -> None:
        """Tell whoever wants to know, as long as there is something left to be stored."""
        if stored < self.fingerprint.size:
            self.on_progress(stored)

    def in_every_form(self) -> Watched:
        """Return the same content with every form of signature, for which it is read."""
        digest = Digest()
        for piece in _pieces(self, self.fingerprint.size):
            digest.update(piece)
        return attrs.evolve(self, fingerprint=digest.fingerprint())

    def beginning(self, size: int) -> Fingerprint:
        """Return the fingerprint of the first so many bytes, or of all if there are fewer."""
        digest = Digest()
        for piece in _pieces(self, min(size, self.fingerprint.size)):
            digest.update(piece)
        return digest.fingerprint()


def is_same(one: Fingerprint, other: Fingerprint) -> bool | None:
    """Return whether two contents are the same; None if their signatures have different forms."""
    if one.size != other.size:
        return False
    if not set(one.signatures).isdisjoint(other.signatures):
        return True
    forms = [{"-" in signature for signature in each.signatures} for each in (one, other)]
    return None if forms[0].isdisjoint(forms[1]) else False


def is_content(content: Watched, told: Fingerprint) -> bool:
    """Return whether a file has a content, which is read if the signatures cannot tell."""
    same = is_same(content.fingerprint, told)
    if same is None:
        same = is_same(content.in_every_form().fingerprint, told)
    return same is True


def as_file(name: str, content: Watched) -> File[bytes]:
    """Return a content as a file that any storage saves."""
    file: File[bytes] = File(io.BufferedReader(_Bytes(content), _PIECE), name)
    file.size = content.fingerprint.size
    return file


class _Bytes(io.RawIOBase):
    """A content as a file of Python's."""

    def __init__(self, content: Watched) -> None:
        super().__init__()
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence, self._content.fingerprint.size)
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._content.progressed(self._at)
        data = self._content.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _pieces(content: Watched, size: int) -> Iterator[bytes]:
    for at in range(0, size, _PIECE):
        yield content.read(at, min(_PIECE, size - at))
