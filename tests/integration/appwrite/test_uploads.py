"""How chunks travel: side by side where that is safe, each once, and none after a failure."""

import threading

import attrs
import pytest

from cloud_storages.domain.errors import Unavailable
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.ports import BytesContent
from cloud_storages.service import RemoteReader

from .stores import KEY, THERE, UPLOADS, Unheeding, store_on

#: Seven chunks, no two alike.
CONTENT = BytesContent(b"".join(bytes([n]) * CHUNK_SIZE for n in range(6)) + b"end")
CHUNKS = 7
WAIT = 60


class Watched(Unheeding):
    """Notes which chunks are read, and how many were read but not yet told to be stored."""

    fingerprint = CONTENT.fingerprint

    def __init__(self):
        self.offsets, self.told, self.most = [], [], 0
        self._lock = threading.Lock()

    def read(self, offset, size):
        with self._lock:
            self.offsets.append(offset)
            stored = self.told[-1] if self.told else 0
            self.most = max(self.most, len(self.offsets) - stored // CHUNK_SIZE)
        return CONTENT.read(offset, size)

    def progressed(self, stored):
        self.told.append(stored)


class Meeting(Watched):
    """Lets a chunk go only when another is about to go, too."""

    def __init__(self, parties):
        super().__init__()
        self._barrier = threading.Barrier(parties)

    def read(self, offset, size):
        if CHUNK_SIZE <= offset < 5 * CHUNK_SIZE:
            self._barrier.wait(WAIT)
        return super().read(offset, size)


def posts(server):
    return [each for each in server.traffic.exchanges if each.method == "POST"]


def read_back(store):
    return RemoteReader(store, THERE).readall()


def test_chunks_travel_side_by_side_in_bounded_memory(server, store):
    content = Meeting(parties=4)

    store.create(THERE, "a.bin", content)

    assert read_back(store) == CONTENT.data
    assert len(posts(server)) == CHUNKS
    assert content.offsets[0] == 0
    assert content.offsets[-1] == 6 * CHUNK_SIZE
    assert sorted(content.offsets) == [n * CHUNK_SIZE for n in range(CHUNKS)]
    assert content.most <= 4


def test_one_worker_sends_one_chunk_after_the_other(server, store):
    content = Watched()

    store_on(server, [], workers=1).create(THERE, "a.bin", content)

    assert content.offsets == [n * CHUNK_SIZE for n in range(CHUNKS)]
    assert content.most == 1
    assert read_back(store) == CONTENT.data


@pytest.mark.parametrize("version", ["1.9.0", "1.8.1", "1.5.11"])
def test_servers_that_mix_chunks_up_get_them_in_order(version):
    with Emulator(
        project="tests", key=KEY, storage_limit=100_000_000, server_version=version
    ) as old:
        store = store_on(old, [], workers=4)
        store.create_bucket("media", "media", public=True)
        content = Watched()

        store.create(THERE, "a.bin", content)

        assert content.offsets == [n * CHUNK_SIZE for n in range(CHUNKS)]
        assert content.most == 1
        assert read_back(store) == CONTENT.data


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.usefixtures("store")
def test_whoever_wants_to_know_is_told_how_far_the_upload_is(server, workers):
    content = Watched()

    store_on(server, [], workers=workers).create(THERE, "a.bin", content)

    assert content.told == sorted(content.told)
    assert content.told[0] == CHUNK_SIZE
    assert content.told[-1] == len(CONTENT.data)
    assert workers > 1 or len(content.told) == CHUNKS


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("at", [1, 3, CHUNKS])
def test_whoever_is_told_may_end_the_upload_which_leaves_nothing(server, store, workers, at):
    class Leaving(Watched):
        def progressed(self, stored):
            if stored >= min(at * CHUNK_SIZE, len(CONTENT.data)):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_on(server, [], workers=workers).create(THERE, "a.bin", Leaving())

    assert list(store.files("media")) == []


@pytest.mark.parametrize("fault", [{"truncate": 10}, {"drop": "after"}], ids=["cut", "dropped"])
@pytest.mark.parametrize("nth", range(1, CHUNKS + 1))
def test_a_chunk_that_arrived_is_not_sent_again_when_its_answer_is_lost(server, store, nth, fault):
    careful = store_on(server, [], workers=1)
    server.inject(Fault(method="POST", path=UPLOADS, nth=nth, **fault))

    careful.create(THERE, "a.bin", CONTENT)

    assert read_back(store) == CONTENT.data
    assert len(posts(server)) == CHUNKS


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("nth", range(1, CHUNKS + 1))
def test_a_lost_connection_costs_its_own_chunk_again_and_no_other(server, store, nth, workers):
    server.inject(Fault(method="POST", path=UPLOADS, nth=nth, drop="before"))

    store_on(server, [], workers=workers).create(THERE, "a.bin", CONTENT)

    assert read_back(store) == CONTENT.data
    assert len(posts(server)) == CHUNKS + 1


@pytest.mark.parametrize("version", ["1.9.6", "1.8.1", "1.5.11"])
@pytest.mark.parametrize("nth", range(1, CHUNKS + 1))
def test_a_lost_answer_does_not_count_a_chunk_twice(version, nth):
    with Emulator(
        project="tests", key=KEY, storage_limit=100_000_000, server_version=version
    ) as server:
        store = store_on(server, [])
        store.create_bucket("media", "media", public=True)
        server.inject(Fault(method="POST", path=UPLOADS, nth=nth, truncate=10))

        store.create(THERE, "a.bin", CONTENT)

        assert read_back(store) == CONTENT.data
        assert len(list(store.files("media"))) == 1


def test_a_server_that_is_busy_is_not_asked_what_became_of_the_chunk(server, store):
    server.inject(Fault(method="POST", path=UPLOADS, nth=2, times=2, status=429))

    store_on(server, [], workers=1).create(THERE, "a.bin", CONTENT)

    assert {each.method for each in server.traffic.exchanges} == {"POST"}
    assert read_back(store) == CONTENT.data


def test_the_first_failure_stops_the_rest(server, store):
    content = Meeting(parties=4)
    server.inject(Fault(method="POST", path=UPLOADS, nth=2, times=99, status=503))

    with pytest.raises(Unavailable):
        store_on(server, [], retries=0).create(THERE, "a.bin", content)

    # The first chunk, and the four that were on their way when one of them failed.
    assert len(content.offsets) <= 5
    server.clear_faults()
    assert list(store.files("media")) == []


def test_a_content_that_breaks_off_in_one_of_many_threads_leaves_nothing(server, store):
    class Breaking(Watched):
        def read(self, offset, size):
            if offset == 3 * CHUNK_SIZE:
                raise OSError("the disk is gone")
            return super().read(offset, size)

    with pytest.raises(OSError, match="the disk is gone"):
        store.create(THERE, "a.bin", Breaking())

    assert list(store.files("media")) == []
    # An error of the caller's own file is no trouble of the network: nothing is tried again.
    assert len(posts(server)) < CHUNKS


def test_uploads_from_many_threads_share_the_kept_connections(server):
    store = store_on(server, [], workers=4, pool_size=4)
    store.create_bucket("media", "media", public=True)
    server.traffic.clear()

    for number in range(3):
        store.create(attrs.evolve(THERE, file_id=f"f{number}"), "f", CONTENT)

    assert server.traffic.connections <= 4
    for info in list(store.files("media")):
        store.delete(info.location)
