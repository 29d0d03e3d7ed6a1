"""Which files a migration copies, and what the site sees afterwards."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_storages.backends import memory
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import LastDirectory
from cloud_storages.domain.values import Location
from cloud_storages.maintenance import migration
from cloud_storages.maintenance.migration import Renamed, Shard, names_in_file
from cloud_storages.ports import BytesContent
from tests.site.models import Document

JOURNAL = "storage_migrate-FileSystemStorage-InMemoryStorage.sqlite3"


def forget_everything():
    """Lose the notes of earlier runs."""
    for path in Path().glob("storage_migrate-*"):
        path.unlink()


def read(storage, name):
    with storage.open(name) as file:
        return file.read()


def files_in(storage):
    """Every file of a storage, by name."""
    return {name: read(storage, name) for name in storage.service.names()}


def test_every_file_that_a_row_names_is_copied_once(migrate, upload, new):
    upload("docs/a.txt")
    upload("docs/b.txt")
    Document.objects.create(file="docs/a.txt", short="docs/b.txt")

    done = migrate()

    assert done.ok
    assert (done.names, done.copied, done.skipped, done.bytes) == (2, 2, 0, 20)
    assert files_in(new) == {"docs/a.txt": b"docs/a.txt", "docs/b.txt": b"docs/b.txt"}


def test_the_source_keeps_every_file(migrate, upload, old):
    upload("assets/docs/a.txt")

    migrate()

    assert read(old, "assets/docs/a.txt") == b"assets/docs/a.txt"


def test_a_row_names_its_file_as_the_target_has_it(migrate, upload, content):
    row = upload("assets/2024/docs/a.txt")

    done = migrate()

    assert content(row) == b"assets/2024/docs/a.txt"
    assert row.file.name == "docs/a.txt"
    assert (done.renamed, done.rows_updated) == (1, 1)
    assert done.renames == (Renamed("assets/2024/docs/a.txt", "docs/a.txt"),)


def test_names_that_meet_at_the_target_keep_their_own_files(migrate, upload, content):
    rows = {name: upload(name) for name in ("a/x/f.txt", "b/x/f.txt", "x/f.txt")}

    assert migrate().ok

    assert {name: content(row) for name, row in rows.items()} == {
        name: name.encode() for name in rows
    }
    assert rows["x/f.txt"].file.name == "x/f.txt"


def test_two_names_of_identical_content_stay_two_files(migrate, upload, new):
    upload("a/x/f.txt", b"same")
    upload("b/x/f.txt", b"same")

    migrate()

    assert list(files_in(new).values()) == [b"same", b"same"]


_names = st.builds(
    "/".join, st.lists(st.sampled_from(["a", "b", "x", "f.txt"]), min_size=1, max_size=4)
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(_names, min_size=1, max_size=6, unique=True), is_path=st.booleans())
def test_every_row_opens_its_own_file_however_often_it_is_moved(names, is_path, tmp_path_factory):
    tmp = tmp_path_factory.mktemp("moved")
    memory.reset()
    Document.objects.all().delete()
    source = InMemoryStorage(project_id="old", layout="path")
    target = InMemoryStorage(project_id="new", layout="path" if is_path else "last-directory")
    # A file in the one and a directory in the other are no trouble to either.
    rows = []
    for number, name in enumerate(names):
        source.save(name, ContentFile(f"{number}".encode()))
        rows.append(Document.objects.create(file=name))
    options = {"fields": ["site.Document.file"]}

    first = migration.migrate(source, target, journal=tmp / "1", **options)
    again = migration.migrate(source, target, journal=tmp / "1", **options)
    before = files_in(target)
    forgetful = migration.migrate(source, target, journal=tmp / "2", names=names, **options)

    assert first.ok
    assert again.ok
    assert (again.copied, forgetful.copied) == (0, 0)
    for number, row in enumerate(rows):
        row.refresh_from_db()
        assert read(target, row.file.name) == f"{number}".encode()
    assert files_in(target) == before


def test_other_names_fit_the_field(migrate, put, new):
    name = "p/short/name-of-30-letters.txt"
    row = Document.objects.create(short=name)
    put(name, b"mine")
    new.save("short/name-of-30-letters.txt", ContentFile(b"another"))

    done = migrate()

    row.refresh_from_db()
    assert done.ok
    assert len(row.short.name) == Document._meta.get_field("short").max_length == len(name)
    assert read(new, row.short.name) == b"mine"


def test_a_name_taken_by_another_file_is_left_to_it(migrate, upload, new, content):
    new.save("docs/a.txt", ContentFile(b"another"))
    row = upload("old/docs/a.txt")

    done = migrate()

    assert (done.copied, done.renamed) == (1, 1)
    assert content(row) == b"old/docs/a.txt"
    assert read(new, "docs/a.txt") == b"another"


def test_a_copy_with_another_name_is_found_again_without_any_notes(migrate, upload, new):
    new.save("docs/a.txt", ContentFile(b"another"))
    upload("old/docs/a.txt")
    migrate(keep_rows=True)
    before = files_in(new)
    forget_everything()

    done = migrate(keep_rows=True)

    assert (done.copied, done.skipped, done.renamed) == (0, 1, 1)
    assert files_in(new) == before


def test_a_taken_name_can_be_a_failure(migrate, upload, new):
    new.save("docs/a.txt", ContentFile(b"another"))
    row = upload("old/docs/a.txt")

    done = migrate(on_conflict="fail")

    row.refresh_from_db()
    assert (done.ok, done.failed, done.copied) == (False, 1, 0)
    assert row.file.name == "old/docs/a.txt"
    assert len(files_in(new)) == 1


def test_names_that_meet_can_be_a_failure(migrate, upload):
    upload("a/x/f.txt")
    upload("b/x/f.txt")

    done = migrate(on_conflict="fail")

    assert (done.copied, done.failed) == (1, 1)
    assert "Another file gets the name 'x/f.txt'" in done.problems[0].reason


def test_what_is_there_already_is_not_copied(migrate, upload, new):
    upload("docs/a.txt")
    new.save("docs/a.txt", ContentFile(b"docs/a.txt"))

    done = migrate()

    assert (done.copied, done.skipped) == (0, 1)


# Again, after the site went on


def test_a_file_that_changed_takes_the_place_of_its_copy(migrate, upload, put, new):
    upload("docs/a.txt")
    migrate()
    put("docs/a.txt", b"changed")

    done = migrate()

    assert (done.copied, done.updated, done.renamed) == (1, 1, 0)
    assert files_in(new) == {"docs/a.txt": b"changed"}


def test_a_file_that_was_only_touched_is_not_copied_again(migrate, upload, old):
    upload("docs/a.txt")
    migrate()
    os.utime(old.path("docs/a.txt"), (1, 1))

    done = migrate()

    assert (done.copied, done.skipped) == (0, 1)


def test_a_copy_that_was_changed_since_is_never_replaced(migrate, upload, put, new):
    upload("docs/a.txt")
    migrate()
    put("docs/a.txt", b"changed here")
    new.delete("docs/a.txt")
    new.save("docs/a.txt", ContentFile(b"changed there"))

    done = migrate()

    assert (done.failed, done.copied) == (1, 0)
    assert files_in(new) == {"docs/a.txt": b"changed there"}


def test_a_copy_stays_when_the_source_loses_its_file(migrate, upload, old, new):
    upload("old/docs/a.txt")
    migrate(keep_rows=True)
    old.delete("old/docs/a.txt")

    done = migrate(keep_rows=True)

    assert done.ok
    assert files_in(new) == {"docs/a.txt": b"old/docs/a.txt"}


def test_what_the_journal_alone_tells_is_counted(migrate, upload, new):
    upload("docs/a.txt")
    new.save("docs/b.txt", ContentFile(b"docs/b.txt"))
    migrate()
    upload("docs/b.txt")

    done = migrate()

    assert (done.skipped, done.by_journal) == (2, 1)


def test_a_copy_that_is_gone_is_found_out_and_made_again(migrate, upload, new):
    upload("docs/a.txt")
    upload("docs/b.txt")
    migrate()
    new.delete("docs/a.txt")

    would = migrate(recheck=True, dry_run=True)
    done = migrate(recheck=True)

    assert (would.copied, would.skipped) == (1, 1)
    assert (done.copied, done.skipped, done.by_journal) == (1, 1, 0)
    assert files_in(new) == {name: name.encode() for name in ("docs/a.txt", "docs/b.txt")}


def test_a_copy_on_disk_is_read_again_if_asked(old, upload, tmp_path):
    rows = [upload("docs/a.txt"), upload("docs/b.txt")]
    disk = FileSystemStorage(tmp_path / "disk")
    options = {"fields": ["site.Document.file"], "keep_rows": True}
    migration.migrate(old, disk, **options)
    Path(disk.path("docs/a.txt")).write_bytes(b"rotten....")

    done = migration.migrate(old, disk, recheck=True, **options)

    assert (done.ok, done.skipped, done.failed) == (False, 1, 1)
    assert done.problems[0].name == rows[0].file.name


def test_a_copy_that_is_gone_in_both_places_is_a_failure(migrate, upload, old, new):
    upload("docs/a.txt")
    migrate()
    old.delete("docs/a.txt")
    new.delete("docs/a.txt")

    done = migrate(recheck=True)

    assert (done.ok, done.failed) == (False, 1)


def test_rows_can_wait_for_the_switch(migrate, upload, content):
    row = upload("old/docs/a.txt")

    migrate(keep_rows=True)
    row.refresh_from_db()
    assert row.file.name == "old/docs/a.txt"

    done = migrate()
    assert (done.copied, done.rows_updated) == (0, 1)
    assert content(row) == b"old/docs/a.txt"


def test_a_row_that_was_moved_is_not_taken_for_another_file_of_that_name(
    migrate, upload, put, content
):
    row = upload("old/docs/a.txt")
    migrate()
    # No row names this one; the one that seems to was moved.
    put("docs/a.txt", b"an orphan")

    done = migrate()

    assert done.ok
    assert content(row) == b"old/docs/a.txt"


def test_a_file_uploaded_to_the_target_after_the_switch_is_there_already(migrate, new):
    Document.objects.create(file=new.save("docs/a.txt", ContentFile(b"new")))

    done = migrate()

    assert (done.ok, done.skipped) == (True, 1)


def test_what_rows_mean_after_the_switch_is_not_guessed(migrate, upload, new, content):
    row = upload("docs/a.txt", b"old")
    new.save("docs/a.txt", ContentFile(b"uploaded since"))

    done = migrate()

    assert (done.ok, done.failed) == (False, 1)
    assert content(row) == b"uploaded since"
    assert len(files_in(new)) == 1


def test_a_file_missing_at_the_source_is_a_failure(migrate, upload):
    upload("docs/a.txt")
    Document.objects.create(file="docs/gone.txt")

    done = migrate()

    assert (done.copied, done.failed) == (1, 1)
    assert done.problems[0].name == "docs/gone.txt"
    assert "missing at the source" in done.problems[0].reason


def test_before_the_switch_a_file_of_that_name_at_the_target_is_not_taken_for_it(old, tmp_path):
    Document.objects.create(file="docs/gone.txt")
    disk = FileSystemStorage(tmp_path / "disk")
    disk.save("docs/gone.txt", ContentFile(b"unrelated"))

    done = migration.migrate(old, disk, fields=["site.Document.file"])

    assert (done.ok, done.skipped, done.failed) == (False, 0, 1)
    assert "missing at the source" in done.problems[0].reason


# Rows meanwhile


@contextlib.contextmanager
def just_before_it_is_changed(row, change):
    """Let somebody change a row between the moments it is read and changed."""
    before = [change]

    def wrapper(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and row.pk in params and before:
            before.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def test_a_row_that_changed_meanwhile_is_left_alone(migrate, upload):
    row, other = upload("a/docs/1.txt"), upload("a/docs/2.txt")
    rows = Document.objects.filter(pk=row.pk)

    with just_before_it_is_changed(row, lambda: rows.update(file="docs/newer.txt")):
        done = migrate()

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.file.name, other.file.name) == ("docs/newer.txt", "docs/2.txt")
    assert (done.ok, done.rows_updated, done.rows_left) == (True, 1, 1)


def test_a_row_that_vanished_meanwhile_is_told(migrate, upload):
    row = upload("a/docs/1.txt")

    with just_before_it_is_changed(row, Document.objects.filter(pk=row.pk).delete):
        done = migrate()

    assert (done.ok, done.rows_updated, done.rows_left) == (True, 0, 1)


def test_a_row_that_cannot_be_changed_holds_no_other_up(migrate, put, content):
    put("a/docs/1.txt", b"1")
    put("a/docs/2.txt", b"2")
    rows = [Document.objects.create(file=f"a/docs/{number}.txt") for number in (1, 2)]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON site_document"
            f" WHEN old.id = {rows[0].pk} BEGIN SELECT raise(ABORT, 'not this one'); END"
        )
    try:
        done = migrate()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse")

    assert content(rows[1]) == b"2"
    assert rows[1].file.name == "docs/2.txt"
    assert (done.ok, done.failed, done.rows_updated) == (False, 1, 1)
    assert "not this one" in done.problems[0].reason


# Which files


def test_fields_can_be_named(migrate, put, new):
    put("docs/a.txt", b"a")
    put("docs/b.txt", b"b")
    Document.objects.create(file="docs/a.txt", short="docs/b.txt")

    done = migrate(fields=["site.Document.short"])

    assert (done.ok, done.names) == (True, 1)
    assert files_in(new) == {"docs/b.txt": b"b"}


def test_all_files_of_the_source_can_be_copied_and_rows_follow(migrate, put, upload, content, new):
    row = upload("a/docs/named.txt")
    put("a/docs/orphan.txt", b"orphan")

    done = migrate(all_files=True)

    assert (done.ok, done.copied) == (True, 2)
    assert read(new, "docs/orphan.txt") == b"orphan"
    assert content(row) == b"a/docs/named.txt"
    assert row.file.name == "docs/named.txt"


def test_a_file_of_names_may_begin_with_a_byte_order_mark(migrate, put, tmp_path):
    put("docs/a.txt", b"a")
    names = tmp_path / "names.txt"
    names.write_bytes("\ufeffdocs/a.txt\r\n".encode())

    done = migrate(names=names_in_file(names))

    assert (done.ok, done.copied) == (True, 1)


def test_failures_can_be_given_back(migrate, upload, put, new):
    upload("docs/a.txt")
    Document.objects.create(file="docs/late.txt")
    failures = migrate().failures
    put("docs/late.txt", b"late")

    done = migrate(names=names_in_file(failures))

    assert (done.ok, done.names, done.copied) == (True, 1, 1)
    assert read(new, "docs/late.txt") == b"late"
    assert Path(failures).read_text() == ""


def test_names_can_be_given_in_a_plain_file(tmp_path):
    file = tmp_path / "names.txt"
    file.write_text('docs/a b.txt\r\n\n{"name": "docs/c.txt", "reason": "x"}\n{odd}.txt\n')

    assert list(names_in_file(file)) == ["docs/a b.txt", "docs/c.txt", "{odd}.txt"]


def test_the_parts_of_the_work_are_everything_once(migrate, upload, new):
    names = [f"{directory}/x/{n}.txt" for n in range(20) for directory in "ab"]
    for name in names:
        upload(name)

    parts = [migrate(shard=f"{number}/3") for number in (1, 2, 3)]

    assert [part.ok for part in parts] == [True] * 3
    assert sum(part.copied for part in parts) == len(names) == len(files_in(new))
    assert all(part.copied for part in parts)
    assert sorted(files_in(new).values()) == sorted(name.encode() for name in names)


def test_a_part_is_the_same_on_every_machine():
    # printf docs/a.txt | sha256sum | cut -c16 says 4, and parts are counted from 1.
    assert [n for n in range(1, 17) if Shard(n, 16).has("docs/a.txt")] == [5]


# A dry run


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(migrate, upload, new, tmp_path):
    upload("a/x/f.txt")
    upload("b/x/f.txt")
    upload("docs/there.txt")
    new.save("docs/there.txt", ContentFile(b"docs/there.txt"))
    new.save("x/f.txt", ContentFile(b"another"))
    before = sorted(tmp_path.rglob("*"))

    told = migrate(dry_run=True)

    assert sorted(tmp_path.rglob("*")) == before
    assert len(files_in(new)) == 2
    assert {row.file.name for row in Document.objects.all()} >= {"a/x/f.txt", "b/x/f.txt"}

    done = migrate()
    for figure in ("names", "copied", "skipped", "renamed", "failed", "bytes", "rows_updated"):
        assert getattr(told, figure) == getattr(done, figure), figure
    assert set(told.renames) == set(done.renames)


def interrupted(storage, name, content):
    """Leave what a replacement leaves that was interrupted: the new content beside nothing."""
    storage.save(f"{name}.first", ContentFile(b""))  # so that there is a bucket
    place = LastDirectory(identifier).place(name)
    staged = Location(place.directory, place.staging_ids[0])
    storage.service.store.create(staged, place.title, BytesContent(content))
    return lambda: storage.service.store.stat(staged)


def test_a_dry_run_finishes_no_replacement_at_the_target(migrate, upload, new):
    upload("docs/a.txt")
    left = interrupted(new, "docs/a.txt", b"docs/a.txt")

    would = migrate(dry_run=True)

    assert (would.copied, would.skipped) == (0, 1)
    assert left().complete


def test_no_run_finishes_a_replacement_at_the_source(old):
    source = InMemoryStorage(project_id="source")
    left = interrupted(source, "docs/a.txt", b"the new one")

    done = migration.migrate(source, old, names=["docs/a.txt"])

    assert (done.ok, done.copied) == (True, 1)
    assert read(old, "docs/a.txt") == b"the new one"
    assert left().complete


def test_a_dry_run_knows_what_earlier_runs_have_done(migrate, upload, put):
    upload("docs/a.txt")
    upload("docs/b.txt")
    migrate()
    put("docs/b.txt", b"changed")

    told = migrate(dry_run=True)

    assert (told.skipped, told.updated) == (1, 1)


# Other storages


def test_files_move_between_two_directories_on_disk(old, upload, put, tmp_path):
    upload("docs/a.txt")
    other = FileSystemStorage(tmp_path / "other")

    first = migration.migrate(old, other, fields=["site.Document.file"])
    put("docs/a.txt", b"changed")
    again = migration.migrate(old, other, fields=["site.Document.file"])

    assert (first.copied, again.updated) == (1, 1)
    assert read(other, "docs/a.txt") == b"changed"


def test_files_move_from_one_layout_to_another(new):
    other = InMemoryStorage(project_id="other", layout="path", location="media")
    large = bytes(range(256)) * 25_000
    new.save("docs/large.bin", ContentFile(large))
    new.save("docs/empty.bin", ContentFile(b""))

    done = migration.migrate(new, other, all_files=True)

    assert (done.ok, done.copied, done.bytes) == (True, 2, len(large))
    assert files_in(other) == {"docs/large.bin": large, "docs/empty.bin": b""}


def test_files_move_back_to_disk(new, tmp_path):
    disk = FileSystemStorage(tmp_path / "back")
    large = bytes(range(256)) * 25_000
    new.save("docs/large.bin", ContentFile(large))

    done = migration.migrate(new, disk, all_files=True)

    assert done.ok
    assert read(disk, "docs/large.bin") == large


def test_the_failures_are_one_json_object_a_line(migrate, upload):
    upload("docs/a.txt")
    Document.objects.create(file="docs/gone é.txt")

    (line,) = Path(migrate().failures).read_text(encoding="utf-8").splitlines()

    assert json.loads(line)["name"] == "docs/gone é.txt"
