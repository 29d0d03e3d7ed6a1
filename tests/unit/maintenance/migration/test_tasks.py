"""Files copied by tasks, by whatever backend runs them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import override_settings

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import AccessDenied, Unavailable
from cloud_storages.maintenance import migration
from cloud_storages.maintenance.errors import CannotRun
from tests.site.models import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRAMEWORK = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
MODULE = "cloud_storages.maintenance.migration.tasks"

needs_tasks = pytest.mark.skipif(
    django.VERSION < (4, 2), reason="django-tasks needs Django 4.2, and so does STORAGES"
)


@pytest.fixture
def framework() -> Any:
    return pytest.importorskip(FRAMEWORK, reason="there is no Tasks framework")


@pytest.fixture
def backend() -> str:
    return "immediate.ImmediateBackend"


@pytest.fixture(autouse=True)
def _aliases(settings_of_the_site: dict[str, Any]) -> Iterator[None]:
    with override_settings(**settings_of_the_site):
        yield


@pytest.fixture
def settings_of_the_site(backend: str, storages: dict[str, Any]) -> dict[str, Any]:
    tasks = {"default": {"BACKEND": f"{FRAMEWORK}.backends.{backend}", "QUEUES": []}}
    return {"STORAGES": storages, "TASKS": tasks}


@pytest.fixture
def enqueue(framework: Any) -> Callable[..., migration.Enqueued]:
    del framework
    return lambda **options: migration.enqueue("old", "default", **options)


@needs_tasks
def test_tasks_copy_what_is_missing_and_the_run_afterwards_changes_the_rows(
    enqueue, upload, new, content
):
    names = [f"a/docs/{number}.txt" for number in range(7)]
    rows = [upload(name) for name in names]

    handed = enqueue(batch=3)

    assert (handed.ok, handed.names, handed.enqueued, handed.batches) == (True, 7, 7, 3)
    assert sorted(new.service.names()) == [f"docs/{number}.txt" for number in range(7)]
    assert [row.file.name for row in Document.objects.order_by("pk")] == names

    done = migration.migrate("old", "default")
    assert (done.ok, done.skipped, done.rows_updated) == (True, 7, 7)
    assert [content(row) for row in rows] == [name.encode() for name in names]


@needs_tasks
def test_what_was_damaged_after_the_tasks_is_found(enqueue, upload, new, content):
    rows = [upload(f"a/docs/{number}.txt") for number in range(3)]
    enqueue()
    for name in ("docs/0.txt", "docs/1.txt"):
        new.delete(name)
    new.save("docs/1.txt", ContentFile(b"damaged"))

    done = migration.migrate("old", "default")

    assert (done.ok, done.names, done.copied, done.skipped) == (True, 3, 2, 1)
    assert [content(row) for row in rows] == [f"a/docs/{n}.txt".encode() for n in range(3)]


@needs_tasks
def test_a_plain_run_afterwards_proves_everything_and_copies_nothing(enqueue, upload, put, content):
    row = upload("a/docs/1.txt")
    upload("docs/2.txt")
    enqueue()
    put("docs/1.txt", b"an orphan by the name the row gets")

    done = migration.migrate("old", "default")

    again = migration.migrate("old", "default")

    for run in (done, again):
        assert (run.ok, run.names, run.copied, run.skipped) == (True, 2, 0, 2)
    assert content(row) == b"a/docs/1.txt"


@needs_tasks
def test_a_file_whose_name_is_taken_gets_another_and_its_rows_follow(enqueue, upload, new, content):
    new.save("docs/1.txt", ContentFile(b"another"))
    row = upload("a/docs/1.txt")

    enqueue()
    done = migration.migrate("old", "default")

    assert done.ok
    assert content(row) == b"a/docs/1.txt"
    assert row.file.name != "docs/1.txt"


@needs_tasks
def test_a_dry_run_enqueues_nothing(enqueue, upload, new):
    upload("docs/1.txt")

    told = enqueue(dry_run=True)

    assert (told.enqueued, told.batches, told.journal) == (1, 1, "")
    assert not list(new.service.names())


@needs_tasks
def test_what_cannot_be_copied_is_told_at_once(enqueue, upload):
    upload("docs/1.txt")
    Document.objects.create(file="docs/gone.txt")
    Document.objects.create(file="../secret.txt")

    handed = enqueue()

    assert (handed.ok, handed.enqueued, handed.failed) == (False, 1, 2)
    assert {problem.name for problem in handed.problems} == {"docs/gone.txt", "../secret.txt"}


class TestWaiting:
    """Tasks that a worker has not got to yet, or was killed over."""

    @pytest.fixture
    def backend(self) -> str:
        return "dummy.DummyBackend"

    @pytest.fixture
    def waiting(self, framework: Any) -> Callable[[], list[Any]]:
        return lambda: framework.default_task_backend.results

    @needs_tasks
    def test_killed_while_it_replaces_a_copy_on_disk_the_run_afterwards_goes_on(
        self, framework, storages, upload, put, tmp_path
    ):
        del framework
        upload("docs/1.txt", b"the first one")
        disk = FileSystemStorage(tmp_path / "disk")
        options = {"location": str(disk.location)}
        elsewhere = {"BACKEND": storages["old"]["BACKEND"], "OPTIONS": options}
        with override_settings(STORAGES={**storages, "disk": elsewhere}):
            migration.migrate("old", "disk", fields=["site.Document.file"])
            put("docs/1.txt", b"the second one, which is longer")
            assert migration.enqueue("old", "disk", fields=["site.Document.file"]).enqueued == 1
            Path(disk.path("docs/1.txt")).write_bytes(b"the seco")

            done = migration.migrate("old", "disk", fields=["site.Document.file"])

        assert (done.ok, done.copied) == (True, 1)
        assert Path(disk.path("docs/1.txt")).read_bytes() == b"the second one, which is longer"

    @needs_tasks
    def test_enqueued_again_is_only_what_is_missing(self, enqueue, upload, waiting):
        for number in range(10):
            upload(f"docs/{number}.txt")
        enqueue(batch=2)
        for result in waiting()[:3]:
            told = result.task.func(*result.args)
            assert (told["copied"], told["failed"]) == (2, 0)

        again = enqueue(batch=2)

        assert (again.there, again.enqueued, again.batches) == (6, 4, 2)

    @needs_tasks
    def test_a_batch_that_is_run_twice_does_nothing_more(self, enqueue, upload, waiting, new):
        upload("a/docs/1.txt")
        upload("docs/2.txt")
        enqueue()
        (result,) = waiting()

        first, second = (result.task.func(*result.args) for _ in range(2))

        assert (first["copied"], first["renamed"], first["failed"]) == (2, 1, 0)
        assert (second["copied"], second["skipped"], second["failed"]) == (0, 2, 0)
        assert sorted(new.service.names()) == ["docs/1.txt", "docs/2.txt"]

    @needs_tasks
    def test_a_file_that_changed_is_enqueued_again(self, enqueue, upload, put, waiting, new):
        upload("docs/1.txt")
        assert migration.migrate("old", "default").copied == 1
        put("docs/1.txt", b"changed")

        assert enqueue().enqueued == 1
        (result,) = waiting()
        result.task.func(*result.args)

        with new.open("docs/1.txt") as file:
            assert file.read() == b"changed"

    @needs_tasks
    def test_a_batch_that_no_server_answers_is_given_up(
        self, enqueue, upload, waiting, monkeypatch
    ):
        for number in range(50):
            upload(f"docs/{number}.txt")
        enqueue()
        (result,) = waiting()
        asked = []

        def be_gone(*_):
            asked.append(True)
            raise Unavailable("No answer from the server.")

        monkeypatch.setattr(MemoryStore, "create", be_gone)
        with pytest.raises(CannotRun, match="10 files in a row: No answer"):
            result.task.func(*result.args)
        assert len(asked) == 10

    @needs_tasks
    def test_a_batch_that_no_key_opens_fails(self, enqueue, upload, waiting, monkeypatch):
        upload("docs/1.txt")
        enqueue()
        (result,) = waiting()

        def refuse(*_):
            raise AccessDenied("APPWRITE_API_KEY is not accepted.")

        monkeypatch.setattr(InMemoryStorage, "_store", refuse)
        with (
            override_settings(APPWRITE_BUCKET_ID="fresh"),
            pytest.raises(CannotRun, match="APPWRITE_API_KEY"),
        ):
            result.task.func(*result.args)


@needs_tasks
def test_a_queue_that_there_is_not_is_refused(enqueue, upload):
    upload("docs/1.txt")
    only = {"BACKEND": f"{FRAMEWORK}.backends.dummy.DummyBackend", "QUEUES": ["default"]}

    with override_settings(TASKS={"default": only}), pytest.raises(CannotRun, match="'nightly'"):
        enqueue(queue="nightly")


@needs_tasks
def test_a_queue_that_cannot_be_reached_is_told_and_the_next_try_goes_on(
    enqueue, upload, content, monkeypatch
):
    row = upload("docs/1.txt")

    def refuse(*_):
        raise ConnectionError("nobody listens")

    with monkeypatch.context() as patch:
        patch.setattr(f"{FRAMEWORK}.backends.immediate.ImmediateBackend.enqueue", refuse)
        with pytest.raises(CannotRun, match="nobody listens"):
            enqueue()

    assert enqueue().enqueued == 1
    assert content(row) == b"docs/1.txt"


@needs_tasks
@pytest.mark.parametrize(
    "told",
    [(Unavailable("No answer."), 20), (AccessDenied("The key is not accepted."), 4)],
)
def test_a_server_that_refuses_is_not_asked_for_every_file(enqueue, upload, new, monkeypatch, told):
    error, most = told
    new.save("docs/first.txt", ContentFile(b"so that there is a bucket"))
    for number in range(200):
        upload(f"docs/{number}.txt")
    asked = []

    def refuse(*_, **__):
        asked.append(True)
        raise error

    monkeypatch.setattr(MemoryStore, "find", refuse)
    with pytest.raises(CannotRun, match=str(error)):
        enqueue(workers=1)

    assert 0 < len(asked) <= most


@needs_tasks
def test_interrupted_it_tells_what_was_enqueued(enqueue, upload):
    for number in range(300):
        upload(f"docs/{number:03}.txt")

    class Impatient:
        def expect(self, total):
            """Nobody counts."""

        def advance(self, _count=1):
            raise KeyboardInterrupt

    told = enqueue(batch=10, workers=1, watcher=Impatient())

    assert (told.interrupted, told.ok) == (True, False)
    assert 0 < told.enqueued < 300
    assert enqueue().there == told.enqueued


@needs_tasks
def test_interrupted_it_prints_its_document_and_exits_as_programs_do(
    framework, upload, monkeypatch
):
    del framework
    upload("docs/1.txt")

    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("cloud_storages.management.progress.Progress.advance", press)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("storage_migrate", "old", "default", "--enqueue", "--json", stdout=out)

    assert ended.value.code == 130
    assert json.loads(out.getvalue())["interrupted"] is True


@needs_tasks
def test_the_command_tells_what_is_to_be_done_afterwards(framework, upload):
    del framework
    row = upload("a/docs/1.txt")
    out = io.StringIO()

    call_command("storage_migrate", "old", "default", "--enqueue", stdout=out)

    row.refresh_from_db()
    assert row.file.name == "a/docs/1.txt"
    assert "run this without --enqueue" in out.getvalue()


def test_workers_are_told_aliases_only(old):
    with pytest.raises(CannotRun, match="aliases"):
        migration.enqueue(old, "default")


def test_without_a_framework_the_way_out_is_told(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, FRAMEWORK, None)
        patch.delitem(sys.modules, MODULE, raising=False)

        with pytest.raises(CannotRun, match=r"pip install.*\[tasks\]"):
            migration.enqueue("old", "default")


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(CannotRun, match="batch of 0"):
        migration.enqueue("old", "default", batch=0)
