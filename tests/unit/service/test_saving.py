"""What save does about a taken name, and how many calls it takes."""

import threading

import pytest

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.errors import (
    BucketMissing,
    FileTaken,
    InvalidName,
    Misconfigured,
    Rejected,
    Unavailable,
)
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import FullPath
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.domain.values import Location, OnConflict

from .stores import Recorded, content, memory_with, service_over, text

BIG = b"b" * (CHUNK_SIZE + 1)
KEEP, REUSE, OVERWRITE = OnConflict.KEEP_BOTH, OnConflict.REUSE_IDENTICAL, OnConflict.OVERWRITE


def calls_of(on_conflict, data, *before, name="docs/a.txt"):
    """Return the calls of one save, after others of the same name, and the name it returned."""
    store = Recorded(memory_with())
    service = service_over(store, on_conflict)
    for each in before:
        service.save(name, content(each))
    store.calls.clear()
    saved = service.save(name, content(data))
    assert text(service, saved) == data
    while store.calls[-1] in ("read", "stat"):
        store.calls.pop()
    return store.calls, saved


@pytest.mark.parametrize(
    ("on_conflict", "data", "before", "calls"),
    [
        (KEEP, b"new", (), ["create"]),
        (KEEP, b"new", (b"old",), ["create", "create"]),
        (KEEP, b"new", (b"old",) * 12, ["create", "create"]),
        (KEEP, BIG, (), ["find", "create"]),
        (KEEP, BIG, (b"old",) * 3, ["find", "create"]),
        (REUSE, b"new", (), ["find", "create"]),
        (REUSE, b"new", (b"new",), ["find"]),
        (REUSE, BIG, (BIG,), ["find"]),
        (REUSE, b"new", (b"old",), ["find", "create"]),
        (REUSE, b"new", (b"old", b"new"), ["find"]),
        (REUSE, b"new", (b"old", b"new", *(b"%d" % n for n in range(9))), ["find"]),
        (OVERWRITE, b"new", (), ["find", "create"]),
        (OVERWRITE, b"new", (b"new",), ["find"]),
        (OVERWRITE, b"new", (b"old",), ["find", "create", "delete", "create", "delete"]),
    ],
)
def test_a_save_takes_no_more_calls_than_it_must(on_conflict, data, before, calls):
    assert calls_of(on_conflict, data, *before)[0] == calls


def test_keep_both_takes_another_name_and_leaves_the_first_file_alone():
    service = service_over(memory_with(**{"a.tar.gz": b"old"}))

    saved = service.save("docs/a.tar.gz", content(b"new"))

    assert saved.startswith("docs/a_")
    assert saved.endswith(".tar.gz")
    assert saved == saved.lower()
    assert text(service, "docs/a.tar.gz") == b"old"


def test_reuse_identical_finds_its_twin_although_others_came_between():
    service = service_over(memory_with(), REUSE)

    names = [service.save("docs/a.txt", content(b"%d" % n)) for n in (1, 2, 3, 2, 3, 1)]

    assert names[3:] == [names[1], names[2], names[0]]
    assert len(set(names)) == 3


def test_contents_whose_short_suffixes_meet_get_longer_ones():
    store = memory_with()
    service = service_over(store, REUSE)
    first = [service.save("docs/a.txt", content(data)) for data in (b"old", b"new")]
    store.delete(Location("docs", identifier(first[1].removeprefix("docs/"))))
    store.create(
        Location("docs", identifier(first[1].removeprefix("docs/"))), "x", content(b"other")
    )

    longer = service.save("docs/a.txt", content(b"new"))

    assert longer not in first
    assert text(service, longer) == b"new"
    assert service.save("docs/a.txt", content(b"new")) == longer


@pytest.mark.parametrize("on_conflict", [KEEP, REUSE])
def test_a_partial_at_the_name_is_left_alone(on_conflict):
    store = memory_with()
    store.begin_partial(Location("docs", "a.txt"), "a.txt", 3)
    service = service_over(store, on_conflict)

    saved = service.save("docs/a.txt", content(b"new"))

    assert saved != "docs/a.txt"
    assert not store.stat(Location("docs", "a.txt")).complete
    assert not service.exists("docs/a.txt")


def test_overwrite_takes_the_place_of_a_partial():
    store = memory_with()
    store.begin_partial(Location("docs", "a.txt"), "a.txt", 3)
    service = service_over(store, OVERWRITE)

    assert service.save("docs/a.txt", content(b"new")) == "docs/a.txt"
    assert text(service, "docs/a.txt") == b"new"


@pytest.mark.parametrize("on_conflict", OnConflict)
def test_alternatives_fit_the_length_that_is_allowed(on_conflict):
    service = service_over(memory_with(), on_conflict)

    names = [service.save("docs/abcdefgh.txt", content(b"%d" % n), max_length=18) for n in range(4)]

    assert all(len(name) <= 18 for name in names)
    assert text(service, names[-1]) == b"3"


def test_a_name_for_which_no_alternative_is_short_enough_is_refused():
    service = service_over(memory_with(**{"a.txt": b"old"}))

    with pytest.raises(InvalidName, match="max_length"):
        service.save("docs/a.txt", content(b"new"), max_length=10)
    assert service.listdir("docs") == ([], ["a.txt"])


def test_a_caller_can_form_the_alternatives():
    service = service_over(memory_with(**{"a.txt": b"old"}))

    saved = service.save("docs/a.txt", content(b"new"), form=lambda root, ext: f"{root}-2{ext}")

    assert saved == "docs/a-2.txt"


def test_when_every_name_tried_is_taken_nothing_is_reported_as_saved():
    service = service_over(memory_with(**{"a.txt": b"old"}))

    with pytest.raises(Unavailable, match=r"a\.txt"):
        service.save("docs/a.txt", content(b"new"), form=lambda root, ext: f"{root}{ext}")


@pytest.mark.parametrize("on_conflict", OnConflict)
def test_a_rejected_content_costs_nothing_that_was_there(on_conflict):
    store = MemoryStore(maximum_file_size=5)
    service = service_over(store, on_conflict)
    service.save("docs/a.txt", content(b"old"))

    with pytest.raises(Rejected, match="5"):
        service.save("docs/a.txt", content(b"much too long"))

    assert text(service, "docs/a.txt") == b"old"
    assert [info.location.file_id for info in store.files("docs")] == ["a.txt"]


def test_create_stores_under_exactly_the_name_or_not_at_all():
    service = service_over(memory_with(**{"a.txt": b"old"}))

    with pytest.raises(FileTaken):
        service.create("docs/a.txt", content(b"new"))
    with pytest.raises(FileTaken):
        service.create("docs/a.txt", content(BIG))

    assert service.create("docs/b.txt", content(b"new")) == "docs/b.txt"
    assert text(service, "docs/a.txt") == b"old"


def test_a_missing_bucket_is_created_once_and_remembered():
    store = Recorded(MemoryStore())
    service = service_over(store)

    service.save("My Photos/a.txt", content(b"1"))
    service.save("My Photos/b.txt", content(b"1"))

    assert store.calls == ["create", "buckets", "create_bucket", "create", "create"]
    assert service.listdir("") == (["My Photos"], [])


def test_a_bucket_that_has_the_name_of_the_directory_is_used():
    store = MemoryStore()
    store.create_bucket("65ab0c", "My Photos", public=True)
    service = service_over(store)

    service.save("My Photos/a.txt", content(b"1"))

    assert store.stat(Location("65ab0c", "a.txt")).size == 1
    assert [bucket.bucket_id for bucket in store.buckets()] == ["65ab0c"]


def test_two_buckets_of_one_name_must_be_told_apart_by_the_site():
    store = MemoryStore()
    store.create_bucket("one", "My Photos", public=True)
    store.create_bucket("two", "My Photos", public=True)

    with pytest.raises(Misconfigured, match=r"APPWRITE_BUCKETS.*'My Photos': 'one'"):
        service_over(store).save("My Photos/a.txt", content(b"1"))

    mapped = service_over(store, mapping={"My Photos": "two"})
    mapped.save("My Photos/a.txt", content(b"1"))
    assert store.stat(Location("two", "a.txt")).size == 1


def test_a_bucket_that_vanished_is_looked_for_again():
    store = MemoryStore()
    service = service_over(store)
    service.save("docs/a.txt", content(b"1"))
    store.clear()

    service.save("docs/b.txt", content(b"2"))

    assert service.listdir("docs") == ([], ["b.txt"])


def test_no_bucket_is_created_where_the_site_forbids_it():
    store = MemoryStore()
    service = service_over(store, create=False)

    with pytest.raises(BucketMissing, match="APPWRITE_CREATE_BUCKETS"):
        service.save("docs/a.txt", content(b"1"))
    with pytest.raises(Misconfigured, match="APPWRITE_BUCKET_ID"):
        service.save("a.txt", content(b"1"))

    assert list(store.buckets()) == []


def test_a_missing_root_bucket_is_no_missing_file_where_it_would_not_be_created():
    service = service_over(MemoryStore(), create=False, mapping={"docs": "gone"})

    with pytest.raises(Misconfigured, match="APPWRITE_BUCKET_ID"):
        service.exists("a.txt")
    with pytest.raises(Misconfigured, match="APPWRITE_BUCKETS"):
        service.exists("docs/a.txt")
    assert not service.exists("elsewhere/a.txt")


def test_reading_creates_no_bucket():
    store = MemoryStore()
    service = service_over(store)

    assert not service.exists("docs/a.txt")
    assert service.listdir("") == ([], [])
    service.delete("docs/a.txt")
    service.url("docs/a.txt")

    assert list(store.buckets()) == []


@pytest.mark.parametrize("on_conflict", OnConflict)
def test_threads_that_save_one_name_lose_nothing(on_conflict):
    store = memory_with()
    service = service_over(store, on_conflict)
    saved = {}
    barrier = threading.Barrier(16)

    def save(number):
        barrier.wait()
        saved[number] = service.save("docs/a.txt", content(b"%d" % (number % 8)))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    read = {number: text(service, name) for number, name in saved.items()}
    if on_conflict is OVERWRITE:
        assert set(saved.values()) == {"docs/a.txt"}
        assert set(read.values()) <= {b"%d" % number for number in range(8)}
    else:
        assert read == {number: b"%d" % (number % 8) for number in range(16)}
        assert len(set(saved.values())) == (16 if on_conflict is KEEP else 8)
    assert len(list(store.files("docs"))) == len(set(saved.values()))


def test_in_the_layout_path_directories_come_from_names():
    service = service_over(MemoryStore(), layout=FullPath(identifier))
    for name in ("a.txt", "x/b.txt", "x/y/c.txt", "xy/d.txt"):
        service.save(name, content(b"1"))

    assert service.listdir("") == (["x", "xy"], ["a.txt"])
    assert service.listdir("x") == (["y"], ["b.txt"])
    assert service.listdir("x/y/") == ([], ["c.txt"])
    with pytest.raises(FileNotFoundError):
        service.listdir("nowhere")


def test_a_directory_that_is_no_bucket_is_not_found():
    with pytest.raises(FileNotFoundError):
        service_over(memory_with()).listdir("nowhere")


class Down:
    """A server that answers nothing."""

    def __init__(self, url):
        self.url = url
        self.asked = 0

    def __getattr__(self, name):
        if name not in ("find", "buckets"):
            raise AttributeError(name)
        self.asked += 1
        return self._fail

    def _fail(self, *_args, **_kwargs):
        raise Unavailable("the server is gone")


def test_the_url_of_a_directory_needs_no_request_once_it_is_known():
    store = Recorded(MemoryStore())
    store.create_bucket("65ab0c", "My Photos", public=True)
    service = service_over(store)
    store.calls.clear()

    urls = {service.url("My Photos/a.txt") for _ in range(50)}

    assert store.calls == ["find", "buckets"]
    assert len(urls) == 1
    assert "65ab0c/a.txt" in urls.pop()


def test_a_page_of_urls_renders_while_the_server_is_down_and_asks_it_once_in_a_while():
    down = Down(MemoryStore().url)
    now = [0.0]
    service = service_over(down, impatient=down, clock=lambda: now[0])

    urls = [service.url(f"docs/{number}.txt") for number in range(50)]
    assert "docs/49.txt" in urls[49]
    assert down.asked == 1

    now[0] += 31
    service.url("docs/a.txt")
    assert down.asked == 2


def test_the_url_of_a_directory_that_does_not_exist_is_asked_for_once_in_a_while():
    store = Recorded(MemoryStore())
    service = service_over(store)

    for _ in range(50):
        service.url("docs/a.txt")
    assert store.calls == ["find", "buckets"]
