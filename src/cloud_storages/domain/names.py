"""
Names as Django passes them around: checked once, then trusted.

A name is a relative path with ``/`` between its segments. What is refused here is refused
before any request is made.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cloud_storages.domain.errors import InvalidName

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["alternative", "content_suffix", "directories", "fitted", "segments", "shortened"]

_HASH_LENGTH = 26
#: An extension longer than this, in bytes of UTF-8, may not fit into a file name on the server.
_EXTENSION_BYTES = 100


def segments(name: str) -> tuple[str, ...]:
    """
    Return the directories and, last, the filename of a name.

    Backslashes count as slashes, as in Django; repeated slashes as one.

    Raises:
        InvalidName: the name is empty, absolute, has a ``.`` or ``..`` segment, no filename, or
            a control character.

    """
    parts = directories(name)
    if not parts or name.replace("\\", "/").endswith("/"):
        raise InvalidName(f"The name {name!r} has no filename.")
    return parts


def directories(path: str) -> tuple[str, ...]:
    """
    Return the segments of a directory path; none for the root.

    Raises:
        InvalidName: as for a name, but a trailing slash and the empty path are fine.

    """
    slashed = path.replace("\\", "/")
    if slashed.startswith("/"):
        raise InvalidName(f"The name {path!r} is absolute; names are relative.")
    for character in slashed:
        # Lone surrogates cannot be encoded, so no server could ever be told of them.
        if unicodedata.category(character) in ("Cc", "Cs"):
            raise InvalidName(f"The name {path!r} contains the control character {character!r}.")
    parts = tuple(part for part in slashed.split("/") if part)
    if "." in parts or ".." in parts:
        raise InvalidName(f"The name {path!r} has a '.' or '..' segment.")
    return parts


def shortened(text: str, *, limit: int, measure: Callable[[str], int] = len) -> str:
    """
    Return the text itself if it fits the limit, else a stand-in that names it uniquely.

    The stand-in keeps the beginning and the extension, with a hash of the whole text between
    them; shortening it again changes nothing.

    Args:
        text: a filename, a full name or a directory.
        limit: what ``measure`` may answer at most.
        measure: length in the unit of the limit, such as bytes of UTF-8.

    """
    if measure(text) <= limit and len(_extension(text).encode()) <= _EXTENSION_BYTES:
        return text
    extension = _extension(text)
    tail = f"-{_hash(text)}"
    if len(extension.encode()) <= _EXTENSION_BYTES:
        tail += extension
    head = text.removesuffix(extension)
    while len(_extension(head + tail).encode()) > _EXTENSION_BYTES:
        head = head.removesuffix(_extension(head))
    while head and measure(head + tail) > limit:
        head = head[:-1]
    return head + tail


def alternative(name: str, form: Callable[[str, str], str], max_length: int | None) -> str:
    """
    Return another name in the same directory.

    Args:
        name: the name that is taken.
        form: makes a filename from a root and an extension (all suffixes, with their dots), as
            Django's ``get_alternative_name`` does.
        max_length: characters the whole new name may have; None for any.

    Raises:
        InvalidName: no root is left when the name is cut to ``max_length``.

    """
    directory, slash, filename = name.rpartition("/")
    extension = "".join(PurePosixPath(filename).suffixes)
    root = filename.removesuffix(extension)
    formed = form(root, extension)
    excess = len(directory + slash + formed) - max_length if max_length is not None else 0
    if excess > 0:
        root = root[:-excess]
        if not root:
            raise InvalidName(
                f"No filename for {name!r} is short enough: allow the file field a larger"
                f" max_length than {max_length}."
            )
        formed = form(root, extension)
    return directory + slash + formed


def fitted(name: str, max_length: int | None) -> str:
    """
    Return the name, cut to ``max_length`` characters if it has more.

    The cut name carries a suffix made from the whole name, so that one name is always cut
    to one name and two names to two.

    Raises:
        InvalidName: nothing is left of the filename's root.

    """
    if max_length is None or len(name) <= max_length:
        return name
    suffix = _hash(name)[:7]
    return alternative(name, lambda root, extension: f"{root}_{suffix}{extension}", max_length)


def content_suffix(md5: str, length: int) -> str:
    """Return a suffix for an alternative name that is the same for the same content."""
    return base64.b32encode(bytes.fromhex(md5)).decode("ascii").lower()[:length]


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:_HASH_LENGTH]


def _extension(text: str) -> str:
    """Return what the server takes for the extension, with its dot: all after the last one."""
    _, dot, extension = text.rpartition("/")[2].rpartition(".")
    return dot + extension if dot else ""
