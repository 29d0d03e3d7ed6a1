"""What operations cost, as a site's own tests count it: the same in memory and on Appwrite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile

from cloud_storages.testing import storage_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.backends.base import CloudStorage

MIB = 1024 * 1024
OVERWRITE = {"overwrite": True}
REUSE = {"create_new_if_same_content": False}


def save(content: bytes) -> Callable[[Any, str], Any]:
    return lambda storage, name: storage.save(name, ContentFile(content))


def read(storage: Any, name: str) -> None:
    with storage.open(name) as file:
        file.read()


def read_by(storage: Any) -> Callable[[str], None]:
    return lambda name: read(storage, name)


def read_what_is_missing(storage: Any, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        storage.open(f"{name}.missing")


#: What is done to a file of so much content, with which options, and what it costs.
COSTS = {
    "new": (None, {}, save(b"new"), 1),
    "taken": (b"old", {}, save(b"new"), 2),
    "twin kept": (b"old", {}, save(b"old"), 2),
    "twin reused": (b"old", REUSE, save(b"old"), 1),
    "other content under reuse": (b"old", REUSE, save(b"new"), 2),
    "new under reuse": (None, REUSE, save(b"new"), 2),
    "replaced": (b"old", OVERWRITE, save(b"new"), 5),
    "new under overwrite": (None, OVERWRITE, save(b"new"), 2),
    "two chunks": (None, {}, save(bytes(5 * MIB + 1)), 3),
    "three chunks": (None, {}, save(bytes(11 * MIB)), 4),
    "exists": (b"x", {}, lambda storage, name: storage.exists(name), 1),
    "does not exist": (None, {}, lambda storage, name: storage.exists(name), 1),
    "size": (b"x", {}, lambda storage, name: storage.size(name), 1),
    "signature": (b"x", {}, lambda storage, name: storage.signature(name), 1),
    "url": (b"x", {}, lambda storage, name: storage.url(name), 0),
    "delete": (b"x", {}, lambda storage, name: storage.delete(name), 1),
    "delete what is missing": (None, {}, lambda storage, name: storage.delete(name), 2),
    "delete under overwrite": (b"x", OVERWRITE, lambda storage, name: storage.delete(name), 2),
    "read nothing": (b"", {}, read, 2),
    "read a byte": (b"0", {}, read, 2),
    "read two bytes": (b"00", {}, read, 1),
    "read what is small": (bytes(200_000), {}, read, 1),
    "read what is larger": (bytes(3 * MIB), {}, read, 3),
    "read what is missing": (None, {}, read_what_is_missing, 2),
}


class Costs:
    @pytest.mark.parametrize("case", COSTS.values(), ids=COSTS)
    def test_what_something_costs(
        self, make: Callable[..., CloudStorage], folder: str, case: tuple[Any, ...]
    ) -> None:
        before, options, act, requests = case
        other, storage = make(), make(**options)
        for number, each in enumerate((other, storage)):
            each.save(f"{folder}/warm-up {number}", ContentFile(b"warm"))
        name = f"{folder}/a.bin"
        if before is not None:
            other.save(name, ContentFile(before))

        with storage_requests() as made:
            act(storage, name)

        assert len(made) == requests, made

    def test_a_listing_costs_one(self, make: Callable[..., CloudStorage], folder: str) -> None:
        storage = make()
        storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        with storage_requests() as made:
            storage.listdir(folder)

        assert [str(request) for request in made] == [
            f"GET list files of the bucket {folder!r} ({folder})"
        ]

    def test_a_directory_that_has_no_bucket_is_looked_for_and_made_once(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make()

        with storage_requests() as made:
            storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        assert [str(request) for request in made] == [
            f"POST create {folder}/a.txt ({folder}/a.txt)",
            f"GET list buckets named {folder!r} ({folder}/a.txt)",
            f"POST create bucket {folder} ({folder!r}) ({folder}/a.txt)",
            f"POST create {folder}/a.txt ({folder}/a.txt)",
        ]

        with storage_requests() as made:
            storage.save(f"{folder}/b.txt", ContentFile(b"x"))

        assert [str(request) for request in made] == [
            f"POST create {folder}/b.txt ({folder}/b.txt)"
        ]

    def test_a_request_tells_the_name_it_is_for(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make()
        name = storage.save(f"{folder}/日本語.jpg", ContentFile(b"content"))

        with storage_requests() as made:
            for act in (storage.exists, read_by(storage), storage.delete):
                act(name)
            with storage.prefetch_metadata([name]):
                pass

        assert [request.name for request in made][:3] == [name] * 3
        assert {request.name for request in made[3:]} == {""}
