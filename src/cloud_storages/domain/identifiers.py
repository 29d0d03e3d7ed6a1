"""
From any text to an Appwrite ID, for good: what is written here is a storage format.

An ID has 1 to 36 characters of ``A-Z a-z 0-9 . _ -`` and does not start with a special one. It
is unique whatever the case on every database Appwrite runs on, so only lower case is used.

A text that is such an ID already stays itself. Any other text gets a derived ID: a readable
stem, a hyphen and at least 100 bits of its SHA-256, always exactly 36 characters and without a
dot. A text that merely looks derived is derived too; hence two texts never share an ID.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata

__all__ = ["MAX_LENGTH", "STAGING_SLOTS", "identifier", "is_legal", "legacy_identifier", "staging"]

#: Longest ID the server accepts, in characters.
MAX_LENGTH = 36

#: How many staged copies of one file can exist side by side, one for each concurrent replacer.
STAGING_SLOTS = 8

_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,35}")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,35}")
_DERIVED = re.compile(r"(?=.{36}\Z)[a-z0-9][a-z0-9-]{0,14}-[a-z2-7]{20,34}")
_STEM_LENGTH = 15


def is_legal(text: str) -> bool:
    """Whether the server accepts the text as the ID of a bucket or file, as it stands."""
    # The database layer takes "0" for no ID at all and stores under a random one.
    return _LEGAL.fullmatch(text) is not None and text != "0"


def identifier(text: str) -> str:
    """
    Return the ID of a directory, a filename or a full name.

    The text itself if it is a lower-case ID that nothing else could mean; a derived ID
    otherwise. Two different texts never get one ID.
    """
    # An upload's parts live beside the files in folders named tmp_…, so such an ID could collide.
    if _PLAIN.fullmatch(text) and is_legal(text) and not text.startswith("tmp_"):
        return text if not _DERIVED.fullmatch(text) else _derive(_stem(text), text)
    return _derive(_stem(text), text)


def legacy_identifier(text: str) -> str:
    """
    Return the ID that django-cloud-storages 1.2.5 used for a text, if it could use it at all.

    Every legal ID stays as it is, capitals included. 1.2.5 limited stems to 30 characters, so
    none of its IDs looks derived, and two texts never share an ID here either.
    """
    if is_legal(text) and not _DERIVED.fullmatch(text):
        return text
    return _derive(_stem(text), text)


def staging(file_id: str, slot: int) -> str:
    """
    Return the ID of a staged copy of a file: new content, kept while it replaces the old.

    Args:
        file_id: the file that is being replaced.
        slot: which of the STAGING_SLOTS copies.

    """
    # No name has a NUL, so no name's ID is ever a staging ID.
    return _derive("staged", f"\0{slot}\0{file_id}")


def _derive(stem: str, text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    code = base64.b32encode(digest).decode("ascii").lower()
    return f"{stem}-{code[: MAX_LENGTH - len(stem) - 1]}"


def _stem(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    readable = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return readable[:_STEM_LENGTH].strip("-") or "x"
