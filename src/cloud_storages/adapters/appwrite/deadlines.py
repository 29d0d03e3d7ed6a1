"""When to give up: a moment by which one thing that was asked for is there, or is not coming."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SLOWEST", "Deadline"]

#: Bytes that a line must move in a second for a transfer to be waited for.
SLOWEST = 32 * 1024


class Deadline:
    """
    A moment after which nothing more is tried.

    Args:
        seconds: how far away it is.
        size: bytes that are to be moved until then; they get a second for each SLOWEST.
        clock: seconds from any moment on, never going back.

    """

    def __init__(self, seconds: float, size: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._moment = clock() + seconds + size / SLOWEST

    @property
    def left(self) -> float:
        """Seconds until then; none or fewer when it has passed."""
        return self._moment - self._clock()

    @property
    def has_passed(self) -> bool:
        """Whether there is no time left."""
        return self.left <= 0
