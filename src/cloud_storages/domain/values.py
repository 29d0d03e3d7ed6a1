"""The values that the layers pass to each other. All are frozen; none knows where it came from."""

from __future__ import annotations

import datetime as dt
import enum

import attrs

__all__ = ["BucketInfo", "FileInfo", "FileToken", "Location", "OnConflict", "Secret", "Window"]


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

    """

    location: Location
    title: str
    size: int
    signature: str
    created: dt.datetime
    complete: bool = True


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
