"""A site on an installation of its own, whose keys can do more or less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cloud_storages.emulator import Emulator
from cloud_storages.emulator.settings import ALL_SCOPES
from cloud_storages.maintenance.buckets import create_needed_buckets
from tests.unit.django.contract.sites import default_storage_is

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APPWRITE = "cloud_storages.backends.appwrite.AppWriteStorage"
KEY = "standard_all"
EXPIRED_KEY = "standard_expired"
FILES_KEY = "standard_files"
#: A key for each scope, which lacks it and no other.
KEYS_WITHOUT = {scope: f"standard_no_{scope.replace('.', '_')}" for scope in ALL_SCOPES}


def an_installation(**switches: Any) -> Emulator:
    keys = {key: ALL_SCOPES - {scope} for scope, key in KEYS_WITHOUT.items()}
    keys[FILES_KEY] = {"files.read", "files.write"}
    return Emulator(project="site", key=KEY, keys=keys, expired_key=EXPIRED_KEY, **switches)


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with an_installation() as running:
        yield running


@pytest.fixture
def installation(shared: Emulator, wire: Callable[..., Any]) -> Iterator[Emulator]:
    """An installation without buckets."""
    yield shared
    shared.clear_faults()
    for bucket in wire("GET", "/storage/buckets")["buckets"]:
        wire("DELETE", f"/storage/buckets/{bucket['$id']}")
    shared.traffic.clear()


@pytest.fixture
def wire(shared: Emulator) -> Callable[..., Any]:
    """Ask the installation as its owner does, without this package."""
    import requests

    headers = {"X-Appwrite-Project": "site", "X-Appwrite-Key": KEY}

    def ask(method: str, path: str, **parts: Any) -> Any:
        url = f"{shared.endpoint}{path}"
        answer = requests.request(method, url, headers=headers, timeout=30, **parts)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    return ask


@pytest.fixture
def right(installation: Emulator) -> dict[str, Any]:
    """The options that are right."""
    return {
        "endpoint": installation.endpoint,
        "project_id": "site",
        "api_key": KEY,
        "bucket_id": "media",
        "access": "public",
        "retries": 0,
    }


@pytest.fixture
def buckets(right: dict[str, Any]) -> list[str]:
    """The buckets that the test site needs, public; they are there."""
    with default_storage_is(APPWRITE, **right):
        return [change.bucket_id for change in create_needed_buckets().changes]
