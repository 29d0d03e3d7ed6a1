"""
What a Range or Content-Range header asks for, and what Appwrite makes of it.

Appwrite refuses much that HTTP allows: the last so many bytes, several windows, a window of one
byte or one that passes the end. Long and open windows are cut short, silently but for the
Content-Range of the answer.
"""

from __future__ import annotations

import re

from attrs import frozen

READ_BUFFER = 20_000_000
CHUNK = 5 * 1024 * 1024
_RANGE = re.compile(r"([^=]+)=([0-9]+)-([0-9]*)")
_CONTENT_RANGE = re.compile(r"(\S+) ([0-9]+)-([0-9]+)/([0-9]+)")


class UnsatisfiableRangeError(ValueError):
    """A range that Appwrite answers with 416."""


@frozen
class Window:
    """Bytes `start` to `end` of a file, both included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """The number of bytes in the window."""
        return self.end - self.start + 1


@frozen
class ContentRange:
    """Where an uploaded chunk says it belongs: bytes `start` to `end` of `total`."""

    start: int
    end: int
    total: int


def window(header: str, size: int, *, open_limit: int, cuts_long: bool) -> Window | None:
    """
    Return the window of a file of `size` bytes that a Range header gets.

    None without a header (PHP takes the text ``0`` for none). An open window stops after
    `open_limit` bytes, and so does one longer than 20,000,000 bytes if `cuts_long`.
    Raises UnsatisfiableRangeError for what is answered with 416.
    """
    if header in ("", "0"):
        return None
    match = _RANGE.fullmatch(header)
    if match is None:
        raise UnsatisfiableRangeError(header)
    unit, start, last = match[1], int(match[2]), match[3]
    end = int(last) if last else None
    if end is not None and end <= start:
        raise UnsatisfiableRangeError(header)
    if end is None or (cuts_long and end - start > READ_BUFFER):
        end = min(start + open_limit - 1, size - 1)
    if unit != "bytes" or start >= end or end >= size:
        raise UnsatisfiableRangeError(header)
    return Window(start, end)


def content_range(header: str) -> ContentRange:
    """
    Return what a Content-Range header says; the unit may be any word.

    An end equal to the total is tolerated. Raises ValueError for everything else.
    """
    match = _CONTENT_RANGE.fullmatch(header)
    if match is None:
        raise ValueError(header)
    start, end, total = (int(number) for number in match.groups()[1:])
    if not start <= end <= total:
        raise ValueError(header)
    return ContentRange(start, end, total)
