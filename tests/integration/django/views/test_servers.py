"""Files served by real servers: to patient clients, to many at once, and to those who leave."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from cloud_storages.backends.appwrite import AppWriteStorage
from tests.integration.django.files import MIB
from tests.unit.views.sites import site_serving

from .servers import SERVERS, Finished, Leaver, finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.core.files.storage import Storage

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.emulator import Emulator

SIZE = 30 * MIB
#: What one answer may need: windows on their way in and out, and what a server holds of them.
BOUND = 40 * MIB
#: More than the kernel holds for a client that does not read, by far.
READ_AHEAD = 16 * MIB

awaits = pytest.mark.skipif(django.VERSION < (4, 2), reason="Django 4.1 streams nothing in ASGI")


@pytest.fixture(params=["wsgi", pytest.param("asgi", marks=awaits)])
def serving(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Run a site that serves a storage; yield the port and what counts its answers."""

    @contextlib.contextmanager
    def run(storage: Storage, **options: Any) -> Iterator[tuple[int, Finished]]:
        with (
            site_serving(storage, **options),
            finished() as answers,
            SERVERS[request.param]() as port,
        ):
            yield port, answers

    return run


@pytest.fixture
def noticing(request: pytest.FixtureRequest, serving: Any) -> Any:
    """The same, where it is noticed that a client has left."""
    if "asgi" in request.node.name and django.VERSION < (5, 0):
        pytest.skip("before Django 5.0 ASGI does not notice that a client has left")
    return serving


@contextlib.contextmanager
def answer(
    port: int, path: str, method: str = "GET", **headers: str
) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, headers=headers)
        with connection.getresponse() as response:
            yield response


def test_a_file_a_piece_and_a_head_arrive(
    serving: Any, storage: CloudStorage, folder: str, large: Any
) -> None:
    name = storage.save(f"{folder}/film.mp4", File(large))
    large.seek(0)
    content = large.read()

    with serving(storage) as (port, _):
        with answer(port, f"/media/{name}") as whole:
            assert whole.status == 200
            assert whole.headers["Content-Type"] == "video/mp4"
            assert whole.read() == content
        with answer(port, f"/media/{name}", Range="bytes=20000000-29999999") as piece:
            assert piece.status == 206
            assert piece.read() == content[20_000_000:30_000_000]
        with answer(port, f"/media/{name}", "HEAD") as head:
            assert head.status == 200
            assert head.headers["Content-Length"] == str(len(content))


def test_memory_stays_bounded(
    serving: Any, elsewhere: str, large: Any, peak: Callable[[], int]
) -> None:
    storage = AppWriteStorage(
        endpoint=elsewhere, project_id="p", api_key="standard_key", bucket_id="media"
    )
    name = storage.save("films/film.mp4", File(large))
    digest = hashlib.md5(usedforsecurity=False)

    with serving(storage) as (port, _), answer(port, f"/media/{name}") as response:
        while piece := response.read(MIB):
            digest.update(piece)

    assert peak() < BOUND
    large.seek(0)
    assert digest.digest() == hashlib.md5(large.read(), usedforsecurity=False).digest()


def test_who_leaves_in_the_middle_costs_no_more_requests(
    noticing: Any, storage: CloudStorage, folder: str, emulator: Emulator
) -> None:
    name = storage.save(f"{folder}/film.mp4", ContentFile(bytes(SIZE)))
    emulator.traffic.clear()

    with noticing(storage) as (port, answers):
        client = Leaver(port, f"/media/{name}")
        client.read(2 * MIB)
        client.leave()
        answers.wait()
        # The first answer counts as sent in full, though it is broken off.
        sent = sum(each.response_bytes for each in emulator.traffic.exchanges[1:])

        assert 1 * MIB < sent < READ_AHEAD
        # Another visitor is served, and nothing of the first comes between.
        emulator.traffic.clear()
        with answer(port, f"/media/{name}", "HEAD") as response:
            assert response.status == 200
        assert len(emulator.traffic.exchanges) == 1


class _Watched(FileSystemStorage):
    """Files on disk that remember whether they were closed."""

    def _open(self, name: str, mode: str = "rb") -> File:
        self.opened = super()._open(name, mode)
        return self.opened


def test_who_leaves_in_the_middle_leaves_no_open_file(noticing: Any, tmp_path: Path) -> None:
    storage = _Watched(tmp_path)
    storage.save("film.mp4", ContentFile(bytes(SIZE)))

    with noticing(storage) as (port, answers):
        client = Leaver(port, "/media/film.mp4")
        client.read(2 * MIB)
        assert not storage.opened.closed
        client.leave()
        answers.wait()

        assert storage.opened.closed


class _SlowFile(File):
    """A file of which no more than the first piece is read before it may be."""

    def __init__(self, file: Any, storage: _Slow) -> None:
        super().__init__(file)
        self._storage = storage

    def read(self, size: int) -> bytes:
        # The first piece is read before the answer begins, the others while it is sent.
        if self.tell():
            self._storage.reached.set()
            assert self._storage.may_go_on.wait(60)
        return self.file.read(size)


class _Slow(FileSystemStorage):
    """Files on disk, some of them slow."""

    def __init__(self, location: Path) -> None:
        super().__init__(location)
        self.reached = threading.Event()
        self.may_go_on = threading.Event()

    def _open(self, name: str, mode: str = "rb") -> File:
        file = super()._open(name, mode)
        return _SlowFile(file.file, self) if "slow" in name else file


def test_a_slow_file_keeps_nobody_else_waiting(serving: Any, tmp_path: Path) -> None:
    storage = _Slow(tmp_path)
    for name in ("slow.bin", "quick.bin"):
        storage.save(name, ContentFile(bytes(MIB)))

    def fetched(port: int) -> bytes:
        with answer(port, "/media/slow.bin") as response:
            return response.read()

    with serving(storage) as (port, _), ThreadPoolExecutor(1) as pool:
        slow = pool.submit(fetched, port)
        assert storage.reached.wait(60)
        with answer(port, "/media/quick.bin") as response:
            assert response.read() == bytes(MIB)
        assert not slow.done()
        storage.may_go_on.set()
        assert slow.result(60) == bytes(MIB)


def test_who_leaves_while_a_file_is_read_keeps_nobody_else_waiting(
    noticing: Any, tmp_path: Path
) -> None:
    storage = _Slow(tmp_path)
    for name in ("slow.bin", "quick.bin"):
        storage.save(name, ContentFile(bytes(MIB)))

    with noticing(storage) as (port, answers):
        client = Leaver(port, "/media/slow.bin")
        assert storage.reached.wait(60)
        client.leave()
        with answer(port, "/media/quick.bin") as response:
            assert response.read() == bytes(MIB)
        answers.wait()
        storage.may_go_on.set()
        answers.wait()
