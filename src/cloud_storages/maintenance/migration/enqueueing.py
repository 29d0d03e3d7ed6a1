"""
Letting the workers of Django's Tasks framework copy the files.

What is enqueued again, as after a worker was killed, is only what is not there yet, by its size. A
plain run afterwards proves everything, and changes the rows: tasks never do, because the site may
read from the source for as long as they run.
"""

from __future__ import annotations

import collections
import functools
import itertools
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from cloud_storages.domain.signatures import Fingerprint
from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.maintenance.migration.copying import (
    ABANDONED_AFTER,
    Done,
    Failed,
    Job,
    OnTaken,
    failure_of,
    missing,
)
from cloud_storages.maintenance.migration.errors import MissingAtSource
from cloud_storages.maintenance.migration.journal import State
from cloud_storages.maintenance.migration.judging import Judge
from cloud_storages.maintenance.migration.looking import Looker
from cloud_storages.maintenance.migration.order import ordered
from cloud_storages.maintenance.migration.planning import plan
from cloud_storages.maintenance.migration.results import MOST_TOLD, Enqueued
from cloud_storages.maintenance.migration.targets import NotLookedAt
from cloud_storages.maintenance.migration.threads import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike

    from cloud_storages.maintenance.migration.journal import Journal, Note
    from cloud_storages.maintenance.migration.naming import Shard
    from cloud_storages.maintenance.migration.order import Order
    from cloud_storages.maintenance.migration.running import Watcher

__all__ = ["enqueue"]

S = TypeVar("S")
T = TypeVar("T")

_MOST_AT_ONCE = 10_000


def enqueue(
    source: str,
    target: str,
    *,
    batch: int = 200,
    queue: str = "",
    fields: Iterable[str] = (),
    all_files: bool = False,
    names: Iterable[str] | None = None,
    workers: int = 8,
    shard: Shard | str = "1/1",
    on_conflict: OnTaken | str = OnTaken.RENAME,
    take_over: bool = False,
    journal: str | PathLike[str] | None = None,
    dry_run: bool = False,
    watcher: Watcher | None = None,
) -> Enqueued:
    """
    Enqueue what is not at the target yet, to be copied by the workers that a site has.

    No row is changed: ``migrate`` does that afterwards, and proves each copy.

    Args:
        source: alias of a storage, which the workers know, too.
        target: alias of a storage, which the workers know, too.
        batch: files in one task, which one worker copies one after the other.
        queue: name of the queue; by default the framework's own default.
        fields: see ``migrate``, as for everything that follows.
        all_files: copy every file the source lists.
        names: copy these.
        workers: files that are looked at at once.
        shard: which part.
        on_conflict: ``"rename"`` or ``"fail"``.
        take_over: no worker is copying any more.
        journal: path of the notes, which the run afterwards goes on with.
        dry_run: enqueue nothing.
        watcher: is told how many files have been looked at.

    Raises:
        CannotRun: as for ``migrate``, or there is no Tasks framework.

    """
    if not 1 <= batch <= _MOST_AT_ONCE:
        raise CannotRun(f"A batch of {batch} files is not between 1 and {_MOST_AT_ONCE}.")
    if not all(isinstance(each, str) for each in (source, target)):
        raise CannotRun("Workers know storages by their aliases: give these, not the storages.")
    from cloud_storages.maintenance.migration.tasks import copy_batch  # noqa: PLC0415 - optional

    order = ordered(
        source,
        target,
        fields=fields,
        all_files=all_files,
        names=names,
        shard=shard,
        on_conflict=on_conflict,
        journal=journal,
    )
    task = _on_queue(copy_batch, queue)
    after = 0.0 if take_over else ABANDONED_AFTER

    def hand_over(files: list[Any]) -> None:
        try:
            task.enqueue(source, target, files, order.on_taken.value, after)
        except Exception as error:
            raise CannotRun(f"The tasks cannot be enqueued: {reason_of(error)}") from error

    with order.opened_journal(dry_run=dry_run) as notes:
        run = _Enqueueing(order, notes, (lambda _: None) if dry_run else hand_over, batch)
        return run.run(workers, watcher, dry_run=dry_run)


def _on_queue(task: Any, queue: str) -> Any:
    if not queue:
        return task
    try:
        return task.using(queue_name=queue)
    except Exception as error:
        raise CannotRun(f"Tasks cannot be enqueued in {queue!r}: {error}") from error


class _Enqueueing:
    def __init__(
        self, order: Order, journal: Journal, hand_over: Callable[[list[Any]], None], batch: int
    ) -> None:
        self._order = order
        self._journal = journal
        self._hand_over = hand_over
        self._batch = batch
        self._there = 0
        self._enqueued = 0
        self._batches = 0
        self._failed = 0

    def run(self, workers: int, watcher: Watcher | None, *, dry_run: bool) -> Enqueued:
        order, journal = self._order, self._journal
        looking = _Looking(Looker(order.source, order.target))
        names, interrupted = 0, False
        try:
            self._failed += plan(order, journal)
            names = journal.count()
            if watcher is not None:
                watcher.expect(names)
            self._look_at_all(looking, workers, watcher)
        except KeyboardInterrupt:
            interrupted = True
        if looking.stopped and not (self._there or self._enqueued):
            raise CannotRun(looking.stopped)
        return Enqueued(
            source=str(order.source.files),
            target=str(order.target.files),
            dry_run=dry_run,
            names=names,
            there=self._there,
            enqueued=self._enqueued,
            batches=self._batches,
            failed=self._failed,
            problems=tuple(journal.problems(MOST_TOLD)),
            journal=journal.path,
            stopped=looking.stopped,
            interrupted=interrupted,
        )

    def _look_at_all(self, looking: _Looking, workers: int, watcher: Watcher | None) -> None:
        look = functools.partial(apart, looking.look)
        pages = _paged(self._journal.notes(), self._order.target.at_once)
        waiting: list[Note] = []
        with ThreadPoolExecutor(workers, "look") as pool:
            try:
                for page in _side_by_side(pool, look, pages, 2 * workers):
                    for each in page:
                        self._take(each, waiting)
                    if watcher is not None:
                        watcher.advance(len(page))
                    if looking.stopped:
                        return
            finally:
                looking.end()
                pool.shutdown(wait=False, cancel_futures=True)
        self._send(waiting)

    def _take(self, found: _Found, waiting: list[Note]) -> None:
        if found.failed is not None:
            self._failed += 1
            with self._journal.together():
                self._journal.problem(found.failed.problem)
        elif found.is_there:
            self._there += 1
        else:
            waiting.append(attrs.evolve(found.note, state=found.state))
            if len(waiting) == self._batch:
                self._send(waiting)

    def _send(self, waiting: list[Note]) -> None:
        """Hand a batch over, noted before, so that what a task leaves is known as its own."""
        if not waiting:
            return
        with self._journal.together():
            for note in waiting:
                self._journal.mark([note.name], note.state)
        self._hand_over([list(attrs.astuple(note)) for note in waiting])
        self._enqueued += len(waiting)
        self._batches += 1
        waiting.clear()


@attrs.frozen
class _Found:
    """
    What a look at a file has shown.

    Attributes:
        note: what is known of it.
        state: what is to be noted, if it is enqueued.
        is_there: whether the target seems to have it.
        failed: why it cannot be copied, if it cannot.

    """

    note: Note
    state: State
    is_there: bool = False
    failed: Failed | None = None


class _Looking:
    """
    Tells what the target has by size: to read everything is the work of those who copy.

    Attributes:
        stopped: why to look on is of no use; empty if it is.

    """

    def __init__(self, looker: Looker) -> None:
        self.looker = looker
        self.stopped = ""
        self._judge = Judge()
        self._judging = threading.Lock()
        self._ending = threading.Event()

    def end(self) -> None:
        """Let those who are looking end soon."""
        self._ending.set()

    def look(self, notes: list[Note]) -> list[_Found]:
        """Return what is found of some files; of fewer, once to go on is of no use."""
        known = {note.name: note for note in notes}
        found: list[_Found] = []
        for each in self.looker.look(notes):
            if self._ending.is_set():
                break
            if isinstance(each, Done):
                found.append(_Found(known[each.name], State.COPIED, is_there=True))
            else:
                found.append(self._compared(each))
            self._learn(found[-1])
        return found

    def _learn(self, found: _Found) -> None:
        with self._judging:
            if found.failed is None:
                self._judge.succeeded()
                return
            stopped = self._judge.failed(found.failed)
            if stopped:
                self.stopped = self.stopped or stopped
                self._ending.set()

    def _compared(self, job: Job) -> _Found:
        note = job.note
        try:
            there = self._size(job)
            try:
                size = self.looker.source.size(note.name)
            except MissingAtSource:
                return self._missing(job, there)
        except Exception as error:  # noqa: BLE001 - any storage may raise anything
            return _Found(note, note.state, failed=failure_of(note, error))
        if there == size and note.state is not State.COPIED:
            return _Found(note, note.state, is_there=True)
        return _Found(note, self._state(note, there))

    def _state(self, note: Note, there: int | None) -> State:
        """Return what is to be noted before a task may be killed over a file."""
        if note.state is State.COPIED:
            # Elsewhere an earlier copy is gone before the new one is there.
            tells = self.looker.target.tells_unfinished
            return State.COPIED if tells else State.REPLACING
        return State.ENQUEUED if there is None else note.state

    def _missing(self, job: Job, there: int | None) -> _Found:
        """Judge a file that the source does not have: it may have been uploaded to the target."""
        note = job.note
        if note.name == note.wanted and note.name != note.target:
            there = self.looker.target.size(note.name)
        is_there = note.name == note.wanted and there is not None
        problem = None if note.copy is not None else missing(note, is_there=is_there)
        if problem is None:
            return _Found(note, note.state, is_there=True)
        return _Found(note, note.state, failed=Failed(problem))

    def _size(self, job: Job) -> int | None:
        if job.seen is NotLookedAt:
            return self.looker.target.size(job.note.target)
        return job.seen.size if isinstance(job.seen, Fingerprint) else None


def _paged(notes: Iterator[Note], size: int) -> Iterator[list[Note]]:
    while page := list(itertools.islice(notes, size)):
        yield page


def _side_by_side(
    pool: ThreadPoolExecutor, work: Callable[[S], T], things: Iterable[S], most: int
) -> Iterator[T]:
    """Do something with each thing in the pool, so many ahead; yield what came of it in order."""
    ahead: collections.deque[Future[T]] = collections.deque()
    for thing in things:
        ahead.append(pool.submit(work, thing))
        if len(ahead) == most:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()
