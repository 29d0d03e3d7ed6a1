"""A shelf in one of Django's caches, and a small one in memory for when the cache is down."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from django.core.cache import caches

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

__all__ = ["CacheShelf"]

logger = logging.getLogger("cloud_storages")

#: Values that are kept in memory at once: the pictures of some pages.
_MOST = 1000
#: Seconds for which they are kept at most: shorter than the cache is told of a changed file, so
#: that what the cache says when it is up again is heard.
_SPARE_SECONDS = 3600.0
#: Seconds between two warnings.
_WARNING_SECONDS = 10.0


class CacheShelf:
    """
    Keeps values in a cache of Django's.

    What the cache does not take, because it is down or refuses some values, this process keeps in
    memory for up to an hour; a warning is logged every ten seconds at most.

    Args:
        alias: which of CACHES.
        clock: seconds from any moment on, never going back.

    """

    def __init__(self, alias: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._alias = alias
        self._clock = clock
        self._spare = _Memory(clock)
        self._warned_at: float | None = None

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return what is there under the keys, with one look."""
        wanted = list(keys)
        try:
            found = dict(caches[self._alias].get_many(wanted))
        except Exception as error:  # noqa: BLE001 - each cache's client has errors of its own
            # Its text could hold the address of the cache, with a password.
            self._warn(type(error).__name__)
            found = {}
        # What the cache has is the later.
        self._spare.delete(found)
        return {**self._spare.get_many(wanted), **found}

    def set_many(self, values: Mapping[str, Any], seconds: float) -> None:
        """Lay values there for so many seconds."""
        timeout = max(1, math.ceil(seconds))
        failed: Collection[Any]
        try:
            failed = caches[self._alias].set_many(dict(values), timeout=timeout) or ()
        except Exception as error:  # noqa: BLE001 - as above
            self._warn(type(error).__name__)
            failed = values
        else:
            if failed:
                self._warn(f"values not taken: {len(failed)}")
        refused = {key: values[key] for key in failed if key in values}
        self._spare.delete(values.keys() - refused.keys())
        self._spare.set_many(refused, min(seconds, _SPARE_SECONDS))

    def _warn(self, why: str) -> None:
        now = self._clock()
        if self._warned_at is not None and now < self._warned_at + _WARNING_SECONDS:
            return
        self._warned_at = now
        logger.warning("the cache %r fails (%s): URLs are kept in memory", self._alias, why)


class _Memory:
    """Keeps the latest values of this process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        now = self._clock()
        return {key: value for key, (until, value) in found.items() if now < until}

    def set_many(self, values: Mapping[str, Any], seconds: float) -> None:
        until = self._clock() + seconds
        with self._lock:
            for key, value in values.items():
                self._values[key] = (until, value)
                self._values.move_to_end(key)
            while len(self._values) > _MOST:
                self._values.popitem(last=False)

    def delete(self, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                self._values.pop(key, None)
