"""
Whether two contents are the same, told by size and MD5.

Appwrite signs a complete file with the hex MD5 of its original bytes. On devices of the S3
family a chunked upload gets the composite form instead: the MD5 of the parts' MD5 digests, a
hyphen, and the number of parts. MD5 serves identity here, not security.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloud_storages.domain.values import FileInfo

__all__ = ["CHUNK_SIZE", "Digest", "Fingerprint", "byte_of", "fingerprint"]

#: Size in bytes of every chunk but the last. Appwrite 1.9.5 and later derive a chunk's index
#: from its start divided by exactly this number.
CHUNK_SIZE = 5 * 1024 * 1024


@attrs.frozen
class Fingerprint:
    """
    What identifies a content.

    Attributes:
        size: bytes.
        signatures: every form in which a server may sign this content; the plain MD5 first.

    """

    size: int
    signatures: tuple[str, ...]

    @property
    def md5(self) -> str:
        """The signature this package itself compares and derives names with."""
        return self.signatures[0]

    @property
    def chunks(self) -> int:
        """How many chunks an upload of this content takes; an empty one takes one."""
        return max(1, -(-self.size // CHUNK_SIZE))

    def matches(self, info: FileInfo) -> bool:
        """Whether a stored file is complete and has this content (is a twin)."""
        return info.complete and info.size == self.size and info.signature in self.signatures

    @classmethod
    def of_stored(cls, info: FileInfo) -> Fingerprint:
        """Return the fingerprint of a complete stored file, as far as its store tells it."""
        return cls(info.size, (info.signature,))


class Digest:
    """Computes a fingerprint from bytes as they pass by, in pieces of any size."""

    def __init__(self) -> None:
        self._size = 0
        self._whole = _md5()
        self._part = _md5()
        self._parts: list[bytes] = []

    @property
    def size(self) -> int:
        """Bytes seen so far."""
        return self._size

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._whole.update(data)
        view = memoryview(data)
        while view:
            room = CHUNK_SIZE - self._size % CHUNK_SIZE
            piece = view[:room]
            self._part.update(piece)
            self._size += len(piece)
            view = view[room:]
            if self._size % CHUNK_SIZE == 0:
                self._parts.append(self._part.digest())
                self._part = _md5()

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of what was seen so far."""
        parts = list(self._parts)
        if self._size % CHUNK_SIZE or not parts:
            parts.append(self._part.digest())
        composite = f"{_md5(b''.join(parts)).hexdigest()}-{len(parts)}"
        return Fingerprint(self._size, (self._whole.hexdigest(), composite))


def fingerprint(pieces: Iterable[bytes]) -> Fingerprint:
    """Return the fingerprint of the content that the pieces make up."""
    digest = Digest()
    for piece in pieces:
        digest.update(piece)
    return digest.fingerprint()


def byte_of(signature: str) -> bytes | None:
    """
    Return the single byte that has this MD5, or None.

    Appwrite refuses every range of a one-byte file, and serves the byte ``0`` from encrypted
    or compressed buckets as its stored encoding; its signature is right in both cases.
    """
    return _BYTES.get(signature)


def _md5(data: bytes = b"") -> hashlib._Hash:
    return hashlib.md5(data, usedforsecurity=False)


_BYTES = {_md5(bytes([n])).hexdigest(): bytes([n]) for n in range(256)}
