"""Which bytes of a file a request wants: the Range and If-Range headers of RFC 9110. Pure."""

from __future__ import annotations

import re

import attrs

__all__ = ["ByteRange", "Unsatisfiable", "chosen", "is_current"]

#: One range only: its first and last byte, or how many bytes from the end.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE | re.ASCII)
#: Further than any file reaches; Python refuses to read numbers of thousands of digits.
_BEYOND = 10**18


class Unsatisfiable(Exception):
    """The range begins where the file has ended already."""


@attrs.frozen
class ByteRange:
    """
    A piece of a file.

    Attributes:
        start: position of its first byte.
        end: position after its last byte.

    """

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.end - self.start


def chosen(header: str | None, size: int) -> ByteRange | None:
    """
    Return the piece that a Range header asks for, or None where the whole file is the answer.

    That is so without a header, for one that is malformed or has another unit than bytes, and
    for several ranges: no browser's player asks for them, and the whole is a legal answer.
    It is so for an empty file, too, of which no piece can be named.

    Args:
        header: its value.
        size: of the file, in bytes.

    Raises:
        Unsatisfiable: the range begins past the end.

    """
    match = _RANGE.fullmatch(header or "")
    if match is None or not size:
        return None
    first, last = map(_number, match.groups())
    if first is None:
        return None if last is None else _suffix(last, size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return ByteRange(first, size if last is None else min(last + 1, size))


def is_current(condition: str | None, *, etag: str | None, last_modified: str | None) -> bool:
    """
    Return whether a Range header counts, for what an If-Range header says.

    Args:
        condition: the value of If-Range: a strong entity tag, or a date.
        etag: the entity tag of the file, with its quotes.
        last_modified: the date of the file, as it is sent.

    """
    return condition is None or condition.strip() in (etag, last_modified)


def _suffix(length: int, size: int) -> ByteRange:
    if not length:
        raise Unsatisfiable
    return ByteRange(max(size - length, 0), size)


def _number(digits: str) -> int | None:
    if not digits:
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(_BEYOND)) else _BEYOND
