"""A store whose server goes away in the middle, and services over it. Real stores, no mocks."""

import functools
import random

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.errors import Unavailable
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import BucketPlan, LastDirectory
from cloud_storages.domain.values import OnConflict
from cloud_storages.ports import BytesContent
from cloud_storages.service import Buckets, StorageService

CALLS = (
    "create",
    "stat",
    "find",
    "read",
    "delete",
    "files",
    "buckets",
    "create_bucket",
    "link",
)


class Crash(BaseException):
    """The process died: nothing that follows is done, no cleaning up either."""


class Recorded:
    """
    Passes every call on to a store and remembers its name.

    With ``fails_at`` the call of that number fails, before or after it had its effect, and so do
    all that follow until ``recover``.
    """

    def __init__(self, store, *, fails_at=0, effect=False, error=Unavailable):
        self._store = store
        self._fails_at = fails_at
        self._effect = effect
        self._error = error
        self.calls = []

    def recover(self):
        self._fails_at = 0

    def url(self, *args):
        return self._store.url(*args)

    def __getattr__(self, name):
        if name not in CALLS:
            raise AttributeError(name)
        return functools.partial(self._call, name)

    def _call(self, name, /, *args, **kwargs):
        self.calls.append(name)
        number = len(self.calls)
        failing = self._fails_at and number >= self._fails_at
        if failing and not (self._effect and number == self._fails_at):
            raise self._error("the server is gone")
        answer = getattr(self._store, name)(*args, **kwargs)
        if failing:
            raise self._error("the answer is lost")
        return answer


def service_over(store, on_conflict=OnConflict.KEEP_BOTH, *, layout=None, **buckets):
    plan = BucketPlan("main", buckets.pop("mapping", {}), identifier)
    known = Buckets(store, plan, **{"create": True, "public": True, **buckets})
    layout = layout or LastDirectory(identifier)
    return StorageService(store, layout, known, on_conflict, choice=random.Random(7))


def memory_with(**files):
    """Return a store whose bucket ``docs`` holds the given files."""
    store = MemoryStore()
    store.create_bucket("docs", "docs", public=True)
    service = service_over(store)
    for name, data in files.items():
        service.save(f"docs/{name}", content(data))
    return store


def content(data):

    return BytesContent(data)


def text(service, name):
    return service.open(name).readall()
