"""URLs as a site asks for them: of private files, of downloads, of pictures at a size."""

from __future__ import annotations

import datetime as dt
import logging
import pickle
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils import timezone

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.backends.shelf import CacheShelf
from tests.site.models import Document

if TYPE_CHECKING:
    from cloud_storages.backends.base import CloudStorage

APPWRITE = {"api_key": "standard_0123456789", "project_id": "site", "bucket_id": "media"}
LOCMEM = "django.core.cache.backends.locmem.LocMemCache"


class BrokenCache(BaseCache):
    """A cache whose server is down, and whose client says too much about it."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def _fail(self, *_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionError("redis://:password@cache:6379 refused")

    get = set = add = touch = delete = get_many = set_many = _fail


class RefusingCache(LocMemCache):
    """A cache that takes no value, and says so as memcached does: in what it returns."""

    def set_many(self, data: Any, *_args: Any, **_kwargs: Any) -> list[Any]:
        return list(data)


def broken() -> override_settings:
    return override_settings(CACHES={"default": {"BACKEND": f"{__name__}.BrokenCache"}})


@pytest.fixture
def private() -> InMemoryStorage:
    storage = InMemoryStorage(access="private")
    storage.save("docs/a.png", ContentFile(b"content"))
    return storage


def shown(storage: CloudStorage, url: str) -> bytes | None:
    """Return what a stranger sees at a URL."""
    store = InMemoryStorage._store(storage, storage.options)
    return store.visit(url)


class TestPrivateFiles:
    def test_a_url_opens_the_file_to_whoever_has_it(self, private: InMemoryStorage) -> None:
        assert shown(private, private.url("docs/a.png")) == b"content"

    def test_a_page_shows_the_same_url_again(self, private: InMemoryStorage) -> None:
        assert private.url("docs/a.png") == private.url("docs/a.png")
        assert InMemoryStorage(access="private").url("docs/a.png") == private.url("docs/a.png")

    def test_the_default_storage_of_a_field_works_too(self, private: InMemoryStorage) -> None:
        with override_settings(APPWRITE_ACCESS="private"):
            document = Document(file="docs/a.png")

            assert shown(private, document.file.url) == b"content"

    def test_a_deleted_file_is_shown_to_nobody(self, private: InMemoryStorage) -> None:
        url = private.url("docs/a.png")

        private.delete("docs/a.png")

        assert shown(private, url) is None
        assert shown(private, private.url("docs/a.png")) is None

    def test_a_replaced_file_has_a_new_url(self, private: InMemoryStorage) -> None:
        url = private.url("docs/a.png")
        with private.open("docs/a.png", "wb") as file:
            file.write(b"new")

        assert shown(private, private.url("docs/a.png")) == b"new"
        assert shown(private, url) is None

    @pytest.mark.parametrize(
        "expires", [60, 60.5, dt.timedelta(minutes=1), "moment", "local moment"]
    )
    def test_an_expiry_may_be_told_in_every_way(
        self, private: InMemoryStorage, expires: Any
    ) -> None:
        if expires == "moment":
            expires = timezone.now() + dt.timedelta(minutes=1)
        if expires == "local moment":
            zone = timezone.get_current_timezone()
            expires = timezone.make_naive(timezone.now() + dt.timedelta(minutes=1), zone)

        url = private.url("docs/a.png", expires=expires)

        assert shown(private, url) == b"content"
        assert url == private.url("docs/a.png", expires=expires)
        assert url != private.url("docs/a.png")

    def test_a_link_for_two_seconds_is_made(self, private: InMemoryStorage) -> None:
        assert ";token=" in private.url("docs/a.png", expires=2)

    def test_a_moment_without_a_zone_is_in_the_zone_of_the_site(
        self, private: InMemoryStorage
    ) -> None:
        soon = timezone.now().replace(microsecond=0) + dt.timedelta(hours=1)
        zone = ZoneInfo("Asia/Tokyo")
        with timezone.override(zone):
            local = private.url("docs/a.png", expires=soon.astimezone(zone).replace(tzinfo=None))

        assert local == private.url("docs/a.png", expires=soon)

    @pytest.mark.parametrize(
        "expires",
        [
            0,
            -1,
            0.5,
            1,
            1.9,
            dt.timedelta(seconds=1),
            float("nan"),
            dt.timedelta(0),
            dt.timedelta(days=-1),
            dt.datetime(2020, 1, 1),  # noqa: DTZ001 - as a site may write it
            dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc),
            dt.timedelta(days=50 * 365),
            50 * 365 * 86_400,
            float("inf"),
            dt.datetime(2999, 1, 1, tzinfo=dt.timezone.utc),
            "tomorrow",
            True,
            dt.date(2999, 1, 1),
        ],
        ids=repr,
    )
    def test_an_expiry_that_makes_no_sense_is_refused(
        self, private: InMemoryStorage, expires: Any
    ) -> None:
        for ask in (
            lambda: private.url("docs/a.png", expires=expires),
            lambda: private.urls(["docs/a.png"], expires=expires),
            lambda: private.preview_url("docs/a.png", expires=expires),
        ):
            with pytest.raises(ValueError, match="'expires' is"):
                ask()

    @pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Tokyo"])
    @pytest.mark.parametrize("end", ["max", "min"])
    def test_the_ends_of_the_calendar_are_refused_in_every_zone(
        self, private: InMemoryStorage, end: str, zone: str
    ) -> None:
        expires: dt.datetime = getattr(dt.datetime, end)
        with timezone.override(ZoneInfo(zone)):
            for each in (expires, expires.replace(tzinfo=ZoneInfo(zone))):
                with pytest.raises(ValueError, match="'expires' is"):
                    private.url("docs/a.png", expires=each)

    def test_a_lifetime_of_its_own_makes_urls_of_its_own(self, private: InMemoryStorage) -> None:
        short = InMemoryStorage(access="private", url_lifetime=dt.timedelta(minutes=5))

        assert short.url("docs/a.png") != private.url("docs/a.png")
        assert shown(private, short.url("docs/a.png")) == b"content"

    def test_many_urls_are_told_at_once_by_name(self, private: InMemoryStorage) -> None:
        document = Document(file="docs/a.png")

        found = private.urls(["docs/b.png", document.file, PurePosixPath("docs/a.png"), "", None])

        assert list(found) == ["docs/b.png", "docs/a.png"]
        assert found["docs/a.png"] == private.url("docs/a.png")
        assert shown(private, found["docs/b.png"]) is None

    def test_a_name_is_asked_for_by_any_of_its_spellings(self, private: InMemoryStorage) -> None:
        found = private.urls(["docs/a.png", "static/docs/a.png"])

        assert found["docs/a.png"] == found["static/docs/a.png"]

    def test_no_url_or_token_is_in_a_pickle_or_representation(
        self, private: InMemoryStorage
    ) -> None:
        url = private.url("docs/a.png")
        secret = url.partition("token=")[2].partition(";")[0]

        assert len(secret) > 20
        texts = [repr(private), repr(vars(private)), repr(vars(private.service))]
        assert secret not in "".join(texts)
        assert secret.encode() not in pickle.dumps(private)

    def test_a_refused_name_is_refused_as_django_does(self, private: InMemoryStorage) -> None:
        for ask in (private.url, lambda name: private.urls([name]), private.preview_url):
            with pytest.raises(SuspiciousFileOperation):
                ask("../a.png")

    def test_files_of_other_projects_share_no_links(self) -> None:
        storages = [
            InMemoryStorage(access="private", project_id=project) for project in ("one", "two")
        ]
        for storage in storages:
            storage.save("docs/a.png", ContentFile(storage.options.project_id.encode()))

        urls = [storage.url("docs/a.png") for storage in storages]

        assert [shown(*each) for each in zip(storages, urls, strict=True)] == [b"one", b"two"]


class TestTheCache:
    def test_links_are_kept_in_the_cache_that_the_option_names(
        self, private: InMemoryStorage
    ) -> None:
        named = {name: {"BACKEND": LOCMEM, "LOCATION": name} for name in ("default", "urls")}
        with override_settings(CACHES=named, APPWRITE_CACHE="urls"):
            url = private.url("docs/a.png")
            caches["default"].clear()
            assert private.url("docs/a.png") == url

            caches["urls"].clear()
            assert private.url("docs/a.png") != url

    def test_without_a_cache_every_url_is_new_and_right(self, private: InMemoryStorage) -> None:
        dummy = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        with override_settings(CACHES=dummy):
            urls = {private.url("docs/a.png") for _ in range(3)}

        assert len(urls) == 3
        assert [shown(private, url) for url in urls] == [b"content"] * 3

    def test_while_the_cache_is_down_a_process_keeps_its_own_links(
        self, private: InMemoryStorage, caplog: pytest.LogCaptureFixture
    ) -> None:
        with broken(), caplog.at_level(logging.WARNING):
            url = private.url("docs/a.png")
            assert private.url("docs/a.png") == url

        assert shown(private, url) == b"content"
        assert "the cache 'default' fails (ConnectionError)" in caplog.text
        assert "password" not in caplog.text

    def test_values_that_the_cache_refuses_are_kept_in_the_process(
        self, private: InMemoryStorage, caplog: pytest.LogCaptureFixture
    ) -> None:
        refusing = {"default": {"BACKEND": f"{__name__}.RefusingCache", "LOCATION": "refusing"}}
        with override_settings(CACHES=refusing), caplog.at_level(logging.WARNING):
            url = private.url("docs/a.png")
            assert private.url("docs/a.png") == url

        assert shown(private, url) == b"content"
        assert "the cache 'default' fails (values not taken: 1)" in caplog.text

    def test_a_cache_that_stays_down_is_told_of_once_in_ten_seconds(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        seconds = 100.0
        shelf = CacheShelf("default", lambda: seconds)
        with broken(), caplog.at_level(logging.WARNING):
            for _ in range(20):
                shelf.get_many(["a"])
                shelf.set_many({"a": 1}, 60)
            assert len(caplog.records) == 1

            seconds += 10
            shelf.get_many(["a"])
        assert len(caplog.records) == 2

    def test_what_other_processes_lay_into_a_cache_that_is_up_again_is_heard(self) -> None:
        one, other = CacheShelf("default"), CacheShelf("default")
        with broken():
            one.set_many({"a": "old"}, 60)
        other.set_many({"a": "new"}, 60)

        assert one.get_many(["a"]) == {"a": "new"}
        caches["default"].delete("a")
        assert one.get_many(["a"]) == {}

    def test_while_the_cache_is_down_files_are_saved_and_deleted_all_the_same(
        self, private: InMemoryStorage
    ) -> None:
        with broken():
            url = private.url("docs/a.png")
            private.delete("docs/a.png")
            private.save("docs/a.png", ContentFile(b"new"))

            assert shown(private, url) is None
            assert shown(private, private.url("docs/a.png")) == b"new"

    def test_values_that_the_cache_forgot_are_made_again(self, private: InMemoryStorage) -> None:
        url = private.url("docs/a.png")
        caches["default"].clear()

        again = private.url("docs/a.png")

        assert again != url
        assert shown(private, url) == shown(private, again) == b"content"


class TestPublicFiles:
    def test_urls_of_public_files_do_not_expire_and_say_so(self) -> None:
        storage = AppWriteStorage(**APPWRITE)

        for ask in (storage.url, storage.preview_url):
            with pytest.raises(ValueError, match="APPWRITE_ACCESS"):
                ask("docs/a.png", expires=60)

    def test_a_download_has_an_address_of_its_own(self) -> None:
        storage = AppWriteStorage(**APPWRITE)

        assert storage.url("a b.txt", download=True) == storage.url("a b.txt").replace(
            "/view?", "/download?"
        )

    def test_an_overwritten_file_has_another_url(self) -> None:
        storage = InMemoryStorage(overwrite=True)
        urls = []
        for content in (b"old", b"new", b"new"):
            storage.save("docs/a.png", ContentFile(content))
            urls.append(storage.url("docs/a.png"))

        assert [url.partition(";v=")[2][:8] for url in urls] == [
            "149603e6",
            "22af645d",
            "22af645d",
        ]

    def test_a_file_that_is_never_replaced_has_a_plain_url(self) -> None:
        storage = InMemoryStorage()
        storage.save("docs/a.png", ContentFile(b"content"))

        assert ";v=" not in storage.url("docs/a.png")

    def test_previews_of_an_overwritten_picture_carry_its_version(self) -> None:
        storage = InMemoryStorage(overwrite=True)
        storage.save("docs/a.png", ContentFile(b"old"))

        assert ";v=149603e6" in storage.preview_url("docs/a.png", width=320)


class TestPreviews:
    def test_an_address_says_what_was_wished(self) -> None:
        storage = AppWriteStorage(**APPWRITE)

        url = storage.preview_url(
            "photo.jpg",
            width=640,
            height=480,
            gravity="top",
            quality=70,
            output="webp",
            border_width=2,
            border_color="#fff",
            border_radius=8,
            opacity=0.5,
            rotation=-90,
            background="00ff00",
        )

        assert url == (
            "https://cloud.appwrite.io/v1/storage/buckets/media/files/photo.jpg/preview"
            "?project=site&width=640&height=480&gravity=top&quality=70&output=webp&borderWidth=2"
            "&borderColor=fff&borderRadius=8&opacity=0.5&rotation=-90&background=00ff00"
        )

    def test_the_value_of_an_image_field_will_do(self) -> None:
        document = Document(picture="docs/a.jpg")
        storage = AppWriteStorage(**APPWRITE)

        assert storage.preview_url(document.picture, width=320) == storage.preview_url(
            "docs/a.jpg", width=320
        )
        assert document.picture.storage.preview_url(document.picture, width=320)

    @pytest.mark.parametrize("width", [0, 99999, "abc", -1, 4001, 1.5, None])
    def test_a_width_the_server_would_refuse_is_refused(self, width: Any) -> None:
        storage = InMemoryStorage()

        if width is None:
            assert "width" not in storage.preview_url("docs/a.png", width=None)
            return
        with pytest.raises(ValueError, match=f"width of a preview is {width!r}"):
            storage.preview_url("docs/a.png", width=width)

    def test_a_wish_that_nobody_knows_is_told(self) -> None:
        with pytest.raises(TypeError, match="widht"):
            InMemoryStorage().preview_url("docs/a.png", widht=320)

    @pytest.mark.parametrize("empty", ["", None, Document().picture])
    def test_nothing_has_no_preview(self, empty: Any) -> None:
        with pytest.raises(ValueError, match="name must be given"):
            InMemoryStorage().preview_url(empty)

    @pytest.mark.parametrize("name", ["docs/a.pdf", "docs/a.svg", "docs/a.avif", "docs/README"])
    def test_what_appwrite_cannot_read_is_shown_as_it_is(self, name: str) -> None:
        storage = AppWriteStorage(**APPWRITE, buckets={"docs": "docs"})

        assert storage.preview_url(name, width=320) == storage.url(name)
        assert storage.preview_urls(name, [320, 640]) == {}
        with pytest.raises(ValueError, match="width"):
            storage.preview_url(name, width=0)

    def test_where_previews_are_off_pictures_are_shown_as_they_are(self) -> None:
        storage = AppWriteStorage(**APPWRITE, transformations=False)

        assert storage.preview_url("a.jpg", width=320) == storage.url("a.jpg")
        assert storage.preview_urls("a.jpg", [320, 640]) == {}

    def test_a_picture_known_to_be_too_large_is_shown_as_it_is(self) -> None:
        class Remembering(InMemoryStorage):
            remembers = 3600.0

        storage = Remembering()
        for name, size in (("docs/large.jpg", 20_000_001), ("docs/fits.jpg", 20_000_000)):
            storage.save(name, ContentFile(bytes(size)))

        assert storage.preview_url("docs/large.jpg", width=320) == storage.url("docs/large.jpg")
        assert ";width=320;" in storage.preview_url("docs/fits.jpg", width=320)

    def test_several_widths_have_an_address_each(self) -> None:
        storage = AppWriteStorage(**APPWRITE)

        assert storage.preview_urls("a.jpg", [640, 320], output="webp") == {
            width: storage.preview_url("a.jpg", width=width, output="webp") for width in (640, 320)
        }
        assert storage.preview_urls("a.jpg", [320], ratio=16 / 9) == {
            320: storage.preview_url("a.jpg", width=320, height=180)
        }

    @pytest.mark.parametrize("overwrite", [True, False])
    def test_a_private_picture_stored_in_anothers_place_has_previews_of_its_own(
        self, overwrite: bool
    ) -> None:
        storage = InMemoryStorage(access="private", overwrite=overwrite)
        storage.save("docs/a.png", ContentFile(b"old"))

        def version() -> str:
            url = storage.preview_url("docs/a.png", width=320)
            return url.partition(";v=")[2].partition(";")[0]

        old = version()
        assert old == version()
        storage.delete("docs/a.png")
        assert storage.save("docs/a.png", ContentFile(b"new")) == "docs/a.png"

        assert int(old, 16) != int(version(), 16)

    def test_a_preview_of_a_private_picture_carries_the_token_of_the_file(
        self, private: InMemoryStorage
    ) -> None:
        token = private.url("docs/a.png").partition(";token=")[2].partition(";")[0]

        assert f";token={token};" in private.preview_url("docs/a.png", width=320)
        for url in private.preview_urls("docs/a.png", [320, 640]).values():
            assert f";token={token};" in url
