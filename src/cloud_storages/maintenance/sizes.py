"""Sizes as people write them."""

from __future__ import annotations

import re

__all__ = ["shown", "size_of"]

_UNITS = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def size_of(text: str) -> int:
    """
    Return the bytes of a size such as ``"50MB"`` (50,000,000), ``"5 MiB"`` or ``"1000"``.

    Raises:
        ValueError: it is none, or not of a whole number of bytes, 1 or more.

    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    unit = _UNITS.get(found[2]) if found else None
    if found is None or unit is None:
        raise ValueError(f"{text!r} is no size; one looks like 50MB, 5MiB or 1000000.")
    size = round(float(found[1]) * unit)
    if size < 1:
        raise ValueError(f"{text!r} is no size: it must be a byte at least.")
    return size


def shown(size: int) -> str:
    """Return a size for people, exact."""
    return f"{size:,} bytes"
