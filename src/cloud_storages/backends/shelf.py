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
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["CacheShelf"]

logger = logging.getLogger("cloud_storages")

#: Values that are kept in memory at once: the pictures of some pages.
_MOST = 1000


class CacheShelf:
    """
    Keeps values in a cache of Django's.

    While the cache fails, a warning is logged, and this process keeps its own values in memory.

    Args:
        alias: which of CACHES.
        clock: seconds from any moment on, never going back.

    """

    def __init__(self, alias: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._alias = alias
        self._spare = _Memory(clock)

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return what is there under the keys, with one look."""
        wanted = list(keys)
        try:
            return dict(caches[self._alias].get_many(wanted))
        except Exception as error:  # noqa: BLE001 - each cache's client has errors of its own
            self._warn(error)
            return self._spare.get_many(wanted)

    def set_many(self, values: Mapping[str, Any], seconds: float) -> None:
        """Lay values there for so many seconds."""
        try:
            caches[self._alias].set_many(dict(values), timeout=max(1, math.ceil(seconds)))
        except Exception as error:  # noqa: BLE001 - as above
            self._warn(error)
            self._spare.set_many(values, seconds)

    def delete(self, key: str) -> None:
        """Take a value away; one that a cache keeps while it is down is there again afterwards."""
        self._spare.delete(key)
        try:
            caches[self._alias].delete(key)
        except Exception as error:  # noqa: BLE001 - as above
            self._warn(error)

    def _warn(self, error: Exception) -> None:
        # Its text could hold the address of the cache, with a password.
        kind = type(error).__name__
        logger.warning("the cache %r fails (%s): URLs are kept in memory", self._alias, kind)


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

    def delete(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)
