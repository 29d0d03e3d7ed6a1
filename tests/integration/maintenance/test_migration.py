"""Files that move to a server: what is left of killed runs, and what requests it takes."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid

import attrs
import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.maintenance.anystorage import files_of
from cloud_storages.maintenance.migration import migrate
from cloud_storages.maintenance.migration.copying import Copier, Job
from cloud_storages.maintenance.migration.errors import Interrupted
from cloud_storages.maintenance.migration.journal import Note, State
from cloud_storages.maintenance.migration.order import ordered
from cloud_storages.maintenance.migration.planning import plan
from cloud_storages.maintenance.migration.sources import source_of
from cloud_storages.maintenance.migration.targets import target_of

BIG = bytes(range(256)) * (2 * CHUNK_SIZE // 256) + b"the end"
SIZE = len(BIG)
NAME = "film.bin"


@pytest.fixture
def old(tmp_path, monkeypatch):
    """Where the files are; the journal is written beside it."""
    monkeypatch.chdir(tmp_path)
    return FileSystemStorage(tmp_path / "old")


@pytest.fixture
def new(make_storage):
    """Where they should be: one bucket, empty but for a file, so that it exists."""
    storage = make_storage(layout="path", retries=0)
    storage.save("first.txt", ContentFile(b"first"))
    return storage


@pytest.fixture
def begin_upload(server, new):
    """Upload the first chunk of a file, as somebody does who is killed then."""

    def begin_upload(size=SIZE):
        answer = requests.post(
            f"{server.endpoint}/storage/buckets/{new.options.bucket_id}/files",
            headers={
                "X-Appwrite-Project": server.project,
                "X-Appwrite-Key": server.key,
                "Content-Range": f"bytes 0-{CHUNK_SIZE - 1}/{size}",
            },
            files={"fileId": (None, NAME), "file": (NAME, BIG[:CHUNK_SIZE])},
            timeout=30,
        )
        assert answer.status_code == 201

    return begin_upload


def put(storage, name, data):
    assert storage.save(name, ContentFile(data)) == name


def read(storage, name):
    with storage.open(name) as file:
        return file.read()


def uploads(emulator, status=201):
    return sum(
        each.method == "POST" and each.path.endswith("/files") and each.status == status
        for each in emulator.traffic.exchanges
    )


def test_what_a_killed_run_was_storing_is_stored_anew(old, new, begin_upload):
    put(old, NAME, BIG)
    order = ordered(old, new, all_files=True)
    with order.opened_journal(dry_run=False) as journal:
        plan(order, journal)
        journal.mark([NAME], State.BEGUN)
    begin_upload()

    done = migrate(old, new, all_files=True)

    assert (done.ok, done.copied, done.renamed) == (True, 1, 0)
    assert read(new, NAME) == BIG


def test_an_upload_that_may_be_anothers_is_left_until_somebody_says_so(old, new, begin_upload):
    put(old, NAME, BIG)
    begin_upload()

    for _ in range(2):
        done = migrate(old, new, all_files=True)
        assert (done.copied, done.failed, done.stopped) == (0, 1, "")
        assert done.problems[0].temporary
        assert "--take-over" in done.problems[0].reason

    done = migrate(old, new, all_files=True, take_over=True)
    assert (done.ok, done.copied, done.renamed) == (True, 1, 0)
    assert read(new, NAME) == BIG


def test_an_upload_nobody_goes_on_with_for_an_hour_is_nobodys(old, new, begin_upload, emulator):
    put(old, NAME, BIG)
    with emulator.ahead(-dt.timedelta(hours=1, seconds=1).total_seconds()):
        begin_upload()

    assert migrate(old, new, all_files=True).copied == 1
    assert read(new, NAME) == BIG


def test_beside_an_upload_of_another_file_the_copy_gets_another_name(old, new, begin_upload):
    put(old, NAME, BIG)
    begin_upload(size=SIZE + 1)

    done = migrate(old, new, all_files=True)

    assert (done.ok, done.renamed) == (True, 1)
    assert read(new, done.renames[0].target) == BIG


def test_an_upload_that_is_interrupted_leaves_nothing(old, new):
    put(old, NAME, BIG)

    def press(stored):
        assert stored
        raise Interrupted

    copier = Copier(source_of(files_of(old)), target_of(files_of(new)), on_progress=press)
    result = copier.copy(Job(Note(NAME, NAME, NAME, State.BEGUN)))

    assert result.is_interrupted
    assert new.service.there(NAME) is None


def test_a_key_that_expires_half_way_ends_the_run_and_nothing_is_copied_twice(old, new, emulator):
    for number in range(40):
        put(old, f"docs/{number}.txt", b"%d" % number)
    emulator.traffic.clear()
    body = b'{"type":"project_key_expired","message":"The key has expired.","code":401}'
    emulator.inject(
        Fault(
            method="POST",
            path="/files$",
            nth=21,
            times=1000,
            status=401,
            body=body,
            headers={"Content-Type": "application/json"},
        )
    )

    stopped = migrate(old, new, all_files=True)
    emulator.clear_faults()
    done = migrate(old, new, all_files=True)

    assert "APPWRITE_API_KEY" in stopped.stopped
    assert (stopped.copied, stopped.failed) == (20, 0)
    assert (done.ok, done.copied, done.skipped) == (True, 20, 20)
    assert uploads(emulator) == 40


def test_a_fresh_file_takes_one_request_and_a_tenth_and_a_known_one_none(old, new, emulator):
    for number in range(100):
        put(old, f"docs/{number}.txt", b"%d" % number)
    emulator.traffic.clear()

    migrate(old, new, all_files=True)

    # One look for all, one for each twelve of what is missing, which might be being replaced.
    assert len(emulator.traffic.exchanges) == 100 + 1 + 9

    emulator.traffic.clear()
    assert migrate(old, new, all_files=True).skipped == 100
    assert not emulator.traffic.exchanges


def test_without_its_notes_a_run_looks_and_stores_nothing(old, new, emulator, tmp_path):
    for number in range(100):
        put(old, f"docs/{number}.txt", b"%d" % number)
    migrate(old, new, all_files=True)
    emulator.traffic.clear()

    done = migrate(old, new, all_files=True, journal=tmp_path / "another")

    assert (done.copied, done.skipped) == (0, 100)
    assert len(emulator.traffic.exchanges) == 1


@contextlib.contextmanager
def served(**options):
    """A storage on an emulator of its own, of another kind than the server of the tests."""
    key = f"standard_{uuid.uuid4().hex}"
    with Emulator(project="other", key=key, **options) as emulator:
        connected = {"endpoint": emulator.endpoint, "project_id": "other", "api_key": key}
        yield AppWriteStorage(**connected, bucket_id="media", access="public")


def test_files_move_to_a_server_that_signs_otherwise_and_back(make_storage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here, back = make_storage(), make_storage(layout="path")
    put(here, NAME, BIG)
    put(here, "small.txt", b"small")

    with served(s3_signatures=True) as there:
        gone = migrate(here, there, names=[NAME, "small.txt"])
        again = migrate(here, there, names=[NAME, "small.txt"], journal="another")
        returned = migrate(there, back, names=[NAME, "small.txt"], journal="back")

    assert (gone.ok, gone.copied) == (True, 2)
    assert (again.ok, again.skipped) == (True, 2)
    assert (returned.ok, returned.copied) == (True, 2)
    assert read(back, NAME) == BIG


def test_no_result_shows_the_key(old, new, server):
    put(old, "docs/a.txt", b"a")

    done = migrate(old, new, all_files=True)

    assert server.key not in repr(attrs.asdict(done))
