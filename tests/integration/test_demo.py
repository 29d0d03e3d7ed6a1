"""The demo does what it shows, and says what is wrong when it cannot."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.conftest import Server

ROOT = Path(__file__).resolve().parents[2]
STEPS = (
    "a picture is uploaded through the form",
    "anybody gets its bytes from the address on the page",
    "it is replaced, the page shows the new one, the old one is gone",
    "an attachment is added and anybody gets its bytes",
    "the admin lists the entry with its picture",
    "the entry is deleted, and its files are gone from Appwrite",
)
KEY = "standard_this-is-never-printed"


def environment(**named: str) -> dict[str, str]:
    """Return this process's environment without what could change the demo, and with this."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("APPWRITE_", "DJANGO_", "DEMO_")) and name != "PORT"
    }
    return {**kept, "PYTHONIOENCODING": "utf-8", **named}


def run(*arguments: str, **named: str) -> subprocess.CompletedProcess[str]:
    """Run the demo with a server named in the environment, or none."""
    return subprocess.run(
        [sys.executable, ROOT / "demo" / "run.py", *arguments],
        env=environment(**named),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def named(endpoint: str, project: str, key: str) -> dict[str, str]:
    return {
        "APPWRITE_API_ENDPOINT": endpoint,
        "APPWRITE_PROJECT_ID": project,
        "APPWRITE_API_KEY": key,
        "APPWRITE_BUCKET_ID": "demo",
    }


def taken(output: str, result: str) -> list[str]:
    """Return the steps with this result."""
    return [
        line.removeprefix(result).strip() for line in output.splitlines() if line.startswith(result)
    ]


@contextlib.contextmanager
def serving(data: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the demo; give its address, and the process, which is over when the block is."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "demo" / "run.py", "--port", "0", "--data", data],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stdout is not None
            lines = list(itertools.takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
            yield lines[0].split()[-1], process
        finally:
            process.kill()


@pytest.fixture
def occupied() -> Iterator[int]:
    """A port that is taken, and at which nobody answers."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def assert_all_steps_ok(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    steps = taken(done.stdout, "ok")
    assert len(steps) == len(STEPS)
    assert all(step.startswith(expected) for step, expected in zip(steps, STEPS, strict=True))
    assert done.stderr == ""


def test_the_check_passes_on_the_embedded_emulator() -> None:
    done = run("--check")
    assert_all_steps_ok(done)
    assert "the embedded emulator of Appwrite" in done.stdout
    assert "pictures/Zweites_Foto.png" in done.stdout
    assert "standard_" not in done.stdout  # what keys begin with


def test_the_check_passes_on_a_named_server_and_leaves_nothing_there(server: Server) -> None:
    done = run("--check", **named(server.endpoint, server.project, server.key))
    assert_all_steps_ok(done)
    assert server.key not in done.stdout
    made = re.search(r"in the bucket (demo-check-\w+)", done.stdout)
    assert made
    answer = requests.get(
        f"{server.endpoint}/storage/buckets/{made[1]}",
        headers={"X-Appwrite-Project": server.project, "X-Appwrite-Key": server.key},
        timeout=30,
    )
    assert answer.status_code == 404


def test_the_check_fails_when_the_server_is_down(occupied: int) -> None:
    done = run("--check", **named(f"http://127.0.0.1:{occupied}/v1", "demo", KEY))
    assert done.returncode == 1
    (failed,) = taken(done.stdout, "FAILED")
    assert failed.startswith(STEPS[0])
    assert "the page says: Appwrite cannot be reached, so nothing was saved." in done.stdout
    assert "The demo does not work" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_check_fails_when_the_key_is_refused(server: Server) -> None:
    done = run("--check", **named(server.endpoint, server.project, KEY))
    assert done.returncode == 1
    (failed,) = taken(done.stdout, "FAILED")
    assert failed.startswith(STEPS[0])
    assert "the page says: Appwrite did not let the site store the file" in done.stdout
    assert "APPWRITE_API_KEY" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_a_server_named_in_part_is_an_error_that_says_what_is_missing() -> None:
    done = run("--check", APPWRITE_API_ENDPOINT="http://127.0.0.1/v1", APPWRITE_API_KEY=KEY)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(
        "run.py: error: APPWRITE_PROJECT_ID, APPWRITE_BUCKET_ID missing: set all of"
    )
    assert KEY not in done.stderr


def test_a_wrong_setting_is_an_error_that_names_it() -> None:
    done = run("--check", **named("localhost/v1", "demo", KEY))
    assert done.returncode == 1
    assert "APPWRITE_API_ENDPOINT" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_a_taken_port_is_one_line_that_says_port() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        done = run("--port", str(listener.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_serves_until_interrupted_and_keeps_its_files_where_it_was_told(tmp_path: Path) -> None:
    with serving(tmp_path) as (address, process):
        page = requests.get(address, timeout=30)
        assert page.status_code == 200
        assert "Add a picture" in page.text
        admin = requests.get(f"{address}admin/", timeout=30)
        assert "login-form" in admin.text
        style = requests.get(f"{address}static/admin/css/base.css", timeout=30)
        assert style.status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert process.stdout is not None
        assert process.stdout.read().endswith("Stopped.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["appwrite-data", "db.sqlite3"]
