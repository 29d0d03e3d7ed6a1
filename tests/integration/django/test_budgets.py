"""How many requests an operation costs, on a warm connection with the bucket known."""

from __future__ import annotations

import io
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import get_image_dimensions
from PIL import Image

from cloud_storages.adapters.appwrite import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.emulator import Emulator, Exchange

MIB = 1024 * 1024
SMALL = bytes(range(256)) * 40
#: More than any request without a file in it has.
CONTENT_MOVED = 5_000


@pytest.fixture
def warm(
    make: Callable[..., CloudStorage], folder: str, emulator: Emulator
) -> Callable[..., CloudStorage]:
    """Make storages that have a connection, and know the bucket of the test's directory."""

    def made(**more: Any) -> CloudStorage:
        storage = make(**more)
        storage.save(f"{folder}/warm-up", ContentFile(b"warm"))
        emulator.traffic.clear()
        return storage

    return made


@pytest.fixture
def spent(emulator: Emulator) -> Callable[[], list[Exchange]]:
    """Return the requests made since this was called last."""

    def since() -> list[Exchange]:
        exchanges = list(emulator.traffic.exchanges)
        emulator.traffic.clear()
        return exchanges

    return since


Warm = "Callable[..., CloudStorage]"
Spent = "Callable[[], list[Exchange]]"


def test_a_new_small_file_is_saved_with_one(warm: Warm, folder: str, spent: Spent) -> None:
    storage = warm()

    storage.save(f"{folder}/new.bin", ContentFile(SMALL))

    (request,) = spent()
    assert (request.method, request.status) == ("POST", 201)


@pytest.mark.parametrize("conflicts", [1, 12])
def test_a_taken_name_costs_two_however_often_it_was_taken(
    warm: Warm, folder: str, spent: Spent, conflicts: int
) -> None:
    storage = warm()
    for number in range(conflicts):
        storage.save(f"{folder}/taken.txt", ContentFile(str(number).encode()))
    spent()

    storage.save(f"{folder}/taken.txt", ContentFile(b"one more"))

    assert [request.status for request in spent()] == [409, 201]


def test_a_twin_costs_one_look_and_moves_no_content(warm: Warm, folder: str, spent: Spent) -> None:
    storage = warm(create_new_if_same_content=False)
    storage.save(f"{folder}/a.bin", ContentFile(SMALL))
    spent()

    assert storage.save(f"{folder}/a.bin", ContentFile(SMALL)) == f"{folder}/a.bin"

    (request,) = spent()
    assert request.method == "GET"
    assert max(request.request_bytes, request.response_bytes) < CONTENT_MOVED < len(SMALL)


def test_a_large_twin_costs_one_look_and_moves_no_content(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm(create_new_if_same_content=False)
    large = bytes(12_000_000)
    storage.save(f"{folder}/a.bin", ContentFile(large))
    spent()

    assert storage.save(f"{folder}/a.bin", ContentFile(large)) == f"{folder}/a.bin"

    (request,) = spent()
    assert max(request.request_bytes, request.response_bytes) < CONTENT_MOVED


def test_other_content_under_reuse_costs_two_and_is_found_again_with_one(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm(create_new_if_same_content=False)
    for number in range(5):
        storage.save(f"{folder}/a.bin", ContentFile(SMALL + str(number).encode()))
    spent()

    name = storage.save(f"{folder}/a.bin", ContentFile(SMALL + b"other"))
    assert [request.method for request in spent()] == ["GET", "POST"]

    assert storage.save(f"{folder}/a.bin", ContentFile(SMALL + b"other")) == name
    (request,) = spent()
    assert request.method == "GET"
    assert request.response_bytes < CONTENT_MOVED


def test_a_new_file_under_reuse_costs_a_look_more(warm: Warm, folder: str, spent: Spent) -> None:
    storage = warm(create_new_if_same_content=False)

    storage.save(f"{folder}/new.bin", ContentFile(SMALL))

    assert [request.method for request in spent()] == ["GET", "POST"]


def test_other_content_under_overwrite_is_replaced_with_five(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm(overwrite=True)
    storage.save(f"{folder}/a.bin", ContentFile(SMALL))
    spent()

    storage.save(f"{folder}/a.bin", ContentFile(SMALL + b"new"))

    assert [request.method for request in spent()] == ["GET", "POST", "DELETE", "POST", "DELETE"]


def test_a_twin_under_overwrite_costs_one_and_moves_no_content(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm(overwrite=True)
    storage.save(f"{folder}/a.bin", ContentFile(SMALL))
    spent()

    storage.save(f"{folder}/a.bin", ContentFile(SMALL))

    (request,) = spent()
    assert request.method == "GET"


@pytest.mark.parametrize(
    "ask", ["exists", "size", "get_created_time", "get_modified_time", "delete"]
)
def test_a_question_costs_one(warm: Warm, folder: str, spent: Spent, ask: str) -> None:
    name = warm().save(f"{folder}/a.bin", ContentFile(SMALL))
    storage = warm()
    spent()

    getattr(storage, ask)(name)

    assert len(spent()) == 1


QUESTIONS = ["size", "get_created_time", "get_modified_time"]


@pytest.mark.parametrize("policy", [{}, {"overwrite": True}, {"create_new_if_same_content": False}])
def test_what_was_just_stored_here_is_known_without_asking(
    warm: Warm, folder: str, spent: Spent, policy: dict[str, bool]
) -> None:
    storage = warm(**policy)
    name = storage.save(f"{folder}/a.bin", ContentFile(b"first"))
    name = storage.save(name, ContentFile(SMALL))
    name = storage.save(name, ContentFile(SMALL))
    with storage.open(f"{folder}/b.bin", "wb") as file:
        file.write(SMALL + SMALL)
    spent()

    told = [getattr(storage, ask)(name) for ask in QUESTIONS]
    assert storage.size(f"{folder}/b.bin") == 2 * len(SMALL)

    assert spent() == []
    assert told == [getattr(warm(), ask)(name) for ask in QUESTIONS]
    assert told[0] == len(SMALL)


def test_whether_a_file_exists_is_asked_whoever_stored_it(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm()
    name = storage.save(f"{folder}/a.bin", ContentFile(SMALL))
    warm().delete(name)
    spent()

    assert not storage.exists(name)

    assert len(spent()) == 1


def test_what_is_deleted_is_no_longer_known(warm: Warm, folder: str) -> None:
    storage = warm()
    name = storage.save(f"{folder}/a.bin", ContentFile(SMALL))
    storage.delete(name)

    for ask in QUESTIONS:
        with pytest.raises(FileNotFoundError):
            getattr(storage, ask)(name)


def test_whether_something_exists_that_does_not_costs_one(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm()

    assert not storage.exists(f"{folder}/missing.bin")

    assert len(spent()) == 1


def test_deleting_what_is_missing_costs_a_look_for_a_staged_copy(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm()

    storage.delete(f"{folder}/missing.bin")

    assert len(spent()) == 2


def test_opening_what_is_missing_costs_a_look_for_a_staged_copy(
    warm: Warm, folder: str, spent: Spent
) -> None:
    storage = warm()

    with pytest.raises(FileNotFoundError):
        storage.open(f"{folder}/missing.bin")

    assert len(spent()) == 2


@pytest.mark.parametrize("size", [2, 10_000, 200_000])
def test_a_small_file_is_opened_and_read_with_one(
    warm: Warm, folder: str, spent: Spent, size: int
) -> None:
    storage = warm()
    content = (bytes(range(256)) * 1000)[:size]
    name = storage.save(f"{folder}/a.bin", ContentFile(content))
    spent()

    with storage.open(name) as file:
        assert file.read() == content
        file.seek(0)
        assert next(iter(file.chunks(1000))) == content[:1000]

    assert len(spent()) == 1


def test_a_url_costs_nothing(warm: Warm, folder: str, spent: Spent) -> None:
    storage = warm()

    for name in (f"{folder}/a.bin", f"{folder}/missing.bin", "in-the-root.bin"):
        storage.url(name)

    assert spent() == []


def test_the_url_of_a_mapped_directory_costs_nothing_even_at_first(
    make: Callable[..., CloudStorage], folder: str, spent: Spent
) -> None:
    make(buckets={"photos": folder}).url("photos/a.jpg")

    assert spent() == []


def test_only_the_first_url_of_an_unknown_directory_asks(
    warm: Warm, make: Callable[..., CloudStorage], folder: str, spent: Spent
) -> None:
    warm()
    storage = make()

    urls = [storage.url(f"{folder}/{number}.jpg") for number in range(20)]

    assert len(set(urls)) == 20
    # One that asks, and one that proves the key if nothing was found.
    assert len(spent()) <= 2


def test_the_dimensions_of_a_large_picture_cost_two_requests_and_some_kilobytes(
    warm: Warm, folder: str, spent: Spent, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = warm()
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(picture, "JPEG")
    picture.write(bytes(20 * MIB - picture.tell()))
    name = storage.save(f"{folder}/large.jpg", picture)
    received = 0
    here = threading.get_ident()
    receive = socket.socket.recv_into

    def counting(sock: socket.socket, *args: Any) -> int:
        nonlocal received
        count = receive(sock, *args)
        if threading.get_ident() == here:
            received += count
        return count

    spent()
    monkeypatch.setattr(socket.socket, "recv_into", counting)

    with storage.open(name) as file:
        assert get_image_dimensions(file) == (640, 480)

    assert len(spent()) <= 2
    assert 0 < received <= 256 * 1024


def test_a_listing_costs_one_for_every_page(
    warm: Warm, folder: str, spent: Spent, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = warm()
    names = sorted(f"{number}.txt" for number in range(6))
    for name in names:
        storage.save(f"{folder}/{name}", ContentFile(b"x"))
    spent()

    assert storage.listdir(folder) == ([], [*names, "warm-up"])
    assert len(spent()) == 1

    monkeypatch.setattr(store, "PAGE_SIZE", 3)
    assert storage.listdir(folder) == ([], [*names, "warm-up"])
    assert len(spent()) == 3


@pytest.mark.parametrize(
    ("size", "chunks"), [(5 * MIB, 1), (5 * MIB + 1, 2), (10 * MIB, 2), (12_000_000, 3)]
)
def test_a_large_file_costs_one_for_every_chunk_and_one_look(
    warm: Warm, folder: str, spent: Spent, size: int, chunks: int
) -> None:
    storage = warm()

    name = storage.save(f"{folder}/large.bin", ContentFile(bytes(size)))

    methods = [request.method for request in spent()]
    looks = ["GET"] if chunks > 1 else []
    assert methods == [*looks, *["POST"] * chunks]
    assert storage.size(name) == size


def test_many_operations_share_one_connection(
    make: Callable[..., CloudStorage], folder: str, emulator: Emulator
) -> None:
    storage = make()

    for number in range(10):
        name = storage.save(f"{folder}/{number}.bin", ContentFile(SMALL))
        with storage.open(name) as file:
            assert file.read() == SMALL
        assert storage.exists(name)
        assert not storage.exists(f"{name}.missing")
        with pytest.raises(FileNotFoundError):
            storage.open(f"{name}.missing")
        storage.delete(name)
    storage.listdir(folder)

    assert len(emulator.traffic.exchanges) > 50
    assert emulator.traffic.connections == 1


def test_refused_names_and_broken_files_cost_nothing(warm: Warm, folder: str, spent: Spent) -> None:
    from tests.unit.django.contract.names import CALLS, REFUSED
    from tests.unit.django.contract.sources import CONTENT, Breaking

    storage = warm()

    for name in REFUSED.values():
        for call in CALLS.values():
            with pytest.raises(Exception, match=r"name|traversal"):
                call(storage, name)
    for path in ("..", "/docs", f"{folder}/.."):
        with pytest.raises(Exception, match="name"):
            storage.listdir(path)
    for broken in (Breaking(CONTENT), closed()):
        with pytest.raises((ConnectionResetError, ValueError)):
            storage.save(f"{folder}/broken.bin", broken)
    with pytest.raises(ValueError, match="mode"):
        storage.open(f"{folder}/a.bin", "z")

    assert spent() == []


def closed() -> io.BytesIO:
    file = io.BytesIO(SMALL)
    file.close()
    return file


def test_a_name_that_leaves_no_root_within_max_length_costs_nothing(
    warm: Warm, folder: str, spent: Spent
) -> None:
    from django.core.exceptions import SuspiciousFileOperation

    storage = warm()

    with pytest.raises(SuspiciousFileOperation):
        storage.save(f"{folder}/name.txt", ContentFile(b"x"), max_length=len(folder) + 4)

    assert spent() == []
