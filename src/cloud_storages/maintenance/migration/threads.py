"""Work in threads of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["apart"]

S = TypeVar("S")
T = TypeVar("T")


def apart(work: Callable[[S], T], thing: S) -> T:
    """Do something in a thread of its own: a storage may have used the database there."""
    try:
        return work(thing)
    finally:
        connections.close_all()
