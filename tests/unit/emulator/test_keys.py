"""Keys that may do more or less, and one that has expired."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cloud_storages.emulator.settings import Settings

from .conftest import Server


@pytest.fixture
def server() -> Iterator[Server]:
    keys = {"standard_files": ["files.read", "files.write"], "standard_none": []}
    server = Server(Settings(project="demo", key="k", keys=keys, expired_key="standard_old"))
    yield server
    server.store.close()


@pytest.mark.parametrize(
    ("method", "path", "fields", "scope"),
    [
        ("GET", "/storage/buckets", {}, "buckets.read"),
        ("POST", "/storage/buckets", {}, "buckets.write"),
        ("GET", "/storage/buckets/b/files", {}, "files.read"),
        ("POST", "/storage/buckets/b/files", {}, "files.write"),
        ("GET", "/tokens/buckets/b/files/f", {}, "tokens.read"),
        ("POST", "/tokens/buckets/b/files/f", {}, "tokens.write"),
    ],
)
def test_a_key_may_do_what_its_scopes_say(
    server: Server, method: str, path: str, fields: dict[str, Any], scope: str
) -> None:
    for key in ("standard_files", "standard_none", "k"):
        told = server.json(method, path, key=key, fields=fields)
        lacks = told.get("type") == "general_unauthorized_scope"
        has = key == "k" or (key == "standard_files" and scope.startswith("files."))
        assert lacks is not has
        assert (scope in told.get("message", "")) is lacks


def test_every_key_may_ask_for_the_servers_health(server: Server) -> None:
    assert server.ask("GET", "/health", key="standard_none").status == 200


def test_an_expired_key_is_refused_for_everything(server: Server) -> None:
    for path in ("/health", "/storage/buckets", "/health/version"):
        response = server.ask("GET", path, key="standard_old")
        told = json.loads(response.body)  # type: ignore[arg-type]
        assert (response.status, told["type"]) == (401, "project_key_expired")


def test_a_wrong_project_hides_an_expired_key(server: Server) -> None:
    headers = {"x-appwrite-project": "another"}
    told = server.json("GET", "/health", key="standard_old", headers=headers)
    assert told["type"] == "project_not_found"


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": {"standard_x": ["files.delete"]}},
        {"keys": {"": ["files.read"]}},
        {"keys": {"k": ["files.read"]}},
        {"keys": {"standard_x": []}, "expired_key": "standard_x"},
    ],
    ids=["no such scope", "no key", "a key twice", "expired and not"],
)
def test_keys_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"scope|key"):
        Settings(**{"project": "p", "key": "k", **wrong})


def test_no_key_shows_in_the_settings() -> None:
    shown = repr(
        Settings(project="p", key="hush", keys={"whisper": ["files.read"]}, expired_key="silence")
    )
    assert not any(key in shown for key in ("hush", "whisper", "silence"))
