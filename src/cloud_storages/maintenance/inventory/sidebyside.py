"""Many things side by side, a few at a time, in bounded memory."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

__all__ = ["Workers"]

Given = TypeVar("Given")
Answer = TypeVar("Answer")

#: Things that wait for each worker, so that none is idle.
_WAITING = 4


class Workers:
    """
    Threads that work for the length of a block.

    At its end each closes the connections to databases that it has opened, such as those of a
    cache that is kept in one.

    Args:
        count: how many threads, at least 1.

    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, "maintenance")

    def __enter__(self) -> Workers:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Each waits for the others, so that each is a thread of its own: every one there is.
        together = threading.Barrier(self._count)

        def leave() -> None:
            together.wait()
            connections.close_all()

        for _ in range(self._count):
            self._pool.submit(leave)
        self._pool.shutdown(wait=True)

    def side_by_side(
        self, work: Callable[[Given], Answer], things: Iterable[Given]
    ) -> Iterator[Answer]:
        """
        Yield what the work makes of each thing, in the order in which it is done.

        Things are taken from this thread, and only a few more than there are workers. What the
        work raises is raised here; what was not begun by then is not.

        Args:
            work: called in several threads at once.
            things: to do.

        """
        going: set[Future[Answer]] = set()
        try:
            for thing in things:
                going.add(self._pool.submit(work, thing))
                if len(going) >= self._count * _WAITING:
                    done, going = wait(going, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            while going:
                done, going = wait(going, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        finally:
            wait([each for each in going if not each.cancel()])
