"""What a stranger gets over HTTP for the URLs of a storage, and what they cost."""

from __future__ import annotations

import io
import logging
import traceback
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from PIL import Image

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.domain.errors import AccessDenied, CloudStorageError, Misconfigured
from cloud_storages.emulator import Emulator, Fault
from tests.unit.django.contract.sites import default_storage_is

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.backends.base import CloudStorage
    from tests.conftest import Server

    Make = Callable[..., CloudStorage]

KEY = f"standard_{uuid.uuid4().hex}"
READ_KEY = f"standard_{uuid.uuid4().hex}"
DOTTED = "cloud_storages.backends.appwrite.AppWriteStorage"
REFUSED = (401, 404)


def picture(width: int = 640, height: int = 480) -> ContentFile:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(drawn, "JPEG")
    return ContentFile(drawn.getvalue())


def stranger(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=30)


def size_of(answer: requests.Response) -> tuple[int, int]:
    assert answer.status_code == 200, answer.text
    with Image.open(io.BytesIO(answer.content)) as shown:
        return shown.size


@pytest.fixture
def private(make: Make) -> CloudStorage:
    return make(access="private", layout="path")


class TestWhatAStrangerGets:
    def test_for_a_private_file_with_its_token_the_file(self, private: CloudStorage) -> None:
        private.save("albums/a.txt", ContentFile(b"for few"))

        answer = stranger(private.url("albums/a.txt"))

        assert (answer.status_code, answer.content) == (200, b"for few")
        part = stranger(private.url("albums/a.txt"), Range="bytes=0-2")
        assert (part.status_code, part.content) == (206, b"for")

    def test_for_a_download_an_attachment(self, private: CloudStorage) -> None:
        private.save("albums/a.txt", ContentFile(b"for few"))

        answer = stranger(private.url("albums/a.txt", download=True))

        assert answer.content == b"for few"
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_for_a_private_file_without_a_token_nothing(self, private: CloudStorage) -> None:
        private.save("albums/a.txt", ContentFile(b"for few"))
        plain, _, _ = private.url("albums/a.txt").partition("&token=")

        answer = stranger(plain)

        assert answer.status_code in REFUSED
        assert b"for few" not in answer.content

    def test_for_a_private_file_with_another_files_token_nothing(
        self, private: CloudStorage
    ) -> None:
        for name in ("albums/a.txt", "albums/b.txt"):
            private.save(name, ContentFile(b"for few"))
        plain, _, _ = private.url("albums/a.txt").partition("&token=")
        _, _, token = private.url("albums/b.txt").partition("&token=")

        answer = stranger(f"{plain}&token={token}")

        assert answer.status_code == 401
        assert b"for few" not in answer.content

    def test_for_an_expired_url_nothing(self, private: CloudStorage, emulator: Emulator) -> None:
        private.save("albums/a.txt", ContentFile(b"for few"))
        url = private.url("albums/a.txt", expires=60)

        with emulator.ahead(55):
            assert stranger(url).content == b"for few"
        with emulator.ahead(61):
            answer = stranger(url)

        assert answer.status_code in REFUSED
        assert b"for few" not in answer.content

    def test_after_deletion_nothing_and_after_another_save_the_new_file_by_its_new_url(
        self, private: CloudStorage
    ) -> None:
        private.save("albums/a.txt", ContentFile(b"for few"))
        old = private.url("albums/a.txt")
        private.delete("albums/a.txt")
        assert stranger(old).status_code in REFUSED
        assert stranger(private.url("albums/a.txt")).status_code in REFUSED

        private.save("albums/a.txt", ContentFile(b"for fewer"))

        assert stranger(private.url("albums/a.txt")).content == b"for fewer"
        assert stranger(old).status_code in REFUSED

    def test_after_a_replacement_the_new_file_by_its_new_url_only(self, make: Make) -> None:
        storage = make(access="private", layout="path", overwrite=True)
        storage.save("albums/a.txt", ContentFile(b"old"))
        old = storage.url("albums/a.txt")

        storage.save("albums/a.txt", ContentFile(b"new"))

        assert stranger(storage.url("albums/a.txt")).content == b"new"
        assert stranger(old).status_code in REFUSED

    def test_for_a_private_picture_its_previews_by_token_only(self, private: CloudStorage) -> None:
        private.save("albums/a.jpg", picture())
        url = private.preview_url("albums/a.jpg", width=320)

        assert size_of(stranger(url)) == (320, 240)
        assert stranger(url.partition("&token=")[0]).status_code in REFUSED


@pytest.mark.parametrize("output", ["jpg", "png", "webp", "gif"])
def test_a_preview_has_the_size_and_format_wished(make: Make, folder: str, output: str) -> None:
    storage = make()
    name = storage.save(f"{folder}/a.jpg", picture())

    answer = stranger(storage.preview_url(name, width=200, height=100, output=output))

    assert size_of(answer) == (200, 100)
    kind = "jpeg" if output == "jpg" else output
    assert answer.headers["Content-Type"] == f"image/{kind}"


def test_the_server_takes_every_wish_at_its_limits(make: Make, folder: str) -> None:
    storage = make()
    name = storage.save(f"{folder}/a.jpg", picture(8, 8))
    limits: list[dict[str, Any]] = [
        {"width": 1, "height": 1, "quality": 0, "opacity": 0, "rotation": -360},
        {"width": 4000, "quality": 100, "opacity": 1, "rotation": 360},
        {"border_width": 100, "border_color": "#fc0", "background": "ffcc00"},
        {"width": 100, "border_radius": 4000, "gravity": "bottom-right", "output": "png"},
    ]

    for wishes in limits:
        assert stranger(storage.preview_url(name, **wishes)).status_code == 200, wishes


def test_a_replaced_picture_has_another_url_that_shows_the_new_one(make: Make, folder: str) -> None:
    storage = make(overwrite=True)
    urls = []
    for width in (64, 128):
        storage.save(f"{folder}/a.jpg", picture(width, 10))
        urls.append(storage.url(f"{folder}/a.jpg"))

    assert urls[0] != urls[1]
    assert all("&v=" in url for url in urls)
    assert size_of(stranger(urls[1])) == (128, 10)


def test_a_version_changes_nothing_of_how_a_preview_looks(make: Make, folder: str) -> None:
    storage = make(overwrite=True)
    name = storage.save(f"{folder}/a.jpg", picture())
    versioned = storage.preview_url(name, width=64)
    plain = make().preview_url(name, width=64)

    assert versioned != plain
    assert stranger(versioned).content == stranger(plain).content


@pytest.fixture
def fifty(private: CloudStorage) -> list[str]:
    return [
        private.save(f"albums/{number}.jpg", ContentFile(str(number).encode()))
        for number in range(50)
    ]


class TestAPageOfFiftyPictures:
    def test_public_costs_nothing(self, make: Make, fifty: list[str], emulator: Emulator) -> None:
        storage = make(layout="path")
        emulator.traffic.clear()

        for name in fifty:
            storage.preview_url(name, width=320)
        assert len(storage.urls(fifty)) == 50

        assert not emulator.traffic.exchanges

    def test_private_and_cold_costs_a_token_each(
        self, private: CloudStorage, fifty: list[str], emulator: Emulator
    ) -> None:
        emulator.traffic.clear()

        private.urls(fifty)
        for name in fifty:
            private.preview_url(name, width=320)

        assert {exchange.method for exchange in emulator.traffic.exchanges} == {"POST"}
        assert len(emulator.traffic.exchanges) == 50

    def test_private_and_warm_costs_nothing_in_any_process(
        self, make: Make, private: CloudStorage, fifty: list[str], emulator: Emulator
    ) -> None:
        cold = private.urls(fifty)
        emulator.traffic.clear()

        assert make(access="private", layout="path").urls(fifty) == cold
        assert not emulator.traffic.exchanges

    def test_overwritten_and_cold_costs_one_look(
        self, make: Make, fifty: list[str], emulator: Emulator
    ) -> None:
        storage = make(layout="path", overwrite=True)
        cache.clear()
        emulator.traffic.clear()

        cold = storage.urls(fifty)
        assert len(emulator.traffic.exchanges) == 1
        assert all("&v=" in url for url in cold.values())

        assert make(layout="path", overwrite=True).urls(fifty) == cold
        assert len(emulator.traffic.exchanges) == 1


@pytest.fixture(scope="module")
def installation() -> Iterator[Emulator]:
    with Emulator(project="links", key=KEY, read_key=READ_KEY) as running:
        yield running


@pytest.fixture
def right(installation: Emulator) -> Iterator[dict[str, Any]]:
    given = {
        "endpoint": installation.endpoint,
        "project_id": "links",
        "api_key": KEY,
        "bucket_id": f"b{uuid.uuid4().hex[:20]}",
        "access": "private",
        "layout": "path",
        "retries": 0,
    }
    AppWriteStorage(**given).save("a.txt", ContentFile(b"for few"))
    installation.traffic.clear()
    yield given
    installation.clear_faults()


class TestWhereThereAreNoTokens:
    def test_a_key_without_the_scope_is_told_which(self, right: dict[str, Any]) -> None:
        storage = AppWriteStorage(**{**right, "api_key": READ_KEY})

        for ask in (storage.url, storage.preview_url, lambda name: storage.urls([name])):
            with pytest.raises(AccessDenied, match=r"'tokens\.write'") as caught:
                ask("a.txt")
            assert isinstance(caught.value, PermissionError)
            assert "APPWRITE_API_KEY" in str(caught.value)

    def test_an_older_server_is_told_as_such(self) -> None:
        with Emulator(project="links", key=KEY, server_version="1.6.2") as old:
            storage = AppWriteStorage(
                endpoint=old.endpoint,
                project_id="links",
                api_key=KEY,
                bucket_id="media",
                access="private",
            )
            storage.save("a.txt", ContentFile(b"for few"))

            with pytest.raises(Misconfigured, match=r"Appwrite 1\.7.*APPWRITE_ACCESS"):
                storage.url("a.txt")

    @pytest.mark.parametrize(
        "wrong", [{"project_id": "another"}, {"api_key": "standard_wrong"}], ids=["project", "key"]
    )
    def test_settings_that_lead_nowhere_are_told(
        self, right: dict[str, Any], wrong: dict[str, str]
    ) -> None:
        with pytest.raises(CloudStorageError, match=r"APPWRITE_(PROJECT_ID|API_KEY)"):
            AppWriteStorage(**{**right, **wrong}).url("a.txt")

    def test_a_server_that_is_down_gives_plain_urls_and_a_warning(
        self, right: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        storage = AppWriteStorage(**{**right, "endpoint": "http://127.0.0.1:9/v1"})

        with caplog.at_level(logging.WARNING, "cloud_storages"):
            urls = storage.urls([f"{number}.txt" for number in range(50)])

        assert len(set(urls.values())) == 50
        assert not any("token" in url for url in urls.values())
        assert len(caplog.records) == 1

    def test_a_busy_server_is_not_asked_by_every_picture_of_a_page(
        self, right: dict[str, Any], installation: Emulator
    ) -> None:
        installation.inject(Fault(status=503, times=100))
        storage = AppWriteStorage(**right, workers=2)

        for number in range(50):
            storage.url(f"{number}.txt")
        storage.urls([f"{number}.jpg" for number in range(50)])

        assert len(installation.traffic.exchanges) == 1

    def test_a_missing_file_has_a_url_that_opens_for_nobody(self, right: dict[str, Any]) -> None:
        url = AppWriteStorage(**right).url("missing.txt")

        assert "token" not in url
        assert stranger(url).status_code in REFUSED

    def test_an_answer_that_is_no_token_is_told(
        self, right: dict[str, Any], installation: Emulator
    ) -> None:
        json = {"Content-Type": "application/json"}
        fault = Fault(method="POST", status=201, headers=json, body=b'{"hello": "world"}')
        installation.inject(fault)

        with pytest.raises(Misconfigured, match="APPWRITE_API_ENDPOINT"):
            AppWriteStorage(**right).url("a.txt")


def refused(storage: AppWriteStorage, names: list[str]) -> AccessDenied:
    with pytest.raises(AccessDenied) as caught:
        storage.urls(names)
    return caught.value


def test_no_secret_is_logged_or_raised(
    right: dict[str, Any], installation: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    storage = AppWriteStorage(**right)
    with caplog.at_level(logging.DEBUG):
        url = storage.url("a.txt")
        storage.url("missing.txt")
        installation.inject(Fault(status=503))
        storage.url("b.txt")
    secret = url.partition("&token=")[2]
    error = refused(AppWriteStorage(**{**right, "api_key": READ_KEY}), ["a.txt", "c.txt"])
    told = traceback.TracebackException.from_exception(error, capture_locals=True)

    assert len(secret) > 100
    assert len(caplog.records) > 3
    shown = caplog.text + "".join(told.format()) + repr(storage) + repr(vars(storage.service))
    for part in (secret, secret.rpartition(".")[2], KEY, READ_KEY):
        assert part not in shown


class TestTheDeployCheck:
    def messages(self, **options: Any) -> dict[str, str]:
        with default_storage_is(DOTTED, **options):
            found = run_checks(tags=["cloud_storages"], include_deployment_checks=True)
        told = {
            str(message.id).partition(".")[2]: f"{message.msg} {message.hint}" for message in found
        }
        return {
            name: text for name, text in told.items() if name.startswith("W0") and name > "W006"
        }

    def bucket(self, given: dict[str, Any], *readers: str, **settings: Any) -> None:
        url = f"{given['endpoint']}/storage/buckets"
        headers = {"X-Appwrite-Project": given["project_id"], "X-Appwrite-Key": given["api_key"]}
        requests.delete(f"{url}/{given['bucket_id']}", headers=headers, timeout=30)
        document = {
            "bucketId": given["bucket_id"],
            "name": "there before",
            "permissions": [f'read("{each}")' for each in readers],
            **settings,
        }
        requests.post(url, json=document, headers=headers, timeout=30).raise_for_status()

    @pytest.mark.parametrize("reader", ["any", "users", "guests"])
    def test_a_bucket_that_strangers_may_read_contradicts_private(
        self, server: Server, options: dict[str, Any], reader: str
    ) -> None:
        given = {**server.options, "bucket_id": options["bucket_id"], "access": "private"}
        self.bucket(given, reader)

        found = self.messages(**given)

        assert f"the bucket {given['bucket_id']!r} may be read by {reader}." in found["W008"]

    def test_a_bucket_that_is_not_for_anyone_contradicts_public(
        self, options: dict[str, Any]
    ) -> None:
        self.bucket(options)

        assert "may not be read by any" in self.messages(**options)["W008"]

    @pytest.mark.parametrize(
        ("access", "readers"), [("public", ["any"]), ("private", []), ("private", ["team:staff"])]
    )
    def test_a_bucket_that_agrees_is_not_told(
        self, options: dict[str, Any], access: str, readers: list[str]
    ) -> None:
        self.bucket(options, *readers)

        # In this layout no bucket of another test is of this site, too.
        assert "W008" not in self.messages(**{**options, "access": access, "layout": "path"})

    def test_a_bucket_that_is_still_to_be_made_is_not_told(self, options: dict[str, Any]) -> None:
        assert self.messages(**options) == {}

    def test_a_bucket_that_shows_no_previews_is_told_unless_none_are_wished(
        self, options: dict[str, Any]
    ) -> None:
        self.bucket(options, "any", transformations=False)

        found = self.messages(**options)
        assert list(found) == ["W010"]
        assert "APPWRITE_TRANSFORMATIONS = False" in found["W010"]
        assert self.messages(**options, transformations=False) == {}

    def test_a_mapped_directory_is_looked_at_too(
        self, options: dict[str, Any], folder: str
    ) -> None:
        self.bucket({**options, "bucket_id": folder})
        mapped = {**options, "buckets": {"photos": folder}}

        assert repr(folder) in self.messages(**mapped)["W008"]
        self.bucket({**options, "bucket_id": folder}, "any")

    def test_a_server_that_does_not_answer_is_told_and_nothing_breaks(
        self, options: dict[str, Any]
    ) -> None:
        found = self.messages(**{**options, "endpoint": "http://127.0.0.1:9/v1"})

        assert list(found) == ["W009"]
        assert "cannot be told" in found["W009"]

    def test_an_incomplete_storage_is_left_to_the_checks_at_start_up(self) -> None:
        assert self.messages(api_key="standard_0123") == {}

    @pytest.mark.parametrize("told", [{"access": "private"}, {"overwrite": True}])
    def test_a_cache_that_processes_do_not_share_is_told(
        self, options: dict[str, Any], told: dict[str, Any]
    ) -> None:
        assert "APPWRITE_CACHE" in self.messages(**{**options, **told})["W007"]

    def test_nothing_is_asked_at_start_up(
        self, options: dict[str, Any], emulator: Emulator
    ) -> None:
        emulator.traffic.clear()
        with default_storage_is(DOTTED, **options):
            run_checks(tags=["cloud_storages"])

        assert not emulator.traffic.exchanges
