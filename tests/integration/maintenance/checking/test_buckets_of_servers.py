"""Buckets of real servers, as emulated: what older ones do not know, and what the key may not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.domain.errors import AccessDenied
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.maintenance.buckets import (
    Wishes,
    change_bucket,
    compare_buckets,
    create_bucket,
    create_needed_buckets,
    list_buckets,
)
from cloud_storages.maintenance.errors import CannotRun
from tests.commands import ran
from tests.unit.django.contract.sites import default_storage_is

from .conftest import APPWRITE, FILES_KEY, KEYS_WITHOUT, an_installation

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_change_keeps_all_that_the_owner_chose_in_the_console(
    right: dict[str, Any], wire: Callable[..., Any]
) -> None:
    chosen = {
        "name": "Media",
        "permissions": ['read("users")', 'create("team:editors")'],
        "fileSecurity": True,
        "enabled": False,
        "maximumFileSize": 12_345,
        "allowedFileExtensions": ["jpg", "PNG"],
        "compression": "gzip",
        "encryption": False,
        "antivirus": False,
        "transformations": False,
    }
    wire("POST", "/storage/buckets", json={"bucketId": "media", **chosen})
    before = wire("GET", "/storage/buckets/media")

    change_bucket(AppWriteStorage(**right), "media", Wishes(maximum_file_size=54_321))

    after = wire("GET", "/storage/buckets/media")
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"maximumFileSize", "$updatedAt"}
    assert after["maximumFileSize"] == 54_321


def test_a_change_gives_a_newer_servers_settings_back(
    right: dict[str, Any], installation: Emulator, wire: Callable[..., Any]
) -> None:
    wire("POST", "/storage/buckets", json={"bucketId": "media", "name": "media"})
    document = wire("GET", "/storage/buckets/media")
    sent = []
    for newer in ({}, {"stripMetadata": True}):
        body = json.dumps({**document, **newer}).encode()
        installation.inject(Fault("GET", "/media$", status=200, body=body))
        installation.traffic.clear()
        change_bucket(AppWriteStorage(**right), "media", Wishes(name=f"Media {len(sent)}"))
        (put,) = (each for each in installation.traffic.exchanges if each.method == "PUT")
        sent.append(put.request_bytes)

    assert sent[1] - sent[0] == len('"stripMetadata": true, ')


@pytest.mark.parametrize("version", ["1.5.11", "1.7.4"])
def test_a_server_without_a_choice_of_previews_has_all_others(
    right: dict[str, Any], version: str
) -> None:
    with an_installation(server_version=version) as old:
        storage = AppWriteStorage(**{**right, "endpoint": old.endpoint})

        create_bucket(storage, "first", Wishes(maximum_file_size=1000))
        change_bucket(storage, "first", Wishes(encryption=False))
        (known,) = list_buckets(storage).buckets
        assert known.settings.transformations is None
        assert (known.settings.maximum_file_size, known.settings.encryption) == (1000, False)
        for act in (
            lambda wishes: change_bucket(storage, "first", wishes),
            lambda wishes: create_bucket(storage, "second", wishes),
        ):
            with pytest.raises(CannotRun, match=r"1\.8\.1"):
                act(Wishes(transformations=False))
        assert len(list_buckets(storage).buckets) == 1


def test_a_bucket_that_could_not_be_all_that_was_asked_for_is_told(
    right: dict[str, Any],
) -> None:
    # Nothing on an empty server tells that it has no such choice.
    with an_installation(server_version="1.7.4") as old:
        storage = AppWriteStorage(**{**right, "endpoint": old.endpoint})
        with pytest.raises(CannotRun, match="transformations is None instead of False"):
            create_bucket(storage, "first", Wishes(transformations=False))


def test_buckets_that_a_key_may_not_see_or_make_name_the_scope(right: dict[str, Any]) -> None:
    blind = AppWriteStorage(**{**right, "api_key": FILES_KEY})
    idle = AppWriteStorage(**{**right, "api_key": KEYS_WITHOUT["buckets.write"]})

    for look in (list_buckets, compare_buckets, create_needed_buckets):
        with pytest.raises(AccessDenied, match=r"buckets\.read"):
            look(blind)
    with pytest.raises(AccessDenied, match=r"buckets\.write"):
        create_needed_buckets(idle)


def test_what_is_needed_is_created_once_and_then_used(
    right: dict[str, Any], installation: Emulator
) -> None:
    with default_storage_is(APPWRITE, **right):
        assert ran("appwrite_buckets", "compare").code == 1
        assert ran("appwrite_buckets", "create", "--needed").code == 0
        assert ran("appwrite_buckets", "compare").code == 0
        installation.traffic.clear()
        storage = AppWriteStorage(**right)
        with storage.open("documents/a.txt", "xb") as file:
            file.write(b"content")

    asked = {(each.method, each.path) for each in installation.traffic.exchanges}
    assert ("POST", "/v1/storage/buckets/documents/files") in asked
    assert ("POST", "/v1/storage/buckets") not in asked


def test_a_server_that_cannot_be_reached_ends_the_command_with_2(right: dict[str, Any]) -> None:
    with default_storage_is(APPWRITE, **{**right, "endpoint": "http://127.0.0.1:9/v1"}):
        done = ran("appwrite_buckets", "list", "--json")

    assert done.code == 2
    assert "APPWRITE_API_ENDPOINT" in json.loads(done.out)["error"]
