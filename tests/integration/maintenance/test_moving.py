"""A site of real processes moves, and whoever moves it is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent.parent

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(django.VERSION < (4, 2), reason="STORAGES came with Django 4.2"),
]


def moved(tmp_path: Path, trial: str, files: int) -> dict[str, Any]:
    """What comes of a trial whose server holds uploads back, so that a kill is in their middle."""
    file = tmp_path / "moved.json"
    sizes = ("--files", str(files), "--large", "20")
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.moving", "--only", trial, *sizes, "--json", str(file)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads(file.read_text())["trials"][trial]
    assert isinstance(found, dict)
    return found


def test_killed_twice_it_loses_nothing_and_copies_nothing_twice(tmp_path: Path) -> None:
    found = moved(tmp_path, "killed", files=40)

    assert found["codes"] == [-9, -9, 0]
    assert found["judged"] == dict.fromkeys(("rows", "right", "files"), 41)
    assert found["stored"]["small"] == 40
    assert found["failed"] == 0


@pytest.mark.skipif(find_spec("django_tasks_db") is None, reason="django-tasks-db is missing")
def test_of_two_task_workers_one_is_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    found = moved(tmp_path, "tasks", files=20)

    assert found["codes"] == [-9, 0, 0, 0]
    assert found["judged"] == dict.fromkeys(("rows", "right", "files"), 21)
    assert found["stored"]["small"] == 20
    assert 0 < found["enqueued again"] < found["enqueued"]
    assert (found["copied by the last run"], found["skipped by the last run"]) == (0, 21)
