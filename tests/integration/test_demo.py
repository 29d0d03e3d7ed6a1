"""The demo does what it shows, and says what is wrong when it cannot."""

from __future__ import annotations

import html
import io
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
from PIL import Image

from cloud_storages.emulator import Emulator
from tests.demo import ROOT, RUN, environment, naming, serving

if TYPE_CHECKING:
    from tests.conftest import Server

pytestmark = pytest.mark.once

STEPS = (
    "a picture is uploaded through the form",
    "anybody gets its bytes, and a preview that is smaller",
    "it is replaced, the page shows the new one, the old one is gone",
    "an attachment is added and anybody gets its bytes",
    "the admin lists the entry with its picture",
    "the entry is deleted, and its files are gone from Appwrite",
    "a private picture opens with the page's link, and not without",
    "a link to it is shared and opens it",
    "it is deleted, and no link opens it any more",
)
KEY = "standard_this-is-never-printed"


def run(*arguments: str, **named: str) -> subprocess.CompletedProcess[str]:
    """Run the demo with a server named in the environment, or none."""
    return subprocess.run(
        [sys.executable, RUN, *arguments],
        env=environment(**named),
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def taken(output: str, result: str) -> list[str]:
    """Return the steps with this result."""
    return [
        line.removeprefix(result).strip() for line in output.splitlines() if line.startswith(result)
    ]


def titles(page: requests.Response) -> list[str]:
    """Return the titles of the pictures on a page of the demo."""
    return re.findall(r"<h2>(.+)</h2>", page.text)


def token_on(page: requests.Response) -> dict[str, str]:
    """Return what Django wants to have back with every form."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found
    return {"csrfmiddlewaretoken": found[1]}


def upload(visitor: requests.Session, address: str, album: str, title: str) -> None:
    """Send an album's form, without looking at the album before or after."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    sent = {**token_on(visitor.get(f"{address}photos/", timeout=30)), "title": title}
    files = {"picture": ("picture.png", picture.getvalue())}
    answer = visitor.post(
        f"{address}{album}/", data=sent, files=files, timeout=30, allow_redirects=False
    )
    assert answer.status_code == 302


def delete(visitor: requests.Session, address: str, title: str) -> None:
    """Delete a picture through its page."""
    album = visitor.get(address, timeout=30)
    link = re.search(rf'href="/(photos/\d+/)">(?:(?!</a>).)*<h2>{title}<', album.text, re.DOTALL)
    assert link
    page = f"{address}{link[1]}"
    sent = token_on(visitor.get(page, timeout=30))
    assert visitor.post(f"{page}delete/", data=sent, timeout=30).status_code == 200


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
    done = run("--check", **naming(server.endpoint, server.project, server.key))
    assert_all_steps_ok(done)
    assert server.key not in done.stdout
    made = re.search(r"in the bucket (demo-check-\w+)", done.stdout)
    assert made
    for bucket in (made[1], f"{made[1]}-private"):
        answer = requests.get(
            f"{server.endpoint}/storage/buckets/{bucket}",
            headers={"X-Appwrite-Project": server.project, "X-Appwrite-Key": server.key},
            timeout=30,
        )
        assert answer.status_code == 404


def test_the_check_fails_when_the_server_is_down(occupied: int) -> None:
    done = run("--check", **naming(f"http://127.0.0.1:{occupied}/v1", "demo", KEY))
    assert done.returncode == 1
    (failed,) = taken(done.stdout, "FAILED")
    assert failed.startswith(STEPS[0])
    assert "the page says: Appwrite cannot be reached, so nothing was saved." in done.stdout
    assert "The demo does not work" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_check_fails_when_the_key_is_refused(server: Server) -> None:
    done = run("--check", **naming(server.endpoint, server.project, KEY))
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
    done = run("--check", **naming("localhost/v1", "demo", KEY))
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


def test_a_new_gallery_is_not_empty_and_stays_as_its_visitors_leave_it(tmp_path: Path) -> None:
    with serving(tmp_path) as (address, _), requests.Session() as visitor:
        for album in ("photos", "private"):
            page = visitor.get(f"{address}{album}/", timeout=30)
            pictures = re.findall(r'<img src="([^"]+)"', page.text)
            assert len(pictures) >= 3
            for picture in pictures:
                assert requests.get(html.unescape(picture), timeout=30).status_code == 200
        before = titles(visitor.get(address, timeout=30))
        delete(visitor, address, before[0])
    with serving(tmp_path) as (address, _):
        assert titles(requests.get(address, timeout=30)) == before[1:]


def test_a_named_server_is_left_as_it_is(server: Server, tmp_path: Path) -> None:
    named = naming(server.endpoint, server.project, server.key)
    with serving(tmp_path, **named) as (address, _):
        assert "No pictures yet" in requests.get(address, timeout=30).text


@pytest.mark.parametrize(("album", "asked"), [("photos", []), ("private", ["POST"] * 3)])
def test_an_album_asks_appwrite_once_for_each_private_picture_and_never_for_others(
    tmp_path: Path, album: str, asked: list[str]
) -> None:
    with (
        Emulator(project="demo", key=KEY) as appwrite,
        serving(tmp_path, **naming(appwrite.endpoint, "demo", KEY)) as (address, _),
        requests.Session() as visitor,
    ):
        for number in range(3):
            upload(visitor, address, album, f"Picture {number}")
        appwrite.traffic.clear()
        for _ in range(2):
            page = visitor.get(f"{address}{album}/", timeout=30)
            assert page.text.count("<img ") == 3
        assert [exchange.method for exchange in appwrite.traffic.exchanges] == asked


def test_a_server_without_tokens_keeps_the_private_album_closed_and_says_why(
    tmp_path: Path,
) -> None:
    with (
        Emulator(project="demo", key=KEY, server_version="1.6.2") as old,
        serving(tmp_path, **naming(old.endpoint, "demo", KEY)) as (address, _),
        requests.Session() as visitor,
    ):
        upload(visitor, address, "private", "A secret")
        page = visitor.get(f"{address}private/", timeout=30)
        assert page.status_code == 503
        (told,) = re.findall(r'role="alert">(.+)</p>', page.text)
        assert told.startswith("These pictures cannot be shown.")
        assert "File tokens came with Appwrite 1.7" in told
        assert visitor.get(f"{address}photos/", timeout=30).status_code == 200


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
