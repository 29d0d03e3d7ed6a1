"""
The name that Appwrite's multipart parser makes of a part's Content-Disposition.

It reads the value like a line of cookies: cut at every semicolon, quotes or not, percent
sequences decoded, all quotes at the ends stripped. So a client that wants its name back sends
it percent-encoded.
"""

from __future__ import annotations

import re

LONGEST = 512
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


class UnusableFilenameError(ValueError):
    """A filename so long that the server refuses the whole request."""


def parameters(disposition: bytes) -> dict[str, bytes]:
    """
    Return the parameters of a Content-Disposition value, given as raw bytes.

    Values keep their quotes. Of two parameters with one name the first counts.
    """
    _, _, rest = disposition.partition(b";")
    found: dict[str, bytes] = {}
    for piece in rest.split(b";"):
        name, equals, value = piece.lstrip(b" \t").partition(b"=")
        if equals:
            found.setdefault(name.decode("latin-1"), percent_decoded(value))
    return found


def percent_decoded(value: bytes) -> bytes:
    """Return `value` with its percent sequences decoded; what is none is kept, and so is +."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), value)


def unquoted(value: bytes) -> str:
    """Return a decoded parameter as text, without the quotes at its ends."""
    return value.strip(b'"').decode("utf-8", "replace")


def filename(found: dict[str, bytes]) -> str | None:
    """
    Return the name of a file part, or None if the part is a plain field.

    Raises UnusableFilenameError from 512 bytes on, counted with the two quotes.
    """
    value = found.get("filename")
    if value is None:
        return None
    if len(value) >= LONGEST:
        raise UnusableFilenameError(f"{len(value)} bytes")
    return unquoted(value)


def extension(name: str) -> str:
    """Return what follows the last dot of the last path component, as PHP's pathinfo sees it."""
    base = name.rstrip("/").rpartition("/")[2]
    _, dot, last = base.rpartition(".")
    return last if dot else ""
