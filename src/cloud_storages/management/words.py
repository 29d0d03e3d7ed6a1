"""Sizes, times and numbers as people write and read them, in arguments and in what is printed."""

from __future__ import annotations

import datetime as dt
import re
from argparse import ArgumentTypeError

from cloud_storages.maintenance.sizes import size_of

__all__ = [
    "bytes_in_words",
    "counted",
    "duration",
    "duration_in_words",
    "extensions",
    "positive",
    "size",
]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_THOUSAND = 1000


def duration(text: str) -> dt.timedelta:
    """
    Return a length of time written like ``90m``, ``24h``, ``30d`` or ``2w``.

    Raises:
        ArgumentTypeError: it is written otherwise.

    """
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no length of time: write 90m, 24h, 30d or 2w.")
    return dt.timedelta(**{_UNITS[found[2]]: int(found[1])})


def size(text: str) -> int:
    """
    Return the bytes of a size written like ``50MB`` or ``5MiB``.

    Raises:
        ArgumentTypeError: it is written otherwise.

    """
    try:
        return size_of(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def extensions(text: str) -> tuple[str, ...]:
    """Return the extensions of a list written like ``jpg,png``; none for an empty text."""
    return tuple(each for each in text.split(",") if each.strip())


def counted(count: int, what: str) -> str:
    """Return how many things there are, such as ``1 file`` or ``2 files``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def positive(text: str) -> int:
    """
    Return a whole number above zero.

    Raises:
        ArgumentTypeError: it is none.

    """
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number above zero.")
    return int(text)


def duration_in_words(length: dt.timedelta) -> str:
    """Return a length of time, rounded down, such as ``3 days`` or ``47 hours``."""
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size:
            return counted(minutes // size, unit)
    return counted(minutes, "minute")


def bytes_in_words(count: int) -> str:
    """Return a number of bytes roughly, such as ``1.4 MB``."""
    left, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while left >= _THOUSAND and len(units) > 1:
        left /= _THOUSAND
        units.pop(0)
    return counted(count, "byte") if units[0] == "bytes" else f"{left:.1f} {units[0]}"
