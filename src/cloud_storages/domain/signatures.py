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
    """
    Computes a fingerprint from bytes as they pass by, in pieces of any size.

    The two signatures are computed apart, so that two threads can share the work: one calls
    ``update_whole`` and the other ``update_parts`` with the same pieces.
    """

    def __init__(self) -> None:
        self._whole: hashlib._Hash | None = _md5()
        self._parts: _Parts | None = _Parts()
        self._sizes = [0, 0]

    @property
    def size(self) -> int:
        """Bytes seen so far."""
        return max(self._sizes)

    def narrow(self, signature: str) -> None:
        """Compute no other form of signature from now on than that of this one."""
        if "-" in signature:
            self._whole = None
        else:
            self._parts = None

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self.update_whole(data)
        self.update_parts(data)

    def update_whole(self, data: bytes) -> None:
        """Take the next bytes, for the plain MD5 only."""
        if self._whole is not None:
            self._whole.update(data)
            self._sizes[0] += len(data)

    def update_parts(self, data: bytes) -> None:
        """Take the next bytes, for the composite form only."""
        if self._parts is not None:
            self._parts.update(data)
            self._sizes[1] += len(data)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of what was seen so far."""
        plain = (self._whole.hexdigest(),) if self._whole is not None else ()
        composite = (self._parts.signature(),) if self._parts is not None else ()
        return Fingerprint(self.size, (*plain, *composite))


class _Parts:
    """Computes the composite form: the MD5 of the parts' MD5 digests, and how many there are."""

    def __init__(self) -> None:
        self._done: list[bytes] = []
        self._part = _md5()
        self._room = CHUNK_SIZE

    def update(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            piece = view[: self._room]
            self._part.update(piece)
            self._room -= len(piece)
            view = view[len(piece) :]
            if not self._room:
                self._done.append(self._part.digest())
                self._part, self._room = _md5(), CHUNK_SIZE

    def signature(self) -> str:
        parts = list(self._done)
        if self._room < CHUNK_SIZE or not parts:
            parts.append(self._part.digest())
        return f"{_md5(b''.join(parts)).hexdigest()}-{len(parts)}"


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
