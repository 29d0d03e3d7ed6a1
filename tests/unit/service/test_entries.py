"""What everything in the buckets is, and taking away what is no file."""

import attrs
import pytest

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import FullPath, Kind
from cloud_storages.domain.values import Location, OnConflict
from tests.unit.service.stores import Crash, Recorded, content, memory_with, service_over, text


def partial_in(store, location):
    """Turn a stored file into an upload that somebody began and did not finish."""
    file = store._buckets[location.bucket_id].files[location.file_id]
    file.info = attrs.evolve(file.info, complete=False, signature="")


def test_files_go_by_their_names():
    service = service_over(memory_with(**{"Photo.png": b"1", "a.txt": b"2"}))
    service.save("root.txt", content(b"3"))

    kinds = {(entry.kind, entry.name) for entry in service.entries()}

    assert kinds == {
        (Kind.FILE, "docs/Photo.png"),
        (Kind.FILE, "docs/a.txt"),
        (Kind.FILE, "root.txt"),
    }


def test_only_the_directories_asked_for_are_looked_into():
    service = service_over(memory_with(**{"a.txt": b"1"}))
    service.save("other/b.txt", content(b"2"))

    assert [entry.name for entry in service.entries(["other", "nowhere"])] == ["other/b.txt"]


def test_in_the_layout_path_there_is_one_bucket():
    service = service_over(MemoryStore(), layout=FullPath(identifier))
    service.save("a/b/c.txt", content(b"1"))

    assert [entry.name for entry in service.entries(["elsewhere"])] == ["a/b/c.txt"]


def test_an_unfinished_upload_is_a_partial():
    store = memory_with(**{"a.txt": b"1"})
    partial_in(store, Location("docs", "a.txt"))

    (entry,) = service_over(store).entries()

    assert (entry.kind, entry.name) == (Kind.PARTIAL, "docs/a.txt")


def test_what_no_name_leads_to_is_nameless():
    store = memory_with()
    store.create(Location("docs", "Capital"), "/", content(b"1"))

    (entry,) = service_over(store).entries()

    assert (entry.kind, entry.name) == (Kind.NAMELESS, "")


def test_a_staged_copy_goes_by_the_name_it_is_for():
    store = memory_with(**{"a.txt": b"old"})
    recorded = Recorded(store, fails_at=3, error=Crash)  # look, stage, delete
    with pytest.raises(Crash):
        service_over(recorded, OnConflict.OVERWRITE).replace("docs/a.txt", content(b"new"))

    kinds = {entry.kind: entry.name for entry in service_over(store).entries()}

    assert kinds == {Kind.FILE: "docs/a.txt", Kind.STAGED: "docs/a.txt"}


def test_a_partial_can_be_taken_away():
    store = memory_with(**{"a.txt": b"1"})
    partial_in(store, Location("docs", "a.txt"))
    service = service_over(store)
    (entry,) = service.entries()

    assert service.abandon(entry)

    assert list(service.entries()) == []


def test_a_partial_that_was_completed_meanwhile_stays():
    store = memory_with(**{"a.txt": b"whole"})
    location = Location("docs", "a.txt")
    whole = store._buckets["docs"].files["a.txt"].info
    partial_in(store, location)
    service = service_over(store)
    (entry,) = service.entries()
    store._buckets["docs"].files["a.txt"].info = whole

    assert not service.abandon(entry)

    assert text(service, "docs/a.txt") == b"whole"


def test_what_is_gone_already_counts_as_taken_away():
    store = memory_with(**{"a.txt": b"1"})
    partial_in(store, Location("docs", "a.txt"))
    service = service_over(store)
    (entry,) = service.entries()
    store.delete(Location("docs", "a.txt"))

    assert service.abandon(entry)
