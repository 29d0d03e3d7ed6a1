# ruff: noqa: S101
# Asserts are what a test is.
"""
A storage used in any order, compared with a dict from names to contents.

What fails is shrunk by Hypothesis to the fewest steps, which it prints as lines of Python, and a
blob that plays exactly these again.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

from django.core.files.base import ContentFile
from hypothesis import HealthCheck, Phase, reproduce_failure, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import raises, same, shown
from cloud_storages.testing.strategies import bytes_of, filenames, refused_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["AnyOrder", "StorageMachine", "machine_of"]

_FEW = 3
#: Few, so that a failure is soon shrunk: what contents come back has tests of its own.
_CONTENTS = (b"", b"0", b"one", b"another", b"\x00\xff" * 3, bytes_of(2000))


class StorageMachine(RuleBasedStateMachine):
    """
    What anyone may do to a storage, in any order: ``machine_of`` makes one for a trial.

    Names come from few, so that they collide, and are odd. The model knows what was saved; it knows
    nothing of how names become alternatives.
    """

    #: The storage, and what is known of it.
    tried: Trial

    wanted: Bundle[str] = Bundle("wanted")
    saved: Bundle[str] = Bundle("saved")

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        #: Names that the storage makes others of; whether it then knows them too is its own affair.
        self.renamed: set[str] = set()

    # Names

    @initialize(target=wanted, names=st.lists(filenames(), min_size=1, max_size=_FEW))
    def choose_names(self, names: list[str]) -> Any:
        """Choose the few names that most steps are about."""
        return multiple(*(self._named(name) for name in names))

    @rule(target=wanted, name=filenames())
    def choose_a_name(self, name: str) -> str:
        """Choose one more."""
        return self._named(name)

    def _named(self, filename: str) -> str:
        return self.tried.named(filename)

    # Writing

    @rule(target=saved, name=wanted | saved, data=st.sampled_from(_CONTENTS))
    def save(self, name: str, data: bytes) -> str:
        """Save a content under a name, be it taken or free."""
        returned = self.tried.save_as(name, ContentFile(data))
        if not self.tried.overwrites:
            there = self.files.get(returned)
            reused = self.tried.reuses and there == data
            assert there is None or reused, f"saving {name!r} replaced the file {returned!r}"
        if name not in self.files and returned != name:
            self.renamed.add(name)
        self.files[returned] = data
        self._check_content(returned)
        return returned

    @rule(name=consumes(saved))
    def delete(self, name: str) -> None:
        """Delete a file, or what is gone already."""
        self.tried.storage.delete(name)
        self.files.pop(name, None)
        same(self.tried.storage.exists(name), False, f"exists() of the deleted {name!r}")

    @rule(name=wanted)
    def delete_whatever_is_there(self, name: str) -> None:
        """Delete a name that may never have been saved."""
        if name in self.renamed:
            return
        self.tried.storage.delete(name)
        self.files.pop(name, None)

    @rule(name=refused_names())
    def refuse(self, name: str) -> None:
        """Try to save a name that leads out."""
        self.tried.refuses(name)

    # Reading

    @rule(name=wanted | saved)
    def read(self, name: str) -> None:
        """Read a file, or open what is missing."""
        if name in self.files:
            self._check_content(name)
        elif name not in self.renamed:
            raises(FileNotFoundError, lambda: self.tried.open(name), f"opening {name!r}")

    @rule(name=saved, at=st.integers(0, 2500), size=st.integers(0, 2500))
    def read_a_piece(self, name: str, at: int, size: int) -> None:
        """Read a piece of a file from somewhere."""
        if name in self.files:
            with self.tried.open(name) as file:
                file.seek(at)
                expected = self.files[name][at : at + size]
                same(file.read(size), expected, f"{size} bytes of {name!r} at {at}")

    @rule(name=wanted | saved)
    def ask(self, name: str) -> None:
        """Ask whether there is a file, and of what size."""
        if name in self.renamed:
            return
        same(self.tried.storage.exists(name), name in self.files, f"exists() of {name!r}")
        if name in self.files:
            same(self.tried.storage.size(name), len(self.files[name]), f"the size of {name!r}")

    @rule()
    def list_the_directory(self) -> None:
        """List what is there, if anything is."""
        if not self.files:
            return
        with contextlib.suppress(NotImplementedError):
            _, files = self.tried.storage.listdir(self.tried.folder)
            expected = sorted(name.rpartition("/")[2] for name in self.files)
            same(sorted(files), expected, "the listing")

    # What holds at the end

    def teardown(self) -> None:
        """Read everything once more, and delete it."""
        try:
            for name in self.files:
                self._check_content(name)
        finally:
            self.tried.clear()

    def _check_content(self, name: str) -> None:
        read = self.tried.content(name)
        expected = self.files[name]
        assert read == expected, f"the content of {name!r} was {shown(read)}, not {shown(expected)}"


def machine_of(trial: Trial) -> type[StorageMachine]:
    """Return the machine that uses the storage of a trial; what it leaves, the trial deletes."""
    return type("StorageMachine", (StorageMachine,), {"tried": trial})


class AnyOrder:
    """
    The storage compared with a dict.

    Attributes:
        examples: how many sequences of steps are tried.
        steps: how many steps each has at most.
        replay: of a failure that was printed, the arguments of ``reproduce_failure``: only this
            sequence is played then.

    """

    examples: int = 20
    steps: int = 20
    replay: tuple[str, bytes] | None = None

    @promise(sources.note("ref/files/storage/"), sources.custom(), kind="customary")
    def test_used_in_any_order_it_is_as_a_dict(self, tried: Trial) -> None:
        """Whatever is saved, opened, listed, asked for and deleted, in any order, it adds up."""
        machine = machine_of(tried)
        if self.replay is not None:
            again = cast("Callable[[object], object]", reproduce_failure(*self.replay))
            again(machine)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=self.examples,
                stateful_step_count=self.steps,
                deadline=None,
                print_blob=True,
                # One failure, and no tracing of every line: shrinking takes seconds, not minutes.
                report_multiple_bugs=False,
                phases=set(Phase) - {Phase.explain},
                suppress_health_check=list(HealthCheck),
            ),
        )
