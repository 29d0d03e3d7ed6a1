"""
A request and an answer as values, so that every rule can be tried without a socket.

The server shell turns bytes into a Request and a Response into bytes; the application in
between does neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from attrs import field, frozen

Headers = tuple[tuple[str, str], ...]


@frozen
class Upload:
    """
    A file part of a multipart body, spooled to `path`.

    `name` is the name Appwrite's parser makes of the part, `size` and `md5` (hex) are of the
    bytes received.
    """

    name: str
    path: Path
    size: int
    md5: str


@frozen
class Request:
    """
    One request: `path` raw and without the query string, header names in lower case.

    `query` and `fields` are nested values; `host` is the host name asked for.
    """

    method: str
    path: str
    query: dict[str, Any] = field(factory=dict)
    headers: dict[str, str] = field(factory=dict, repr=False)
    fields: dict[str, Any] = field(factory=dict)
    files: dict[str, Upload] = field(factory=dict)
    host: str = "localhost"

    def header(self, name: str) -> str:
        """Return the header `name` (lower case), or the empty text."""
        return self.headers.get(name, "")


@frozen
class Slice:
    """A window of an open file: `length` bytes from `start`. Whoever sends it closes it."""

    file: BinaryIO
    start: int
    length: int

    def read(self) -> bytes:
        """Return all bytes of the window at once and close the file."""
        with self.file:
            self.file.seek(self.start)
            return self.file.read(self.length)


@frozen
class Response:
    """One answer. Header lines stay in order, and a name may appear twice."""

    status: int
    headers: Headers = ()
    body: bytes | Slice = b""

    @property
    def length(self) -> int:
        """The number of bytes in the body."""
        return self.body.length if isinstance(self.body, Slice) else len(self.body)

    def header(self, name: str) -> str | None:
        """Return all lines of the header `name` joined by commas, or None."""
        found = [value for each, value in self.headers if each.lower() == name.lower()]
        return ", ".join(found) if found else None
