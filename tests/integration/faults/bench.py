"""Where the matrix runs: a server, storages that meet trouble on the way to it, and a witness."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import threading
import time
from concurrent import futures
from typing import TYPE_CHECKING, Any
from unittest import mock

import attrs
import requests
from django.core.files.base import ContentFile

from cloud_storages.adapters.appwrite import Connection
from cloud_storages.adapters.appwrite import store as store_module
from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.emulator import Fault, Proxy
from tests.integration.faults.troubles import ENOUGH, RETRIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cloud_storages.emulator.traffic import Exchange
    from tests.conftest import Server

__all__ = ["Bench", "Hung", "guarded", "on_benches"]

#: Seconds after which whatever still runs is taken to run for ever.
_FOR_EVER = 60.0
_POLL = 0.01
#: Seconds the storages wait for an answer, where waiting is not what is tried.
_PATIENCE = 20.0
#: Rows of a page of the listings, so that a few files make several pages.
PAGE_SIZE = 2
_numbers = itertools.count(1)

#: What a request concerns, by the form of its path.
_FORMS = (
    (r"/buckets$", "buckets"),
    (r"/files$", "files"),
    (r"/files/[^/]+$", "file"),
    (r"/view$", "view"),
    (r"/buckets/[^/]+$", "bucket"),
    (r"/health$", "health"),
)


class Hung(Exception):
    """A call has not come back."""


class _Impatient(Connection):
    """A connection that does not give uploads the minutes a real server may need."""

    UPLOAD_PATIENCE = 0.0


class HurriedStorage(AppWriteStorage):
    """A storage that makes every attempt, but no pause between them."""

    def _store(self, told: Any) -> Any:
        store = super()._store(told)
        store._connection = _Impatient(**attrs.asdict(store._connection, recurse=False))
        store._sleep = _no_pause
        return store

    def _build(self, told: Any) -> Any:
        service = super()._build(told)
        service._pause = _no_pause
        return service


@attrs.define
class Bench:
    """
    A server and a way to it.

    Attributes:
        proxy: the way there, which can be disturbed and counts its traffic.
        direct: the address at which nothing goes wrong.
        project: the project on the server.
        key: an API key that may do everything.

    """

    proxy: Proxy
    direct: str
    project: str
    key: str = attrs.field(repr=False)
    _witnesses: dict[str, Any] = attrs.field(factory=dict, init=False, repr=False)
    _kept: dict[str, str] = attrs.field(factory=dict, init=False, repr=False)
    _session: requests.Session = attrs.field(factory=requests.Session, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._session.headers["X-Appwrite-Project"] = self.project
        self._session.headers["X-Appwrite-Key"] = self.key

    def directory(self) -> str:
        """Return the name of a directory that nobody used before."""
        return f"case-{os.getpid()}-{next(_numbers)}"

    def storage(self, *, timeout: float = _PATIENCE, retries: int = RETRIES, **options: Any) -> Any:
        """Return a storage whose requests may meet trouble."""
        told = {"endpoint": self.proxy.endpoint, "timeout": timeout, "retries": retries}
        return self._storage(**told, **options)

    def witness(self, **options: Any) -> Any:
        """Return a storage that shares nothing with the others and meets no trouble."""
        known = repr(sorted(options.items()))
        if known not in self._witnesses:
            self._witnesses[known] = self._storage(endpoint=self.direct, **options)
        return self._witnesses[known]

    def _storage(self, **options: Any) -> Any:
        told = {"project_id": self.project, "api_key": self.key, "access": "public"}
        return HurriedStorage(**{**told, "bucket_id": "main", **options})

    def inject(self, nth: int, times: int, **fault: Any) -> None:
        """Let something go wrong with requests to come, the first of which is the nth."""
        self.proxy.inject(Fault(nth=nth, times=times, **fault))

    def watch(self) -> None:
        """Count requests from now on."""
        self.proxy.traffic.clear()

    def requests(self) -> tuple[str, ...]:
        """Return what was requested since, such as ``"GET file"``."""
        return tuple(map(_called, self.proxy.traffic.exchanges))

    def settle(self) -> None:
        """Wait until the server has done everything it was asked for since."""
        end = time.monotonic() + _FOR_EVER
        while not all(exchange.status for exchange in self.proxy.traffic.exchanges):
            if time.monotonic() > end:
                raise Hung("the server is still at it")
            threading.Event().wait(_POLL)

    def clear(self) -> None:
        """Let everything go well again."""
        self.proxy.clear_faults()

    def close(self) -> None:
        """Delete what was kept for several cases."""
        for directory in self._kept.values():
            self.remove(directory)
        self._session.close()

    def kept(self, files: Mapping[str, bytes]) -> str:
        """Return a directory of files that many cases may read and none changes."""
        known = repr([(name, len(content)) for name, content in files.items()])
        if known not in self._kept:
            self._kept[known] = self.directory()
            self.fill(self._kept[known], files)
        return self._kept[known]

    def fill(self, directory: str, files: Mapping[str, bytes]) -> None:
        """Make a directory and files in it."""
        self.make(directory)
        for name, content in files.items():
            self.witness().save(f"{directory}/{name}", ContentFile(content))

    def make(self, directory: str) -> None:
        """Make an empty directory."""
        document = {"bucketId": directory, "name": directory, "permissions": ['read("any")']}
        self._session.post(f"{self.direct}/storage/buckets", json=document, timeout=30)

    def remove(self, directory: str) -> None:
        """Delete a directory with all it holds."""
        self._session.delete(f"{self.direct}/storage/buckets/{directory}", timeout=30)

    def interrupt(self, directory: str, name: str, new: bytes, **options: Any) -> None:
        """Replace a file, but only as far as that the old one is deleted."""
        doomed = self.storage(retries=0, overwrite=True, **options)
        self.inject(4, ENOUGH, drop="before")
        with contextlib.suppress(OSError):
            doomed.save(f"{directory}/{name}", ContentFile(new))
        self.clear()


@contextlib.contextmanager
def on_benches(server: Server, count: int) -> Iterator[list[Bench]]:
    """Return benches on one server, each with a way of its own to it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(store_module, "PAGE_SIZE", PAGE_SIZE))
        proxies = [stack.enter_context(Proxy(server.endpoint)) for _ in range(count)]
        benches = [Bench(proxy, server.endpoint, server.project, server.key) for proxy in proxies]
        yield benches
        for bench in benches:
            bench.close()


def guarded(act: Callable[[], Any]) -> Any:
    """
    Return what a call returns and raise what it raises.

    Raises:
        Hung: it has done neither for a very long time.

    """
    future: futures.Future[Any] = futures.Future()

    def run() -> None:
        try:
            future.set_result(act())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the caller gets it
            future.set_exception(error)

    # No executor's: those are waited for when the process ends.
    threading.Thread(target=run, daemon=True).start()
    try:
        return future.result(_FOR_EVER)
    except futures.TimeoutError:
        if future.done():
            raise
        raise Hung("the call does not come back") from None


def _called(exchange: Exchange) -> str:
    for form, what in _FORMS:
        if re.search(form, exchange.path):
            return f"{exchange.method} {what}"
    return f"{exchange.method} {exchange.path}"


def _no_pause(_seconds: float) -> None:
    pass
