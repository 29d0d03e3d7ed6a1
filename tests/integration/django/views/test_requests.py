"""What serving a file costs, and what it shows when Appwrite cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_storages.emulator import Emulator, Fault
from tests.unit.views.sites import site_serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.emulator import Exchange

SMALL = bytes(range(256)) * 40
LARGE = b"".join(b"%015d\n" % number for number in range(800_000))
KIB = 1024

Spent = "Callable[[], list[Exchange]]"


@pytest.fixture
def client(storage: CloudStorage) -> Iterator[Client]:
    with site_serving(storage):
        yield Client(raise_request_exception=False)


@pytest.fixture
def small(storage: CloudStorage, folder: str) -> str:
    return f"/media/{storage.save(f'{folder}/small.bin', ContentFile(SMALL))}"


@pytest.fixture
def large(storage: CloudStorage, folder: str) -> str:
    return f"/media/{storage.save(f'{folder}/large.bin', ContentFile(LARGE))}"


@pytest.fixture
def spent(emulator: Emulator) -> Callable[[], list[Exchange]]:
    """Return the requests made since this was called last."""

    def since() -> list[Exchange]:
        exchanges = list(emulator.traffic.exchanges)
        emulator.traffic.clear()
        return exchanges

    return since


def content(response: Any) -> bytes:
    return b"".join(response)


def moved(exchanges: list[Exchange]) -> list[int]:
    """Return how many bytes each request for content received."""
    return [each.response_bytes for each in exchanges if each.path.endswith("/view")]


def test_a_small_file_is_served_with_one(client: Client, small: str, spent: Spent) -> None:
    spent()

    assert content(client.get(small)) == SMALL

    assert len(spent()) == 1


def test_what_a_browser_has_costs_one_look(client: Client, small: str, spent: Spent) -> None:
    tag = client.get(small)["ETag"]
    spent()

    assert client.get(small, HTTP_IF_NONE_MATCH=tag).status_code == 304

    exchanges = spent()
    assert len(exchanges) == 1
    assert moved(exchanges) == []


@pytest.mark.parametrize(
    ("method", "condition", "status"),
    [
        ("HEAD", {}, 200),
        ("GET", {"HTTP_RANGE": f"bytes={len(LARGE)}-"}, 416),
        ("GET", {"HTTP_IF_MATCH": '"another"'}, 412),
        ("GET", {"HTTP_IF_UNMODIFIED_SINCE": "Sat, 01 Jan 2000 00:00:00 GMT"}, 412),
        ("GET", {"HTTP_IF_MODIFIED_SINCE": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
    ],
)
def test_what_needs_no_content_costs_one_look(
    client: Client, large: str, *, spent: Spent, method: str, condition: dict[str, str], status: int
) -> None:
    spent()

    response = client.generic(method, large, **condition)

    assert (response.status_code, response.content) == (status, b"")
    exchanges = spent()
    assert len(exchanges) == 1
    assert moved(exchanges) == []


@pytest.mark.parametrize(
    ("wanted", "first", "length"),
    [
        ("bytes=6000000-6000999", 6_000_000, 1000),
        ("bytes=-1", len(LARGE) - 1, 1),
        (f"bytes={len(LARGE) - 2_000_000}-", len(LARGE) - 2_000_000, 2_000_000),
        ("bytes=0-3999999", 0, 4_000_000),
    ],
)
def test_a_range_costs_one_request_for_content_between_two_looks(
    client: Client, large: str, spent: Spent, *, wanted: str, first: int, length: int
) -> None:
    spent()

    response = client.get(large, HTTP_RANGE=wanted)

    assert response.status_code == 206
    assert content(response) == LARGE[first : first + length]
    exchanges = spent()
    assert len(exchanges) == 3
    (received,) = moved(exchanges)
    assert received <= max(length, 64 * KIB)


def test_a_large_file_costs_as_much_as_reading_it_does(
    client: Client, storage: CloudStorage, large: str, spent: Spent
) -> None:
    spent()
    assert content(client.get(large)) == LARGE
    served = spent()

    with storage.open(large.removeprefix("/media/")) as file:
        for _ in file.chunks(256 * KIB):
            pass

    assert len(served) == len(spent())


@pytest.mark.parametrize("name", ["{folder}/small.bin", "{folder}/missing", "a/../b", "%00"])
def test_what_may_not_be_had_costs_nothing(
    client: Client, storage: CloudStorage, small: str, *, folder: str, spent: Spent, name: str
) -> None:
    assert content(client.get(small)) == SMALL
    spent()

    with site_serving(storage, allowed=lambda *_: False):
        assert client.get(f"/media/{name.format(folder=folder)}").status_code in (403, 404)

    assert spent() == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 350_000), length=st.integers(1, 350_000), form=st.integers(0, 2))
def test_any_range_is_served_although_appwrite_refuses_many(
    storage: CloudStorage, client: Client, folder: str, *, first: int, length: int, form: int
) -> None:
    data = LARGE[:300_000]
    name = f"{folder}/a.bin"
    if not storage.exists(name):
        storage.save(name, ContentFile(data))
    header = (f"bytes={first}-{first + length - 1}", f"bytes={first}-", f"bytes=-{length}")[form]
    expected = (data[first : first + length], data[first:], data[-length:])[form]

    response = client.get(f"/media/{name}", HTTP_RANGE=header)

    if expected:
        assert (response.status_code, content(response)) == (206, expected)
    else:
        assert response.status_code == 416
        assert response["Content-Range"] == "bytes */300000"


# On a bad day


def test_a_server_that_is_busy_is_tried_again_later(
    client: Client, make: Callable[..., CloudStorage], small: str, emulator: Emulator
) -> None:
    assert content(client.get(small)) == SMALL
    emulator.inject(Fault(method="GET", status=503, times=2, body=b"appwrite: overloaded"))

    with site_serving(make(retries=0)):
        for response in (client.get(small), client.head(small)):
            assert response.status_code == 503
            assert int(response["Retry-After"]) > 0
            assert response["Cache-Control"] == "no-store"
            assert b"overloaded" not in response.content

    assert content(client.get(small)) == SMALL


def test_a_server_that_is_gone_is_no_missing_file(
    client: Client, make: Callable[..., CloudStorage], folder: str
) -> None:
    with Emulator(project="p", key="k") as emulator:
        gone = emulator.endpoint

    with site_serving(make(endpoint=gone, retries=0)):
        response = client.get(f"/media/{folder}/a.bin")

    assert response.status_code == 503
    assert gone.encode() not in response.content


def test_a_wrong_key_is_a_mistake_of_the_site_and_shown_to_nobody(
    client: Client, make: Callable[..., CloudStorage], small: str, caplog: pytest.LogCaptureFixture
) -> None:
    with site_serving(make(api_key="standard_wrong")):
        response = client.get(small)

    assert response.status_code == 500
    assert b"APPWRITE" not in response.content
    assert "standard_wrong" not in caplog.text


def test_an_answer_that_is_cut_off_is_no_shorter_file(
    client: Client, make: Callable[..., CloudStorage], large: str, emulator: Emulator
) -> None:
    with site_serving(make(retries=0)):
        response = client.get(large)
        emulator.inject(Fault(method="GET", path="/view$", truncate=1000))
        received = []

        with pytest.raises(OSError, match=r"large\.bin"):
            received.extend(response)

    assert len(b"".join(received)) < len(LARGE)
