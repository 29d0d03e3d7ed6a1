"""What rows refer to is compared with what the storage has, and nothing is written."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.test import override_settings

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import AccessDenied, Unavailable
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.inventory import catalogue
from cloud_storages.maintenance.verifying import verify
from cloud_storages.maintenance.verifying.findings import Trouble
from cloud_storages.ports import BytesContent
from cloud_storages.testing.counting import storage_requests
from tests.commands import ran
from tests.site.models import Document, Photo

FILE = "site.Document.file"


def kinds(found):
    return {(finding.kind, finding.name) for finding in found.findings}


@pytest.fixture
def disk(tmp_path):
    return FileSystemStorage(tmp_path)


def test_a_site_whose_files_are_all_there_is_well(site):
    site.add("documents/a.txt")
    site.add("documents/b.txt", b"")

    found = verify("default", content=True, unreferenced=True, duplicates=True)

    assert found.ok
    assert (found.rows, found.names, found.files, found.read, found.bytes_read) == (2, 2, 2, 2, 7)
    assert found.findings == ()
    assert ran("storage_verify").code == 0


def test_a_missing_file_is_told_with_the_rows_that_refer_to_it(site):
    first = site.add("documents/a.txt")
    second = Document.objects.create(file="documents/a.txt")
    site.storage.delete("documents/a.txt")

    (finding,) = verify(site.storage).findings

    assert (finding.kind, finding.name, finding.row_count) == (
        Trouble.MISSING,
        "documents/a.txt",
        2,
    )
    assert finding.rows == (f"{FILE} of {first.pk}", f"{FILE} of {second.pk}")
    told = ran("storage_verify")
    assert told.code == 1
    assert "documents/a.txt" in told.out
    assert f"{FILE} of {first.pk}" in told.out


@pytest.mark.usefixtures("site")
def test_files_of_a_directory_without_a_bucket_are_missing():
    Document.objects.create(file="nowhere/a.txt")
    assert kinds(verify("default")) == {(Trouble.MISSING, "nowhere/a.txt")}


@pytest.mark.parametrize(
    "spelling", ["2025/documents/a.txt", "documents//a.txt", "documents\\a.txt"]
)
def test_whatever_way_a_row_spells_a_name_its_file_is_found(site, spelling):
    site.put("documents/a.txt")
    Document.objects.create(file=spelling)

    found = verify("default", unreferenced=True)

    assert (found.findings, found.names) == ((), 1)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("name", ["/etc/passwd", "documents/../a.txt", "documents/"])
def test_a_name_that_no_storage_accepts_is_a_finding_of_its_own(name):
    Document.objects.create(file=name)
    assert kinds(verify("default")) == {(Trouble.REFUSED, name)}


def test_an_unfinished_upload_is_a_failure_if_a_row_refers_to_it_and_else_a_note(site):
    site.add("documents/whole.txt")
    site.begin("documents/wanted.txt")
    site.begin("documents/unwanted.txt")
    Document.objects.create(file="documents/wanted.txt")

    found = verify("default")

    assert kinds(found) == {
        (Trouble.PARTIAL, "documents/wanted.txt"),
        (Trouble.UNFINISHED, "documents/unwanted.txt"),
    }
    assert found.failures == 1


def test_an_interrupted_replacement_is_read_where_it_is_and_left_so(site):
    site.add("documents/a.txt")
    site.stage("documents/a.txt", b"new")
    site.storage.service._store.delete(Location("documents", "a.txt"))
    before = site.everything()

    found = verify("default", content=True)

    assert found.ok
    assert kinds(found) == {(Trouble.INTERRUPTED, "documents/a.txt")}
    assert found.bytes_read == len(b"new")
    assert site.everything() == before


def test_a_staged_copy_beside_its_file_is_noted_and_not_read(site):
    site.add("documents/a.txt", b"old")
    site.stage("documents/a.txt", b"new content")

    found = verify("default", content=True)

    assert found.ok
    assert kinds(found) == {(Trouble.STAGED, "documents/a.txt")}
    assert found.bytes_read == len(b"old")


@pytest.mark.parametrize(
    ("data", "kind"), [(b"CONTENT", Trouble.DAMAGED), (b"cont", Trouble.WRONG_SIZE)]
)
def test_bytes_that_are_not_those_that_were_stored_are_told(site, data, kind):
    site.add("documents/good.txt")
    site.add("documents/bad.txt")
    site.spoil("documents/bad.txt", data)

    assert verify("default").ok
    assert kinds(verify("default", content=True)) == {(kind, "documents/bad.txt")}


def test_only_files_that_rows_refer_to_are_read_unless_all_are_asked_for(site):
    site.add("documents/a.txt", b"1")
    site.put("documents/b.txt", b"22")
    site.put("elsewhere/c.txt", b"333")

    assert verify("default", content=True).bytes_read == 1
    assert verify("default", all_files=True).bytes_read == 6


def test_a_file_that_is_saved_during_the_listing_is_not_missing(site, monkeypatch):
    site.add("documents/a.txt")
    site.add("documents/late.txt", b"late")
    real = site.store.files
    monkeypatch.setattr(
        site.store,
        "files",
        lambda *which: (info for info in real(*which) if info.title != "late.txt"),
    )

    found = verify("default", content=True)

    assert (found.findings, found.read) == ((), 2)


def test_a_file_that_is_deleted_with_its_row_during_the_listing_is_not_missing(site, monkeypatch):
    row = site.add("documents/a.txt")
    real = site.store.files

    def files(*which):
        site.storage.delete("documents/a.txt")
        Document.objects.filter(pk=row.pk).update(file="")
        return real(*which)

    monkeypatch.setattr(site.store, "files", files)

    assert verify("default").findings == ()


def test_a_file_that_is_replaced_while_it_is_read_is_not_damaged(site, monkeypatch):
    site.add("documents/a.txt", b"before")
    real, reads = site.store.read, []

    def read(*which):
        if not reads:
            site.store.delete(Location("documents", "a.txt"))
            site.put("documents/a.txt", b"after!")
        reads.append(which)
        return real(*which)

    monkeypatch.setattr(site.store, "read", read)

    assert verify("default", content=True).findings == ()


def test_files_that_no_row_refers_to_are_told_in_the_directories_the_site_uses(site):
    site.add("documents/a.txt")
    site.put("documents/b.txt", b"orphan")
    site.put("pictures/c.txt")  # upload_to of another field
    site.put("backups/d.txt")

    found = verify("default", unreferenced=True)

    assert found.ok
    assert kinds(found) == {
        (Trouble.UNREFERENCED, "documents/b.txt"),
        (Trouble.UNREFERENCED, "pictures/c.txt"),
    }
    assert (found.files, found.elsewhere) == (3, 1)


def test_a_row_that_is_saved_during_the_listing_keeps_its_file_from_being_unreferenced(
    site, monkeypatch
):
    site.add("documents/a.txt")
    site.put("documents/b.txt")
    real = site.store.files

    def files(*which):
        Document.objects.get_or_create(file="older/documents/b.txt")
        return real(*which)

    monkeypatch.setattr(site.store, "files", files)

    assert verify("default", unreferenced=True).findings == ()


def test_rows_of_fields_that_are_not_followed_keep_their_files_all_the_same(site):
    site.put("documents/a.txt")
    Photo.objects.create(picture="documents/a.txt")
    try:
        found = verify("default", fields=[FILE], unreferenced=True)
    finally:
        Photo.objects.all().delete()
    assert (found.rows, found.findings) == (0, ())


def test_another_alias_of_the_same_project_keeps_its_files(site, monkeypatch):
    field = Document._meta.get_field("short")
    monkeypatch.setattr(field, "storage", InMemoryStorage(buckets={"x": "documents"}))
    site.add("documents/a.txt")
    site.put("documents/b.txt")
    Document.objects.create(short="x/b.txt")

    assert verify("default", unreferenced=True).findings == ()


def test_a_file_that_was_renamed_in_the_console_is_still_the_one_its_row_means(site):
    site.add("documents/Photo.png")
    ((location, _),) = site.everything()
    file = site.store._buckets["documents"].files[location.partition("/")[2]]
    site.store.delete(file.info.location)
    site.store.create(file.info.location, "renamed.png", BytesContent(b"content"))

    found = verify("default", content=True, unreferenced=True)

    assert (found.findings, found.read) == ((), 1)


def test_a_file_that_no_name_leads_to_is_noted(site):
    site.add("documents/a.txt")
    site.store.create(Location("documents", "UPPER"), "b.txt", BytesContent(b"b"))

    found = verify("default", content=True)

    assert found.ok
    assert kinds(found) == {(Trouble.NAMELESS, "documents/UPPER")}


def test_files_of_equal_content_are_told_with_what_they_waste(site):
    for name in "abc":
        site.add(f"documents/{name}.txt", b"12345")
    site.add("documents/d.txt", b"other")
    site.add("documents/empty.txt", b"")
    site.add("documents/empty too.txt", b"")

    found = verify("default", duplicates=True)

    (finding,) = found.findings
    assert {finding.name, *finding.others} == {f"documents/{name}.txt" for name in "abc"}
    assert (found.ok, found.wasted) == (True, 10)


def test_nothing_is_written(site):
    site.add("documents/a.txt")
    site.stage("documents/gone.txt")
    Document.objects.create(file="documents/gone.txt")
    Document.objects.create(file="nowhere/b.txt")

    with storage_requests() as requests:
        verify("default", all_files=True, unreferenced=True, duplicates=True)

    assert {request.method for request in requests} == {"GET"}


def test_a_thousand_files_cost_a_request_and_their_directory_another(site):
    for n in range(30):
        site.add(f"documents/{n}.txt", b"%d" % n)

    with storage_requests() as requests:
        found = verify("default", fields=[FILE])

    assert (found.files, len(requests)) == (30, 2)


def test_in_the_layout_path_one_bucket_holds_everything(site):
    with override_settings(APPWRITE_LAYOUT="path"):
        row = site.add("documents/2025/a.txt")
        site.put("documents/2025/b.txt", b"orphan")
        site.put("cache/c.txt")

        found = verify("default", content=True, unreferenced=True)

    assert row.file.name == "documents/2025/a.txt"
    assert kinds(found) == {(Trouble.UNREFERENCED, "documents/2025/b.txt")}
    assert (found.files, found.elsewhere, found.read) == (2, 1, 1)


def test_what_cannot_be_read_is_told_and_the_rest_is_read(site, monkeypatch):
    for name in "abc":
        site.add(f"documents/{name}.txt")
    real = site.store.read

    def read(location, *which):
        if location.file_id == "b.txt":
            raise Unavailable("the disk is gone")
        return real(location, *which)

    monkeypatch.setattr(site.store, "read", read)

    found = verify("default", content=True)

    assert kinds(found) == {(Trouble.UNREADABLE, "documents/b.txt")}
    assert found.read == 2


def test_a_question_without_an_answer_is_told_and_the_others_are_asked(site, monkeypatch):
    site.add("documents/a.txt")
    Document.objects.create(file="documents/missing.txt")
    Document.objects.create(file="documents/silent.txt")
    real = site.store.find

    def find(bucket_id, file_ids):
        if "silent.txt" in file_ids:
            raise Unavailable("no answer")
        return real(bucket_id, file_ids)

    monkeypatch.setattr(site.store, "find", find)

    assert kinds(verify("default")) == {
        (Trouble.MISSING, "documents/missing.txt"),
        (Trouble.UNREADABLE, "documents/silent.txt"),
    }


def test_a_server_that_no_longer_answers_is_given_up(site, monkeypatch):
    for n in range(100):
        site.add(f"documents/{n}.txt")
    asked = []

    def read(*which):
        asked.append(which)
        raise Unavailable("no answer")

    monkeypatch.setattr(site.store, "read", read)

    with pytest.raises(CannotRun, match="no answer"):
        verify("default", content=True)
    assert len(asked) < 60


def test_a_key_that_may_not_read_ends_the_work(site, monkeypatch):
    site.add("documents/a.txt")

    def read(*_):
        raise AccessDenied("the key lacks the scope files.read")

    monkeypatch.setattr(site.store, "read", read)

    told = ran("storage_verify", "--content")

    assert told.code == 2
    assert "files.read" in told.error


def test_more_than_a_page_of_anything_is_compared(site):
    used = [f"documents/{n}.txt" for n in range(2100)]
    for n in range(2100):
        for kind in ("", "-orphan"):
            location = Location("documents", f"{n}{kind}.txt")
            if not n and not kind:
                site.storage.save(used[0], ContentFile(b""))
            else:
                site.store.create(location, location.file_id, BytesContent(b""))
    Document.objects.bulk_create(Document(file=name) for name in used)

    found = verify("default", content=True, unreferenced=True)

    assert (found.rows, found.names, found.files, found.read) == (2100, 2100, 4200, 2100)
    assert found.counts == {"unreferenced": 2100}


def test_no_room_for_temporary_files_is_said(site, monkeypatch):
    site.add("documents/a.txt")
    real = sqlite3.connect

    def connect(*which):
        database = real(*which)
        database.execute("PRAGMA max_page_count = 4")
        return database

    monkeypatch.setattr(catalogue.sqlite3, "connect", connect)

    with pytest.raises(CannotRun, match="SQLITE_TMPDIR"):
        verify("default")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.usefixtures("site")
def test_no_room_for_the_report_is_said():
    Document.objects.create(file="documents/a.txt")
    told = ran("storage_verify", "--report", "/dev/full")
    assert told.code == 2
    assert "'/dev/full'" in told.error


# Other storages


@pytest.mark.usefixtures("site")
def test_any_storage_is_compared(disk):
    for name in ("documents/a.txt", "documents/b.txt", "tmp/c.txt", "pictures/same.txt"):
        disk.save(name, ContentFile(b"content"))
    Document.objects.create(file="documents/a.txt")
    Document.objects.create(file="./documents/a.txt")
    Document.objects.create(file="documents/gone.txt")
    Document.objects.create(file="../outside.txt")

    found = verify(disk, fields=[FILE], content=True, unreferenced=True)

    assert kinds(found) == {
        (Trouble.MISSING, "documents/gone.txt"),
        (Trouble.REFUSED, "../outside.txt"),
        (Trouble.UNREFERENCED, "documents/b.txt"),
    }
    assert (found.files, found.elsewhere, found.read) == (2, 2, 1)
    assert not found.knows_signatures


@pytest.mark.usefixtures("site")
def test_equal_contents_of_any_storage_are_found_by_reading(disk):
    for name in "ab":
        Document.objects.create(file=disk.save(f"documents/{name}.txt", ContentFile(b"content")))

    assert verify(disk, fields=[FILE], duplicates=True).wasted == 0
    assert verify(disk, fields=[FILE], duplicates=True, content=True).wasted == 7


@pytest.mark.usefixtures("site")
def test_a_file_whose_size_is_told_wrongly_is_found_by_reading(tmp_path):
    class Lying(FileSystemStorage):
        def size(self, name):
            return super().size(name) + 1

    disk = Lying(tmp_path)
    Document.objects.create(file=disk.save("documents/a.txt", ContentFile(b"content")))

    found = verify(disk, fields=[FILE], content=True)

    assert kinds(found) == {(Trouble.WRONG_SIZE, "documents/a.txt")}


@pytest.mark.usefixtures("site")
def test_a_storage_that_cannot_list_is_asked_for_each_file():
    class Bare(Storage):
        def exists(self, name):
            if name == "documents/odd.txt":
                raise RuntimeError("odd")
            return name == "documents/a.txt"

    for name in ("a", "b", "odd"):
        Document.objects.create(file=f"documents/{name}.txt")

    found = verify(Bare(), fields=[FILE])

    assert kinds(found) == {
        (Trouble.UNLISTED, ""),
        (Trouble.MISSING, "documents/b.txt"),
        (Trouble.UNREADABLE, "documents/odd.txt"),
    }


@pytest.mark.usefixtures("site")
def test_a_filename_that_is_no_text_does_no_harm(disk):
    disk.save("documents/a.txt", ContentFile(b"a"))
    Path(disk.path("documents"), os.fsdecode(b"\xff.txt")).write_bytes(b"odd")
    Document.objects.create(file="documents/a.txt")

    found = verify(disk, fields=[FILE], all_files=True, unreferenced=True)

    assert found.read == 2
    assert kinds(found) == {(Trouble.UNREFERENCED, "documents/\\udcff.txt")}


@pytest.mark.usefixtures("site")
def test_a_directory_or_a_broken_link_is_no_file(disk):
    Path(disk.path("documents")).mkdir()
    Path(disk.path("broken.txt")).symlink_to("nowhere")
    Document.objects.create(file="documents")
    Document.objects.create(file="broken.txt")

    assert kinds(verify(disk, fields=[FILE])) == {
        (Trouble.MISSING, "documents"),
        (Trouble.MISSING, "broken.txt"),
    }


@pytest.mark.usefixtures("site")
def test_a_file_that_exists_without_a_size_is_missing():
    class Loose(Storage):
        def exists(self, _):
            return True

        def size(self, name):
            raise FileNotFoundError(name)

    Document.objects.create(file="documents/a.txt")

    assert (Trouble.MISSING, "documents/a.txt") in kinds(verify(Loose(), fields=[FILE]))


def test_a_row_of_another_database_is_followed(site, tenant):
    site.add("documents/a.txt")
    site.put("documents/b.txt")
    Document.objects.using(tenant).create(file="documents/b.txt")
    Document.objects.using(tenant).create(file="documents/gone.txt")

    found = verify("default", unreferenced=True)

    assert kinds(found) == {(Trouble.MISSING, "documents/gone.txt")}
    assert found.rows == 3


# What is told


@pytest.mark.usefixtures("site")
def test_all_findings_are_counted_and_written_and_the_first_are_remembered(tmp_path):
    Document.objects.bulk_create(Document(file=f"documents/{n}.txt") for n in range(1100))
    report = tmp_path / "found.jsonl"

    found = verify("default", report=report)

    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert found.counts == {"missing": 1100}
    assert len(found.findings) == 1000
    assert {line["name"] for line in lines} == {f"documents/{n}.txt" for n in range(1100)}
    assert {line["kind"] for line in lines} == {"missing"}


def test_the_outcome_is_one_json_document(site):
    site.add("documents/a.txt")
    site.put("documents/b.txt", b"orphan")
    Document.objects.create(file="documents/c.txt")

    told = ran("storage_verify", "--content", "--unreferenced", "--json")
    document = told.document

    assert (told.code, document["ok"]) == (1, False)
    assert document["counts"] == {"missing": 1, "unreferenced": 1}
    assert [finding["name"] for finding in document["findings"]] == [
        "documents/c.txt",
        "documents/b.txt",
    ]


def test_fields_are_named_one_by_one_and_an_alias_may_follow(site):
    site.add("documents/a.txt")
    fields = ("--fields", FILE, "--fields", "site.Document.short")

    told = ran("storage_verify", *fields, "default", "--json").document

    assert (told["storage"], told["fields"]) == ("default", [FILE, "site.Document.short"])


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nothing"], "'nothing'"),
        (["--fields", "site.Document.title"], "site.Document.title"),
        (["--report", "/nowhere/found.jsonl"], "/nowhere/found.jsonl"),
        (["django.core.files.storage.FileSystemStorage"], "--fields"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_asked(arguments, named):
    with storage_requests() as requests:
        told = ran("storage_verify", *arguments)
    assert (told.code, requests) == (2, [])
    assert named in told.error
