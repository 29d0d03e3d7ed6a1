"""What to do about what is already at a location: one decision, for every policy."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from cloud_storages.domain.values import OnConflict

if TYPE_CHECKING:
    from cloud_storages.domain.signatures import Fingerprint
    from cloud_storages.domain.values import FileInfo

__all__ = ["Step", "decide"]


class Step(enum.Enum):
    """What a writer does next."""

    CREATE = "the location is free: store the content there"
    REUSE = "the content is there already: nothing to store"
    REPLACE = "store the content in place of what is there"
    NEXT = "leave what is there alone and take another name"


def decide(on_conflict: OnConflict, wanted: Fingerprint, existing: FileInfo | None) -> Step:
    """
    Return what to do with new content.

    Args:
        on_conflict: the policy.
        wanted: fingerprint of the new content.
        existing: what is at its location, complete or partial; None for nothing.

    """
    if existing is None:
        return Step.CREATE
    if on_conflict is OnConflict.KEEP_BOTH:
        return Step.NEXT
    if wanted.matches(existing):
        return Step.REUSE
    return Step.REPLACE if on_conflict is OnConflict.OVERWRITE else Step.NEXT
