"""Threads of one process that write to one location take turns."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.domain.values import Location

__all__ = ["begin_anew", "turn"]

_guard = threading.Lock()


@attrs.define(eq=False)
class _Queue:
    """
    Those who want one location.

    Attributes:
        lock: held by the one whose turn it is.
        owner: the thread whose turn it is, or None.
        size: how many want it, the owner among them.

    """

    lock: threading.Lock = attrs.field(factory=threading.Lock)
    owner: int | None = None
    size: int = 0


_queues: dict[Location, _Queue] = {}


@contextlib.contextmanager
def turn(location: Location, *, waits: bool = True) -> Iterator[bool]:
    """
    Hold a location while the block runs; others who want it wait.

    Args:
        location: what to hold.
        waits: whether to wait for those who hold it. If not, the block runs all the same and is
            given False if somebody does.

    Raises:
        RuntimeError: this thread itself holds the location, and would wait for ever.

    """
    with _guard:
        queue = _queues.setdefault(location, _Queue())
        queue.size += 1
    try:
        if waits and queue.owner == threading.get_ident():
            raise RuntimeError(f"{location} cannot be written to while it is being written.")
        if not queue.lock.acquire(blocking=waits):
            yield False
            return
        queue.owner = threading.get_ident()
        try:
            yield True
        finally:
            queue.owner = None
            queue.lock.release()
    finally:
        with _guard:
            queue.size -= 1
            if not queue.size:
                # After a fork it may be gone already.
                _queues.pop(location, None)


def begin_anew() -> None:
    """Forget who holds what: in a forked process the threads that held it do not exist."""
    global _guard  # noqa: PLW0603 - it may be held by a thread that is gone
    _guard = threading.Lock()
    _queues.clear()
