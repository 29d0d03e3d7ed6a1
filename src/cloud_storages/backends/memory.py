"""The storage for a site's own tests: the same options, policies and errors, without a server."""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import TYPE_CHECKING

from cloud_storages.adapters.appwrite.store import WHOLE_UP_TO
from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.backends.base import CloudStorage

if TYPE_CHECKING:
    from cloud_storages.backends.options import Options

__all__ = ["InMemoryStorage", "reset"]

_stores: dict[tuple[str, str], MemoryStore] = {}
_guard = threading.Lock()


class InMemoryStorage(CloudStorage):
    """
    Keeps files in memory, as ``AppWriteStorage`` would keep them in Appwrite.

    Takes the same options and settings; none is required. Instances of the same endpoint and
    project share their files, as they would there. ``cloud_storages.testing`` counts what Appwrite
    would have been asked. A URL holds the content itself, so that a browser shows it.
    """

    option_defaults = MappingProxyType(
        {"api_key": "in-memory", "project_id": "in-memory", "bucket_id": "media"}
    )

    def _store(self, told: Options) -> MemoryStore:
        store = MemoryStore(whole_up_to=WHOLE_UP_TO)
        with _guard:
            return _stores.setdefault((told.endpoint, told.project_id), store)

    def reset(self) -> None:
        """Forget every file of this storage and of those it shares them with."""
        self._store(self.options).clear()


def reset() -> None:
    """Forget every file of every in-memory storage."""
    with _guard:
        for store in _stores.values():
            store.clear()
