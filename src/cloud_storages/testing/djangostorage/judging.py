"""The suite without a test runner: a verdict for each promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from unittest import SkipTest

import attrs

from cloud_storages.testing.djangostorage.promises import Promise, promises_of
from cloud_storages.testing.djangostorage.seeing import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.testing.djangostorage.conformance import StorageConformance

__all__ = ["Verdict", "verdicts"]


@attrs.frozen
class Verdict:
    """
    What became of one promise.

    Attributes:
        promise: which one.
        outcome: ``"kept"``, ``"broken"``, or ``"skipped"``: not to be had, and said so.
        seen: one line: how it was broken, or why it was skipped.

    """

    promise: Promise
    outcome: Literal["kept", "broken", "skipped"]
    seen: str = ""

    @property
    def ok(self) -> bool:
        """Whether the promise was not broken."""
        return self.outcome != "broken"


def verdicts(tests: StorageConformance) -> Iterator[Verdict]:
    """Yield a verdict for each promise, in the order in which the suite has them."""
    for test, promise in promises_of(type(tests)).items():
        try:
            getattr(tests, test)()
        except SkipTest as reason:
            yield Verdict(promise, "skipped", str(reason))
        except Exception as error:  # noqa: BLE001 - whatever a storage does, it is told
            yield Verdict(promise, "broken", in_one_line(error))
        else:
            yield Verdict(promise, "kept")
