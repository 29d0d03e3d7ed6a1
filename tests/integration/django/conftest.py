"""The contract's fixtures over Appwrite: the emulator, or the server the environment names."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tracemalloc
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import requests

from cloud_storages.backends.appwrite import AppWriteStorage
from tests.unit.django.contract.sites import default_storage_is, no_documents, table_of_documents

from .files import LARGE, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cloud_storages.backends.base import CloudStorage
    from tests.conftest import Server


@pytest.fixture
def folder() -> str:
    return f"docs{uuid.uuid4().hex[:8]}"


@pytest.fixture
def backend() -> type[CloudStorage]:
    return AppWriteStorage


@pytest.fixture
def options(server: Server, folder: str) -> Iterator[dict[str, Any]]:
    """Options of a storage on the server; the buckets of the test are deleted afterwards."""
    given = {**server.options, "access": "public"}
    yield given
    with requests.Session() as session:
        session.headers.update({"X-Appwrite-Project": server.project, "X-Appwrite-Key": server.key})
        buckets = f"{server.endpoint}/storage/buckets"
        queries = {"queries[]": '{"method":"limit","values":[1000]}'}
        for bucket in session.get(buckets, params=queries, timeout=30).json()["buckets"]:
            if folder in bucket["name"].lower() or bucket["$id"] == given["bucket_id"]:
                session.delete(f"{buckets}/{bucket['$id']}", timeout=30)


@pytest.fixture
def make(backend: type[CloudStorage], options: dict[str, Any]) -> Callable[..., CloudStorage]:
    return lambda **more: backend(**{**options, **more})


@pytest.fixture
def storage(make: Callable[..., CloudStorage]) -> CloudStorage:
    return make()


@pytest.fixture
def fetch() -> Callable[[str], bytes]:
    def fetched(url: str) -> bytes:
        answer = requests.get(url, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.content

    return fetched


@pytest.fixture(scope="session")
def _table() -> Iterator[None]:
    with table_of_documents():
        yield


@pytest.fixture
def documents(_table: None, options: dict[str, Any], folder: str) -> Iterator[None]:
    buckets = {
        directory: f"{folder}-{directory}" for directory in ("documents", "pictures", "short")
    }
    if options.get("layout") != "path":
        options = {**options, "buckets": buckets}
    with (
        default_storage_is("cloud_storages.backends.appwrite.AppWriteStorage", **options),
        no_documents(),
    ):
        yield


@pytest.fixture
def large() -> Iterator[Any]:
    with tempfile.TemporaryFile() as file:
        file.writelines(pieces(LARGE))
        file.seek(0)
        yield file


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Return how much memory was in use at the most since the test began, in bytes."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    yield lambda: tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """Return the endpoint of an emulator whose memory is its own."""
    command = [sys.executable, "-m", "cloud_storages.emulator", "--port", "0", "--project", "p"]
    more = ["--data", str(tmp_path), "--storage-limit", "100000000"]
    told = {**os.environ, "APPWRITE_EMULATOR_KEY": "standard_key"}
    with subprocess.Popen(
        [*command, *more], env=told, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()
