"""Which file a row means, and what becomes of it when somebody changes either."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection, connections

from cloud_storages.maintenance.migration.journal import Journal
from cloud_storages.maintenance.migration.rows import let_connections_go
from cloud_storages.maintenance.references import Reference
from tests.site.models import Document

FILE = "site.Document.file"


@pytest.fixture
def _file_reads_from_old(old, monkeypatch):
    """One field reads from the source still; the others from the target already."""
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", old)


@pytest.mark.usefixtures("_file_reads_from_old")
def test_a_row_that_reads_from_the_target_keeps_its_file(migrate, upload, new):
    copied = upload("docs/c.txt", b"old")
    visitors = Document.objects.create(short=new.save("docs/c.txt", ContentFile(b"visitor's")))
    assert migrate(fields=[FILE], keep_rows=True).renamed == 1

    for dry_run in (True, False):
        done = migrate(dry_run=dry_run)
        assert (done.ok, done.failed, done.rows_updated) == (False, 1, 1)
        assert "which of the two" in done.problems[0].reason

    visitors.refresh_from_db()
    assert visitors.short.name == "docs/c.txt"
    assert visitors.short.read() == b"visitor's"
    copied.refresh_from_db()
    with new.open(copied.file.name) as file:
        assert file.read() == b"old"


@pytest.mark.usefixtures("_file_reads_from_old")
@pytest.mark.parametrize(("data", "failed"), [(b"another", 1), (b"quite another", 1), (b"old", 0)])
def test_an_upload_by_the_name_a_row_was_given_is_not_passed_over(
    migrate, upload, put, data, failed
):
    upload("a/docs/1.txt", b"old")
    assert migrate().rows_updated == 1
    put("docs/1.txt", data)

    for keep_rows in (True, False):
        done = migrate(keep_rows=keep_rows)
        assert (done.ok, done.failed) == (not failed, failed)
        assert {problem.name for problem in done.problems} <= {"docs/1.txt"}


def test_files_whose_rows_were_changed_are_looked_at_again(migrate, upload, put, content):
    rows = [upload(f"a/docs/{number}.txt") for number in range(3)]
    migrate()
    put("a/docs/0.txt", b"changed since")

    done = migrate()

    assert (done.ok, done.names, done.updated, done.skipped) == (True, 3, 1, 2)
    assert content(rows[0]) == b"changed since"


def test_rows_of_two_databases_are_told_apart():
    with Journal("", "here -> there") as journal:
        journal.moves(Reference(FILE, 1, "a/x", "default"), "x")

        assert journal.moved_from(Reference(FILE, 1, "x", "default")) == "a/x"
        assert journal.moved_from(Reference(FILE, 1, "x", "archive")) is None


@pytest.mark.parametrize("statement", ["SELECT", "UPDATE"])
def test_a_database_that_is_gone_after_the_copying_ends_the_run_in_good_order(
    migrate, upload, statement
):
    row = upload("a/docs/1.txt")

    class Site:
        is_copied = False

        def expect(self, total):
            """Nobody counts."""

        def advance(self, _count=1):
            self.is_copied = True

    site = Site()

    def lose(execute, sql, params, many, context):
        if site.is_copied and sql.startswith(statement):
            raise OperationalError("server closed the connection")
        return execute(sql, params, many, context)

    def is_usable():
        return False

    with connection.execute_wrapper(lose), pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "is_usable", is_usable)
        patch.setattr("cloud_storages.maintenance.migration.rows._STEP", 0)
        done = migrate(watcher=site)

    assert (done.ok, done.copied) == (False, 1)
    assert "server closed the connection" in done.stopped
    assert migrate().rows_updated == 1
    row.refresh_from_db()
    assert row.file.name == "docs/1.txt"


def test_a_connection_that_died_idle_is_made_anew(tmp_path, monkeypatch):
    place = {**connections.settings["default"], "NAME": tmp_path / "db.sqlite3"}
    monkeypatch.setitem(connections.settings, "extra", place)
    extra = connections["extra"]
    try:
        extra.ensure_connection()
        extra.connection.close()

        let_connections_go()

        with extra.cursor() as cursor:
            assert cursor.execute("SELECT 1").fetchone() == (1,)
    finally:
        extra.close()
        del connections["extra"]


def test_a_copy_that_was_lost_after_its_row_was_changed_comes_back(migrate, upload, new, content):
    rows = [upload(f"a/docs/{number}.txt") for number in range(3)]
    migrate()
    new.delete("docs/1.txt")

    done = migrate(recheck=True)

    assert (done.ok, done.names, done.copied, done.skipped) == (True, 3, 1, 2)
    assert content(rows[1]) == b"a/docs/1.txt"
