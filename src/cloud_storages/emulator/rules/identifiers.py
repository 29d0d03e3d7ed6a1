"""
Which identifiers Appwrite accepts: up to 36 of ``A-Z a-z 0-9 . _ -``, not led by a special one.

Creating takes ``unique()`` as well. The two places word their complaint differently, and the
second text is inaccurate on the wire too.
"""

from __future__ import annotations

import re
import secrets
import time

UNIQUE = "unique()"
_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,35}")
CUSTOM_ID = (
    "Parameter must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen,"
    " and underscore. Can't start with a special char"
)
UID = (
    "UID must contain at most 36 chars. Valid chars are a-z, A-Z, 0-9, and underscore."
    " Can't start with a leading underscore"
)


def is_identifier(value: object) -> bool:
    """Return whether `value` may stand for a thing that exists."""
    return isinstance(value, str) and _LEGAL.fullmatch(value) is not None


def new_identifier_problem(value: object) -> str | None:
    """Return what is wrong with an identifier for a new thing, or None."""
    return None if value == UNIQUE or is_identifier(value) else CUSTOM_ID


def identifier_problem(value: object) -> str | None:
    """Return what is wrong with an identifier in a path, a header or a cursor, or None."""
    return None if is_identifier(value) else UID


def generate() -> str:
    """Return a new identifier as Appwrite makes them: 20 hexadecimal digits, led by the time."""
    return f"{time.time_ns() // 1000:013x}{secrets.token_hex(4)}"[:20]


def effective(value: str) -> str:
    """
    Return the identifier a thing is stored under when `value` was asked for.

    Appwrite takes the identifier ``0`` for none and makes one up.
    """
    return generate() if value in (UNIQUE, "0") else value
