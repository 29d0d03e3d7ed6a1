"""What is asked ahead, and what an interrupted replacement leaves for whoever asks for the file."""

import pytest

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.errors import Misconfigured, Unavailable
from cloud_storages.domain.identifiers import STAGING_SLOTS
from cloud_storages.domain.values import Location, OnConflict
from tests.unit.service.stores import Recorded, content, memory_with, service_over, text


def test_an_interrupted_replacement_is_finished_when_its_file_is_asked_for():
    store = memory_with(**{"a.txt": b"old", "b.txt": b"b"})
    crashing = service_over(Recorded(store, fails_at=4), OnConflict.OVERWRITE)
    with pytest.raises(Unavailable):
        crashing.save("docs/a.txt", content(b"new"))
    service = service_over(store)

    with service.look_ahead(["docs/a.txt", "docs/b.txt", "docs/none.txt"]):
        assert service.exists("docs/a.txt")
        assert service.info("docs/a.txt").size == 3
        assert not service.exists("docs/none.txt")

    assert text(service, "docs/a.txt") == b"new"


def test_a_partial_is_no_file_ahead_either():
    store = memory_with(**{"a.txt": b"a"})
    store.begin_partial(Location("docs", "b.txt"), "b.txt", 10)
    service = service_over(store)

    with service.look_ahead(["docs/a.txt", "docs/b.txt"]):
        assert service.exists("docs/a.txt")
        assert not service.exists("docs/b.txt")


@pytest.mark.parametrize(("absent", "looks"), [(0, 1), (1, 2), (12, 2), (13, 3)])
def test_what_is_absent_costs_a_look_for_staged_copies_for_each_dozen(absent, looks):
    recorded = Recorded(memory_with(**{"a.txt": b"a"}))
    service = service_over(recorded)

    with service.look_ahead(["docs/a.txt", *(f"docs/none{n}.txt" for n in range(absent))]):
        assert recorded.calls == ["find"] * looks


def test_more_ids_than_old_servers_take_are_never_asked_for_at_once():
    asked = []

    class Limited(MemoryStore):
        def find(self, bucket_id, file_ids):
            asked.append(len(list(file_ids)))
            return super().find(bucket_id, file_ids)

    store = Limited()
    store.create_bucket("docs", "docs", public=True)
    service = service_over(store)

    with service.look_ahead([f"docs/{n}.txt" for n in range(250)]):
        assert asked[:3] == [100, 100, 50]
        assert max(asked[3:]) == 12 * STAGING_SLOTS


def test_a_bucket_that_is_found_by_its_name_is_asked():
    store = MemoryStore()
    store.create_bucket("x1", "docs", public=True)
    service_over(store).save("docs/a.txt", content(b"a"))
    recorded = Recorded(store)
    service = service_over(recorded)

    with service.look_ahead(["docs/a.txt"]):
        assert service.info("docs/a.txt").location == Location("x1", "a.txt")


def test_a_bucket_that_the_settings_name_and_is_missing_is_told():
    service = service_over(MemoryStore(), mapping={"docs": "gone"}, create=False)

    with pytest.raises(Misconfigured, match="APPWRITE_BUCKETS"):
        service.look_ahead(["docs/a.txt"])


def test_a_server_that_is_gone_is_told_before_the_block():
    service = service_over(Recorded(memory_with(), fails_at=1))

    with pytest.raises(Unavailable):
        service.look_ahead(["docs/a.txt"])
