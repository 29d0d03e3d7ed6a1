"""The values that the layers pass to each other. All are frozen; none knows where it came from."""

from __future__ import annotations

import datetime as dt
import enum
import re

import attrs

__all__ = [
    "STRANGERS",
    "BucketInfo",
    "BucketSettings",
    "FileInfo",
    "FileToken",
    "Location",
    "OnConflict",
    "Secret",
    "Window",
]

#: Roles that anybody on the internet has or can get.
STRANGERS = frozenset({"any", "guests", "users", "users/unverified"})
_GRANT = re.compile(r'(\w+)\("([^"]*)"\)')


class Secret(str):
    """A text that shows nothing of itself, so that no traceback with variables betrays it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@attrs.frozen(order=True)
class Location:
    """
    Where a file lives.

    Attributes:
        bucket_id: ID of the bucket.
        file_id: ID of the file within it.

    """

    bucket_id: str
    file_id: str

    def __str__(self) -> str:
        return f"{self.bucket_id}/{self.file_id}"


@attrs.frozen
class FileInfo:
    """
    What a store knows of a file.

    Attributes:
        location: where it lives.
        title: the name shown to people who look into the bucket.
        size: bytes; for a partial the size announced by its first chunk.
        signature: hex MD5 of the content, or the composite form; empty while partial.
        created: when the content was stored, with time zone; of a partial, its last piece.
        complete: False for a partial, which is no file to readers.
        unproven: of a partial, whether all its pieces have come and only the signature is
            missing: it may be whole, on a server that tells none.

    """

    location: Location
    title: str
    size: int
    signature: str
    created: dt.datetime
    complete: bool = True
    unproven: bool = False


@attrs.frozen
class BucketInfo:
    """
    A bucket.

    Attributes:
        bucket_id: its ID.
        name: its name as shown to people.
        readers: who may read every file in it, in the server's words: ``"any"``, ``"users"``, …
        draws: whether it shows previews of pictures.

    """

    bucket_id: str
    name: str
    readers: frozenset[str] = frozenset()
    draws: bool = True


@attrs.frozen
class BucketSettings:
    """
    Everything that can be chosen about a bucket.

    Attributes:
        bucket_id: its ID, which never changes.
        name: as shown to people, 1 to 128 characters.
        permissions: who may do what with every file in it, in the server's words, such as
            ``read("any")``.
        file_security: whether permissions of single files count, too.
        enabled: whether it is open to anyone but the holders of a key.
        maximum_file_size: bytes a file may have; None for as many as the server allows at all.
        allowed_extensions: extensions a file may have, without dot and in lower case, since others
            match none; none for any.
        compression: ``"none"``, ``"gzip"`` or ``"zstd"``; of files stored from now on, as the next.
        encryption: whether files are encrypted where they are stored.
        antivirus: whether files are scanned when they are stored.
        transformations: whether it shows previews of pictures; None if the server knows no such
            choice, or shall choose.

    """

    bucket_id: str
    name: str
    permissions: tuple[str, ...] = ()
    file_security: bool = False
    enabled: bool = True
    maximum_file_size: int | None = None
    allowed_extensions: tuple[str, ...] = ()
    compression: str = "none"
    encryption: bool = True
    antivirus: bool = True
    transformations: bool | None = None

    def holders(self, action: str) -> frozenset[str]:
        """Return who may do something with every file, such as ``"read"`` it."""
        found = (_GRANT.fullmatch(each) for each in self.permissions)
        return frozenset(grant[2] for grant in found if grant and grant[1] == action)

    @property
    def is_public(self) -> bool:
        """Whether anyone may read every file in it."""
        return "any" in self.holders("read")

    def opened(self, *, public: bool) -> BucketSettings:
        """Return the same settings, but readable by anyone, or by no stranger."""
        granted = tuple(each for each in self.permissions if each not in _STRANGERS_READ)
        if public:
            granted = ('read("any")', *granted)
        return attrs.evolve(self, permissions=granted)


_STRANGERS_READ = frozenset(f'read("{role}")' for role in STRANGERS)


@attrs.frozen
class FileToken:
    """
    What opens one file, as it is now, to whoever has it.

    Attributes:
        secret: goes into a URL.
        expires: when it opens nothing any more, with time zone.

    """

    secret: Secret = attrs.field(converter=Secret)
    expires: dt.datetime


@attrs.frozen
class Window:
    """
    A piece of a file's content.

    Attributes:
        offset: position of its first byte in the file, in bytes.
        data: the bytes.
        total: size of the whole file at that moment, in bytes.

    """

    offset: int
    data: bytes = attrs.field(repr=False)
    total: int

    @property
    def end(self) -> int:
        """Position after the last byte of the window, in bytes."""
        return self.offset + len(self.data)


class OnConflict(enum.Enum):
    """What to do when the location of a name is taken."""

    KEEP_BOTH = "keep both"
    REUSE_IDENTICAL = "reuse identical"
    OVERWRITE = "overwrite"
