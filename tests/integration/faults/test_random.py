"""
Random use with random trouble, compared with what may be true.

For every name there is a set of what may be there: contents, or nothing. A write that fails widens
it, one that returns makes it exact, and whoever looks narrows it; what is seen must be in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from django.core.files.base import ContentFile
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from cloud_storages.domain.errors import CloudStorageError
from tests.integration.faults.bench import guarded
from tests.integration.faults.operations import is_formed_from
from tests.integration.faults.troubles import SPANS, TROUBLES, Span, Trouble
from tests.model import POLICIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.faults.bench import Bench

pytestmark = pytest.mark.once

#: What is there where nothing is.
NOTHING = None
NAMES = ("a.bin", "b.bin")
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
#: One in so many contents has more than one chunk.
_RARELY = 40
_LARGE = 5_300_000

_Content = bytes | None
_troubles = st.sampled_from([trouble for trouble in TROUBLES if not trouble.silent])
#: What goes wrong, with which request, and for how long; or nothing.
disturbances = st.none() | st.tuples(_troubles, st.integers(1, 7), st.sampled_from(SPANS))
some_names = st.sampled_from(NAMES)


class _Failed(Exception):
    """The call raised what its trouble allows."""


class DisturbedMachine(RuleBasedStateMachine):
    """One site whose server is never well for long."""

    bench: ClassVar[Bench]
    policy: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        told = POLICIES[self.policy]
        self.directory = self.bench.directory()
        self.bench.make(self.directory)
        self.storage = self.bench.storage(**told)
        self.witness = self.bench.witness(**told)
        self.may: dict[str, set[_Content]] = {name: {NOTHING} for name in NAMES}
        #: Contents of saves that failed, which may be there under a name nobody was told.
        self.strays: dict[str, set[bytes]] = {}
        #: Names of writes that failed: an unfinished upload may keep them taken.
        self.scarred: set[str] = set()
        #: Names whose replacement failed, and may have stopped where nothing keeps them taken.
        self.halfway: set[str] = set()
        self.written = 0
        #: Whether something went wrong with what was done last.
        self.in_trouble = False

    # What is done

    @rule(name=some_names, size=st.integers(0, _RARELY), disturbance=disturbances)
    def save(self, name: str, size: int, disturbance: Any) -> None:
        self._save(name, self._new_content(size), disturbance)

    @rule(name=some_names, twin=some_names, disturbance=disturbances)
    def save_what_may_be_there(self, name: str, twin: str, disturbance: Any) -> None:
        known = sorted(content for content in self.may[twin] if content is not NOTHING)
        self._save(name, known[0] if known else b"twin", disturbance)

    def _save(self, name: str, content: bytes, disturbance: Any) -> None:
        path = f"{self.directory}/{name}"
        # What went wrong before may have left a dead connection.
        was_in_trouble = self.in_trouble or disturbance is not None
        try:
            saved = self._do(lambda: self.storage.save(path, ContentFile(content)), disturbance)
        except _Failed:
            if self.policy == "overwrite" or NOTHING in self.may[name]:
                self.may[name] |= {content}
            if self.policy != "overwrite":
                self.strays.setdefault(name, set()).add(content)
            self.scarred.add(name)
            return
        saved = saved.removeprefix(f"{self.directory}/")
        before = self.may.setdefault(saved, {NOTHING})
        if saved in self.halfway and self.policy == "keep both":
            # A small save under this policy does not look first, and hides a staged copy.
            before = before | {NOTHING}
        if self.policy == "keep both" and not was_in_trouble:
            assert NOTHING in before, f"{saved} was taken"
        elif self.policy != "overwrite":
            # Of a twin stored within the last second it cannot be told whether it is this very
            # save, whose answer was lost.
            assert before & {NOTHING, content}, f"{saved} was taken"
        else:
            assert saved == name
        assert saved == name or is_formed_from(name, saved)
        self._settle(saved, {content})

    @rule(
        name=some_names,
        mode=st.sampled_from(("wb", "ab", "xb")),
        size=st.integers(0, _RARELY),
        disturbance=disturbances,
    )
    def write(self, name: str, mode: str, size: int, disturbance: Any) -> None:
        content = self._new_content(size)

        def act() -> bool:
            try:
                with self.storage.open(f"{self.directory}/{name}", mode) as file:
                    file.write(content)
            except FileExistsError:
                if mode == "xb":
                    return False
                raise
            return True

        before = self.may[name]
        after: set[_Content] = {(there or b"") + content for there in before}
        if mode != "ab":
            after = {content}
        if mode == "xb" and NOTHING not in before:
            after = before
        try:
            if not self._do(act, disturbance):
                assert before != {NOTHING} or name in self.scarred
                return
        except _Failed:
            self.may[name] = before | after
            self.halfway.add(name)
            self.scarred.add(name)
            return
        assert mode != "xb" or NOTHING in before
        self._settle(name, after)

    @rule(name=some_names, nth=st.integers(1, 6))
    def write_in_an_outage(self, name: str, nth: int) -> None:
        self.write(name, "wb", 1, (TROUBLES[0], nth, SPANS[-1]))

    @rule(name=some_names, disturbance=disturbances)
    def delete(self, name: str, disturbance: Any) -> None:
        try:
            self._do(lambda: self.storage.delete(f"{self.directory}/{name}"), disturbance)
        except _Failed:
            self.may[name].add(NOTHING)
        else:
            self._settle(name, {NOTHING})

    # What is asked

    @rule(name=some_names, disturbance=disturbances)
    def read(self, name: str, disturbance: Any) -> None:
        try:
            content = self._do(lambda: self._read(self.storage, name), disturbance)
        except _Failed:
            return
        self._see(name, {content})

    @rule(name=some_names, disturbance=disturbances)
    def exists(self, name: str, disturbance: Any) -> None:
        try:
            there = self._do(lambda: self.storage.exists(f"{self.directory}/{name}"), disturbance)
        except _Failed:
            return
        self._see(name, self.may[name] - {NOTHING} if there else {NOTHING})

    @rule(disturbance=disturbances)
    def list(self, disturbance: Any) -> None:
        try:
            _, names = self._do(lambda: self.storage.listdir(self.directory), disturbance)
        except _Failed:
            return
        self._see_names(names)

    @rule()
    def look_at_everything(self) -> None:
        _, names = self.witness.listdir(self.directory)
        self._see_names(names)
        for name in sorted(self.may):
            self._see(name, {self._read(self.witness, name)})
            assert self.witness.exists(f"{self.directory}/{name}") == (name in names)

    def teardown(self) -> None:
        self.bench.clear()
        self.look_at_everything()
        self.bench.remove(self.directory)

    # The machinery

    def _do(self, act: Callable[[], Any], disturbance: tuple[Trouble, int, Span] | None) -> Any:
        """Do something in trouble; raise _Failed if it raised what the trouble allows."""
        self.in_trouble = disturbance is not None
        if disturbance is None:
            return guarded(act)
        trouble, nth, span = disturbance
        self.bench.inject(nth, span.times, **trouble.fault)
        try:
            return guarded(act)
        except CloudStorageError as error:
            if not trouble.allows(error) or (trouble.passing and span.times == 1):
                raise
            raise _Failed from error
        finally:
            self.bench.clear()

    def _read(self, storage: Any, name: str) -> _Content:
        try:
            with storage.open(f"{self.directory}/{name}") as file:
                return file.read()
        except FileNotFoundError:
            return NOTHING

    def _settle(self, name: str, contents: set[_Content]) -> None:
        self.may[name] = contents
        self.halfway.discard(name)

    def _see(self, name: str, seen: set[_Content]) -> None:
        assert seen & self.may[name], f"{name} is not what it may be"
        self.may[name] &= seen

    def _see_names(self, names: list[str]) -> None:
        for name in names:
            if name not in self.may:
                self.may[name] = self._strays_like(name)
        for name, contents in self.may.items():
            self._see(name, contents - {NOTHING} if name in names else {NOTHING})

    def _strays_like(self, name: str) -> set[_Content]:
        """Return what may be under a name that nobody was told."""
        return {
            content
            for wanted, contents in self.strays.items()
            if is_formed_from(wanted, name)
            for content in contents
        }

    def _new_content(self, size: int) -> bytes:
        """Return a content nobody has seen, of more than one chunk for the largest size only."""
        self.written += 1
        mark = b"%06d" % self.written
        return mark.ljust(_LARGE, b".") if size == _RARELY else mark * size


@pytest.mark.parametrize("policy", POLICIES)
def test_whatever_goes_wrong_only_what_may_be_true_is_seen(bench: Bench, policy: str) -> None:
    machine = type("DisturbedSite", (DisturbedMachine,), {"bench": bench, "policy": policy})

    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=40, stateful_step_count=15, phases=WITHOUT_SHRINKING),
    )
