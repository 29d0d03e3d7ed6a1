"""
What Appwrite keeps about a bucket, a file and a token, as frozen values.

Times are texts as they travel. `seq` is the row number, which tells apart two things that bore
one identifier one after the other.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

import attrs
from attrs import frozen


@frozen
class Bucket:
    """A bucket. `maximum_file_size` is in bytes; `search` is the text that a search looks in."""

    id: str
    name: str
    created: str
    updated: str
    maximum_file_size: int
    permissions: tuple[str, ...] = ()
    file_security: bool = False
    enabled: bool = True
    allowed_extensions: tuple[str, ...] = ()
    compression: str = "none"
    encryption: bool = True
    antivirus: bool = True
    transformations: bool = True
    search: str = ""
    seq: int = 0


@frozen
class File:
    """
    A file, complete when all its chunks are there.

    `size` is the size declared with the first chunk, `size_actual` that on the device, both in
    bytes. `path` is where the device keeps the bytes; it follows from the first name's extension.
    """

    id: str
    bucket_seq: int
    bucket_id: str
    name: str
    path: str
    size: int
    created: str
    updated: str
    permissions: tuple[str, ...] = ()
    folder: str = ""
    signature: str = ""
    mime_type: str = ""
    size_actual: int = 0
    chunks_total: int = 1
    chunks_uploaded: int = 0
    encryption: bool = False
    compression: str = ""
    search: str = ""
    transformed: str = ""
    seq: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every chunk arrived."""
        return self.chunks_uploaded == self.chunks_total


@frozen
class Token:
    """A file token. It is bound to row numbers, so it dies with its file."""

    id: str
    bucket_seq: int
    file_seq: int
    resource_id: str
    created: str
    updated: str
    expire: str = ""
    accessed: str = ""
    seq: int = 0


Record = TypeVar("Record", Bucket, File, Token)


def dump(record: Bucket | File | Token) -> str:
    """Return a record as JSON, without its row number."""
    return json.dumps(attrs.asdict(record, filter=lambda field, _: field.name != "seq"))


def load(kind: type[Record], seq: int, text: str) -> Record:
    """Return the record of `kind` that was dumped as `text` in row `seq`."""
    members: dict[str, Any] = json.loads(text)
    known = {name: _tupled(value) for name, value in members.items()}
    return kind(seq=seq, **known)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
