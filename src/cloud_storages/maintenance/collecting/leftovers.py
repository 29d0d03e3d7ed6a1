"""What interrupted work and deleted rows leave in a storage, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import attrs

__all__ = ["Fate", "Leftover", "What", "plain_leftover"]


class What(enum.Enum):
    """What it is."""

    INTERRUPTED = "interrupted replacement"
    PARTIAL = "partial upload"
    STAGED = "staged copy"
    UNREFERENCED = "unreferenced file"
    NAMELESS = "nameless file"


class Fate(enum.Enum):
    """What became of it; of a rehearsal, what would."""

    FINISHED = "finished"
    REMOVED = "removed"
    KEPT = "kept"
    FAILED = "failed"


@attrs.frozen
class Leftover:
    """
    Something that is no longer needed, or may not be.

    Attributes:
        what: what it is.
        fate: what became of it.
        name: of the file it is, or was to be; the location of one that no name leads to.
        location: where it is, bucket and file ID.
        age: how long it has been there; of a partial, for how long nothing came.
        size: bytes; of a partial, those that were announced.
        reason: why it was kept, or failed; may be empty.

    """

    what: What
    fate: Fate
    name: str
    location: str
    age: dt.timedelta
    size: int
    reason: str = ""


def plain_leftover(leftover: Leftover) -> dict[str, Any]:
    """Return a leftover as JSON knows it."""
    return {
        **attrs.asdict(leftover),
        "what": leftover.what.value,
        "fate": leftover.fate.value,
        "age": leftover.age.total_seconds(),
    }
