"""
Checks of single parameters: each returns Appwrite's complaint about a value, or None.

They accept what Appwrite accepts on the wire, where numbers and booleans may be text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from cloud_storages.emulator import php

Check = Callable[[object], "str | None"]
_HEX_COLOR = re.compile(r"[A-Fa-f0-9]{6}\n?|[A-Fa-f0-9]{3}\n?")


def between(low: int, high: int, *, fractions: bool = False) -> Check:
    """Return the check for a number from `low` to `high`; whole unless `fractions`."""
    complaint = f"Value must be a valid range between {php.grouped(low)} and {php.grouped(high)}"

    def check(value: object) -> str | None:
        seen = php.number(value)
        if seen is None or (isinstance(seen, float) and not fractions and not math.isinf(seen)):
            return complaint
        return None if low <= seen <= high else complaint

    return check


def text(longest: int) -> Check:
    """Return the check for a text of 1 to `longest` characters."""
    complaint = (
        f"Value must be a valid string and at least 1 chars and no longer than {longest} chars"
    )

    def check(value: object) -> str | None:
        good = isinstance(value, str) and 1 <= len(value) <= longest
        return None if good else complaint

    return check


def texts(most: int, longest: int) -> Check:
    """Return the check for a list of at most `most` texts of 1 to `longest` characters."""
    each = text(longest)
    complaint = f"Value must a valid array no longer than {most} items and {each(None)}"

    def check(value: object) -> str | None:
        good = (
            isinstance(value, list)
            and len(value) <= most
            and all(each(item) is None for item in value)
        )
        return None if good else complaint

    return check


def one_of(allowed: Sequence[str], *, exactly: bool) -> Check:
    """Return the check for one of the texts `allowed`, in any case unless `exactly`."""
    complaint = f"Value must be one of ({', '.join(allowed)})"
    folded = {item.lower() for item in allowed}

    def check(value: object) -> str | None:
        if exactly:
            return None if value in allowed and isinstance(value, str) else complaint
        good = isinstance(value, str) and value.lower() in folded
        return None if good else complaint

    return check


def boolean(value: object) -> str | None:
    """Check for a boolean, which may come as text or as 0 and 1."""
    good = value in ("true", "false", "1", "0") if isinstance(value, str) else value in (0, 1)
    good = good and not isinstance(value, float)
    return None if good else "Value must be a valid boolean"


def hex_color(value: object) -> str | None:
    """Check for a colour of three or six hexadecimal digits, without a leading #."""
    good = isinstance(value, str) and _HEX_COLOR.fullmatch(value) is not None
    return None if good else "Value must be a valid Hex color code"


def or_null(check: Check) -> Check:
    """Return `check` with Appwrite's wording for parameters that may be null."""

    def checked(value: object) -> str | None:
        if value is None:
            return None
        complaint = check(value)
        return None if complaint is None else f"{complaint} or null"

    return checked
