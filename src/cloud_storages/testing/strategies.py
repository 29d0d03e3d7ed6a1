"""
Hypothesis strategies for what a storage is given: names, contents, pieces of them.

Every strategy mixes the tables of ``cloud_storages.testing.tables`` with generated values, since
what breaks storages is rarely found by chance.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.testing.tables import (
    FILENAMES,
    HOSTILE,
    LEGAL_IDS,
    ODD,
    ONE_FILE,
    OUTSIDE,
    REFUSED,
    TITLES,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "LARGE_SIZES",
    "SMALL_SIZES",
    "bytes_of",
    "colliding_names",
    "contents",
    "file_ids",
    "filenames",
    "hostile_names",
    "names",
    "refused_names",
    "titles",
    "windows",
]

#: Sizes, in bytes, of contents that one request stores.
SMALL_SIZES = (0, 1, 2, 1000, CHUNK_SIZE - 1, CHUNK_SIZE)
#: Sizes, in bytes, of contents that take several chunks.
LARGE_SIZES = (CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 2 * CHUNK_SIZE + 1)

_LETTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/\\")
_ID = r"[a-z0-9][a-z0-9._-]{0,35}"
_BREAKERS = ("..", ".", "\x00", "a\nb", "\x7f", "\ud800")


def bytes_of(size: int, seed: int = 0) -> bytes:
    """
    Return a content of this size that looks random and is the same every time.

    Args:
        size: bytes.
        seed: contents of one size and different seeds differ, if the size allows it.

    """
    return random.Random(seed).randbytes(size)  # noqa: S311 - no secret, and must be repeatable


def names() -> SearchStrategy[str]:
    """Return a strategy for names that every storage of this package accepts, most odd."""
    segment = st.text(_LETTERS, min_size=1, max_size=12).filter(lambda text: text.strip("."))
    generated = st.lists(segment, min_size=1, max_size=4).map("/".join)
    return st.sampled_from(ODD) | generated


def filenames() -> SearchStrategy[str]:
    """Return a strategy for filenames that every storage accepts, one on a disk included."""
    generated = st.text(_LETTERS, min_size=1, max_size=12).filter(lambda text: text.strip("."))
    return st.sampled_from(FILENAMES) | generated


def refused_names() -> SearchStrategy[str]:
    """
    Return a strategy for names that every storage of Django's refuses to save.

    Those with a filename lead into the directory ``OUTSIDE``, which nobody has.
    """
    climbing = st.builds(f"{{}}/../{OUTSIDE}/{{}}".format, filenames(), filenames())
    absolute = filenames().map(f"/{OUTSIDE}/{{}}".format)
    return st.sampled_from(REFUSED) | climbing | absolute


def hostile_names() -> SearchStrategy[str]:
    """
    Return a strategy for names that every storage of this package refuses.

    For these only: another storage may really save ``/etc/passwd``. ``refused_names`` are for any.
    """

    def broken(name: str, breaker: str, at: int) -> str:
        parts = name.split("/")
        parts.insert(at % (len(parts) + 1), breaker)
        return "/".join(parts)

    planted = st.builds(broken, names(), st.sampled_from(_BREAKERS), st.integers(0, 4))
    absolute = names().map("/{}".format)
    return st.sampled_from(HOSTILE) | planted | absolute


def colliding_names(layout: str) -> SearchStrategy[str]:
    """
    Return a strategy for few names, which come again and again in several spellings.

    Args:
        layout: ``"last-directory"`` or ``"path"``; says which spellings are one file.

    """
    spellings = [name for group in ONE_FILE[layout] for name in group]
    return st.sampled_from([*spellings, *ODD[:10], *ODD[-4:]])


def file_ids() -> SearchStrategy[str]:
    """Return a strategy for the IDs that a store is given."""
    generated = st.from_regex(_ID, fullmatch=True).filter(lambda text: text != "0")
    return st.sampled_from(LEGAL_IDS) | generated


def titles() -> SearchStrategy[str]:
    """Return a strategy for the names for people that a store must keep."""
    generated = st.text(_LETTERS, min_size=1, max_size=40).filter(lambda text: text.strip('"'))
    return st.sampled_from(TITLES) | generated


def contents(*, large: bool = False) -> SearchStrategy[bytes]:
    """
    Return a strategy for contents: mostly a few bytes, with those that servers get wrong.

    Args:
        large: whether now and then one should be about as long as a chunk or two, which
            makes it slow to store.

    """
    tiny = st.sampled_from((b"", b"0", b"\x00", b"\n", b"00", b"null"))
    small = tiny | st.binary(max_size=40) | st.binary(min_size=100, max_size=2000)
    if not large:
        return small
    seeds = st.integers(0, 3)
    sizes = st.sampled_from((CHUNK_SIZE - 1, CHUNK_SIZE, *LARGE_SIZES))
    rare = st.builds(bytes_of, sizes, seeds)
    # One of ten, so that a run of a hundred examples has a few of them.
    return st.integers(0, 9).flatmap(lambda n: small if n else rare)


def windows(total: int) -> SearchStrategy[tuple[int, int]]:
    """
    Return a strategy for pieces of a file, as offset and size in bytes.

    Pieces begin within the file or at its end; they may reach beyond it, and have at least
    one byte.

    Args:
        total: size of the file in bytes.

    """
    edges = st.sampled_from(sorted({0, 1, total // 2, max(0, total - 2), max(0, total - 1), total}))
    offsets = edges.filter(lambda at: at <= total) | st.integers(0, total)
    sizes = st.sampled_from((1, 2, 3, max(1, total - 1), max(1, total), total + 1, 2 * total + 1))
    return st.tuples(offsets, sizes | st.integers(1, total + 10))
