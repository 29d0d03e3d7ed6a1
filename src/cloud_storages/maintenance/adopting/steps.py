"""What is to be done about a name, decided from where it leads. No request is made here."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.signatures import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.domain.values import FileInfo, Location
    from cloud_storages.maintenance.adopting.whereabouts import Ids, Whereabouts

__all__ = ["State", "Step", "is_same_content", "step"]


class State(enum.Enum):
    """What was found about a name, or came of it."""

    OPENS = "opens"
    COPY = "to be copied"
    RENAME = "to be renamed"
    STALE = "copied before, changed since"
    CONFLICT = "two contents"
    PARTIAL = "unfinished upload"
    MISSING = "missing"
    FAILED = "failed"
    COPIED = "copied"
    RENAMED = "renamed"


@attrs.frozen
class Step:
    """
    What is to be done about a name.

    Attributes:
        name: as the database has it.
        state: OPENS, COPY, RENAME, STALE, CONFLICT, PARTIAL or MISSING.
        source: the file that is meant; None if there is none.
        new_name: the name the file shall be opened by, often the same.

    """

    name: str
    state: State
    source: FileInfo | None
    new_name: str


def step(
    found: Whereabouts, ids: Ids, configured: Ids, can_keep: Callable[[str, Ids, Location], bool]
) -> Step:
    """
    Return what is to be done, so that a storage that gives certain IDs opens a name.

    What the site opens now is what a name means; if it opens nothing, what 1.2.5 would open.

    Args:
        found: where the name leads.
        ids: the IDs wanted.
        configured: the IDs that the site's storage gives now.
        can_keep: whether a file at a location can be copied to where a name leads by some IDs.

    """
    first = found.first
    whole = first if first is not None and first.complete else None
    source = found.opened[configured] or whole or found.opened[configured.other]
    if source is None:
        state = State.MISSING if first is None else State.PARTIAL
        return Step(found.name, state, None, found.name)
    there = found.opened[ids]
    if there is not None:
        return Step(found.name, _compared(source, there, first), source, found.name)
    if source is not whole or can_keep(found.name, ids, source.location):
        return Step(found.name, State.COPY, source, found.name)
    # As 1.2.5 itself wrote names: one that it could open but not have written came from elsewhere.
    return Step(found.name, State.RENAME, source, str(source.location))


def is_same_content(one: FileInfo, other: FileInfo) -> bool:
    """Whether two complete files have one content."""
    return Fingerprint.of_stored(one).matches(other)


def _compared(source: FileInfo, there: FileInfo, first: FileInfo | None) -> State:
    if there.location == source.location or is_same_content(source, there):
        return State.OPENS
    # A file where 1.2.5 stored it was no copy, so it is all there is of what it holds.
    is_first = first is not None and there.location == first.location
    return State.STALE if source.created > there.created and not is_first else State.CONFLICT
