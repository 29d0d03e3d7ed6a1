"""
Heads and the framing of bodies, read but never rewritten.

What a parser of HTTP would refuse or put in order is what a test wants to see the server refuse,
so lines stay the bytes they were, and only what frames a body is understood.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, TypeVar

from attrs import field, frozen

from cloud_storages.emulator.answers import is_bodiless

if TYPE_CHECKING:
    from collections.abc import Iterator

AnyHead = TypeVar("AnyHead", bound="Head")

PIECE = 64 * 1024
_LONGEST_LINE = 64 * 1024
_EMPTY = (b"\r\n", b"\n")
_OLD = b"HTTP/1.0"
# what is between neighbours only; framing is kept, and so are the headers about it
_HOP_BY_HOP = frozenset(
    (b"connection", b"expect", b"keep-alive", b"proxy-connection", b"te", b"upgrade")
)


class BrokenOffError(OSError):
    """A message that ends before it is complete, or that cannot be followed to its end."""


class Reader(Protocol):
    """The reading half of a connection, buffered."""

    def readline(self, size: int, /) -> bytes:
        """Return a line with its end, without it at the end of the stream or after `size`."""

    def read1(self, size: int, /) -> bytes:
        """Return what is there, `size` bytes at most, nothing only at the end of the stream."""


@frozen
class Head(ABC):
    """The first line of a message and its header lines, each with the end it came with."""

    first: bytes
    lines: tuple[bytes, ...] = field(repr=False)  # keys are among them

    def __bytes__(self) -> bytes:
        return self.first + b"".join(self.lines) + b"\r\n"

    def options(self, name: bytes) -> list[bytes]:
        """Return the elements of all lines of the header `name`, in lower case."""
        found = (
            value.lower().split(b",")
            for line in self.lines
            for key, _, value in (line.partition(b":"),)
            if key.strip().lower() == name
        )
        return [option.strip() for options in found for option in options]

    def passed_on(self) -> bytes:
        """Return the head for the next neighbour, without what is between these two only."""
        left_out = _HOP_BY_HOP.union(self.options(b"connection"))
        lines = (line for line in self.lines if _name(line) not in left_out)
        return b"".join((self.first, *lines, b"\r\n"))

    def framed(self, reader: Reader) -> Iterator[tuple[bytes, bytes]] | None:
        """Return the body as `chunked` tells it, or None where the head says nothing about it."""
        if b"chunked" in self.options(b"transfer-encoding"):
            return chunked(reader)
        lengths = self.options(b"content-length")
        if not lengths:
            return None
        if not lengths[0].isdigit():
            raise BrokenOffError("no length of a body")
        return counted(reader, int(lengths[0]))

    @property
    def persists(self) -> bool:
        """Whether the sender means to keep the connection."""
        options = self.options(b"connection")
        return b"keep-alive" in options if self.is_old else b"close" not in options

    @property
    @abstractmethod
    def is_old(self) -> bool:
        """Whether the sender speaks HTTP/1.0."""


@frozen
class RequestHead(Head):
    """The head of a request."""

    @property
    def method(self) -> str:
        """The method."""
        return self.first.partition(b" ")[0].decode("latin-1")

    @property
    def path(self) -> str:
        """The raw path, without the query string."""
        target = self.first.rstrip().partition(b" ")[2].rpartition(b" ")[0]
        return target.partition(b"?")[0].decode("latin-1")

    @property
    def expects_leave(self) -> bool:
        """Whether the client waits for a word before it sends the body."""
        return b"100-continue" in self.options(b"expect")

    @property
    def is_old(self) -> bool:
        """Whether the client speaks HTTP/1.0."""
        return self.first.rstrip().endswith(_OLD)

    def body(self, reader: Reader) -> Iterator[tuple[bytes, bytes]]:
        """Return the body as `chunked` tells it."""
        return self.framed(reader) or counted(reader, 0)


@frozen
class AnswerHead(Head):
    """The head of an answer."""

    @property
    def status(self) -> int:
        """The status; raises BrokenOffError where there is none."""
        status = self.first.partition(b" ")[2][:3]
        if not status.isdigit():
            raise BrokenOffError("no status")
        return int(status)

    @property
    def is_interim(self) -> bool:
        """Whether another answer to the same request follows."""
        return self.status < HTTPStatus.OK

    @property
    def is_old(self) -> bool:
        """Whether the server speaks HTTP/1.0."""
        return self.first.startswith(_OLD)

    def body(self, reader: Reader, method: str) -> Iterator[tuple[bytes, bytes]] | None:
        """
        Return the body of the answer to a request of `method`, as `chunked` tells it.

        None says that only the end of the connection ends it: `endless` reads it.
        """
        return counted(reader, 0) if is_bodiless(method, self.status) else self.framed(reader)


def read(reader: Reader, kind: type[AnyHead]) -> AnyHead | None:
    """Return the next head, or None at the end of the stream; raises BrokenOffError within."""
    first = reader.readline(_LONGEST_LINE)
    if not first:
        return None
    lines: list[bytes] = []
    line = first
    while True:
        if not line.endswith(b"\n"):
            raise BrokenOffError("no end of the head")
        line = reader.readline(_LONGEST_LINE)
        if line in _EMPTY:
            return kind(first, tuple(lines))
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1] += line
        else:
            lines.append(line)


def chunked(reader: Reader) -> Iterator[tuple[bytes, bytes]]:
    """
    Yield a chunked body piece by piece: framing, and the data after it.

    Joined in order both are exactly what travelled. Raises BrokenOffError at an early end.
    """
    framing = b""
    while True:
        line = reader.readline(_LONGEST_LINE)
        framing += line
        left = _chunk_size(line)
        if left == 0:
            break
        for _, data in counted(reader, left):
            yield framing, data
            framing = b""
        framing = _line(reader)
    while (line := _line(reader)) not in _EMPTY:
        framing += line
    yield framing + line, b""


def counted(reader: Reader, left: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the next `left` bytes, which nothing frames; raises BrokenOffError at an early end."""
    while left > 0:
        data = reader.read1(min(left, PIECE))
        if not data:
            raise BrokenOffError("no end of the body")
        left -= len(data)
        yield b"", data


def endless(reader: Reader) -> Iterator[tuple[bytes, bytes]]:
    """Yield all there is until the stream ends."""
    while data := reader.read1(PIECE):
        yield b"", data


def _line(reader: Reader) -> bytes:
    line = reader.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise BrokenOffError("no end of the body")
    return line


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise BrokenOffError("no length of a chunk") from None


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()
