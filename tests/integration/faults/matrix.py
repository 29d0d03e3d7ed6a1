"""Every case of the matrix: which trouble befalls which request of which operation."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import attrs

from tests.integration.faults.operations import LARGE_REPLACEMENT, OPERATIONS, Asks, Operation
from tests.integration.faults.troubles import SPANS, TROUBLES, Span, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Case", "cases"]

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
