"""What goes wrong while files move, and how a later run goes on."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sqlite3
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.db import connection

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import AccessDenied, Misconfigured, Unavailable
from cloud_storages.maintenance import migration
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.migration.journal import Journal, State
from cloud_storages.maintenance.migration.order import ordered
from cloud_storages.maintenance.migration.planning import plan
from tests.site.models import Document

FILE = ["site.Document.file"]


class Elsewhere(Storage):
    """A storage of somebody else's, over files on disk; each file is read from a network, once."""

    def __init__(self, disk, errors=None):
        self.disk = disk
        self.errors = errors or {}
        self.opened = []

    def _open(self, name, _mode="rb"):
        self.opened.append(name)
        if name in self.errors:
            raise self.errors[name]
        with self.disk.open(name) as file:
            return File(OnceOnly(file.read()), name)

    def exists(self, name):
        return self.disk.exists(name)

    def size(self, name):
        return self.disk.size(name)


class OnceOnly:
    """Bytes as they come from a network."""

    def __init__(self, data):
        self._left = data
        self.closed = False

    def read(self, size=-1):
        size = len(self._left) if size is None or size < 0 else size
        piece, self._left = self._left[:size], self._left[size:]
        return piece

    def close(self):
        self.closed = True


class Failing(FileSystemStorage):
    """A directory that something is wrong with, until it is repaired."""

    error = None
    writes = None
    visit = None
    after_visit = None

    def _save(self, name, content):
        if self.visit is not None:
            saved = super()._save(name, content)
            self.visit()
            if self.after_visit is not None:
                raise self.after_visit
            return saved
        if self.writes is not None:
            # As much as there is room for.
            super()._save(name, ContentFile(content.read()[: self.writes]))
        if self.error is not None:
            raise self.error
        return name if self.writes is not None else super()._save(name, content)


class Refusing(InMemoryStorage):
    """A server that takes so many files, and then refuses or is gone."""

    takes = 0
    error = None

    def _store(self, told):
        return _Refusing(super()._store(told), self)


class _Refusing:
    def __init__(self, store, storage):
        self._store = store
        self._storage = storage
        self._lock = threading.Lock()

    def create(self, *args):
        with self._lock:
            if self._storage.error is not None and not self._storage.takes:
                raise self._storage.error
            self._storage.takes -= 1
        return self._store.create(*args)

    def __getattr__(self, name):
        return getattr(self._store, name)


@pytest.fixture
def disk(tmp_path):
    """A directory to copy to that something can be wrong with."""
    return Failing(tmp_path / "disk")


def read(storage, name):
    with storage.open(name) as file:
        return file.read()


# Single files


def test_a_source_that_raises_for_one_name_loses_no_other(old, new, upload):
    upload("docs/a.txt")
    upload("docs/bad.txt")
    upload("docs/c.txt")
    source = Elsewhere(old, {"docs/bad.txt": RuntimeError("the tape is torn")})

    done = migration.migrate(source, new)

    assert (done.copied, done.failed, done.ok) == (2, 1, False)
    assert done.problems[0].name == "docs/bad.txt"
    assert "the tape is torn" in done.problems[0].reason
    assert read(new, "docs/c.txt") == b"docs/c.txt"


def test_a_file_from_a_network_is_read_once(old, new, upload):
    upload("docs/a.txt", b"x" * 7_000_000)
    source = Elsewhere(old)

    assert migration.migrate(source, new).ok

    assert source.opened == ["docs/a.txt"]
    assert read(new, "docs/a.txt") == b"x" * 7_000_000


class Timed(Elsewhere):
    """It tells when a file was changed."""

    def get_modified_time(self, name):
        return self.disk.get_modified_time(name)


def test_a_file_that_was_changed_elsewhere_is_noticed(old, new, upload, put):
    upload("docs/a.txt", b"before")
    upload("docs/b.txt")
    source = Timed(old)
    migration.migrate(source, new)
    put("docs/a.txt", b"after!")
    os.utime(old.path("docs/a.txt"), (1, 1))
    source.opened.clear()

    done = migration.migrate(source, new)

    assert (done.updated, done.skipped) == (1, 1)
    assert source.opened == ["docs/a.txt"]
    assert read(new, "docs/a.txt") == b"after!"


def test_a_source_that_tells_no_times_is_read_again(old, new, upload, put):
    upload("docs/a.txt", b"before")
    upload("docs/b.txt")
    migration.migrate(Elsewhere(old), new)
    put("docs/a.txt", b"after!")

    done = migration.migrate(Elsewhere(old), new)

    assert (done.updated, done.skipped) == (1, 1)
    assert read(new, "docs/a.txt") == b"after!"


def test_a_full_temporary_directory_is_a_failure_that_names_the_file(old, new, upload):
    upload("docs/a.txt")
    upload("docs/large.bin")
    full = OSError(errno.ENOSPC, "No space left on device")

    done = migration.migrate(Elsewhere(old, {"docs/large.bin": full}), new)

    assert (done.copied, done.failed, done.stopped) == (1, 1, "")
    assert done.problems[0].name == "docs/large.bin"
    assert "TMPDIR" in done.problems[0].reason


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "docs/\x01.txt"])
def test_a_name_the_target_refuses_is_one_failure(migrate, upload, name):
    upload("docs/a.txt")
    Document.objects.create(file=name)
    Document.objects.create(file=name)

    done = migrate()

    assert (done.copied, done.failed) == (1, 1)
    assert done.problems[0].name == name


def test_a_name_that_is_no_text_is_a_failure(migrate, upload):
    upload("docs/a.txt")

    done = migrate(names=["docs/a.txt", "docs/\udc80.txt"])

    assert (done.copied, done.failed) == (1, 1)


def test_a_file_too_large_for_the_target_is_a_failure(old, put):
    put("docs/a.txt", b"a")
    put("docs/large.bin", b"x" * 31_000_000)
    target = InMemoryStorage(project_id="small")

    done = migration.migrate(old, target, all_files=True)

    assert (done.copied, done.failed) == (1, 1)
    assert done.problems[0].name == "docs/large.bin"


def test_a_copy_that_is_not_what_was_sent_does_not_stay(old, disk, upload):
    upload("docs/a.txt")
    disk.writes = 3

    done = migration.migrate(old, disk, fields=FILE)

    assert (done.copied, done.failed) == (0, 1)
    assert not disk.exists("docs/a.txt")


def test_a_file_where_a_directory_should_be_is_told(old, disk, upload):
    upload("docs/a.txt")
    upload("b.txt")
    disk.save("docs", ContentFile(b"no directory"))

    done = migration.migrate(old, disk, fields=FILE)

    assert (done.copied, done.failed) == (1, 1)
    assert "docs exists and is not a directory" in done.problems[0].reason


# What others store at the target


@pytest.fixture
def uploading(old, disk):
    """Leave what a task has stored so far that is at a file on disk now."""

    def uploading(name, so_far):
        order = ordered(old, disk, fields=FILE)
        with order.opened_journal(dry_run=False) as journal:
            plan(order, journal)
            journal.mark([name], State.ENQUEUED)
        disk.save(name, ContentFile(so_far))

    return uploading


@pytest.mark.parametrize("so_far", [b"the who", b""])
def test_what_another_may_be_storing_now_is_left_to_it(old, disk, upload, uploading, so_far):
    upload("docs/a.txt", b"the whole of it")
    uploading("docs/a.txt", so_far)

    done = migration.migrate(old, disk, fields=FILE)

    assert (done.ok, done.copied, done.failed) == (False, 0, 1)
    assert "--take-over" in done.problems[0].reason
    assert read(disk, "docs/a.txt") == so_far


def test_what_nobody_is_storing_any_more_is_replaced_by_the_whole(old, disk, upload, uploading):
    upload("docs/a.txt", b"the whole of it")
    upload("docs/b.txt", b"the other one")
    uploading("docs/a.txt", b"the who")
    uploading("docs/b.txt", b"the")
    os.utime(disk.path("docs/b.txt"), (1, 1))

    assert migration.migrate(old, disk, fields=FILE).copied == 1
    assert migration.migrate(old, disk, fields=FILE, take_over=True).copied == 1

    assert read(disk, "docs/a.txt") == b"the whole of it"
    assert read(disk, "docs/b.txt") == b"the other one"


def test_a_storage_that_tells_no_times_has_a_piece_in_the_way(
    old, disk, upload, uploading, monkeypatch
):
    upload("docs/a.txt", b"the whole of it")
    uploading("docs/a.txt", b"the who")
    os.utime(disk.path("docs/a.txt"), (1, 1))
    monkeypatch.setattr(Failing, "get_modified_time", Storage.get_modified_time)

    done = migration.migrate(old, disk, fields=FILE)

    assert "--take-over" in done.problems[0].reason
    assert read(disk, "docs/a.txt") == b"the who"


def test_what_a_visitor_stores_over_a_copy_at_once_stays(old, disk, upload):
    upload("docs/a.txt")
    disk.visit = lambda: Path(disk.path("docs/a.txt")).write_bytes(b"of a visitor")

    done = migration.migrate(old, disk, fields=FILE)

    assert (done.ok, done.failed) == (False, 1)
    assert read(disk, "docs/a.txt") == b"of a visitor"


def test_a_piece_stays_where_a_storage_says_that_the_name_is_taken(old, disk, upload):
    row = upload("docs/a.txt", b"the whole of it")
    disk.visit = lambda: Path(disk.path("docs/a.txt")).write_bytes(b"the who")
    disk.after_visit = FileExistsError("docs/a.txt")

    done = migration.migrate(old, disk, fields=FILE)

    row.refresh_from_db()
    assert (done.ok, done.renamed) == (True, 1)
    assert read(disk, "docs/a.txt") == b"the who"
    assert read(disk, row.file.name) == b"the whole of it"


def test_an_unfinished_upload_in_the_place_of_a_copy_that_is_gone_is_told(
    migrate, upload, put, new
):
    upload("docs/a.txt")
    migrate()
    put("docs/a.txt", b"changed")
    new.delete("docs/a.txt")
    location = new.service.whereabouts("docs/a.txt")[2]
    new.service.store.begin_partial(location, "a.txt", len(b"changed"))

    done = migrate()

    assert (done.ok, done.failed) == (False, 1)
    assert "--take-over" in done.problems[0].reason
    assert migrate(take_over=True).copied == 1
    assert read(new, "docs/a.txt") == b"changed"


# An earlier copy that is replaced on disk


class Killed(BaseException):
    """The process is gone."""


def test_killed_while_it_replaces_an_earlier_copy_on_disk_it_goes_on(old, disk, upload, put):
    upload("docs/a.txt", b"the first one")
    migration.migrate(old, disk, fields=FILE)
    put("docs/a.txt", b"the second one, which is longer")
    disk.writes, disk.error = 9, Killed()
    with pytest.raises(Killed):
        migration.migrate(old, disk, fields=FILE)
    assert read(disk, "docs/a.txt") == b"the secon"
    disk.writes = disk.error = None

    done = migration.migrate(old, disk, fields=FILE)

    assert (done.ok, done.copied) == (True, 1)
    assert read(disk, "docs/a.txt") == b"the second one, which is longer"
    assert migration.migrate(old, disk, fields=FILE).skipped == 1


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_piece_of_a_replacement_is_not_taken_for_the_earlier_copy(
    old, disk, upload, put, is_gone
):
    upload("docs/a.txt", b"the first one")
    when = Path(old.path("docs/a.txt")).stat()
    migration.migrate(old, disk, fields=FILE)
    put("docs/a.txt", b"the second one, which is longer")
    disk.writes, disk.error = 9, Killed()
    with pytest.raises(Killed):
        migration.migrate(old, disk, fields=FILE)
    disk.writes = disk.error = None
    put("docs/a.txt", b"the first one")
    os.utime(old.path("docs/a.txt"), ns=(when.st_mtime_ns, when.st_mtime_ns))
    if is_gone:
        old.delete("docs/a.txt")

    for _ in range(2):
        done = migration.migrate(old, disk, fields=FILE)

        assert (done.ok, done.failed) == (False, 1)


# The whole work


def test_a_full_disk_ends_the_run_and_leaves_no_piece(old, disk, upload):
    names = [f"docs/{number}.txt" for number in range(30)]
    for name in names:
        upload(name)
    migration.migrate(old, disk, fields=FILE, names=names[:1])
    disk.writes, disk.error = 3, OSError(errno.ENOSPC, "No space left on device")

    stopped = migration.migrate(old, disk, fields=FILE, workers=2)

    assert "No space left on device" in stopped.stopped
    assert (stopped.ok, stopped.copied, stopped.skipped) == (False, 0, 1)
    assert disk.listdir("docs")[1] == ["0.txt"]

    disk.writes = disk.error = None
    assert migration.migrate(old, disk, fields=FILE).copied == 29
    assert all(read(disk, name) == name.encode() for name in names)


def test_a_disk_that_is_full_from_the_first_file_on_means_it_cannot_run(old, disk, upload):
    upload("docs/a.txt")
    disk.error = OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CannotRun, match="No space left"):
        migration.migrate(old, disk, fields=FILE)


def test_a_key_that_expires_half_way_ends_the_run(old, upload):
    for number in range(50):
        upload(f"docs/{number}.txt")
    target = Refusing(project_id="expiring")
    target.save("docs/first.txt", ContentFile(b"so that there is a bucket"))
    target.takes, target.error = 20, AccessDenied("APPWRITE_API_KEY is not accepted.")

    stopped = migration.migrate(old, target, fields=FILE, workers=2)

    assert "APPWRITE_API_KEY" in stopped.stopped
    assert (stopped.ok, stopped.copied, stopped.failed) == (False, 20, 0)

    target.error = None
    done = migration.migrate(old, target, fields=FILE)
    assert (done.ok, done.copied, done.skipped) == (True, 30, 20)


@pytest.mark.parametrize("error", [Unavailable, Misconfigured])
def test_a_server_that_is_gone_is_not_asked_for_every_file(old, upload, error):
    for number in range(50):
        upload(f"docs/{number:02}.txt")
    target = Refusing(project_id="gone")
    target.save("docs/first.txt", ContentFile(b"so that there is a bucket"))
    target.takes, target.error = 5, error("No answer from the server.")

    stopped = migration.migrate(old, target, fields=FILE, workers=1)

    assert "10 files in a row" in stopped.stopped
    assert stopped.copied == 5
    assert 10 <= stopped.failed <= 12
    assert all(problem.temporary is error.temporary for problem in stopped.problems)

    target.error = None
    assert migration.migrate(old, target, fields=FILE).copied == 45


def test_a_foreign_key_that_expired_is_not_tried_for_every_file(old, new, upload):
    names = [f"docs/{number:03}.txt" for number in range(120)]
    for name in names:
        upload(name)
    errors = {name: LookupError("ExpiredToken") for name in names[5:]}

    stopped = migration.migrate(Elsewhere(old, errors), new, workers=1)

    assert "50 files in a row: LookupError: ExpiredToken" in stopped.stopped
    assert stopped.copied == 5
    assert 50 <= stopped.failed <= 52


def test_a_directory_that_cannot_be_read_holds_no_other_up(old, new, upload):
    names = [f"docs/{number:03}.txt" for number in range(60)]
    for name in (*names, "docs/z.txt"):
        upload(name)
    errors = {name: PermissionError(errno.EACCES, "Permission denied") for name in names}

    done = migration.migrate(Elsewhere(old, errors), new)

    assert (done.stopped, done.failed, done.copied) == ("", 60, 1)


def test_ctrl_c_ends_it_in_good_order(migrate, upload):
    rows = [upload(f"a/docs/{number}.txt") for number in range(300)]

    class Impatient:
        def expect(self, total):
            assert total == 300

        def advance(self, _count=1):
            if not self.pressed:
                self.pressed = True
                signal.raise_signal(signal.SIGINT)

        pressed = False

    handler = signal.getsignal(signal.SIGINT)
    done = migrate(watcher=Impatient())

    assert signal.getsignal(signal.SIGINT) is handler
    assert (done.interrupted, done.ok, done.failed, done.rows_updated) == (True, False, 0, 0)
    assert 0 < done.copied < 100
    again = migrate()
    assert again.ok
    assert again.copied == 300 - done.copied
    rows[0].refresh_from_db()
    assert rows[0].file.name == "docs/0.txt"


# A killed run


@pytest.fixture
def killed(old, disk):
    """Leave what a run leaves that was killed while it stored a file on disk."""

    def killed(name, left):
        order = ordered(old, disk, fields=FILE)
        with order.opened_journal(dry_run=False) as journal:
            plan(order, journal)
            journal.mark([name], State.BEGUN)
        disk.save(name, ContentFile(left))

    return killed


def test_a_piece_that_a_killed_run_left_is_replaced_by_the_whole(old, disk, upload, killed):
    upload("docs/a.txt", b"the whole of it")
    killed("docs/a.txt", b"the who")

    done = migration.migrate(old, disk, fields=FILE)

    assert (done.ok, done.copied, done.renamed) == (True, 1, 0)
    assert disk.listdir("docs")[1] == ["a.txt"]
    assert read(disk, "docs/a.txt") == b"the whole of it"


def test_a_file_that_came_after_a_killed_run_is_nobody_elses(old, disk, upload, killed):
    row = upload("docs/a.txt", b"the whole of it")
    killed("docs/a.txt", b"uploaded")

    done = migration.migrate(old, disk, fields=FILE)

    row.refresh_from_db()
    assert (done.ok, done.renamed) == (True, 1)
    assert read(disk, "docs/a.txt") == b"uploaded"
    assert read(disk, row.file.name) == b"the whole of it"


def test_another_file_that_was_there_before_the_kill_stays_however_it_begins(
    old, disk, upload, monkeypatch
):
    row = upload("docs/a.txt", b"the whole of it")
    disk.save("docs/a.txt", ContentFile(b"the who"))

    def kill(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Failing, "_save", kill)
        with pytest.raises(Killed):
            migration.migrate(old, disk, fields=FILE)
    done = migration.migrate(old, disk, fields=FILE)

    row.refresh_from_db()
    assert (done.ok, done.renamed) == (True, 1)
    assert read(disk, "docs/a.txt") == b"the who"
    assert read(disk, row.file.name) == b"the whole of it"


def test_a_row_that_was_changed_before_the_kill_is_known(old, new, upload, put, content):
    row = upload("a/docs/1.txt")
    order = ordered(old, new)
    migration.migrate(old, new)
    # Without what was noted after the rows: only that they were about to be changed.
    put("docs/1.txt", b"another")
    with order.opened_journal(dry_run=False) as journal:
        assert journal.has_moved()

    assert migration.migrate(old, new).ok
    assert content(row) == b"a/docs/1.txt"


# What cannot be begun


def test_two_runs_with_one_journal_are_refused(old, new, upload):
    upload("docs/a.txt")
    order = ordered(old, new)

    with order.opened_journal(dry_run=False):
        for dry_run in (False, True):
            with pytest.raises(CannotRun, match="Another run"):
                migration.migrate(old, new, dry_run=dry_run)

    assert migration.migrate(old, new).ok


def test_the_journal_of_other_places_is_refused(old, upload):
    upload("docs/a.txt")
    one, other = (InMemoryStorage(bucket_id=each) for each in ("staging", "live"))
    migration.migrate(old, one, journal="journal", all_files=True)

    with pytest.raises(CannotRun, match=r"other places .*staging.*live"):
        migration.migrate(old, other, journal="journal", all_files=True)


def test_a_file_that_is_no_journal_is_refused_and_stays(old, new, upload, tmp_path):
    upload("docs/a.txt")
    file = tmp_path / "notes.txt"
    file.write_bytes(b"a letter to my mother" * 100)

    with pytest.raises(CannotRun, match=r"notes\.txt cannot be used"):
        migration.migrate(old, new, journal=file)

    assert file.read_bytes() == b"a letter to my mother" * 100


def test_the_database_of_a_site_is_refused_and_stays(old, new, upload, tmp_path):
    upload("docs/a.txt")
    path = tmp_path / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    before = path.read_bytes()

    with pytest.raises(CannotRun, match=r"db\.sqlite3 is a database of something else"):
        migration.migrate(old, new, journal=path)

    assert path.read_bytes() == before


@pytest.mark.parametrize(("first", "then"), [("1/1", "1/2"), ("1/2", "1/1"), ("1/2", "3/3")])
def test_notes_of_other_parts_are_not_forgotten(migrate, upload, first, then):
    upload("docs/a.txt")
    migrate(shard=first)

    with pytest.raises(CannotRun, match=rf"in {first[-1]} parts, not {then[-1]}.*--journal"):
        migrate(shard=then)

    assert migrate(shard=then, journal="another").names <= 1


def test_two_hosts_of_the_same_kind_are_two_places(old, upload, tmp_path):
    class Remote(FileSystemStorage):
        def __init__(self, host):
            super().__init__(tmp_path)
            self._host = host

    upload("docs/a.txt")
    one, other = Remote("staging.example.com"), Remote("live.example.com")
    migration.migrate(one, old, journal="journal", fields=FILE)

    with pytest.raises(CannotRun, match=r"other places .*staging.*live"):
        migration.migrate(other, old, journal="journal", fields=FILE)


def test_the_same_place_is_refused(old):
    with pytest.raises(CannotRun, match="same place"):
        migration.migrate(old, FileSystemStorage(old.location))


def test_a_directory_within_the_other_is_refused(old, tmp_path):
    with pytest.raises(CannotRun, match="one is a directory of the other"):
        migration.migrate(old, FileSystemStorage(tmp_path / "old" / "new"), all_files=True)


def test_no_field_that_uses_either_storage_tells_the_way_out(old, disk):
    with pytest.raises(CannotRun, match="--fields, or"):
        migration.migrate(old, disk)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"shard": "3"}, "'3' is no part"),
        ({"shard": "0/3"}, "no part 0/3"),
        ({"shard": "4/3"}, "no part 4/3"),
        ({"workers": 0}, "0 workers"),
        ({"on_conflict": "perish"}, "'perish'"),
        ({"fields": ["site.Document.nothing"]}, "no field 'site.Document.nothing'"),
        ({"all_files": True, "names": []}, "not both"),
        ({"journal": "/nowhere/journal"}, "/nowhere/journal cannot be used"),
    ],
)
def test_what_is_asked_is_checked_first(migrate, upload, new, options, told):
    upload("docs/a.txt")

    with pytest.raises(CannotRun, match=told):
        migrate(**options)

    assert not list(new.service.names())


def test_a_file_of_names_that_is_missing_is_named(migrate):
    with pytest.raises(CannotRun, match=r"nowhere\.txt"):
        migrate(names=migration.names_in_file("nowhere.txt"))


@pytest.mark.parametrize("failures", ["nowhere/failed.jsonl", "."])
def test_a_file_of_failures_that_cannot_be_written_is_told_first(migrate, upload, new, failures):
    upload("docs/a.txt")

    with pytest.raises(CannotRun, match="--failures"):
        migrate(failures=failures)

    assert not list(new.service.names())


def test_a_run_without_failures_leaves_no_file_of_them(migrate, upload, tmp_path):
    upload("docs/a.txt")

    assert migrate(failures=tmp_path / "failed.jsonl").failures == ""
    assert not (tmp_path / "failed.jsonl").exists()


def test_neither_journal_nor_failures_hold_a_secret(old, upload, tmp_path):
    upload("docs/a.txt")
    Document.objects.create(file="docs/gone.txt")
    target = InMemoryStorage(api_key="a-secret-key")

    done = migration.migrate(old, target, fields=FILE)

    written = b"".join(path.read_bytes() for path in tmp_path.glob("storage_migrate-*"))
    assert b"in-memory" in written
    assert b"a-secret-key" not in written
    assert "a-secret-key" not in repr(done)
    assert json.loads(written[written.index(b'{"name"') :].splitlines()[0])["name"]


def test_a_journal_is_free_again_when_its_run_has_failed(tmp_path):
    with pytest.raises(CannotRun), Journal(str(tmp_path / "j"), "here"):
        raise CannotRun
    with Journal(str(tmp_path / "j"), "here"):
        pass


def test_a_disk_too_full_for_the_journal_is_told(tmp_path):
    def fill(journal):
        with journal.together():
            for number in range(10_000):
                journal.add(f"docs/{number}.txt", f"docs/{number}.txt", None, is_shown=False)

    with Journal(str(tmp_path / "j"), "here") as journal:
        journal._db.execute("PRAGMA max_page_count = 20")

        with pytest.raises(CannotRun, match=r"full.*--journal"):
            fill(journal)


def test_a_table_that_cannot_be_read_is_told_by_its_field(migrate, upload):
    upload("docs/a.txt")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE site_photo RENAME TO elsewhere")
    try:
        with pytest.raises(CannotRun, match=r"site\.Photo\.picture .*--fields"):
            migrate()
        assert migrate(fields=FILE).ok
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO site_photo")
