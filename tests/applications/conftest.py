"""The site of docs/applications.md on the emulator, with an empty database for each test."""

from __future__ import annotations

import contextlib
import copy
import html
import io
import os
import re
import sqlite3
from collections.abc import Callable, Iterator

import pytest
import requests
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.template import Context, Template
from django.test import Client, override_settings
from PIL import Image

from cloud_storages.emulator import Emulator
from tests.applications import recipes
from tests.conftest import Server

# `make applications` runs these: the applications are in an environment of their own.
IN_THEIR_ENVIRONMENT = os.environ["DJANGO_SETTINGS_MODULE"] == "tests.applications.settings"
collect_ignore_glob = [] if IN_THEIR_ENVIRONMENT else ["test_*.py"]

KEY = "standard_for_the_applications"


def pytest_configure(config: pytest.Config) -> None:
    if IN_THEIR_ENVIRONMENT:
        # Wagtail leaves the temporary files of its renditions to the garbage collector.
        files = "[Uu]nclosed file <(_io.BufferedRandom|tempfile.SpooledTemporaryFile)"
        config.addinivalue_line("filterwarnings", f"ignore:{files}:ResourceWarning")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Emulator(project=settings.APPWRITE_PROJECT_ID, key=KEY) as emulator:
        yield Server(emulator.endpoint, settings.APPWRITE_PROJECT_ID, KEY, emulator)


@pytest.fixture(scope="session")
def _fresh_database() -> Iterator[sqlite3.Connection]:
    """A copy of the database as the migrations leave it."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    with contextlib.closing(sqlite3.connect(":memory:")) as copy:
        connection.connection.backup(copy)
        yield copy
    connection.connection.close()
    connection.connection = None


@pytest.fixture(autouse=True)
def _database(_fresh_database: sqlite3.Connection) -> None:
    _fresh_database.backup(connection.connection)


@pytest.fixture(autouse=True)
def appwrite(server: Server) -> Iterator[Callable[[], list[dict[str, str]]]]:
    """Keep the site's files on the server until the test ends; tells which buckets there are."""
    address = f"{server.endpoint}/storage/buckets"

    def buckets() -> list[dict[str, str]]:
        queries = {"queries[]": '{"method":"limit","values":[1000]}'}
        return session.get(address, params=queries, timeout=30).json()["buckets"]

    with (
        requests.Session() as session,
        override_settings(APPWRITE_API_ENDPOINT=server.endpoint, APPWRITE_API_KEY=server.key),
    ):
        session.headers.update({"X-Appwrite-Project": server.project, "X-Appwrite-Key": server.key})
        yield buckets
        for bucket in buckets():
            session.delete(f"{address}/{bucket['$id']}", timeout=30)


@pytest.fixture
def site() -> Iterator[Callable[..., None]]:
    """Change settings of the site for the rest of the test."""
    with contextlib.ExitStack() as stack:
        yield lambda **changed: stack.enter_context(override_settings(**changed))


@pytest.fixture(params=["path", "last-directory"])
def layout(request: pytest.FixtureRequest, site: Callable[..., None]) -> str:
    site(APPWRITE_LAYOUT=request.param)
    return request.param


@pytest.fixture(params=["public", "private"])
def access(request: pytest.FixtureRequest, site: Callable[..., None]) -> str:
    site(APPWRITE_ACCESS=request.param)
    return request.param


@pytest.fixture
def picture() -> Callable[..., SimpleUploadedFile]:
    """Make an upload: a picture in one colour."""

    def make(name: str = "cat.jpg", colour: str = "red", size=(400, 300)) -> SimpleUploadedFile:
        drawn = io.BytesIO()
        Image.new("RGB", size, colour).save(drawn, "JPEG")
        return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")

    return make


@pytest.fixture
def fetch() -> Callable[[str], bytes]:
    """Return what a browser gets at an address."""

    def fetched(url: str) -> bytes:
        answer = requests.get(url, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.content

    return fetched


@pytest.fixture
def looks(fetch: Callable[[str], bytes]) -> Callable[[str], tuple[int, int, str]]:
    """Return what a browser shows for an address: width, height, and which colour prevails."""

    def told(url: str) -> tuple[int, int, str]:
        with Image.open(io.BytesIO(fetch(url))) as drawn:
            parts = drawn.convert("RGB").getpixel((1, 1))
            colours = dict(zip(parts, ("red", "green", "blue"), strict=True))
            return (*drawn.size, colours[max(parts)])

    return told


@pytest.fixture
def opens() -> Callable[[str], bool]:
    """Tell whether an address shows a file, or nothing: it is gone, or nobody may see it so."""

    def told(url: str) -> bool:
        answer = requests.get(url, timeout=30)
        assert answer.status_code in (200, 401, 404), answer.text
        return answer.status_code == 200

    return told


@pytest.fixture
def page() -> Callable[..., list[str]]:
    """Render a template, and return the addresses of the pictures it shows."""

    def rendered(file: str, **context: object) -> list[str]:
        text = Template(recipes.template(file)).render(Context(context))
        return [html.unescape(found) for found in re.findall(r'<img[^>]* src="([^"]*)"', text)]

    return rendered


@pytest.fixture
def shared(site: Callable[..., None]) -> Callable[..., None]:
    """Let the site keep files that rows share, as the page says, under other settings, too."""

    def share(**changed: object) -> None:
        names = {"STORAGES": copy.deepcopy(settings.STORAGES)}
        recipes.run("settings.py, where rows share files", names)
        site(STORAGES=names["STORAGES"], **changed)

    return share


@pytest.fixture
def editor() -> Client:
    """A browser in which an administrator is logged in."""
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(get_user_model().objects.create_superuser("editor", password="secret"))
    return client
