"""What became of everything, how old it is, and whether to go on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cloud_storages.domain.errors import AccessDenied, Misconfigured, Unavailable
from cloud_storages.maintenance.collecting.leftovers import Fate, Leftover, What
from cloud_storages.maintenance.collecting.outcome import label
from cloud_storages.maintenance.errors import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.domain.values import FileInfo
    from cloud_storages.maintenance.collecting.limits import Limits
    from cloud_storages.maintenance.inventory.catalogue import Held
    from cloud_storages.maintenance.inventory.ledger import Ledger

__all__ = ["Account", "info_of"]

#: Questions in a row that a server does not answer before it is given up.
_SILENCES = 10


class Account:
    """
    Takes down what becomes of leftovers.

    Args:
        limits: how old things must be.
        ledger: where it is written.
        tell: called with each leftover when its fate is settled.

    Attributes:
        now: what time it is; that of the newest file until it is set.
        freed: bytes of what was removed, without partials.
        stopped: why the rest is not tried; empty if it is.

    """

    def __init__(
        self, limits: Limits, ledger: Ledger[Leftover], tell: Callable[[Leftover], object]
    ) -> None:
        self._limits = limits
        self._ledger = ledger
        self._tell = tell
        self._silences = 0
        self.now = dt.datetime.min.replace(tzinfo=dt.timezone.utc)
        self.freed = 0
        self.stopped = ""

    def dated(self, held: Held) -> Held:
        """Take note of when something was stored, and return it."""
        if held.info is not None:
            self.now = max(self.now, held.info.created)
        return held

    def set_clock(self, told: dt.datetime | None) -> str:
        """
        Set the time that ages are counted to, when everything is dated; return whose it is.

        A file may be dated in the future, by a clock that was wrong: it must make nothing old.

        Args:
            told: by the server; None if it tells no time.

        """
        newest = min(self.now, dt.datetime.now(dt.timezone.utc))
        self.now = told if told is not None else newest
        return "server" if told is not None else "newest file"

    def tried(self, held: Held, what: What, act: Callable[[Held, What], Leftover]) -> Leftover:
        """Return what an action says, or that it failed; called in many threads."""
        if self.stopped:
            return self.leftover(held, what, Fate.KEPT, "It was not tried.")
        try:
            leftover = act(held, what)
        except (AccessDenied, Misconfigured) as error:
            self.stopped = reason_of(error)
            return self.leftover(held, what, Fate.FAILED, reason_of(error))
        except OSError as error:
            self._silences += isinstance(error, Unavailable)
            if self._silences >= _SILENCES:
                self.stopped = reason_of(error)
            return self.leftover(held, what, Fate.FAILED, reason_of(error))
        self._silences = 0
        return leftover

    def settle(self, held: Held, what: What, fate: Fate, reason: str = "") -> None:
        """Take down what became of something."""
        self.note(self.leftover(held, what, fate, reason))

    def note(self, leftover: Leftover) -> None:
        """Take down a leftover, whose fate is settled."""
        if leftover.fate is Fate.REMOVED and leftover.what is not What.PARTIAL:
            self.freed += leftover.size
        self._ledger.note(label(leftover.fate, leftover.what), leftover)
        self._tell(leftover)

    def leftover(self, held: Held, what: What, fate: Fate, reason: str = "") -> Leftover:
        """Return something as a leftover."""
        age, size = self.age(held), held.size or 0
        return Leftover(what, fate, held.name or held.key, held.key, age, size, reason)

    def age(self, held: Held) -> dt.timedelta:
        """Return how long something has been there; never negative."""
        return max(self.now - info_of(held).created, dt.timedelta())

    def is_idle(self, held: Held) -> bool:
        """Return whether nothing came for a partial, or staged copy, for long enough."""
        return self.age(held) > self._limits.older_than


def info_of(held: Held) -> FileInfo:
    """Return what Appwrite tells of something it has."""
    if held.info is None:
        raise AssertionError("whatever Appwrite has, it tells of")
    return held.info
