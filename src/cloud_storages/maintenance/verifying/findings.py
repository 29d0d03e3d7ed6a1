"""What can be wrong with a file, or worth knowing."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import attrs

from cloud_storages.maintenance.inventory.ledger import printable

__all__ = ["FAILURES", "FileFinding", "Trouble", "plain_finding"]


class Trouble(enum.Enum):
    """What was found. The first six are failures, the others are notes."""

    MISSING = "missing"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    WRONG_SIZE = "wrong size"
    DAMAGED = "damaged"
    UNREFERENCED = "unreferenced"
    UNFINISHED = "unfinished"
    INTERRUPTED = "interrupted"
    STAGED = "staged"
    NAMELESS = "nameless"
    DUPLICATE = "duplicate"
    UNLISTED = "unlisted"


#: What means that a file a row refers to cannot be had as it was stored.
FAILURES = frozenset(
    {
        Trouble.MISSING,
        Trouble.PARTIAL,
        Trouble.REFUSED,
        Trouble.UNREADABLE,
        Trouble.WRONG_SIZE,
        Trouble.DAMAGED,
    }
)


def _printables(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(printable, names))


@attrs.frozen
class FileFinding:
    """
    Something about a file.

    Attributes:
        kind: what it is.
        name: of the file; the location of one that no name leads to.
        reason: the same for people.
        rows: some of the rows that refer to it, such as ``"album.Photo.picture of 12"``.
        row_count: how many do.
        size: bytes; None if not known.
        created: when it was stored, with time zone; None if not known.
        others: names of files with the same content.

    """

    kind: Trouble
    name: str = attrs.field(converter=printable)
    reason: str = attrs.field(default="", converter=printable)
    rows: tuple[str, ...] = ()
    row_count: int = 0
    size: int | None = None
    created: dt.datetime | None = None
    others: tuple[str, ...] = attrs.field(default=(), converter=_printables)

    @property
    def is_failure(self) -> bool:
        """Whether it is more than a note."""
        return self.kind in FAILURES


def plain_finding(finding: FileFinding) -> dict[str, Any]:
    """Return a finding as JSON knows it."""
    plain = attrs.asdict(finding)
    created = finding.created
    return {**plain, "kind": finding.kind.value, "created": created and created.isoformat()}
