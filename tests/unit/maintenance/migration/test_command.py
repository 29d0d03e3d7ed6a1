"""``manage.py storage_migrate`` as a person or a script uses it."""

from __future__ import annotations

import io
import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command, load_command_class
from django.test import override_settings

from tests.site.models import Document
from tests.unit.django.contract.sites import needs_storages

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_storages

JOURNAL = "storage_migrate-old-default.sqlite3"


@pytest.fixture(autouse=True)
def _aliases(storages: dict[str, Any]) -> Iterator[None]:
    with override_settings(STORAGES=storages):
        yield


def run(*arguments):
    """What the command prints, and the code it exits with."""
    out = io.StringIO()
    try:
        call_command("storage_migrate", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as error:
        return out.getvalue(), error.code
    return out.getvalue(), 0


def test_it_tells_what_came_of_it(upload, new):
    upload("docs/a.txt")
    upload("b/docs/b.txt")
    new.save("docs/c.txt", ContentFile(b"docs/c.txt"))
    upload("docs/c.txt")

    told, code = run("old", "default")

    assert code == 0
    lines = [line.split()[:2] for line in told.splitlines()]
    assert lines[:4] == [["copied", "2,"], ["skipped", "1,"], ["renamed", "1"], ["failed", "0"]]
    assert "rows     1 changed" in told


def test_failures_are_told_with_the_file_that_can_be_given_back(upload, put, tmp_path):
    upload("docs/a.txt")
    Document.objects.create(file="docs/late.txt")

    told, code = run("old", "default", "--failures", str(tmp_path / "failed.jsonl"))

    assert code == 1
    assert "'docs/late.txt': It is missing at the source." in told
    assert "failed.jsonl" in told
    put("docs/late.txt", b"late")
    assert run("old", "default", "--names-from", str(tmp_path / "failed.jsonl"))[1] == 0


def test_json_is_one_document(upload):
    upload("b/docs/b.txt")
    Document.objects.create(file="docs/gone.txt")

    told, code = run("old", "default", "--json")

    document = json.loads(told)
    assert code == 1
    assert document["ok"] is False
    assert (document["copied"], document["renamed"], document["failed"]) == (1, 1, 1)
    assert document["renames"] == [{"source": "b/docs/b.txt", "target": "docs/b.txt"}]
    assert document["problems"][0]["name"] == "docs/gone.txt"
    assert document["journal"] == JOURNAL


def test_a_dry_run_shows_the_new_names(upload, tmp_path):
    upload("b/docs/b.txt")

    told, code = run("old", "default", "--dry-run")

    assert code == 0
    assert "'b/docs/b.txt' -> 'docs/b.txt'" in told
    assert not (tmp_path / JOURNAL).exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere", "default"), "no storage 'nowhere'"),
        (("default", "default"), "same place"),
        (("old", "default", "--shard", "17/16"), "17/16"),
        (("old", "default", "--names-from", "nowhere.txt"), r"nowhere\.txt"),
        (("old", "default", "--enqueue", "--failures", "f"), "--failures"),
    ],
)
def test_what_cannot_be_done_exits_with_two(arguments, told):
    with pytest.raises(CommandError, match=told) as error:
        run(*arguments)

    assert error.value.returncode == 2


def test_a_target_whose_settings_are_wrong_is_named(upload):
    upload("docs/a.txt")

    with (
        override_settings(APPWRITE_LAYOUT="sideways"),
        pytest.raises(CommandError, match=r"'default': .*APPWRITE_LAYOUT"),
    ):
        run("old", "default")


def test_rows_that_are_kept_are_spoken_of(upload):
    row = upload("b/docs/b.txt")

    told, _ = run("old", "default", "--keep-rows")

    row.refresh_from_db()
    assert row.file.name == "b/docs/b.txt"
    assert "run it without --keep-rows" in told


def test_interrupted_it_exits_as_programs_do(upload, monkeypatch):
    for number in range(200):
        upload(f"docs/{number}.txt")
    pressed = []

    def press(*_):
        if not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("cloud_storages.management.progress.Progress.advance", press)
    told, code = run("old", "default")

    assert code == 130
    assert "The same command goes on from here." in told


def test_its_help_explains_every_argument():
    parser = load_command_class("cloud_storages", "storage_migrate").create_parser("manage.py", "x")

    told = parser.format_help()

    assert "manage.py storage_migrate old default --keep-rows" in told
    assert all(action.help for action in parser._actions)
