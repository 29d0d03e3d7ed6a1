"""Many things side by side, a few at a time, in bounded memory."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["side_by_side"]

Given = TypeVar("Given")
Answer = TypeVar("Answer")

#: Things that wait for each worker, so that none is idle.
_WAITING = 4


def side_by_side(
    work: Callable[[Given], Answer], things: Iterable[Given], workers: int
) -> Iterator[Answer]:
    """
    Yield what the work makes of each thing, in the order in which it is done.

    Things are taken from this thread, and only a few more than there are workers. What the work
    raises is raised here; what was not begun by then is not.

    Args:
        work: called in several threads at once.
        things: to do.
        workers: how many threads, at least 1.

    """
    with ThreadPoolExecutor(workers, "maintenance") as pool:
        going: set[Future[Answer]] = set()
        try:
            for thing in things:
                going.add(pool.submit(work, thing))
                if len(going) >= workers * _WAITING:
                    done, going = wait(going, return_when=FIRST_COMPLETED)
                    yield from (each.result() for each in done)
            while going:
                done, going = wait(going, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
