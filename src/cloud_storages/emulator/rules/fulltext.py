"""
Full-text search as InnoDB's boolean mode answers it, with a wildcard after the last word.

Words are letters, digits and underscores; indexed are those of three or more characters that
are no stop words. Any one word that is found is enough. A search in double quotes is a phrase.
"""

from __future__ import annotations

import re

from cloud_storages.emulator.rules.collation import key

_SHORTEST = 3
_WORD = re.compile(r"\w+")
_OPERATORS = re.compile(r'[@+\-*()<>~"]')
_STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "an",
        "are",
        "as",
        "at",
        "be",
        "by",
        "com",
        "de",
        "en",
        "for",
        "from",
        "how",
        "i",
        "in",
        "is",
        "it",
        "la",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "was",
        "what",
        "when",
        "where",
        "who",
        "will",
        "with",
        "und",
        "the",
        "www",
    ]
)


def matches(indexed: str, search: str) -> bool:
    """Return whether a row whose text is `indexed` is found by `search`."""
    is_phrase = search.startswith('"') and search.endswith('"')
    words = [key(word) for word in _WORD.findall(_OPERATORS.sub(" ", search))]
    tokens = [key(word) for word in _WORD.findall(indexed)]
    if not words:
        return False
    if is_phrase:
        return any(tokens[i : i + len(words)] == words for i in range(len(tokens)))
    known = [token for token in tokens if _is_indexed(token)]
    *whole, prefix = words
    return bool(set(whole) & set(known)) or any(token.startswith(prefix) for token in known)


def _is_indexed(token: str) -> bool:
    return len(token) >= _SHORTEST and token.lower() not in _STOP_WORDS
