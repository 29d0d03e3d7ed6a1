"""Whoever wants to know how far the work is."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

__all__ = ["Steps", "Watch", "unwatched"]


class Steps(Protocol):
    """Is told of what is done, from one thread at a time."""

    def advance(self, count: int = 1) -> None:
        """Take note of things that are done."""


if TYPE_CHECKING:
    #: Called with what is done, such as ``"read"``, and how often if that is known; the block it
    #: returns is the work.
    Watch = Callable[[str, "int | None"], AbstractContextManager[Steps]]


class _Unwatched:
    def advance(self, count: int = 1) -> None:
        pass


def unwatched(what: str, total: int | None) -> AbstractContextManager[Steps]:
    """Watch nothing."""
    del what, total
    return contextlib.nullcontext(_Unwatched())
