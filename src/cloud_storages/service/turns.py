"""Threads of one process that write to one location take turns."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.domain.values import Location

__all__ = ["begin_anew", "turn"]

_guard = threading.Lock()
_queues: dict[Location, tuple[threading.Lock, int]] = {}


@contextlib.contextmanager
def turn(location: Location) -> Iterator[None]:
    """Hold a location while the block runs; others who want it wait. Not reentrant."""
    with _guard:
        lock, waiting = _queues.get(location, (threading.Lock(), 0))
        _queues[location] = (lock, waiting + 1)
    try:
        with lock:
            yield
    finally:
        with _guard:
            _, waiting = _queues[location]
            if waiting == 1:
                del _queues[location]
            else:
                _queues[location] = (lock, waiting - 1)


def begin_anew() -> None:
    """Forget who holds what: in a forked process the threads that held it do not exist."""
    global _guard  # noqa: PLW0603 - it may be held by a thread that is gone
    _guard = threading.Lock()
    _queues.clear()
