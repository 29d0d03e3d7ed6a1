"""The Appwrite store on a bad day: lost answers, busy servers, wrong answers, other writers."""

import datetime as dt
import tracemalloc
from email.utils import format_datetime

import pytest
from django.core.files.base import ContentFile

from cloud_storages.adapters.appwrite import AppwriteStore, Connection
from cloud_storages.domain.errors import (
    AccessDenied,
    BucketMissing,
    FileMissing,
    FileTaken,
    IntegrityError,
    Misconfigured,
    Rejected,
    Unavailable,
)
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import BucketPlan, LastDirectory
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.domain.values import FileInfo, Location, OnConflict
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.ports import BytesContent
from cloud_storages.service import Buckets, RemoteReader, StorageService

from .stores import (
    BIG,
    KEY,
    SMALL,
    THERE,
    UPLOADS,
    VIEW,
    Unheeding,
    delete_bucket,
    store_on,
)

# Each request of each upload.
REQUESTS = pytest.mark.parametrize(
    ("content", "nth"),
    [(SMALL, 1), (BIG, 1), (BIG, 2), (BIG, 3)],
    ids=["small", "first chunk", "second chunk", "last chunk"],
)


def _there(store):
    return {info.location.file_id for info in store.files("media")}


def _read(store, location=THERE):
    return RemoteReader(store, location).readall()


@REQUESTS
@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 503},
        {"status": 500, "body": b'{"type":"general_unknown","message":"Server Error"}'},
        {"status": 429, "headers": {"Retry-After": "5"}},
        {"truncate": 30},
    ],
    ids=lambda fault: "-".join(map(str, fault.items())),
)
def test_an_upload_survives_one_fault_in_any_of_its_requests(server, store, content, nth, fault):
    server.inject(Fault(method="POST", path=UPLOADS, nth=nth, **fault))

    info = store.create(THERE, "a.bin", content)

    assert info.location == THERE
    assert _read(store) == content.data
    assert _there(store) == {"a.bin"}


@REQUESTS
def test_an_upload_that_fails_for_good_leaves_nothing(server, store, content, nth):
    server.inject(Fault(method="POST", path=UPLOADS, nth=nth, times=4, status=503))

    with pytest.raises(Unavailable) as caught:
        store.create(THERE, "a.bin", content)

    assert caught.value.temporary
    assert caught.value.location == THERE
    assert _there(store) == set()
    store.create(THERE, "a.bin", content)
    assert _read(store) == content.data


def test_a_chunk_that_cannot_be_read_leaves_nothing(store):
    class Breaking(Unheeding):
        fingerprint = BIG.fingerprint

        def read(self, offset, size):
            if offset >= CHUNK_SIZE:
                raise RuntimeError("the disk is gone")
            return BIG.read(offset, size)

    with pytest.raises(RuntimeError, match="disk"):
        store.create(THERE, "a.bin", Breaking())

    assert _there(store) == set()


def test_a_content_that_shrinks_meanwhile_is_not_stored(store):
    class Shrinking(Unheeding):
        fingerprint = SMALL.fingerprint

        def read(self, offset, size):
            return SMALL.read(offset, size)[:-1]

    with pytest.raises(IntegrityError, match="changed"):
        store.create(THERE, "a.bin", Shrinking())

    assert _there(store) == set()


def test_a_content_that_changes_meanwhile_is_not_reported_as_stored(store):
    class Changing(Unheeding):
        fingerprint = SMALL.fingerprint

        def read(self, offset, size):
            return SMALL.read(offset, size)[::-1]

    with pytest.raises(IntegrityError, match="not what was sent"):
        store.create(THERE, "a.bin", Changing())

    assert _there(store) == set()


def test_a_twin_that_was_there_before_is_not_taken_for_the_lost_upload(server, store):
    store.create(THERE, "a.bin", SMALL)
    later = format_datetime(dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1), usegmt=True)
    missing = b'{"type":"storage_file_not_found","message":"no","code":404}'
    headers = {"Content-Type": "application/json", "Date": later}
    server.inject(Fault(path="/b.bin$", status=404, headers=headers, body=missing))
    with pytest.raises(FileMissing):
        store.stat(Location("media", "b.bin"))
    # For all the store knows, an hour has passed since the twin was stored.
    server.inject(Fault(method="POST", path=UPLOADS, drop="before"))

    with pytest.raises(FileTaken):
        store.create(THERE, "a.bin", SMALL)

    assert _read(store) == SMALL.data


@pytest.mark.parametrize("retries", [0, 1])
def test_an_upload_whose_every_answer_is_lost_is_stored_all_the_same(server, retries):
    patient = store_on(server, [])
    patient.create_bucket("media", "media", public=True)
    hasty = store_on(server, [], retries=retries)
    hasty.find("media", ["a.bin"])
    server.inject(Fault(method="POST", path=UPLOADS, times=1 + retries, drop="after"))

    info = hasty.create(THERE, "a.bin", SMALL)

    assert info == patient.stat(THERE)
    delete_bucket(server)


def test_a_last_chunk_that_arrives_after_a_deletion_leaves_nothing(server, store):
    other = store_on(server, [])

    class Meanwhile(Unheeding):
        fingerprint = BIG.fingerprint

        def read(self, offset, size):
            if offset == 2 * CHUNK_SIZE:
                other.delete(THERE)
            return BIG.read(offset, size)

    with pytest.raises(FileTaken):
        store.create(THERE, "a.bin", Meanwhile())

    assert _there(store) == set()


def test_a_stale_connection_is_replaced_without_anybody_noticing(server, store):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="GET", path=VIEW, drop="before"))

    assert _read(store) == SMALL.data


def test_a_busy_server_is_given_the_time_it_asks_for(server, store, pauses):
    server.inject(Fault(path=UPLOADS, status=429, headers={"Retry-After": "5"}))

    store.create(THERE, "a.bin", SMALL)

    assert len(pauses) == 1
    assert 5 <= pauses[0] < 6


def test_pauses_grow_and_end(server, store, pauses):
    server.inject(Fault(path=UPLOADS, times=9, status=503))

    with pytest.raises(Unavailable):
        store.create(THERE, "a.bin", SMALL)

    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert sum(pauses) < 5


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "storage_invalid_file_size", Rejected),
        (400, "storage_file_type_unsupported", Rejected),
        (403, "storage_invalid_file", Rejected),
        (401, "user_unauthorized", AccessDenied),
        (401, "general_unauthorized_scope", AccessDenied),
        (401, "project_key_expired", AccessDenied),
        (404, "project_not_found", Misconfigured),
        (403, "project_id_missing", Misconfigured),
        (413, "", Rejected),
        (404, "", Misconfigured),
    ],
)
def test_what_will_not_change_is_not_asked_again(server, store, status, kind, error):
    body = f'{{"type":"{kind}","message":"no","code":{status}}}'.encode() if kind else b"<html>"
    content_type = "application/json" if kind else "text/html"
    server.inject(
        Fault(path=UPLOADS, status=status, body=body, headers={"Content-Type": content_type})
    )

    with pytest.raises(error) as caught:
        store.create(THERE, "a.bin", SMALL)

    assert not caught.value.temporary
    assert not isinstance(caught.value, FileNotFoundError)
    assert len(server.traffic.exchanges) == 1


def test_a_redirect_is_not_followed_with_the_key(server, store):
    with Emulator(project="tests", key=KEY) as elsewhere:
        target = f"{elsewhere.endpoint}/storage/buckets/media/files?token=secret"
        server.inject(Fault(path=UPLOADS, status=301, headers={"Location": target}))

        with pytest.raises(Misconfigured, match="APPWRITE_API_ENDPOINT") as caught:
            store.create(THERE, "a.bin", SMALL)

        assert elsewhere.traffic.exchanges == ()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>Please log in</html>", "text/html"),
        (b"", "application/octet-stream"),
        (b"[]", "application/json"),
        (b"{}", "application/json"),
        (b'{"$id":"a.bin"}', "application/json"),
    ],
)
def test_a_success_that_is_not_appwrites_is_no_success(server, store, body, content_type):
    headers = {"Content-Type": content_type}
    server.inject(Fault(path=UPLOADS, status=201, body=body, headers=headers))
    server.inject(Fault(path="/a.bin$", status=200, body=body, headers=headers))

    with pytest.raises(Misconfigured, match="APPWRITE_API_ENDPOINT"):
        store.create(THERE, "a.bin", SMALL)
    with pytest.raises(Misconfigured, match="APPWRITE_API_ENDPOINT"):
        store.stat(THERE)


def test_broken_json_is_named_as_such(server, store):
    headers = {"Content-Type": "application/json"}
    server.inject(Fault(path=r"/a\.bin$", times=9, status=200, body=b'{"$id": "a', headers=headers))

    with pytest.raises(Unavailable, match="broken JSON"):
        store.stat(THERE)


def test_a_wrong_signature_is_never_reported_as_stored(server, store):
    answer = (
        b'{"$id":"a.bin","name":"a.bin","signature":"00000000000000000000000000000000",'
        b'"sizeOriginal":15,"chunksTotal":1,"chunksUploaded":1,"$permissions":[],'
        b'"$createdAt":"2026-07-22T10:11:12.345+00:00"}'
    )
    headers = {"Content-Type": "application/json"}
    server.inject(Fault(path=UPLOADS, times=3, status=201, body=answer, headers=headers))

    with pytest.raises(IntegrityError, match="not what was sent"):
        store.create(THERE, "a.bin", SMALL)

    assert [each.method for each in server.traffic.exchanges] == ["POST", "DELETE"] * 3


def test_a_small_file_is_not_lost_in_somebody_elses_unfinished_upload(server, store):
    _begin_partial(server, chunks=1)

    with pytest.raises(FileTaken):
        store.create(THERE, "a.bin", SMALL)
    with pytest.raises(FileTaken):
        store.create(THERE, "a.bin", BIG)

    assert not store.stat(THERE).complete


def _begin_partial(server, *, chunks):
    import requests

    headers = {"X-Appwrite-Project": "tests", "X-Appwrite-Key": KEY}
    size = BIG.fingerprint.size
    for number in range(chunks):
        start = number * CHUNK_SIZE
        answer = requests.post(
            f"{server.endpoint}/storage/buckets/media/files",
            headers={**headers, "Content-Range": f"bytes {start}-{start + CHUNK_SIZE - 1}/{size}"},
            files={"fileId": (None, "a.bin"), "file": ("a.bin", bytes(CHUNK_SIZE))},
            timeout=30,
        )
        assert answer.status_code == 201


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "after"},
        {"status": 503},
        {"truncate": 1000},
        {"truncate": 0},
    ],
    ids=lambda fault: "-".join(map(str, fault.items())),
)
def test_a_download_survives_one_fault_in_any_of_its_requests(server, store, nth, fault):
    store.create(THERE, "a.bin", BIG)
    server.inject(Fault(method="GET", path=VIEW, nth=nth, **fault))

    assert _read(store) == BIG.data


def test_a_short_answer_is_never_a_shorter_file(server, store):
    store.create(THERE, "a.bin", BIG)
    server.inject(Fault(method="GET", path=VIEW, nth=2, times=99, truncate=1000))

    with pytest.raises((IntegrityError, Unavailable)):
        _read(store)


def test_a_web_page_instead_of_the_file_is_not_its_content(server, store):
    store.create(THERE, "a.bin", SMALL)
    page = Fault(path=VIEW, status=200, body=b"<html>Log in", headers={"Content-Type": "text/html"})
    server.inject(page)

    with pytest.raises(Misconfigured, match="web page"):
        _read(store)


def test_a_proxy_that_ignores_ranges_does_not_mislead(server, store):
    store.create(THERE, "a.bin", SMALL)
    server.inject(
        Fault(path=VIEW, status=200, body=SMALL.data, headers={"Content-Type": "text/plain"})
    )

    assert _read(store) == SMALL.data


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_deletion_survives_a_lost_answer(server, store, drop):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="DELETE", drop=drop))

    try:
        store.delete(THERE)
    except FileMissing:
        assert drop == "after"

    assert _there(store) == set()


def test_a_deletion_that_another_was_faster_with_is_done(server, store):
    error = b'{"type":"general_unknown","message":"Server Error","code":500}'
    headers = {"Content-Type": "application/json"}
    server.inject(Fault(method="DELETE", times=9, status=500, body=error, headers=headers))

    with pytest.raises(FileMissing):
        store.delete(THERE)

    server.clear_faults()
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="DELETE", times=9, status=500, body=error, headers=headers))
    with pytest.raises(Unavailable):
        store.delete(THERE)


def test_a_listing_goes_on_when_the_file_at_its_cursor_is_deleted(store, monkeypatch):
    monkeypatch.setattr("cloud_storages.adapters.appwrite.store.PAGE_SIZE", 4)
    for number in range(10):
        store.create(Location("media", f"f{number}"), f"f{number}", SMALL)

    listing = store.files("media")
    first = [next(listing).location.file_id for _ in range(4)]
    store.delete(Location("media", first[-1]))
    rest = [info.location.file_id for info in listing]

    assert sorted(first + rest) == [f"f{number}" for number in range(10)]


def test_a_listing_goes_on_when_most_of_what_it_passed_is_deleted(store, monkeypatch):
    monkeypatch.setattr("cloud_storages.adapters.appwrite.store.PAGE_SIZE", 4)
    for number in range(20):
        store.create(Location("media", f"f{number:02}"), f"f{number:02}", SMALL)

    listing = store.files("media")
    passed = [next(listing).location.file_id for _ in range(12)]
    for gone in passed[6:]:
        store.delete(Location("media", gone))
    rest = [info.location.file_id for info in listing]

    assert passed + rest == [f"f{number:02}" for number in range(20)]


def test_files_are_deleted_while_they_are_listed(store, monkeypatch):
    monkeypatch.setattr("cloud_storages.adapters.appwrite.store.PAGE_SIZE", 4)
    for number in range(10):
        store.create(Location("media", f"f{number}"), f"f{number}", SMALL)

    for info in store.files("media"):
        store.delete(info.location)

    assert list(store.files("media")) == []


def test_a_listing_that_lost_its_place_says_so(store, monkeypatch):
    monkeypatch.setattr("cloud_storages.adapters.appwrite.store.PAGE_SIZE", 2)
    for number in range(8):
        store.create(Location("media", f"f{number}"), f"f{number}", SMALL)

    listing = store.files("media")
    passed = [next(listing).location for _ in range(6)]
    for gone in passed[1:]:
        store.delete(gone)

    with pytest.raises(Unavailable, match="changes faster"):
        list(listing)


def test_a_listing_remembers_two_pages_however_many_there_are(store, monkeypatch):
    now = dt.datetime.now(dt.timezone.utc)

    def page(bucket_id, queries, *_):
        behind = [each["values"][0] for each in queries if each["method"] == "cursorAfter"]
        first = int(behind[0]) + 1 if behind else 0
        ids = range(first, min(first + 1000, 60_000))
        return [FileInfo(Location(bucket_id, f"{n:036}"), "a.txt", 1, "0", now) for n in ids]

    monkeypatch.setattr(store, "_listed", page)
    tracemalloc.start()
    try:
        count = sum(1 for _ in store.files("media"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 60_000
    assert peak < 3_000_000


def test_a_guest_is_not_told_that_files_are_missing(server):
    stranger = store_on(server, [], api_key="nonsense_key")

    for ask in (
        lambda: stranger.stat(THERE),
        lambda: stranger.find("media", ["a.bin"]),
        lambda: list(stranger.files("media")),
        lambda: stranger.read(THERE, 0, 10),
        lambda: list(stranger.buckets()),
    ):
        with pytest.raises((AccessDenied, FileNotFoundError)) as caught:
            ask()
        assert not isinstance(caught.value, FileMissing)


def test_a_server_that_is_down_is_unavailable_and_named():
    store = AppwriteStore(
        Connection("http://127.0.0.1:9/v1", "tests", KEY, "http://127.0.0.1:9/v1"),
        sleep=lambda _: None,
    )

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:9.*APPWRITE_API_ENDPOINT") as caught:
        store.stat(THERE)

    assert caught.value.temporary


def test_a_server_that_says_nothing_is_given_up(server):
    store = store_on(server, [], timeout=0.2, retries=0)
    server.inject(Fault(path=r"/health$|/a\.bin$", delay=3))

    with pytest.raises(Unavailable, match="Timeout"):
        store.stat(THERE)


def test_a_fork_gets_connections_of_its_own(store):
    import os

    store.create(THERE, "a.bin", SMALL)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, b"%d" % store.stat(THERE).size)
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(read, 10) == b"15"
    assert store.stat(THERE).size == 15
    os.close(read)
    os.close(write)


def test_a_fork_does_not_wait_for_a_writer_that_it_has_not(server, store):
    import os

    from cloud_storages.backends.appwrite import AppWriteStorage
    from cloud_storages.service.turns import turn

    storage = AppWriteStorage(
        endpoint=server.endpoint, project_id="tests", api_key=KEY, bucket_id="root"
    )
    with turn(THERE):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                storage.save("media/a.bin", ContentFile(b"by the child"))
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0

    assert _read(store) == b"by the child"


# Two chunks: a replacement makes seven requests.
TWO_CHUNKS = BytesContent(b"o" * (CHUNK_SIZE + 1))
STOPS = [(stop, drop) for stop in range(1, 9) for drop in ("before", "after")]


@pytest.mark.parametrize("size", ["small", "chunked"])
@pytest.mark.parametrize(("stop", "drop"), STOPS)
def test_an_outage_during_a_replacement_costs_neither_old_nor_new(server, store, size, stop, drop):
    old = SMALL if size == "small" else TWO_CHUNKS
    new = BytesContent(old.data[::-1] + b"!")
    name = "media/a.bin"
    _overwriting(store).save(name, old)
    doomed = _overwriting(store_on(server, [], retries=0))
    server.inject(Fault(nth=stop, times=1, drop=drop))
    server.inject(Fault(nth=stop + 1, times=99, drop="before"))

    try:
        doomed.save(name, new)
        allowed = [new.data]
    except (Unavailable, IntegrityError):
        allowed = [old.data, new.data]
    server.clear_faults()

    service = _overwriting(store)
    assert service.open(name).readall() in allowed
    service.save(name, new)
    assert service.open(name).readall() == new.data
    assert service.listdir("media") == ([], ["a.bin"])


def _overwriting(store):
    buckets = Buckets(store, BucketPlan("root", {}, identifier), create=True, public=True)
    return StorageService(store, LastDirectory(identifier), buckets, OnConflict.OVERWRITE)


def test_a_file_in_a_bucket_of_another_case_is_neither_taken_nor_touched(server, store):
    # MariaDB finds the bucket all the same.
    store.create(THERE, "a.bin", SMALL)
    elsewhere = Location("Media", "a.bin")
    server.inject(Fault(method="POST", path=r"/buckets/Media/files$", drop="before"))

    with pytest.raises((FileTaken, BucketMissing)):
        store.create(elsewhere, "a.bin", SMALL)
    with pytest.raises(BucketMissing):
        store.create(Location("Media", "b.bin"), "b.bin", SMALL)
    with pytest.raises(BucketMissing):
        store.stat(elsewhere)

    assert _there(store) == {"a.bin"}
    assert _read(store) == SMALL.data


def test_a_twin_is_not_taken_for_ours_when_the_refusal_is_cut(server, store):
    """Whoever is told 409 knows that nothing was stored, though not why."""
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="POST", path=UPLOADS, truncate=20))

    with pytest.raises(FileTaken):
        store.create(THERE, "a.bin", SMALL)


def test_the_first_upload_of_a_process_may_lose_its_answer(server, store):
    fresh = store_on(server, [])
    server.inject(Fault(method="POST", path=UPLOADS, drop="after"))

    info = fresh.create(THERE, "a.bin", SMALL)

    assert info == store.stat(THERE)


@pytest.mark.parametrize("fault", [{}, {"drop": "before"}, {"status": 503}])
def test_a_deletion_that_is_done_is_over(server, store, fault):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="DELETE", **fault))

    assert store.delete(THERE) is True


def test_a_deletion_that_was_given_up_in_silence_may_come_twice(server, store):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(method="DELETE", delay=1, drop="before"))

    assert store_on(server, [], timeout=0.2).delete(THERE) is False
