"""
How many requests a page costs: ``assertNumStorageRequests``, in the manner of Django's
``assertNumQueries``.

Counts what all storages of this package ask in this process, in any thread, each repetition of a
request too. ``InMemoryStorage`` asks nobody; what is counted is what Appwrite would be asked.
There the numbers differ in these cases only: a storage in Appwrite may ask once whether its key is
valid, when it finds nothing for the first time; with ``legacy_ids`` reading and deleting cost one
more; a large upload that is refused costs a look more; and what fails or is lost on the way is
repeated.
"""  # noqa: D205 - the name does not fit beside what it does

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from cloud_storages import meter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

__all__ = ["StorageRequestsMixin", "assertNumStorageRequests", "storage_requests"]


@contextlib.contextmanager
def storage_requests() -> Iterator[list[meter.Request]]:
    """Collect the requests that are made while the block runs."""
    made: list[meter.Request] = []
    with meter.listening(made.append):
        yield made


@contextlib.contextmanager
def assertNumStorageRequests(num: int) -> Iterator[list[meter.Request]]:  # noqa: N802 - as Django's
    """
    Make sure that the block makes so many requests; gives the list of them.

    Args:
        num: how many.

    Raises:
        AssertionError: it made more or fewer; the message lists them.

    """
    with storage_requests() as made:
        yield made
    if len(made) != num:
        lines = [f"{number}. {request}" for number, request in enumerate(made, 1)]
        told = "\n".join(["Those made were:", *lines]) if lines else "None was made."
        raise AssertionError(f"{len(made)} storage requests made, {num} expected. {told}")


class StorageRequestsMixin:
    """Gives test cases of unittest and Django ``assertNumStorageRequests``."""

    def assertNumStorageRequests(  # noqa: N802 - as Django's
        self, num: int, func: Callable[..., object] | None = None, *args: Any, **kwargs: Any
    ) -> AbstractContextManager[list[meter.Request]] | None:
        """
        Make sure that a block, or a call, makes so many requests.

        Args:
            num: how many.
            func: what to call; without it, a context manager is returned.
            *args: of the call.
            **kwargs: of the call.

        Raises:
            AssertionError: it made more or fewer; the message lists them.

        """
        block = assertNumStorageRequests(num)
        if func is None:
            return block
        with block:
            func(*args, **kwargs)
        return None
