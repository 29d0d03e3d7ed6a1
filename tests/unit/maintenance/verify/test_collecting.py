"""What nobody needs is removed, and nothing else."""

import datetime as dt
import json
import sys
from argparse import ArgumentTypeError

import attrs
import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import override_settings

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import AccessDenied, Unavailable
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.collecting import collect
from cloud_storages.maintenance.collecting.leftovers import Fate, What
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.management.words import bytes_in_words, duration, duration_in_words, positive
from cloud_storages.ports import BytesContent
from tests.commands import ran
from tests.site.models import Document
from tests.unit.django.contract.sites import needs_storages

OLD = {"days": 40}


def fates(collection):
    return {(each.fate, each.what, each.name) for each in collection.leftovers}


def names_in(site, bucket="documents"):
    return sorted(info.location.file_id for info in site.store.files(bucket))


@pytest.fixture
def orphans(site):
    """A site with a file in use and two that nobody refers to."""
    site.add("documents/used.txt", **OLD)
    site.put("documents/orphan.txt", b"orphan", **OLD)
    site.put("documents/young.txt", days=29)
    return site


# Partial uploads


def test_a_partial_upload_is_removed_once_it_is_older_than_the_limit(site):
    site.add("documents/used.txt", **OLD)
    site.begin("documents/old.bin", hours=25)
    site.begin("documents/young.bin", hours=23)

    found = collect("default")

    assert found.ok
    assert fates(found) == {
        (Fate.REMOVED, What.PARTIAL, "documents/old.bin"),
        (Fate.KEPT, What.PARTIAL, "documents/young.bin"),
    }
    assert names_in(site) == ["used.txt", "young.bin"]


def test_an_upload_that_was_completed_since_the_listing_is_kept(site, monkeypatch):
    site.add("documents/used.txt")
    place = site.begin("documents/a.bin", **OLD)
    real = site.store.stat

    def stat(location):
        if location == place:
            site.store._buckets["documents"].files.pop("a.bin")
            site.store.create(place, "a.bin", BytesContent(b"whole"))
        return real(location)

    monkeypatch.setattr(site.store, "stat", stat)

    assert fates(collect("default")) == {(Fate.KEPT, What.PARTIAL, "documents/a.bin")}
    assert "a.bin" in names_in(site)


def test_a_partial_that_no_name_leads_to_is_somebody_elses(site):
    site.add("documents/used.txt")
    site.store.begin_partial(Location("documents", "UPPER"), "video.mp4", 5)
    site.clock.let_pass(days=99)

    assert fates(collect("default")) == {(Fate.KEPT, What.PARTIAL, "documents/UPPER")}


def test_buckets_that_the_site_does_not_use_are_not_touched(site):
    site.put("backups/whole.bin", **OLD)
    site.begin("backups/old.bin", **OLD)

    assert collect("default").leftovers == ()
    assert fates(collect("default", directories=["backups"])) == {
        (Fate.REMOVED, What.PARTIAL, "backups/old.bin")
    }


def test_a_file_that_is_dated_in_the_future_makes_nothing_old(site):
    site.add("documents/used.txt", **OLD)
    site.put("documents/from-the-future.txt", days=-400)
    site.put("documents/just-uploaded.txt")
    site.begin("documents/going-on.bin")

    found = collect("default", unreferenced=["documents"])

    assert (found.clock, found.count(Fate.REMOVED)) == ("server", 0)
    assert "going-on.bin" in names_in(site)


def test_without_a_clock_of_the_server_nothing_is_younger_than_this_machine_says(site, monkeypatch):
    site.clock.now = dt.datetime.now(dt.timezone.utc)
    site.add("documents/used.txt", **OLD)
    site.put("documents/from-the-future.txt", days=-400)
    site.begin("documents/going-on.bin")
    site.begin("documents/abandoned.bin", hours=25)
    monkeypatch.setattr(site.store, "now", lambda: None)

    found = collect("default", unreferenced=["documents"])

    assert found.clock == "newest file"
    assert "going-on.bin" in names_in(site)
    assert "abandoned.bin" not in names_in(site)


@pytest.fixture
def unsigned(site):
    """Take the signature of a file away, as a server without signatures would."""

    def unsign(name):
        file = site.store._buckets["documents"].files[name]
        file.info = attrs.evolve(file.info, signature="", complete=False, unproven=True)

    return unsign


def test_what_may_be_a_whole_file_is_kept_though_no_row_refers_to_it(site, unsigned):
    site.add("documents/used.txt", **OLD)
    site.put("documents/unsigned.txt", **OLD)
    unsigned("unsigned.txt")

    (kept,) = collect("default", unreferenced=["documents"]).leftovers

    assert (kept.fate, kept.name) == (Fate.KEPT, "documents/unsigned.txt")
    assert "may be whole" in kept.reason
    assert "unsigned.txt" in names_in(site)


def test_what_may_be_a_whole_file_is_not_cleared_away_for_a_replacement(site, unsigned):
    site.add("documents/used.txt")
    site.put("documents/a.txt", b"perhaps whole", **OLD)
    unsigned("a.txt")
    site.stage("documents/a.txt", b"new", **OLD)
    before = site.everything()

    assert collect("default").count(Fate.KEPT) == 2
    assert site.everything() == before


def test_a_partial_that_a_row_refers_to_is_kept(site):
    site.add("documents/used.txt")
    site.begin("documents/wanted.bin", **OLD)
    Document.objects.create(file="documents/wanted.bin")

    (kept,) = collect("default").leftovers

    assert (kept.fate, kept.what) == (Fate.KEPT, What.PARTIAL)
    assert "row" in kept.reason
    assert "wanted.bin" in names_in(site)


# Staged copies


def test_an_interrupted_replacement_is_finished(site):
    row = site.add("documents/a.txt", b"old", **OLD)
    site.stage("documents/a.txt", b"new")
    site.store.delete(Location("documents", "a.txt"))

    found = collect("default")

    assert fates(found) == {(Fate.FINISHED, What.INTERRUPTED, "documents/a.txt")}
    assert names_in(site) == ["a.txt"]
    with row.file.open() as file:
        assert file.read() == b"new"


def test_of_several_copies_the_newest_is_put_in_place_and_the_old_ones_are_removed(site):
    site.add("documents/used.txt")
    site.stage("documents/a.txt", b"oldest", slot=0, days=3)
    site.stage("documents/a.txt", b"newest", slot=1, days=1)
    site.stage("documents/a.txt", b"older", slot=2, days=2)

    found = collect("default")

    assert found.count(Fate.FINISHED) == 1
    assert found.count(Fate.REMOVED, What.STAGED) == 2
    assert site.storage.open("documents/a.txt").read() == b"newest"
    assert names_in(site) == ["a.txt", "used.txt"]


def test_a_copy_beside_its_file_is_removed_once_it_is_old(site):
    site.add("documents/a.txt", b"old", days=3)
    site.stage("documents/a.txt", b"left by a crash", slot=0, days=2)
    live = site.stage("documents/a.txt", b"of a replacement that goes on", slot=1)

    found = collect("default")

    assert found.count(Fate.REMOVED, What.STAGED) == 1
    assert found.count(Fate.KEPT, What.STAGED) == 1
    assert names_in(site) == sorted(["a.txt", live.file_id])


def test_the_only_copy_of_a_file_is_kept_if_it_cannot_be_put_in_place(site, monkeypatch):
    site.add("documents/used.txt")
    copy = site.stage("documents/a.txt", b"all there is", **OLD)

    def create(*_):
        raise AccessDenied("the key lacks the scope files.write")

    monkeypatch.setattr(site.store, "create", create)

    found = collect("default")

    assert not found.ok
    assert fates(found) == {(Fate.FAILED, What.INTERRUPTED, "documents/a.txt")}
    assert copy.file_id in names_in(site)


def test_an_abandoned_upload_in_the_way_of_a_replacement_is_cleared_away_first(site):
    site.add("documents/used.txt")
    site.stage("documents/a.txt", b"new", **OLD)
    site.begin("documents/a.txt", **OLD)

    found = collect("default")

    assert fates(found) == {
        (Fate.REMOVED, What.PARTIAL, "documents/a.txt"),
        (Fate.FINISHED, What.INTERRUPTED, "documents/a.txt"),
    }
    assert site.storage.open("documents/a.txt").read() == b"new"


def test_an_upload_that_goes_on_is_not_in_the_way_of_a_replacement(site):
    site.add("documents/used.txt")
    site.stage("documents/a.txt", b"new", **OLD)
    site.begin("documents/a.txt")
    before = site.everything()

    assert collect("default").count(Fate.KEPT) == 2
    assert site.everything() == before


# Unreferenced files


def test_unreferenced_files_stay_unless_their_directory_is_named(orphans):
    assert collect("default").leftovers == ()
    assert names_in(orphans) == ["orphan.txt", "used.txt", "young.txt"]


def test_old_unreferenced_files_of_a_named_directory_are_removed(orphans):
    orphans.put("pictures/orphan.png", **OLD)

    found = collect("default", unreferenced=["documents"])

    assert found.ok
    assert fates(found) == {
        (Fate.REMOVED, What.UNREFERENCED, "documents/orphan.txt"),
        (Fate.KEPT, What.UNREFERENCED, "documents/young.txt"),
    }
    assert found.freed == len(b"orphan")
    assert names_in(orphans) == ["used.txt", "young.txt"]
    assert names_in(orphans, "pictures") == ["orphan.png"]


@pytest.mark.usefixtures("orphans")
def test_a_row_with_another_spelling_keeps_its_file():
    Document.objects.create(file="2011/documents/orphan.txt")
    assert collect("default", unreferenced=["documents"]).count(Fate.REMOVED) == 0


@pytest.mark.usefixtures("orphans")
def test_a_row_of_another_alias_keeps_its_file(monkeypatch):
    field = Document._meta.get_field("short")
    monkeypatch.setattr(field, "storage", InMemoryStorage(buckets={"x": "documents"}))
    Document.objects.create(short="x/orphan.txt")
    assert collect("default", unreferenced=["documents"]).count(Fate.REMOVED) == 0


@pytest.mark.usefixtures("orphans")
def test_a_row_of_another_storage_keeps_what_it_may_move_to(monkeypatch, tmp_path):
    monkeypatch.setattr(Document._meta.get_field("short"), "storage", FileSystemStorage(tmp_path))
    Document.objects.create(short="documents/orphan.txt")
    assert collect("default", unreferenced=["documents"]).count(Fate.REMOVED) == 0


def test_a_row_in_another_database_keeps_its_file(orphans, tenant):
    Document.objects.using(tenant).create(file="documents/orphan.txt")

    assert collect("default", unreferenced=["documents"]).count(Fate.REMOVED) == 0
    assert "orphan.txt" in names_in(orphans)


def test_a_row_saved_in_another_database_while_somebody_is_asked_keeps_its_file(orphans, tenant):
    def confirm(files):
        list(files)
        Document.objects.using(tenant).create(file="later/documents/orphan.txt")
        return True

    assert collect("default", unreferenced=["documents"], confirm=confirm).ok
    assert "orphan.txt" in names_in(orphans)


def test_a_row_in_a_database_that_is_only_read_keeps_its_file(orphans, tenant, routed):
    class Archive:
        def db_for_read(self, *_, **__):
            return tenant

        def db_for_write(self, *_, **__):
            return "default"

    Document.objects.using(tenant).create(file="documents/orphan.txt")
    routed(Archive())

    for dry_run in (True, False):
        found = collect("default", unreferenced=["documents"], dry_run=dry_run)
        assert found.count(Fate.REMOVED) == 0
    assert "orphan.txt" in names_in(orphans)


def test_a_directory_that_no_row_refers_into_is_refused(orphans):
    orphans.put("pictures/orphan.png", **OLD)

    with pytest.raises(CannotRun, match="directory 'pictures'"):
        collect("default", unreferenced=["documents", "pictures"])

    assert names_in(orphans, "pictures") == ["orphan.png"]
    assert "orphan.txt" in names_in(orphans)


def test_nothing_is_removed_before_it_is_confirmed(orphans):
    shown = []

    def confirm(files):
        shown.extend(file.name for file in files)
        return False

    found = collect("default", unreferenced=["documents"], confirm=confirm)

    assert shown == ["documents/orphan.txt"]
    assert found.count(Fate.REMOVED) == 0
    assert "orphan.txt" in names_in(orphans)


def test_a_row_that_is_saved_while_somebody_is_asked_keeps_its_file(orphans):
    def confirm(files):
        list(files)
        Document.objects.create(file="later/documents/orphan.txt")
        return True

    assert collect("default", unreferenced=["documents"], confirm=confirm).ok
    assert "orphan.txt" in names_in(orphans)


def test_a_row_that_is_saved_while_others_are_removed_keeps_its_file(orphans):
    for n in range(150):
        orphans.put(f"documents/{n}.txt", b"%d" % n, **OLD)
    removed = []

    def tell(leftover):
        if leftover.fate is Fate.REMOVED:
            removed.append(leftover.name)
            if len(removed) == 1:
                Document.objects.bulk_create(
                    Document(file=f"documents/{n}.txt") for n in range(100, 150)
                )

    found = collect("default", unreferenced=["documents"], tell=tell)

    assert found.ok
    assert {f"{n}.txt" for n in range(100, 150)} <= set(names_in(orphans))
    assert found.count(Fate.REMOVED) == len(removed) == 101


def test_only_what_was_on_the_list_is_removed(orphans):
    row = orphans.add("documents/in-use.txt", b"in use", **OLD)
    shown = []

    def confirm(files):
        shown.extend(file.name for file in files)
        row.delete()
        return True

    found = collect("default", unreferenced=["documents"], confirm=confirm)

    assert shown == ["documents/orphan.txt"]
    assert found.count(Fate.REMOVED) == 1
    assert "in-use.txt" in names_in(orphans)


def test_a_file_that_was_replaced_meanwhile_is_kept(orphans):
    def confirm(files):
        list(files)
        orphans.storage.delete("documents/orphan.txt")
        orphans.put("documents/orphan.txt", b"of somebody else")
        return True

    assert collect("default", unreferenced=["documents"], confirm=confirm).ok
    assert orphans.storage.open("documents/orphan.txt").read() == b"of somebody else"


def test_a_row_that_loses_its_file_in_the_last_moment_is_told(orphans):
    saved = []

    def as_soon_as_it_is_gone(execute, *query):
        if not saved and "orphan.txt" not in names_in(orphans):
            saved.append(True)
            Document.objects.create(file="documents/orphan.txt")
        return execute(*query)

    with connection.execute_wrapper(as_soon_as_it_is_gone):
        found = collect("default", unreferenced=["documents"])

    assert not found.ok
    assert (Fate.FAILED, What.UNREFERENCED, "documents/orphan.txt") in fates(found)


def test_a_database_that_refers_to_none_of_the_files_is_taken_for_the_wrong_one(site):
    site.put("documents/orphan.txt", **OLD)
    site.begin("documents/partial.txt", **OLD)
    Document.objects.create(file="documents/of another project.txt")

    with pytest.raises(CannotRun, match="not the database"):
        collect("default", unreferenced=["documents"])
    assert names_in(site) == ["orphan.txt", "partial.txt"]


def test_files_that_no_name_leads_to_are_never_removed(orphans):
    orphans.store.create(Location("documents", "UPPER"), "b.txt", BytesContent(b"b"))
    orphans.clock.let_pass(days=99)

    found = collect("default", unreferenced=["documents"])

    assert (Fate.KEPT, What.NAMELESS, "documents/UPPER") in fates(found)
    assert "UPPER" in names_in(orphans)


def test_in_the_layout_path_a_directory_is_what_lies_below_it(site):
    with override_settings(APPWRITE_LAYOUT="path"):
        for name in ("a/b/used.txt", "a/b/orphan.txt", "a/orphan.txt", "ab/orphan.txt"):
            site.put(name, name.encode(), **OLD)
        Document.objects.create(file="a/b/used.txt")

        found = collect("default", unreferenced=["a/b"])

    assert fates(found) == {(Fate.REMOVED, What.UNREFERENCED, "a/b/orphan.txt")}


# Trouble


def test_a_file_that_cannot_be_removed_does_not_keep_the_others(orphans, monkeypatch):
    orphans.put("documents/stubborn.txt", **OLD)
    real = orphans.store.delete

    def delete(location):
        if location.file_id == "stubborn.txt":
            raise Unavailable("the server failed")
        return real(location)

    monkeypatch.setattr(orphans.store, "delete", delete)

    found = collect("default", unreferenced=["documents"])

    assert not found.ok
    assert found.stopped == ""
    assert {
        (Fate.REMOVED, What.UNREFERENCED, "documents/orphan.txt"),
        (Fate.FAILED, What.UNREFERENCED, "documents/stubborn.txt"),
    } < fates(found)


@pytest.mark.parametrize("error", [AccessDenied, Unavailable])
def test_a_key_that_may_not_or_a_server_that_does_not_answer_ends_the_work(
    site, monkeypatch, error
):
    site.add("documents/used.txt")
    for n in range(90):
        site.begin(f"documents/{n}.bin", **OLD)
    tried = []

    def delete(location):
        tried.append(location)
        raise error("no such luck")

    monkeypatch.setattr(site.store, "delete", delete)

    told = ran("appwrite_gc")

    assert told.code == 1
    assert "Given up: no such luck" in told.out
    assert len(tried) < 60


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        ({"older_than": dt.timedelta(minutes=59)}, "at least 1 h"),
        ({"grace": dt.timedelta(hours=23)}, "at least 24 h"),
        ({"unreferenced": ["nowhere"]}, "'nowhere'"),
        ({"unreferenced": ["documents/.."]}, "'documents/..'"),
        ({"unreferenced": [""]}, "''"),
        ({"unreferenced": ["/"]}, "'/'"),
        ({"directories": ["/"]}, "'/'"),
        ({"unreferenced": ["media/documents"]}, "'media/documents'"),
        ({"directories": ["nowhere"]}, "'nowhere'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_changes(site, limits, named):
    site.add("documents/used.txt")
    site.begin("documents/old.bin", **OLD)
    with pytest.raises(CannotRun, match=named):
        collect("default", **limits)
    assert "old.bin" in names_in(site)


@pytest.mark.usefixtures("site")
def test_a_storage_of_another_kind_is_refused(tmp_path):
    with pytest.raises(CannotRun, match="not Appwrite's"):
        collect(FileSystemStorage(tmp_path))


# The command


@pytest.fixture
def everything(orphans):
    """A site with one of each."""
    orphans.stage("documents/cut.txt", b"new", **OLD)
    orphans.stage("documents/used.txt", b"left", **OLD)
    orphans.begin("documents/partial.bin", **OLD)
    return orphans


def test_a_rehearsal_says_what_is_done_and_does_nothing(everything):
    before = everything.everything()
    arguments = ("appwrite_gc", "--unreferenced", "documents")

    told = ran(*arguments, "--dry-run", "--json")
    rehearsed = told.document
    assert (told.code, rehearsed["dry_run"], everything.everything()) == (0, True, before)

    told = ran(*arguments, "--yes", "--json")
    done = told.document
    assert told.code == 0
    assert done["counts"] == rehearsed["counts"]
    assert sorted(map(str, done["leftovers"])) == sorted(map(str, rehearsed["leftovers"]))
    assert done["counts"]["removed unreferenced file"] == 1
    assert names_in(everything) == ["cut.txt", "used.txt", "young.txt"]


def test_an_alias_after_a_directory_is_the_storage(orphans):
    told = ran("appwrite_gc", "--yes", "--unreferenced", "documents", "staticfiles")

    assert told.code == 2
    assert "'staticfiles'" in told.error
    assert "orphan.txt" in names_in(orphans)


@needs_storages
@pytest.mark.parametrize("flag", ["--unreferenced", "--directory"])
@pytest.mark.usefixtures("orphans")
def test_an_alias_in_the_place_of_a_directory_is_refused(flag):
    told = ran("appwrite_gc", "--dry-run", flag, "staticfiles")

    assert told.code == 2
    assert "alias" in told.error


def test_several_directories_are_named_one_by_one(orphans):
    orphans.add("pictures/used.png", **OLD)
    orphans.put("pictures/orphan.png", **OLD)

    ran("appwrite_gc", "--yes", "--unreferenced", "documents", "--unreferenced", "pictures")

    assert names_in(orphans) == ["used.txt", "young.txt"]
    assert names_in(orphans, "pictures") == ["used.png"]


def test_somebody_who_leaves_the_question_unanswered_keeps_everything(orphans, monkeypatch):
    def closed(_):
        raise EOFError

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", closed)
    before = orphans.everything()

    assert ran("appwrite_gc", "--unreferenced", "documents").code == 0
    assert orphans.everything() == before


def test_without_anybody_to_ask_nothing_unreferenced_is_removed(orphans):
    before = orphans.everything()
    told = ran("appwrite_gc", "--unreferenced", "documents")
    assert (told.code, orphans.everything()) == (2, before)
    assert "--yes" in told.error


@pytest.mark.parametrize(("answer", "left"), [("yes", False), ("y", True), ("", True)])
def test_somebody_at_a_terminal_sees_the_list_and_is_asked(orphans, monkeypatch, answer, left):
    asked = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: asked.append(prompt) or answer)

    told = ran("appwrite_gc", "--unreferenced", "documents")

    assert told.code == 0
    assert "documents/orphan.txt" in told.out
    assert "1 file, 6 bytes" in asked[0]
    assert ("orphan.txt" in names_in(orphans)) is left


def test_nobody_is_asked_about_nothing(site, monkeypatch):
    site.add("documents/used.txt")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    told = ran("appwrite_gc", "--unreferenced", "documents")
    assert told.code == 0
    assert "nothing to do" in told.out


@pytest.mark.usefixtures("orphans")
def test_with_yes_the_list_is_printed_before():
    told = ran("appwrite_gc", "--unreferenced", "documents", "--yes")
    assert told.code == 0
    assert (
        told.out.index("No row refers")
        < told.out.index("documents/orphan.txt")
        < told.out.index("removed")
    )


@pytest.mark.usefixtures("everything")
def test_the_report_tells_what_became_of_everything(tmp_path):
    report = tmp_path / "done.jsonl"
    ran("appwrite_gc", "--unreferenced", "documents", "--yes", "--report", str(report))

    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]

    assert {(line["fate"], line["what"], line["name"]) for line in lines} == {
        ("finished", "interrupted replacement", "documents/cut.txt"),
        ("removed", "staged copy", "documents/used.txt"),
        ("removed", "partial upload", "documents/partial.bin"),
        ("removed", "unreferenced file", "documents/orphan.txt"),
        ("kept", "unreferenced file", "documents/young.txt"),
        ("kept", "unreferenced file", "documents/cut.txt"),
    }
    assert all(line["age"] >= 29 * 86400 for line in lines if line["fate"] == "removed")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90m", dt.timedelta(minutes=90)),
        ("24h", dt.timedelta(days=1)),
        ("30d", dt.timedelta(days=30)),
        ("2w", dt.timedelta(days=14)),
    ],
)
def test_lengths_of_time_are_written_with_their_unit(text, length):
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "24", "h", "1.5h", "-3d", "1y", "٣d", "9" * 9 + "d"])
def test_other_lengths_of_time_are_refused(text):
    with pytest.raises(ArgumentTypeError):
        duration(text)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ({"minutes": 1}, "1 minute"),
        ({"minutes": 119}, "119 minutes"),
        ({"hours": 2}, "2 hours"),
        ({"hours": 47}, "47 hours"),
        ({"days": 2, "hours": 23}, "2 days"),
    ],
)
def test_lengths_of_time_are_told_roughly(length, words):
    assert duration_in_words(dt.timedelta(**length)) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (5_242_880, "5.2 MB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_sizes_are_told_roughly(count, words):
    assert bytes_in_words(count) == words


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", ""])
def test_a_number_of_workers_is_above_zero(text):
    with pytest.raises(ArgumentTypeError):
        positive(text)
