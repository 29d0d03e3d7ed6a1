"""
A run, from its names to its rows: files side by side, notes and rows one after the other.

What is looked up ahead, what waits and what is under way are a few hundred files at any moment.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import itertools
import json
import os
import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Protocol

import attrs
from django.db import DatabaseError

from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.maintenance.migration.copying import (
    ABANDONED_AFTER,
    Copier,
    Done,
    Failed,
    How,
    OnTaken,
)
from cloud_storages.maintenance.migration.errors import Interrupted
from cloud_storages.maintenance.migration.journal import State
from cloud_storages.maintenance.migration.judging import Judge
from cloud_storages.maintenance.migration.looking import Looker
from cloud_storages.maintenance.migration.order import ordered
from cloud_storages.maintenance.migration.planning import plan
from cloud_storages.maintenance.migration.results import MOST_TOLD, Migration, Renamed
from cloud_storages.maintenance.migration.rows import (
    RowMover,
    let_connections_go,
    uploads_hidden_by_moves,
)
from cloud_storages.maintenance.migration.threads import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from os import PathLike

    from django.core.files.storage import Storage

    from cloud_storages.maintenance.errors import Problem
    from cloud_storages.maintenance.migration.copying import Job
    from cloud_storages.maintenance.migration.journal import Journal
    from cloud_storages.maintenance.migration.naming import Shard
    from cloud_storages.maintenance.migration.order import Order

__all__ = ["Watcher", "migrate"]

#: Files that are looked up ahead of those that are copied.
_AHEAD = 200
_MOST_WORKERS = 256


class Watcher(Protocol):
    """Whoever is told how far a run is, in the thread that called ``migrate``."""

    def expect(self, total: int) -> None:
        """Learn how many files it is about."""

    def advance(self, count: int = 1) -> None:
        """Learn that some are done."""


class _Nobody:
    def expect(self, total: int) -> None:
        pass

    def advance(self, count: int = 1) -> None:
        pass


def migrate(
    source: Storage | str,
    target: Storage | str,
    *,
    fields: Iterable[str] = (),
    all_files: bool = False,
    names: Iterable[str] | None = None,
    workers: int = 8,
    shard: Shard | str = "1/1",
    on_conflict: OnTaken | str = OnTaken.RENAME,
    keep_rows: bool = False,
    take_over: bool = False,
    journal: str | PathLike[str] | None = None,
    failures: str | PathLike[str] | None = None,
    recheck: bool = False,
    dry_run: bool = False,
    watcher: Watcher | None = None,
) -> Migration:
    """
    Copy files from one storage to another, prove each copy, and let rows name what they mean.

    Goes on where an earlier run between the same places has ended, however it did. A file that
    was changed at the source since then takes the place of its earlier copy. Two files never
    become one. Nothing is deleted at the source, and nothing at the target but what an
    interrupted copy has left. Ctrl-C ends it in good order: the result says so.

    Args:
        source: a storage or its alias.
        target: a storage or its alias.
        fields: labels of file fields, such as ``"album.Photo.picture"``; by default those of
            every model that use one of the two storages.
        all_files: copy every file the source lists, not only those that rows name.
        names: copy these, not those that rows name.
        workers: files that are copied at once.
        shard: which part, such as ``"3/16"``; each part has a journal of its own.
        on_conflict: where the target has another file of the name, ``"rename"`` the copy, or let
            it ``"fail"``.
        keep_rows: leave the rows as they are, even where the target has other names.
        take_over: remove unfinished uploads, and pieces of files in storages of other kinds, that
            are in the way at once, not after an hour: whoever made them has ended.
        journal: path of the notes; by default in the current directory, named after the aliases.
        failures: path of the file of all problems, a JSON object a line; by default beside the
            journal.
        recheck: ask the target for what the journal says was copied before, too; a copy that is
            gone is made again. At a target of another kind both copies are read.
        dry_run: do nothing, and tell what would be done.
        watcher: is told how far it is.

    Raises:
        CannotRun: it could not be begun: a setting is wrong, there is nothing to be copied,
            another run is at it, or not one file could be copied before the whole work failed.

    """
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
    if not 1 <= workers <= _MOST_WORKERS:
        raise CannotRun(f"{workers} workers are not between 1 and {_MOST_WORKERS}.")
    told = os.fspath(failures) if failures else f"{order.journal}.failures.jsonl"
    with order.opened_journal(dry_run=dry_run) as notes:
        if not dry_run:
            _check_writable(told)
        run = _Run(order, notes, workers, watcher or _Nobody(), dry_run=dry_run)
        run.recheck = recheck
        return run.run(told, keep_rows=keep_rows, after=0.0 if take_over else ABANDONED_AFTER)


@attrs.define
class _Counts:
    copied: int = 0
    updated: int = 0
    skipped: int = 0
    by_journal: int = 0
    renamed: int = 0
    failed: int = 0
    bytes: int = 0
    rows_updated: int = 0
    rows_left: int = 0


class _Run:
    def __init__(
        self, order: Order, journal: Journal, workers: int, watcher: Watcher, *, dry_run: bool
    ) -> None:
        self._order = order
        self._journal = journal
        self._workers = workers
        self._watcher = watcher
        self._dry_run = dry_run
        self._counts = _Counts()
        self._renames: list[Renamed] = []
        self._ending = threading.Event()
        self._stopped = ""
        self._interrupted = False
        self.recheck = False
        self._judge = Judge()

    def run(self, failures: str, *, keep_rows: bool, after: float) -> Migration:
        began = time.monotonic()
        names = 0
        try:
            self._counts.failed += plan(self._order, self._journal)
            names = self._journal.count()
            self._watcher.expect(names)
            self._copy_all(after)
            if not self._ending.is_set():
                self._attend_to_rows(keep_rows=keep_rows)
        except KeyboardInterrupt:
            self._interrupted = True
        if self._stopped and not (self._counts.copied or self._counts.skipped):
            raise CannotRun(self._stopped)
        has_failures = False
        if not self._dry_run:
            try:
                has_failures = self._tell_failures(failures)
            except OSError as error:
                self._stop(f"Not all failures could be written to {failures}: {error}")
        return Migration(
            source=str(self._order.source.files),
            target=str(self._order.target.files),
            dry_run=self._dry_run,
            names=names,
            seconds=round(time.monotonic() - began, 3),
            problems=tuple(self._journal.problems(MOST_TOLD)),
            renames=tuple(self._renames),
            journal=self._journal.path,
            failures=failures if has_failures else "",
            stopped=self._stopped,
            interrupted=self._interrupted,
            **attrs.asdict(self._counts),
        )

    # Copying

    def _copy_all(self, after: float) -> None:
        order = self._order
        # The journal is ours, so whoever made its notes has ended.
        began = dt.datetime.now(dt.timezone.utc)
        copier = Copier(order.source, order.target, order.on_taken, after, self._go_on, began)
        work = copier.rehearse if self._dry_run else copier.copy
        look = Looker(order.source, order.target, self.recheck).look
        notes = self._journal.notes()
        ready: collections.deque[Job] = collections.deque()
        looking: set[Future[Any]] = set()
        copying: set[Future[Any]] = set()
        with (
            _ended_by_ctrl_c(self._interrupt),
            ThreadPoolExecutor(self._workers, "migrate") as pool,
        ):
            while True:
                if self._ending.is_set():
                    ready.clear()
                    copying -= {future for future in copying if future.cancel()}
                while ready and len(copying) < 2 * self._workers:
                    copying.add(pool.submit(apart, work, ready.popleft()))
                while self._has_room(len(ready), len(looking)):
                    page = list(itertools.islice(notes, order.target.at_once))
                    if not page:
                        break
                    looking.add(pool.submit(apart, look, page))
                if not (looking or copying or ready):
                    break
                done, _ = wait(looking | copying, return_when=FIRST_COMPLETED)
                with self._journal.together():
                    for copied in copying & done:
                        self._take(copied.result())
                    for looked in looking & done:
                        ready += self._begin(looked.result())
                looking -= done
                copying -= done

    def _begin(self, looked: Iterable[Job | Done]) -> list[Job]:
        """Take note of what is where it should be; return what is not."""
        jobs = []
        for each in looked:
            if isinstance(each, Done):
                self._take(each)
            else:
                jobs.append(each)
        if not self._dry_run:
            self._journal.mark((job.note.name for job in jobs if self._is_new(job)), State.BEGUN)
            self._journal.mark(
                (job.note.name for job in jobs if self._is_not_kept(job)), State.REPLACING
            )
        return jobs

    def _is_new(self, job: Job) -> bool:
        """Return whether an unfinished copy that is found later is certainly of this run."""
        is_free = job.seen is None or self._order.target.tells_unfinished
        return job.note.state is State.PLANNED and is_free

    def _is_not_kept(self, job: Job) -> bool:
        """Return whether an earlier copy is gone before the new one is there."""
        return job.note.state is State.COPIED and not self._order.target.tells_unfinished

    def _has_room(self, ready: int, looking: int) -> bool:
        """Return whether more files should be looked at, so that the workers never wait."""
        expected = ready + (looking + 1) * self._order.target.at_once
        return expected <= _AHEAD and not self._ending.is_set()

    def _take(self, result: Done | Failed) -> None:
        if isinstance(result, Failed):
            self._take_failed(result)
        else:
            self._take_done(result)

    def _take_done(self, done: Done) -> None:
        counts = self._counts
        self._judge.succeeded()
        self._watcher.advance()
        if done.how is How.SKIPPED:
            counts.skipped += 1
            counts.by_journal += done.is_noted and not self.recheck
        else:
            counts.copied += 1
            counts.updated += done.how is How.UPDATED
            counts.bytes += done.content.size if done.content is not None else 0
        if done.target != done.name:
            counts.renamed += 1
            if len(self._renames) < MOST_TOLD:
                self._renames.append(Renamed(done.name, done.target))
        if done.is_noted:
            return
        if done.content is not None:
            self._journal.copied(done.name, done.target, done.content, done.seen)
        else:
            self._journal.mark([done.name], State.PLANNED)

    def _take_failed(self, failed: Failed) -> None:
        if failed.is_interrupted:
            return
        if not failed.began:
            self._journal.put_back(failed.problem.name)
        if not failed.fails_all:  # a later run begins with that very file
            self._watcher.advance()
            self._fail(failed.problem)
        stopped = self._judge.failed(failed)
        if stopped:
            self._stop(stopped)

    def _fail(self, problem: Problem) -> None:
        self._counts.failed += 1
        self._journal.problem(problem)

    def _stop(self, reason: str) -> None:
        self._stopped = self._stopped or reason
        self._ending.set()

    def _interrupt(self) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
        self._ending.set()

    def _go_on(self, _stored: int) -> None:
        """End an upload in its middle, if the run ends: it is taken back and made again later."""
        if self._ending.is_set():
            raise Interrupted

    # Rows

    def _attend_to_rows(self, *, keep_rows: bool) -> None:
        """Let rows name their files; a database that is gone by now ends the run in good order."""
        let_connections_go()
        try:
            self._find_hidden_uploads()
            if not keep_rows:
                self._move_rows()
        except (CannotRun, DatabaseError) as error:
            self._stop(f"The rows could not be changed: {reason_of(error)}")

    def _find_hidden_uploads(self) -> None:
        if not self._journal.has_moved():
            return
        order = self._order
        here = order.target.files.storage
        with ThreadPoolExecutor(self._workers, "migrate") as pool:
            for field in order.fields:
                found = uploads_hidden_by_moves(self._journal, order.source, here, field, pool)
                for problem in found:
                    self._fail(problem)

    def _move_rows(self) -> None:
        if not self._journal.has_renamed():
            return
        counts = self._counts
        mover = RowMover(self._journal, self._order.target.files.storage, dry_run=self._dry_run)
        try:
            for field in self._order.fields:
                mover.move(field)
        finally:
            counts.rows_updated += mover.updated
            counts.rows_left += mover.left
            counts.failed += mover.failed

    def _tell_failures(self, path: str) -> bool:
        """Write the file of all problems; return whether there are any."""
        problems = self._journal.problems()
        first = next(problems, None)
        if first is None and not os.path.exists(path):  # noqa: PTH110 - any kind of path
            return False
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - as above
            file.writelines(
                json.dumps(attrs.asdict(problem), ensure_ascii=False) + "\n"
                for problem in itertools.chain([first] if first else [], problems)
            )
        return first is not None


def _check_writable(path: str) -> None:
    """Refuse a file that nothing can be written to at the end; leave it as it is."""
    is_new = not os.path.lexists(path)
    try:
        with open(path, "a", encoding="utf-8"):  # noqa: PTH123 - any kind of path
            pass
        if is_new:
            os.unlink(path)  # noqa: PTH108 - as above
    except OSError as error:
        raise CannotRun(
            f"The failures cannot be written to {path}: {error}. Name another file with --failures."
        ) from error


@contextlib.contextmanager
def _ended_by_ctrl_c(interrupt: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C end the block in good order; where signals come, which is the main thread."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
