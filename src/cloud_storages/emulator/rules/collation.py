"""
How Appwrite's MariaDB compares text: ``utf8mb4_general_ci``.

Case and accents do not count, nor do spaces at the end; every character beyond U+FFFF is the
same. LIKE compares character by character and does count spaces at the end.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_BMP = 0xFFFF
_BEYOND = "\ufffd"
# general_ci maps letters to their base in these blocks; elsewhere a character is itself
_FOLDED_BLOCKS = ((0x00C0, 0x052F), (0x1E00, 0x1FFF))
_WILDCARDS = frozenset("%_[]^-.*+?(){}|")


@lru_cache(maxsize=4096)
def _weight(character: str) -> str:
    code = ord(character)
    if code > _BMP:
        return _BEYOND
    if character == "ß":
        return "S"
    if any(low <= code <= high for low, high in _FOLDED_BLOCKS):
        character = unicodedata.normalize("NFD", character)[0]
    upper = character.upper()
    return upper if len(upper) == 1 else character


def like_key(text: str) -> str:
    """Return what LIKE compares: `text` without case and accents."""
    return "".join(map(_weight, text))


def key(text: str) -> str:
    """Return what ``=`` and ``ORDER BY`` compare: the same, without spaces at the end."""
    return like_key(text).rstrip(" ")


def like(text: str, value: str, *, before: bool, after: bool) -> bool:
    """
    Return whether LIKE finds `value` in `text`, with anything allowed before or after it.

    The database library escapes wildcards in the value but not backslashes, so a backslash
    escapes what follows it and vanishes.
    """
    escaped = "".join(f"\\{c}" if c in _WILDCARDS else c for c in value)
    pattern = f"{'%' if before else ''}{escaped}{'%' if after else ''}"
    return re.fullmatch(_regex(pattern), like_key(text), re.DOTALL) is not None


def _regex(pattern: str) -> str:
    pieces: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == "%":
            pieces.append(".*")
            continue
        literal = next(characters, "\\") if character == "\\" else character
        pieces.append(re.escape(_weight(literal)))
    return "".join(pieces)
