"""What clearing up comes to."""

from __future__ import annotations

import attrs

from cloud_storages.maintenance.collecting.leftovers import Fate, Leftover, What

__all__ = ["Collection", "label"]


@attrs.frozen
class Collection:
    """
    What was done or, in a rehearsal, would be.

    Attributes:
        storage: what people call it.
        dry_run: whether it was a rehearsal.
        directories: whose buckets were looked through, the root as ``""``.
        clock: whose time ages were told by: ``"server"``, or ``"newest file"`` if it told none;
            no later than this machine's then.
        counts: how many leftovers there are of each fate and kind, such as
            ``"removed partial upload"``.
        freed: bytes of what was removed, without partials.
        stopped: why the rest was not tried; empty if all was.
        leftovers: the first thousand.

    """

    storage: str
    dry_run: bool
    directories: tuple[str, ...] = ()
    clock: str = "server"
    counts: dict[str, int] = attrs.field(factory=dict)
    freed: int = 0
    stopped: str = ""
    leftovers: tuple[Leftover, ...] = ()

    def count(self, fate: Fate, what: What | None = None) -> int:
        """Return how many leftovers had a fate."""
        kinds = What if what is None else (what,)
        return sum(self.counts.get(label(fate, kind), 0) for kind in kinds)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.stopped and not self.count(Fate.FAILED)


def label(fate: Fate, what: What) -> str:
    """Return what the leftovers of a fate and kind are counted under."""
    return f"{fate.value} {what.value}"
