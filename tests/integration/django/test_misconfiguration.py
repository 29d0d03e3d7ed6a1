"""What a site is told that is set up wrongly; it is never told that a file is absent."""

from __future__ import annotations

import contextlib
import json
import logging
import pickle
import socket
import traceback
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.migrations.writer import MigrationWriter
from django.test import override_settings

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.domain.errors import (
    AccessDenied,
    CloudStorageError,
    FileMissing,
    Misconfigured,
    NotFound,
    Unavailable,
)
from cloud_storages.emulator import Emulator, Fault
from tests.unit.django.contract.sites import default_storage_is, needs_storages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = "misconfiguration"
KEY = f"standard_{uuid.uuid4().hex}"
READ_KEY = f"standard_{uuid.uuid4().hex}"
WRONG_KEY = f"standard_{uuid.uuid4().hex}"
UNKNOWN_KEY = f"dev_{uuid.uuid4().hex}"
SECRETS = [key.partition("_")[2] for key in (KEY, READ_KEY, WRONG_KEY, UNKNOWN_KEY)]

USES: dict[str, Callable[[AppWriteStorage], Any]] = {
    "exists": lambda storage: storage.exists("docs/there.txt"),
    "exists, in the root": lambda storage: storage.exists("there.txt"),
    "open": lambda storage: storage.open("docs/there.txt"),
    "size": lambda storage: storage.size("docs/there.txt"),
    "created": lambda storage: storage.get_created_time("docs/there.txt"),
    "listdir": lambda storage: storage.listdir("docs"),
    "listdir of the root": lambda storage: storage.listdir(""),
    "delete": lambda storage: storage.delete("docs/there.txt"),
    "delete of what is missing": lambda storage: storage.delete("docs/missing.txt"),
    "exists of what is missing": lambda storage: storage.exists("docs/missing.txt"),
    "save": lambda storage: storage.save("docs/new.txt", ContentFile(b"new")),
    "save a large file": lambda storage: storage.save(
        "docs/new.bin", ContentFile(bytes(6_000_000))
    ),
    "open to append": lambda storage: storage.open("docs/there.txt", "ab"),
}


@pytest.fixture(scope="module")
def installation() -> Iterator[Emulator]:
    """An installation with private files, to which a misconfigured site has no access."""
    with Emulator(project=PROJECT, key=KEY, read_key=READ_KEY) as running:
        yield running


@pytest.fixture
def right(installation: Emulator) -> Iterator[dict[str, Any]]:
    """The options that are right; files are there."""
    options = {
        "endpoint": installation.endpoint,
        "project_id": PROJECT,
        "api_key": KEY,
        "bucket_id": "media",
        "access": "private",
        "retries": 0,
    }
    storage = AppWriteStorage(**options)
    with contextlib.suppress(FileExistsError):
        for name in ("docs/there.txt", "there.txt"):
            with storage.open(name, "xb") as file:
                file.write(b"content")
    installation.traffic.clear()
    yield options
    installation.clear_faults()
    assert storage.exists("docs/there.txt")


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def refused(use: Callable[[AppWriteStorage], Any], options: dict[str, Any]) -> CloudStorageError:
    """Return the error of a use, having made sure that it gives no secret away."""
    with pytest.raises(CloudStorageError) as caught:
        use(AppWriteStorage(**options))
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.location) == (type(error), str(error), error.location)
    shown = [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
    shown += traceback.format_exception(error)
    assert not any(secret in text for text in shown for secret in SECRETS)
    return error


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.get_records("call"):
        shown = f"{record.getMessage()}{record.__dict__}"
        assert not any(secret in shown for secret in SECRETS)


def test_requests_are_logged_and_no_key_with_them(
    right: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    AppWriteStorage(**right).exists("docs/there.txt")

    assert any(record.name.startswith("urllib3") for record in caplog.records)
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize("use", USES)
class TestEveryUse:
    def test_with_an_endpoint_without_its_version_names_the_setting(
        self, right: dict[str, Any], use: str
    ) -> None:
        endpoint = right["endpoint"].removesuffix("/v1")

        error = refused(USES[use], {**right, "endpoint": endpoint})

        assert isinstance(error, Misconfigured)
        assert "APPWRITE_API_ENDPOINT" in str(error)
        assert "'/v1'" in str(error)
        assert error.temporary is False

    def test_with_a_wrong_project_names_the_setting(self, right: dict[str, Any], use: str) -> None:
        error = refused(USES[use], {**right, "project_id": "another"})

        assert isinstance(error, Misconfigured)
        assert "APPWRITE_PROJECT_ID" in str(error)
        assert error.temporary is False

    @pytest.mark.parametrize(
        "key",
        [WRONG_KEY, UNKNOWN_KEY, "nothing-like-a-key"],
        ids=["of a known kind", "of an unknown kind", "of no kind"],
    )
    def test_with_a_wrong_key_names_the_setting(
        self, right: dict[str, Any], use: str, key: str
    ) -> None:
        error = refused(USES[use], {**right, "api_key": key})

        assert isinstance(error, AccessDenied)
        assert isinstance(error, PermissionError)
        assert "APPWRITE_API_KEY" in str(error)
        assert error.temporary is False

    def test_without_a_server_names_the_setting_and_may_be_repeated(
        self, right: dict[str, Any], use: str, closed_port: int
    ) -> None:
        endpoint = f"http://127.0.0.1:{closed_port}/v1"

        error = refused(USES[use], {**right, "endpoint": endpoint})

        assert isinstance(error, Unavailable)
        assert isinstance(error, OSError)
        assert "APPWRITE_API_ENDPOINT" in str(error)
        assert endpoint in str(error)
        assert error.temporary is True

    def test_that_is_redirected_names_the_setting_and_follows_nobody(
        self, right: dict[str, Any], installation: Emulator, use: str
    ) -> None:
        elsewhere = {"Location": f"{installation.endpoint}/elsewhere?token=secret"}
        installation.inject(Fault(status=301, headers=elsewhere, times=100))

        error = refused(USES[use], right)

        assert isinstance(error, Misconfigured)
        assert "APPWRITE_API_ENDPOINT" in str(error)
        assert f"{installation.endpoint}/elsewhere" in str(error)
        assert "token" not in str(error)
        assert not any("elsewhere" in each.path for each in installation.traffic.exchanges)

    def test_of_a_web_page_in_place_of_appwrite_names_the_setting(
        self, right: dict[str, Any], installation: Emulator, use: str
    ) -> None:
        page = {"Content-Type": "text/html; charset=utf-8"}
        installation.inject(Fault(status=200, headers=page, body=b"<p>Welcome!</p>", times=100))

        error = refused(USES[use], right)

        assert isinstance(error, Misconfigured)
        assert "APPWRITE_API_ENDPOINT" in str(error)

    def test_never_takes_a_failing_server_for_an_absent_file(
        self, right: dict[str, Any], installation: Emulator, use: str
    ) -> None:
        installation.inject(Fault(status=503, times=100))

        error = refused(USES[use], right)

        assert isinstance(error, Unavailable)
        assert not isinstance(error, NotFound)
        assert error.temporary is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"project_id": "another"},
        {"api_key": WRONG_KEY},
        {"api_key": UNKNOWN_KEY},
        {"endpoint": "http://127.0.0.1:9/v1"},
    ],
    ids=["wrong project", "wrong key", "key of an unknown kind", "no server"],
)
def test_the_url_of_a_public_file_is_rendered_all_the_same(
    right: dict[str, Any], wrong: dict[str, str]
) -> None:
    url = AppWriteStorage(**{**right, **wrong, "access": "public"}).url("docs/there.txt")

    assert "/storage/buckets/docs/files/there.txt/view?project=" in url


def test_a_slash_at_the_end_of_the_endpoint_works(right: dict[str, Any]) -> None:
    storage = AppWriteStorage(**{**right, "endpoint": right["endpoint"] + "/"})

    with storage.open("docs/there.txt") as file:
        assert file.read() == b"content"


def test_spaces_around_the_key_work(right: dict[str, Any]) -> None:
    assert AppWriteStorage(**{**right, "api_key": f" {KEY}\n"}).exists("docs/there.txt")


@pytest.mark.parametrize("use", ["exists", "save", "open", "delete"])
@pytest.mark.parametrize("fault", ["no server", "wrong key", "no answer", "refusal"])
def test_a_traceback_with_variables_shows_no_key(
    right: dict[str, Any], installation: Emulator, closed_port: int, use: str, fault: str
) -> None:
    # As Django's debug page and error trackers record them.
    options = dict(right)
    if fault == "no server":
        options["endpoint"] = f"http://127.0.0.1:{closed_port}/v1"
    elif fault == "wrong key":
        options["api_key"] = WRONG_KEY
    elif fault == "no answer":
        installation.inject(Fault(drop="before", times=100))
    else:
        installation.inject(Fault(status=503, times=100))

    with pytest.raises(CloudStorageError) as caught:
        USES[use](AppWriteStorage(**options))

    below = caught.value.__traceback__
    while below is not None and below.tb_frame.f_code.co_filename == __file__:
        below = below.tb_next  # the frames of this module know the keys
    told = traceback.TracebackException(
        type(caught.value), caught.value, below, capture_locals=True
    )
    shown = "".join(told.format())
    assert "api_key='***'" in shown
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.parametrize(
    ("option", "value"),
    [("api_key", f"{KEY[:20]}\n{KEY[20:]}"), ("api_key", f"{KEY}…"), ("project_id", "a\nb")],
    ids=["key with a newline", "key with an ellipsis", "project with a newline"],
)
def test_what_no_header_can_carry_is_told_without_the_key(
    right: dict[str, Any], option: str, value: str
) -> None:
    with pytest.raises(Exception, match=f"(?i){option}") as caught:
        AppWriteStorage(**{**right, option: value}).exists("docs/there.txt")

    shown = "".join(traceback.format_exception(caught.value))
    assert KEY[:20] not in shown.replace(__file__, "")


class TestAKeyThatMayOnlyRead:
    @pytest.fixture
    def storage(self, right: dict[str, Any]) -> AppWriteStorage:
        return AppWriteStorage(**{**right, "api_key": READ_KEY})

    def test_reads(self, storage: AppWriteStorage) -> None:
        assert storage.exists("docs/there.txt")
        assert not storage.exists("docs/missing.txt")
        assert not storage.exists("missing/there.txt")
        assert storage.size("docs/there.txt") == 7
        assert "there.txt" in storage.listdir("docs")[1]
        assert "docs" in storage.listdir("")[0]
        with storage.open("docs/there.txt") as file:
            assert file.read() == b"content"
        with pytest.raises(FileMissing):
            storage.open("docs/missing.txt")

    @pytest.mark.parametrize(
        "use", ["save", "save a large file", "delete", "delete of what is missing"]
    )
    def test_is_told_which_scope_it_lacks(self, right: dict[str, Any], use: str) -> None:
        error = refused(USES[use], {**right, "api_key": READ_KEY})

        assert isinstance(error, AccessDenied)
        assert "APPWRITE_API_KEY" in str(error)
        assert "'files.write'" in str(error)

    def test_is_told_that_it_may_not_create_buckets(self, right: dict[str, Any]) -> None:
        error = refused(
            lambda storage: storage.save("missing/new.txt", ContentFile(b"x")),
            {**right, "api_key": READ_KEY},
        )

        assert isinstance(error, AccessDenied)
        assert "APPWRITE_API_KEY" in str(error)
        assert ".write'" in str(error)


class TestAKeyForFilesOnly:
    @pytest.fixture
    def storage(self, right: dict[str, Any], installation: Emulator) -> AppWriteStorage:
        """Return a storage whose key has no right to anything about buckets."""
        refusal = {
            "message": "app.site (role: applications) missing scopes",
            "code": 401,
            "type": "general_unauthorized_scope",
        }
        installation.inject(
            Fault(
                path=r"/storage/buckets(/[^/]+)?$",
                status=401,
                headers={"Content-Type": "application/json"},
                body=json.dumps(refusal).encode(),
                times=1000,
            )
        )
        return AppWriteStorage(**right)

    def test_works_wherever_the_buckets_exist(self, storage: AppWriteStorage) -> None:
        names = [storage.save("docs/a.txt", ContentFile(content)) for content in (b"1", b"2")]

        for name, content in zip(names, (b"1", b"2"), strict=True):
            with storage.open(name) as file:
                assert file.read() == content
            assert storage.size(name) == 1
            assert name.rpartition("/")[2] in storage.listdir("docs")[1]
            storage.delete(name)
            assert not storage.exists(name)

    def test_replaces_files(self, right: dict[str, Any], storage: AppWriteStorage) -> None:
        overwriting = AppWriteStorage(**right, overwrite=True)
        names = [overwriting.save("docs/r.txt", ContentFile(content)) for content in (b"1", b"2")]

        assert names == ["docs/r.txt"] * 2
        with storage.open("docs/r.txt") as file:
            assert file.read() == b"2"
        storage.delete("docs/r.txt")

    @pytest.mark.parametrize(
        ("use", "scope"),
        [
            (lambda storage: storage.save("missing/a.txt", ContentFile(b"x")), "buckets.read"),
            (lambda storage: storage.listdir(""), "buckets.read"),
            (lambda storage: storage.listdir("missing"), "buckets.read"),
        ],
        ids=["save", "list the root", "list a missing directory"],
    )
    def test_is_told_which_scope_it_lacks_otherwise(
        self, storage: AppWriteStorage, use: Callable[[AppWriteStorage], Any], scope: str
    ) -> None:
        with pytest.raises(AccessDenied) as caught:
            use(storage)

        assert repr(scope) in str(caught.value)
        assert "APPWRITE_API_KEY" in str(caught.value)


def test_a_missing_default_bucket_that_may_not_be_created_names_the_setting(
    right: dict[str, Any],
) -> None:
    options = {**right, "bucket_id": "missing", "create_buckets": False}

    for use in ("exists, in the root", "listdir of the root"):
        error = refused(USES[use], options)
        assert isinstance(error, Misconfigured)
        assert "APPWRITE_BUCKET_ID" in str(error)


def test_a_missing_mapped_bucket_that_may_not_be_created_names_the_setting(
    right: dict[str, Any],
) -> None:
    options = {**right, "buckets": {"docs": "missing"}, "create_buckets": False}

    for use in ("exists", "open", "save"):
        error = refused(USES[use], options)
        assert isinstance(error, Misconfigured)
        assert "APPWRITE_BUCKETS" in str(error)


def test_two_buckets_of_one_name_are_told_with_what_to_write(
    right: dict[str, Any], installation: Emulator
) -> None:
    headers = {"X-Appwrite-Project": PROJECT, "X-Appwrite-Key": KEY}
    for bucket_id in ("twins-1", "twins-2"):
        requests.post(
            f"{installation.endpoint}/storage/buckets",
            json={"bucketId": bucket_id, "name": "My Twins"},
            headers=headers,
            timeout=30,
        )

    error = refused(lambda storage: storage.exists("My Twins/a.txt"), right)

    assert isinstance(error, Misconfigured)
    assert "APPWRITE_BUCKETS" in str(error)
    assert "'twins-1'" in str(error)
    storage = AppWriteStorage(**right, buckets={"My Twins": "twins-2"})
    assert storage.save("My Twins/a.txt", ContentFile(b"x")) == "My Twins/a.txt"


def test_private_files_are_private(right: dict[str, Any]) -> None:
    plain = AppWriteStorage(**{**right, "access": "public"}).url("docs/there.txt")

    answer = requests.get(plain, timeout=30)

    assert answer.status_code in (401, 404)
    assert b"content" not in answer.content


def test_migrations_and_pickles_of_a_storage_in_use_hold_no_key(right: dict[str, Any]) -> None:
    storage = AppWriteStorage(**right)
    assert storage.exists("docs/there.txt")

    shown = [
        MigrationWriter.serialize(storage)[0],
        repr(pickle.dumps(storage)),
        repr(storage),
        repr(storage.options),
        repr(vars(storage)),
        repr(vars(storage.service)),
        repr(vars(storage.service._store)),
        repr(vars(storage.service._store._gateway)),
    ]

    assert all(len(text) > 10 for text in shown)
    assert not any(secret in text for text in shown for secret in SECRETS)


def test_a_field_storage_made_before_the_settings_uses_them(right: dict[str, Any]) -> None:
    storage = AppWriteStorage(overwrite=True)

    with override_settings(
        APPWRITE_API_ENDPOINT=right["endpoint"],
        APPWRITE_PROJECT_ID=PROJECT,
        APPWRITE_API_KEY=KEY,
        APPWRITE_BUCKET_ID="media",
        APPWRITE_ACCESS="private",
    ):
        assert storage.save("docs/settings.txt", ContentFile(b"x")) == "docs/settings.txt"
        assert storage.exists("docs/settings.txt")
        with override_settings(APPWRITE_BUCKET_ID="another"):
            assert not storage.exists("there.txt")
        assert storage.exists("there.txt")
        with override_settings(APPWRITE_API_KEY=WRONG_KEY), pytest.raises(AccessDenied):
            storage.exists("there.txt")


@needs_storages
def test_aliases_with_keys_of_their_own_do_not_mix(right: dict[str, Any]) -> None:
    from django.conf import settings
    from django.core.files.storage import storages

    dotted = "cloud_storages.backends.appwrite.AppWriteStorage"
    aliases = {
        "reading": {"BACKEND": dotted, "OPTIONS": {**right, "api_key": READ_KEY}},
        "writing": {"BACKEND": dotted, "OPTIONS": right},
    }
    with override_settings(STORAGES={**settings.STORAGES, **aliases}):
        name = storages["writing"].save("docs/alias.txt", ContentFile(b"x"))
        assert storages["reading"].exists(name)
        with pytest.raises(AccessDenied):
            storages["reading"].delete(name)
        storages["writing"].delete(name)


def test_checks_make_no_request(right: dict[str, Any], installation: Emulator) -> None:
    with default_storage_is("cloud_storages.backends.appwrite.AppWriteStorage", **right):
        messages = run_checks(tags=["cloud_storages"])
        assert [message.id for message in messages] == ["cloud_storages.W001"]
        assert installation.traffic.exchanges == ()

        assert default_storage.exists("docs/there.txt")
        assert len(installation.traffic.exchanges) == 1
