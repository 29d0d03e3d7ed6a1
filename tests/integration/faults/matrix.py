"""Every case of the matrix, and what may not happen in any."""

from __future__ import annotations

import itertools
import queue
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.domain.errors import CloudStorageError
from tests.integration.faults.bench import Hung, guarded
from tests.integration.faults.operations import (
    LARGE_REPLACEMENT,
    OPERATIONS,
    Asks,
    Operation,
    Saves,
)
from tests.integration.faults.troubles import SPANS, TROUBLES, Span, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.integration.faults.bench import Bench
    from tests.integration.faults.operations import State

__all__ = ["KINDS", "Case", "Problem", "Verdict", "cases", "judge", "judged", "requests_of"]

#: Seconds to wait for an answer where it does not come, for small contents and for large ones.
_TIMEOUT, _LONG_TIMEOUT = 0.4, 1.5
#: Seconds by which a late answer is later than that.
_LATE = 0.1
#: A request that was not carried out, one that was, one of which nobody knows, and a refused one.
_GIVEN_UP = {"dropped before", "dropped after", "never heard of", "done too late", "500"}
_LARGE_TROUBLES = {
    "dropped after",
    "never heard of",
    "500",
    "a page",
}

KINDS = {
    "lost": "a content that must be there is not",
    "wrong": "what is there is no content anybody saved",
    "lies": "an answer is not true",
    "hung": "a call does not come back",
    "errors": "an error does not tell the trouble",
    "noticed": "one passing trouble reached the caller",
    "stuck": "the same call fails when everything is well again",
}


@attrs.frozen
class Case:
    """
    Attributes:
        operation: what is done.
        nth: with which of its requests the trouble begins, counted from one.
        trouble: what goes wrong.
        span: how long.

    """

    operation: Operation
    nth: int
    trouble: Trouble
    span: Span

    def __str__(self) -> str:
        return f"{self.operation}-{self.nth} {self.request}-{self.trouble.title}-{self.span.title}"

    @property
    def title(self) -> str:
        """Operation and trouble."""
        return f"{self.operation}-{self.trouble.title}"

    @property
    def request(self) -> str:
        """The request with which it begins."""
        return self.operation.requests[self.nth - 1]

    @property
    def options(self) -> dict[str, Any]:
        """Options of the storage that meets the trouble."""
        patience: dict[str, Any] = {"timeout": self._timeout} if self.trouble.silent else {}
        if self.trouble.silent and self.span.times == 1:
            # On a busy machine an answer that comes may come too late, too.
            patience["retries"] = 3
        return {**self.operation.options, **patience}

    @property
    def fault(self) -> dict[str, Any]:
        """What the proxy is told to do."""
        silence = {"delay": self._timeout + _LATE} if self.trouble.silent else {}
        return {**self.trouble.fault, **silence}

    @property
    def _timeout(self) -> float:
        return _LONG_TIMEOUT if self.operation.is_large else _TIMEOUT


@attrs.frozen
class Problem:
    """
    Attributes:
        kind: one of KINDS.
        what: what happened.

    """

    kind: str
    what: str


@attrs.frozen
class Verdict:
    """
    Attributes:
        case: what was played.
        problems: what must not happen and did.
        seconds: how long it took, the making of the scene included.

    """

    case: Case
    problems: list[Problem]
    seconds: float


def cases(*, thorough: bool = False) -> Iterator[Case]:
    """Yield every case that tells something no other does, or really every one."""
    for operation in OPERATIONS:
        for nth, trouble, span in itertools.product(
            range(1, len(operation.requests) + 1), TROUBLES, SPANS
        ):
            case = Case(operation, nth, trouble, span)
            if _is_one(case) and (thorough or _is_needed(case)):
                yield case


def _is_one(case: Case) -> bool:
    """Whether there is such a case, and no other name for it."""
    if not case.request.startswith(case.trouble.only):
        return False
    if case.trouble.is_late and case.operation.is_large:
        # A chunk whose sender is gone does not arrive whole: it is never heard of.
        return False
    # What lasts is not tried again, so to give up is to meet it once.
    return case.trouble.passing or case.span.title != "until given up"


def _is_needed(case: Case) -> bool:
    """Whether a case tells something that no other does."""
    if case.trouble.akin:
        return False
    if isinstance(case.operation.model, Asks) and case.span.title == "until given up":
        # Who only asks has nothing to clear away when the trouble is over.
        return case.operation.interrupted
    if case.trouble.passing and case.span.times > 1 and case.trouble.title not in _GIVEN_UP:
        # What follows depends on nothing but what became of the request.
        return False
    if case.operation is LARGE_REPLACEMENT:
        # What a crash leaves; the rest is as with fewer chunks.
        return (case.trouble.title, case.span.title) == ("dropped before", "from then on")
    if case.operation.is_large:
        # Each of its requests is made and judged as that of a small content is; what differs is
        # what the others leave behind.
        return case.trouble.title in _LARGE_TROUBLES and case.span.title != "from then on"
    return True


def judged(benches: Sequence[Bench], group: Iterable[Case]) -> Iterator[Verdict]:
    """Play cases on several benches at once and yield what came of each, in order."""
    free: queue.SimpleQueue[Bench] = queue.SimpleQueue()
    for bench in benches:
        free.put(bench)

    def play(case: Case) -> Verdict:
        bench = free.get()
        began = time.perf_counter()
        try:
            return Verdict(case, judge(bench, case), time.perf_counter() - began)
        finally:
            free.put(bench)

    with ThreadPoolExecutor(len(benches)) as pool:
        yield from pool.map(play, group)


def requests_of(bench: Bench, operation: Operation) -> tuple[str, ...]:
    """Return what an operation asks the server when all goes well."""
    scene = _Scene(bench, operation, bench.storage(**operation.options))
    try:
        scene.prepare()
        bench.watch()
        scene.act()
        return bench.requests()
    finally:
        scene.clear_away()


def judge(bench: Bench, case: Case) -> list[Problem]:
    """Play a case and return everything that must not happen and did."""
    scene = _Scene(bench, case.operation, bench.storage(**case.options))
    try:
        return list(_judged(scene, case))
    except Hung as hung:
        return [Problem("hung", str(hung))]
    finally:
        bench.clear()
        scene.clear_away()


def _judged(scene: _Scene, case: Case) -> Iterator[Problem]:
    operation, bench = case.operation, scene.bench
    scene.prepare()
    bench.watch()
    bench.inject(case.nth, case.span.times, **case.fault)
    before = dict(operation.before)
    try:
        answer = guarded(scene.act)
    except CloudStorageError as error:
        failed = True
        yield from _misjudged(error, case, bench)
    except OSError as error:
        failed = True
        yield Problem("errors", f"{type(error).__name__}: {error}")
    else:
        failed = False
    asked = bench.requests()
    # A kept connection may turn out dead, which is worth a second try.
    if operation.is_hasty and len(asked) > len(operation.requests) + 1:
        yield Problem("hung", f"asked {len(asked)} times instead of doing without")
    bench.clear()
    if case.trouble.is_late:
        bench.settle()
    seen = before if scene.is_shared else (yield from scene.seen())
    if failed:
        yield from _damage(case, before, seen)
        now = seen
    else:
        expected = operation.model.after(before, answer)
        if expected is None:
            yield Problem("lies", f"answered {_short(answer)}")
            now = seen
        else:
            yield from _difference(expected, seen)
            now = expected
    yield from _repeated(scene, now, scarred=failed)


def _misjudged(error: CloudStorageError, case: Case, bench: Bench) -> Iterator[Problem]:
    """Say what is wrong with an error."""
    if case.trouble.passing and case.span.times == 1:
        yield Problem("noticed", f"{type(error).__name__}: {error}")
    elif not case.trouble.allows(error):
        kind = "lies" if isinstance(error, FileNotFoundError) else "errors"
        temporary = f"temporary={error.temporary}"
        yield Problem(kind, f"{type(error).__name__} ({temporary}): {error}")
    if bench.key in repr(error) or bench.key in str(error):
        yield Problem("errors", "shows the key")


def _damage(case: Case, before: State, seen: State) -> Iterator[Problem]:
    """Say what a call that raised has done that it must not."""
    if case.operation.model.may_be_left(before, seen):
        return
    gone = before.keys() - seen.keys()
    if gone:
        yield Problem("lost", f"{sorted(gone)} gone after an error")
    else:
        yield Problem("wrong", f"{_short(seen)} after an error")


def _difference(expected: State, seen: State) -> Iterator[Problem]:
    """Say how what is there differs from what a call that returned has promised."""
    for name in sorted(expected.keys() - seen.keys()):
        yield Problem("lost", f"{name} is not there")
    for name in sorted(seen.keys() - expected.keys()):
        yield Problem("wrong", f"{name} is there as well, with {_short(seen[name])}")
    for name in sorted(expected.keys() & seen.keys()):
        if expected[name] != seen[name]:
            yield Problem("wrong", f"{name} has {_short(seen[name])}")


def _repeated(scene: _Scene, state: State, *, scarred: bool) -> Iterator[Problem]:
    """Do it once more, when all is well."""
    try:
        answer = guarded(scene.act)
    except OSError as error:
        yield Problem("stuck", f"{type(error).__name__}: {error}")
        return
    model = scene.operation.model
    expected = model.after(state, answer)
    if expected is None and scarred and isinstance(model, Saves):
        # An upload that broke off may keep its name taken: no reader sees why.
        expected = model.after({**state, model.name: b""}, answer)
        expected = expected and {**state, answer: model.content}
    if expected is None:
        yield Problem("lies", f"answered {_short(answer)} the second time")
        return
    if not scarred or isinstance(model, Asks):
        return
    seen = yield from scene.seen()
    for problem in _difference(expected, seen):
        yield attrs.evolve(problem, what=f"{problem.what} the second time")


@attrs.frozen
class _Scene:
    """An operation on a storage, in a directory of its own."""

    bench: Bench
    operation: Operation
    storage: Any
    directory: str = attrs.field(init=False)

    @directory.default
    def _directory(self) -> str:
        if self.is_shared:
            return self.bench.kept(self.operation.before)
        return self.bench.directory()

    @property
    def is_shared(self) -> bool:
        """Whether the files are large and only read: they are there for all such cases."""
        return self.operation.is_large and isinstance(self.operation.model, Asks)

    def prepare(self) -> None:
        """Make everything as it is before the operation."""
        files = dict(self.operation.before)
        if self.operation.interrupted:
            files["a.bin"] = b"what was there before"
        if not self.is_shared and (files or self.operation.known):
            self.bench.fill(self.directory, files)
        if self.operation.interrupted:
            self.bench.interrupt(self.directory, "a.bin", self.operation.before["a.bin"])
        if self.operation.known:
            self.storage.exists(f"{self.directory}/nobody.bin")

    def clear_away(self) -> None:
        """Delete what nobody needs any more."""
        if not self.is_shared:
            self.bench.remove(self.directory)

    def act(self) -> Any:
        """Do it."""
        return self.operation.act(self.storage, self.directory)

    def seen(self) -> Any:
        """Return what another storage sees; yield what does not fit together."""
        witness = self.bench.witness(**self.operation.options)
        try:
            listed = set(witness.listdir(self.directory)[1])
        except FileNotFoundError:
            listed = set()
        state: State = {}
        for name in sorted(listed | self.operation.before.keys() | {"a.bin"}):
            path = f"{self.directory}/{name}"
            try:
                with witness.open(path) as file:
                    state[name] = file.read()
            except FileNotFoundError:
                pass
            except OSError as error:
                yield Problem("lost", f"{name} cannot be read: {error}")
            there = name in state
            if there is not (name in listed) or there is not witness.exists(path):
                yield Problem("lies", f"{name} is there only for some who ask")
        return state


def _short(value: Any) -> str:
    """Return a value as it may stand in a message."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in value.items()) + "}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes {value[:12]!r}..."
    return repr(value)[:100]
