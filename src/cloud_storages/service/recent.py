"""What was stored a moment ago: whoever stored it knows its size without asking."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.domain.values import FileInfo, Location

__all__ = ["Recent"]

#: Files remembered at once: what a form, or a batch of a command, stores before it looks.
_MOST = 1024


class Recent:
    """
    Remembers files for a short while.

    Args:
        clock: seconds from any moment on, never going back.
        seconds: for how long.

    """

    def __init__(self, clock: Callable[[], float] = lambda: 0.0, seconds: float = 0.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[Location, tuple[float, FileInfo]] = OrderedDict()

    def note(self, info: FileInfo) -> None:
        """Remember a file that was stored just now."""
        with self._lock:
            self._known[info.location] = (self._clock() + self._seconds, info)
            self._known.move_to_end(info.location)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)

    def forget(self, location: Location) -> None:
        """Forget a file that is about to be changed or deleted."""
        with self._lock:
            self._known.pop(location, None)

    def get(self, location: Location) -> FileInfo | None:
        """Return a file that was stored within the last seconds, or None."""
        with self._lock:
            until, info = self._known.get(location, (0.0, None))
        return info if info is not None and self._clock() < until else None
