"""Play a case, and find everything in it that must not happen."""

from __future__ import annotations

import queue
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.domain.errors import CloudStorageError
from tests.integration.faults.bench import Hung, guarded
from tests.integration.faults.operations import Asks, Operation, Saves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.integration.faults.bench import Bench
    from tests.integration.faults.matrix import Case
    from tests.integration.faults.operations import State

__all__ = ["KINDS", "Problem", "Verdict", "judge", "judged", "requests_of"]

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
    """Do it in trouble, look what became of it, and do it again when all is well."""
    bench = scene.bench
    scene.prepare()
    bench.watch()
    bench.inject(case.nth, case.span.times, **case.fault)
    answer, error = _outcome(scene)
    asked = len(bench.requests())
    bench.clear()
    if case.trouble.is_late:
        bench.settle()
    before = dict(case.operation.before)
    seen = before if scene.is_shared else (yield from scene.seen())
    now = seen
    if error is not None:
        yield from _misjudged(error, case, bench)
        yield from _damage(case, before, seen)
    else:
        expected = case.operation.model.after(before, answer)
        if expected is None:
            yield Problem("lies", f"answered {_short(answer)}")
        else:
            yield from _difference(expected, seen)
            now = expected
    # A kept connection may turn out dead, which is worth a second try.
    if case.operation.is_hasty and asked > len(case.operation.requests) + 1:
        yield Problem("hung", f"asked {asked} times instead of doing without")
    yield from _repeated(scene, now, scarred=error is not None)


def _outcome(scene: _Scene) -> tuple[Any, Exception | None]:
    """Return what the operation answered, or what it raised."""
    try:
        return guarded(scene.act), None
    except Hung:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is judged
        return None, error


def _misjudged(error: Exception, case: Case, bench: Bench) -> Iterator[Problem]:
    """Say what is wrong with an error."""
    told = f"{type(error).__name__}: {error}"
    if not isinstance(error, CloudStorageError):
        yield Problem("errors", told)
    elif case.trouble.passing and case.span.times == 1:
        yield Problem("noticed", told)
    elif not case.trouble.allows(error):
        kind = "lies" if isinstance(error, FileNotFoundError) else "errors"
        yield Problem(kind, f"{told} (temporary={error.temporary})")
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
    answer, error = _outcome(scene)
    if error is not None:
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
