"""Verifying and clearing up over HTTP: uploads that go on, the server's clock, its requests."""

import datetime as dt

import pytest
import requests
from django.core.files.base import ContentFile

from cloud_storages.adapters.appwrite import store
from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.domain.errors import Unavailable
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.maintenance.collecting import collect
from cloud_storages.maintenance.collecting.leftovers import Fate, What
from cloud_storages.maintenance.verifying import verify
from cloud_storages.maintenance.verifying.findings import Trouble
from cloud_storages.testing.counting import storage_requests
from tests.conftest import Server
from tests.site.models import Document
from tests.unit.django.contract.sites import no_documents, table_of_documents

HOUR = 3600


@pytest.fixture(scope="session")
def _table():
    with table_of_documents():
        yield


@pytest.fixture
def storage(_table, make_storage, monkeypatch):
    """The storage of the site's files, in the layout with one bucket."""
    storage = make_storage(layout="path", overwrite=True, retries=0)
    storage.save("documents/used.txt", ContentFile(b"used"))
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", storage)
    with no_documents():
        Document.objects.create(file="documents/used.txt")
        yield storage


class Uploader:
    """Somebody who uploads three chunks, one now and then."""

    def __init__(self, server, bucket_id, name):
        self._server = server
        self._url = f"{server.endpoint}/storage/buckets/{bucket_id}/files"
        self._name = name
        self._sent = 0

    def send(self):
        total = 3 * CHUNK_SIZE
        begin = self._sent * CHUNK_SIZE
        self._sent += 1
        headers = {
            "X-Appwrite-Project": self._server.project,
            "X-Appwrite-Key": self._server.key,
            "Content-Range": f"bytes {begin}-{begin + CHUNK_SIZE - 1}/{total}",
        }
        files = {"file": (self._name, b"x" * CHUNK_SIZE)}
        data = {"fileId": identifier(self._name)}
        answer = requests.post(self._url, headers=headers, data=data, files=files, timeout=30)
        assert answer.status_code == 201, answer.text


def test_an_upload_that_something_came_for_is_not_taken_for_abandoned(storage, server, emulator):
    upload = Uploader(server, storage.options.bucket_id, "documents/film.bin")
    upload.send()
    with emulator.ahead(23 * HOUR):
        upload.send()
    with emulator.ahead(25 * HOUR):
        storage.save("documents/fresh.txt", ContentFile(b"tells the time"))
        found = collect(storage)
        assert found.count(Fate.KEPT, What.PARTIAL) == 1
        upload.send()
    assert storage.size("documents/film.bin") == 3 * CHUNK_SIZE


def test_an_abandoned_upload_is_removed_by_the_servers_clock(storage, server, emulator):
    Uploader(server, storage.options.bucket_id, "documents/film.bin").send()

    assert collect(storage).count(Fate.KEPT, What.PARTIAL) == 1
    with emulator.ahead(25 * HOUR):
        storage.save("documents/fresh.txt", ContentFile(b"tells the time"))
        found = collect(storage)

    assert (found.clock, found.count(Fate.REMOVED, What.PARTIAL)) == ("server", 1)
    (removed,) = found.leftovers
    assert dt.timedelta(hours=24) < removed.age < dt.timedelta(hours=26)
    left = [entry.name for entry in storage.service.entries()]
    assert sorted(left) == ["documents/fresh.txt", "documents/used.txt"]


def test_an_interrupted_replacement_is_told_and_finished(storage, emulator):
    emulator.inject(Fault("POST", r"/files$", nth=2, times=99, status=503))
    with pytest.raises(Unavailable):
        storage.save("documents/used.txt", ContentFile(b"the new content"))
    emulator.clear_faults()

    told = verify(storage, content=True)
    done = collect(storage)

    assert told.ok
    assert [finding.kind for finding in told.findings] == [Trouble.INTERRUPTED]
    assert told.bytes_read == len(b"the new content")
    assert done.counts == {"finished interrupted replacement": 1}
    assert verify(storage, content=True).findings == ()
    with storage.open("documents/used.txt") as file:
        assert file.read() == b"the new content"


def test_a_file_that_the_server_tells_no_signature_of_is_not_taken_for_abandoned(
    storage, emulator, monkeypatch
):
    real = store.file_info
    monkeypatch.setattr(
        store, "file_info", lambda document, bucket: real({**document, "signature": ""}, bucket)
    )
    with emulator.ahead(25 * HOUR):
        list(storage.service.store.buckets())  # tells the time
        told = verify(storage)
        found = collect(storage)

    assert [(each.kind, each.name) for each in told.findings] == [
        (Trouble.PARTIAL, "documents/used.txt")
    ]
    assert "no signature" in told.findings[0].reason
    (kept,) = found.leftovers
    assert (kept.fate, kept.name) == (Fate.KEPT, "documents/used.txt")
    monkeypatch.undo()
    assert AppWriteStorage.open(storage, "documents/used.txt").read() == b"used"


def test_unreferenced_files_go_when_they_are_old_and_named(storage, emulator):
    storage.save("documents/orphan.txt", ContentFile(b"orphan"))
    storage.save("pictures/orphan.txt", ContentFile(b"orphan"))

    assert collect(storage, unreferenced=["documents"]).count(Fate.REMOVED) == 0
    with emulator.ahead(31 * 24 * HOUR):
        storage.save("pictures/fresh.txt", ContentFile(b"tells the time"))
        rehearsed = collect(storage, unreferenced=["documents"], dry_run=True)
        done = collect(storage, unreferenced=["documents"])

    assert rehearsed.counts == done.counts == {"removed unreferenced file": 1}
    assert sorted(storage.service.names()) == [
        "documents/used.txt",
        "pictures/fresh.txt",
        "pictures/orphan.txt",
    ]


def test_a_listing_costs_a_request_for_each_page_and_reading_one_for_each_window(
    storage, monkeypatch
):
    monkeypatch.setattr("cloud_storages.adapters.appwrite.store.PAGE_SIZE", 4)
    for n in range(9):
        name = storage.save(f"documents/{n}.txt", ContentFile(b"%d is small" % n))
        Document.objects.create(file=name)
    large = storage.save("documents/large.bin", ContentFile(b"x" * (CHUNK_SIZE + 1)))
    Document.objects.create(file=large)

    with storage_requests() as listing:
        found = verify(storage)
    assert (found.ok, found.files) == (True, 11)
    assert len(listing) == 1 + 3  # which bucket it is, and three pages

    with storage_requests() as reading:
        found = verify(storage, content=True)
    assert (found.read, found.findings) == (11, ())
    assert len(reading) == len(listing) + 12


@pytest.mark.usefixtures("_table")
def test_signatures_of_devices_of_the_s3_family_are_understood(monkeypatch):
    with Emulator(project="tests", key="k", s3_signatures=True) as running:
        options = {"endpoint": running.endpoint, "project_id": "tests", "api_key": "k"}
        storage = AppWriteStorage(**options, bucket_id="media", layout="path")
        monkeypatch.setattr(Document._meta.get_field("file"), "storage", storage)
        with no_documents():
            large = ContentFile(b"x" * (CHUNK_SIZE + 1))
            Document.objects.create(file=storage.save("documents/large.bin", large))
            assert storage.signature("documents/large.bin").endswith("-2")

            found = verify(storage, content=True)

    assert (found.read, found.findings) == (1, ())


@pytest.fixture
def read_only(_table, monkeypatch):
    """A storage whose key may only read, with a partial upload of long ago."""
    with Emulator(project="tests", key="k", read_key="r") as running:
        options = {"endpoint": running.endpoint, "project_id": "tests", "layout": "path"}
        writing = AppWriteStorage(**options, bucket_id="media", api_key="k")
        writing.save("documents/used.txt", ContentFile(b"used"))
        Uploader(Server(running.endpoint, "tests", "k"), "media", "documents/a.bin").send()
        reading = AppWriteStorage(**options, bucket_id="media", api_key="r")
        monkeypatch.setattr(Document._meta.get_field("file"), "storage", reading)
        with no_documents(), running.ahead(25 * HOUR):
            writing.save("documents/fresh.txt", ContentFile(b"tells the time"))
            Document.objects.create(file="documents/used.txt")
            yield reading


def test_a_key_that_may_only_read_is_enough_to_verify(read_only):
    found = verify(read_only, content=True, unreferenced=True, duplicates=True)
    assert (found.ok, found.read) == (True, 1)
    assert found.counts == {"unfinished": 1, "unreferenced": 1}


def test_a_key_that_may_only_read_removes_nothing_and_says_which_scope_it_lacks(read_only):
    found = collect(read_only)
    assert not found.ok
    assert found.counts == {"failed partial upload": 1}
    assert "files.write" in found.stopped


@pytest.mark.usefixtures("_table")
def test_a_server_that_is_not_there_is_told_before_anything_else(make_storage, monkeypatch):
    away = make_storage(endpoint="http://127.0.0.1:9/v1", retries=0)
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", away)
    for work in (verify, collect):
        with pytest.raises(Unavailable):
            work(away)
