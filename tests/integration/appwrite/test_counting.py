"""What is counted of requests to Appwrite: each that is made, and nothing secret of any."""

import pytest

from cloud_storages.domain.errors import FileMissing
from cloud_storages.domain.values import Location
from cloud_storages.emulator import Fault
from cloud_storages.ports import BytesContent
from cloud_storages.testing import bytes_of, storage_requests

from .stores import KEY, SMALL, THERE


def test_a_request_that_is_repeated_counts_each_time(server, store):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="GET", nth=1, drop="before"))

    with storage_requests() as made:
        store.stat(THERE)

    assert [str(request) for request in made] == ["GET stat media/a.bin"] * 2


def test_a_failed_request_counts(store):
    store.create(THERE, "a.bin", SMALL)

    with storage_requests() as made, pytest.raises(FileMissing):
        store.stat(Location("media", "missing"))

    assert [str(request) for request in made] == ["GET stat media/missing"]


def test_chunks_that_travel_side_by_side_tell_what_they_are_for(store):
    with storage_requests() as made:
        store.create(THERE, "a.bin", BytesContent(bytes_of(21_000_000)))

    assert [str(request) for request in made] == ["POST create media/a.bin"] * 5


def test_no_request_tells_the_key_or_the_content(server, store):
    with storage_requests() as made:
        store.create(THERE, "a.bin", BytesContent(b"confidential"))
        list(store.files("media", "a"))
        list(store.buckets())
        store.find("media", ["a.bin", "b.bin"])
        store.read(THERE, 0, 100)
        store.delete(THERE)

    assert len(made) == len(server.traffic.exchanges) == 6
    told = f"{made!r} {[str(request) for request in made]}"
    assert KEY not in told
    assert "confidential" not in told
