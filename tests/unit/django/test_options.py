"""What a site writes is checked, and a mistake is told together with where to correct it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.test import override_settings

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from tests.unit.django.contract.sites import needs_storages, without

COMPLETE = {"api_key": "standard_0123456789", "project_id": "site", "bucket_id": "media"}
SETTINGS = {
    "api_key": "APPWRITE_API_KEY",
    "project_id": "APPWRITE_PROJECT_ID",
    "bucket_id": "APPWRITE_BUCKET_ID",
    "endpoint": "APPWRITE_API_ENDPOINT",
    "create_new_if_same_content": "CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT",
    "overwrite": "OVERWRITE_FILE",
    "layout": "APPWRITE_LAYOUT",
    "location": "APPWRITE_LOCATION",
    "buckets": "APPWRITE_BUCKETS",
    "create_buckets": "APPWRITE_CREATE_BUCKETS",
    "access": "APPWRITE_ACCESS",
    "public_endpoint": "APPWRITE_PUBLIC_ENDPOINT",
    "timeout": "APPWRITE_TIMEOUT",
    "deadline": "APPWRITE_DEADLINE",
    "retries": "APPWRITE_RETRIES",
    "pool_size": "APPWRITE_POOL_SIZE",
    "workers": "APPWRITE_WORKERS",
    "legacy_ids": "APPWRITE_LEGACY_IDS",
    "cache": "APPWRITE_CACHE",
    "url_lifetime": "APPWRITE_URL_LIFETIME",
    "transformations": "APPWRITE_TRANSFORMATIONS",
}
WRONG = [
    ("api_key", ""),
    ("api_key", "  \n"),
    ("api_key", None),
    ("api_key", b"standard_0123456789"),
    ("api_key", ("standard_0123456789",)),
    ("api_key", "standard_0123\n456789"),
    ("api_key", "standard_0123…456789"),
    ("project_id", ""),
    ("project_id", None),
    ("project_id", 7),
    ("project_id", "my\nsite"),
    ("project_id", "my…site"),
    ("bucket_id", ""),
    ("bucket_id", None),
    ("bucket_id", "my media"),
    ("bucket_id", ".."),
    ("bucket_id", "0"),
    ("bucket_id", "m" * 37),
    ("bucket_id", 5),
    ("endpoint", ""),
    ("endpoint", None),
    ("endpoint", "cloud.appwrite.io/v1"),
    ("endpoint", "ftp://cloud.appwrite.io/v1"),
    ("endpoint", "https://"),
    ("endpoint", "https:///v1"),
    ("endpoint", 80),
    ("create_new_if_same_content", "no"),
    ("create_new_if_same_content", None),
    ("overwrite", "False"),
    ("overwrite", 0),
    ("layout", "flat"),
    ("layout", None),
    ("layout", ["path"]),
    ("location", None),
    ("location", 3),
    ("location", ".."),
    ("location", "site/../media"),
    ("location", "."),
    ("location", "/site"),
    ("location", "\\site"),
    ("location", "si\nte"),
    ("location", "語" * 86),
    ("buckets", [("media", "m1")]),
    ("buckets", None),
    ("buckets", {"media": "not legal!"}),
    ("buckets", {"media": None}),
    ("buckets", {"a/b": "ab"}),
    ("buckets", {"..": "ab"}),
    ("buckets", {"": "ab"}),
    ("buckets", {3: "ab"}),
    ("create_buckets", "yes"),
    ("access", "secret"),
    ("access", True),
    ("public_endpoint", ""),
    ("public_endpoint", "files.example.org"),
    ("timeout", 0),
    ("timeout", -1.5),
    ("timeout", "30"),
    ("timeout", None),
    ("timeout", True),
    ("timeout", float("nan")),
    ("timeout", float("inf")),
    ("retries", -1),
    ("retries", 1.5),
    ("retries", "3"),
    ("retries", False),
    ("deadline", 0),
    ("deadline", "60"),
    ("deadline", None),
    ("workers", 0),
    ("workers", 2.5),
    ("workers", True),
    ("pool_size", 0),
    ("pool_size", 2.5),
    ("pool_size", None),
    ("legacy_ids", "no"),
    ("legacy_ids", 1),
    ("cache", ""),
    ("cache", None),
    ("cache", "no-such-cache"),
    ("cache", 3),
    ("url_lifetime", 0),
    ("url_lifetime", 0.5),
    ("url_lifetime", 1.9),
    ("url_lifetime", -1),
    ("url_lifetime", "1 day"),
    ("url_lifetime", None),
    ("url_lifetime", True),
    ("url_lifetime", float("nan")),
    ("url_lifetime", float("inf")),
    ("url_lifetime", dt.timedelta(0)),
    ("url_lifetime", dt.timedelta(days=367)),
    ("transformations", "no"),
    ("transformations", 0),
]


@pytest.mark.parametrize(
    ("option", "value"), WRONG, ids=[f"{option}={value!r:.30}" for option, value in WRONG]
)
class TestWrongValues:
    def test_as_an_option_it_is_told_with_setting_and_option(self, option: str, value: Any) -> None:
        storage = AppWriteStorage(**{**COMPLETE, option: value})

        with pytest.raises(ImproperlyConfigured) as caught:
            storage.url("a.txt")

        assert SETTINGS[option] in str(caught.value)
        assert repr(option) in str(caught.value)
        assert "0123" not in str(caught.value)

    def test_as_a_setting_it_is_told_with_setting_and_option(self, option: str, value: Any) -> None:
        given = {name: told for name, told in COMPLETE.items() if name != option}

        with (
            override_settings(**{SETTINGS[option]: value}),
            pytest.raises(ImproperlyConfigured) as caught,
        ):
            AppWriteStorage(**given).url("a.txt")

        assert SETTINGS[option] in str(caught.value)
        assert repr(option) in str(caught.value)
        assert "0123" not in str(caught.value)

    def test_the_storage_in_memory_says_the_same(self, option: str, value: Any) -> None:
        with pytest.raises(ImproperlyConfigured, match=SETTINGS[option]):
            InMemoryStorage(**{option: value}).save("a.txt", ContentFile(b"x"))


@pytest.mark.parametrize("option", ["api_key", "project_id", "bucket_id"])
def test_what_is_missing_is_told_with_setting_and_option(option: str) -> None:
    given = {name: told for name, told in COMPLETE.items() if name != option}

    for use in (
        lambda storage: storage.exists("a.txt"),
        lambda storage: storage.open("a.txt"),
        lambda storage: storage.save("a.txt", ContentFile(b"x")),
        lambda storage: storage.listdir(""),
        lambda storage: storage.delete("a.txt"),
        lambda storage: storage.url("a.txt"),
        lambda storage: storage.options,
    ):
        with pytest.raises(ImproperlyConfigured, match="is missing or empty") as caught:
            use(AppWriteStorage(**given))

        assert SETTINGS[option] in str(caught.value)
        assert repr(option) in str(caught.value)


def test_a_storage_may_be_made_before_it_is_configured() -> None:
    storage = AppWriteStorage()

    with override_settings(**{SETTINGS[name]: value for name, value in COMPLETE.items()}):
        assert storage.options.project_id == "site"


@pytest.mark.parametrize("backend", [AppWriteStorage, InMemoryStorage])
def test_an_unknown_option_is_refused_at_once_and_the_known_ones_listed(
    backend: type[AppWriteStorage],
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        backend(**COMPLETE, bukkets={})

    message = str(caught.value)
    assert "'bukkets'" in message
    assert re.findall(r"\w+", message.partition("there are")[2]) == sorted(SETTINGS)
    assert "0123" not in message


def test_positional_arguments_are_no_options() -> None:
    with pytest.raises(TypeError):
        AppWriteStorage("media")


def test_the_defaults_are_those_of_the_documentation() -> None:
    options = AppWriteStorage(**COMPLETE).options

    assert options.endpoint == "https://cloud.appwrite.io/v1"
    assert options.create_new_if_same_content is True
    assert options.overwrite is False
    assert options.layout == "last-directory"
    assert options.location == ""
    assert options.buckets == {}
    assert options.create_buckets is True
    assert options.public_endpoint is None
    assert options.legacy_ids is False
    assert options.cache == "default"
    assert options.url_lifetime == 24 * 60 * 60
    assert options.transformations is True
    with without("APPWRITE_ACCESS"):
        assert AppWriteStorage(**COMPLETE).options.access == "public"


@pytest.mark.parametrize(
    ("option", "as_setting", "as_option"),
    [
        ("api_key", "standard_setting", "standard_option"),
        ("project_id", "one", "two"),
        ("bucket_id", "one", "two"),
        ("endpoint", "https://one.example/v1", "https://two.example/v1"),
        ("create_new_if_same_content", False, True),
        ("overwrite", True, False),
        ("layout", "path", "last-directory"),
        ("buckets", {"one": "1"}, {"two": "2"}),
        ("create_buckets", False, True),
        ("access", "private", "public"),
        ("public_endpoint", "https://one.example/v1", "https://two.example/v1"),
        ("timeout", 5.0, 7.0),
        ("retries", 0, 9),
        ("deadline", 5.0, 7.0),
        ("workers", 1, 8),
        ("pool_size", 1, 50),
        ("legacy_ids", True, False),
        ("cache", "default", "other"),
        ("url_lifetime", 60.0, 3600.0),
        ("transformations", False, True),
    ],
)
def test_a_setting_holds_for_every_storage_but_an_option_beats_it(
    option: str, as_setting: Any, as_option: Any
) -> None:
    given = {name: told for name, told in COMPLETE.items() if name != option}
    caches = {**settings.CACHES, "other": settings.CACHES["default"]}

    with override_settings(CACHES=caches, **{SETTINGS[option]: as_setting}):
        plain = AppWriteStorage(**given)
        own = AppWriteStorage(**given, **{option: as_option})

        assert getattr(plain.options, option) == as_setting
        assert getattr(own.options, option) == as_option


@pytest.mark.parametrize("written", ["site/media", "site/media/", "site//media", "site\\media"])
def test_a_location_may_be_written_as_any_directory(written: str) -> None:
    with override_settings(APPWRITE_LOCATION=written):
        assert AppWriteStorage(**COMPLETE, layout="path").options.location == "site/media"


@pytest.mark.parametrize("backend", [AppWriteStorage, InMemoryStorage])
def test_a_location_where_directories_are_buckets_is_told(backend: type[AppWriteStorage]) -> None:
    storage = backend(**COMPLETE, location="site")

    for use in (storage.exists, storage.url, storage.open, storage.delete, storage.listdir):
        with pytest.raises(ImproperlyConfigured) as caught:
            use("a.txt")
        assert "APPWRITE_LOCATION" in str(caught.value)
        assert "APPWRITE_LAYOUT" in str(caught.value)


def test_a_location_beats_that_of_the_settings() -> None:
    given = {**COMPLETE, "layout": "path"}
    with override_settings(APPWRITE_LOCATION="one"):
        assert AppWriteStorage(**given).options.location == "one"
        assert AppWriteStorage(**given, location="two").options.location == "two"
        assert AppWriteStorage(**given, location="").options.location == ""


def test_an_option_of_none_is_told_rather_than_replaced_by_the_setting() -> None:
    with override_settings(APPWRITE_PROJECT_ID="from-the-settings"):
        storage = AppWriteStorage(**{**COMPLETE, "project_id": None})

        with pytest.raises(ImproperlyConfigured, match="APPWRITE_PROJECT_ID"):
            _ = storage.options


@pytest.mark.parametrize("number", [1, 30, 2.5])
def test_a_timeout_may_be_a_whole_number_or_not(number: float) -> None:
    assert AppWriteStorage(**COMPLETE, timeout=number).options.timeout == number


@pytest.mark.parametrize("day", [86_400, 86_400.0, dt.timedelta(days=1)])
def test_the_lifetime_of_urls_may_be_seconds_or_a_timedelta(day: Any) -> None:
    assert AppWriteStorage(**COMPLETE, url_lifetime=day).options.url_lifetime == 24 * 60 * 60


def test_a_slash_at_the_end_of_an_endpoint_makes_no_difference() -> None:
    storage = AppWriteStorage(**COMPLETE, endpoint="https://files.example/v1/")

    assert storage.url("a.txt") == (
        "https://files.example/v1/storage/buckets/media/files/a.txt/view?project=site"
    )


def test_urls_begin_with_the_public_endpoint() -> None:
    storage = AppWriteStorage(
        **COMPLETE, endpoint="http://appwrite:80/v1", public_endpoint="https://files.example/v1/"
    )

    assert storage.url("a.txt") == (
        "https://files.example/v1/storage/buckets/media/files/a.txt/view?project=site"
    )


def test_a_changed_setting_takes_effect_at_once() -> None:
    storage = InMemoryStorage()

    with override_settings(APPWRITE_PROJECT_ID="one"):
        storage.save("a.txt", ContentFile(b"one"))
        with override_settings(APPWRITE_PROJECT_ID="two"):
            assert not storage.exists("a.txt")
            storage.save("a.txt", ContentFile(b"two"))
        with storage.open("a.txt") as file:
            assert file.read() == b"one"

    assert not storage.exists("a.txt")


def test_a_changed_policy_takes_effect_at_once() -> None:
    storage = InMemoryStorage()
    storage.save("docs/a.txt", ContentFile(b"old"))

    with override_settings(OVERWRITE_FILE=True):
        assert storage.save("docs/a.txt", ContentFile(b"new")) == "docs/a.txt"
    with override_settings(CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT=False):
        assert storage.save("docs/a.txt", ContentFile(b"new")) == "docs/a.txt"

    assert storage.save("docs/a.txt", ContentFile(b"new")) != "docs/a.txt"


def test_a_changed_setting_changes_urls_at_once() -> None:
    storage = AppWriteStorage(**COMPLETE)

    before = storage.url("a.txt")
    with override_settings(APPWRITE_API_ENDPOINT="https://files.example/v1"):
        during = storage.url("a.txt")

    assert before.startswith("https://cloud.appwrite.io/v1/")
    assert during.startswith("https://files.example/v1/")
    assert storage.url("a.txt") == before


@needs_storages
def test_every_alias_has_options_of_its_own() -> None:
    from django.core.files.storage import storages

    dotted = "cloud_storages.backends.memory.InMemoryStorage"
    aliases = {
        "private": {"BACKEND": dotted, "OPTIONS": {"project_id": "private", "layout": "path"}},
        "thumbnails": {"BACKEND": dotted, "OPTIONS": {"overwrite": True}},
    }
    with override_settings(STORAGES={**settings.STORAGES, **aliases}, APPWRITE_PROJECT_ID="all"):
        storages["private"].save("a/b/c.txt", ContentFile(b"private"))
        for content in (b"old", b"new"):
            storages["thumbnails"].save("a/b/c.txt", ContentFile(content))

        assert storages["private"].listdir("a") == (["b"], [])
        assert storages["thumbnails"].listdir("b") == ([], ["c.txt"])
        with storages["default"].open("b/c.txt") as file:
            assert file.read() == b"new"


@needs_storages
def test_an_unknown_option_of_an_alias_is_told_when_it_is_asked_for() -> None:
    from django.core.files.storage import storages

    alias = {
        "BACKEND": "cloud_storages.backends.appwrite.AppWriteStorage",
        "OPTIONS": {"bucket": "x"},
    }
    with (
        override_settings(STORAGES={**settings.STORAGES, "files": alias}),
        pytest.raises(ImproperlyConfigured, match="'bucket'"),
    ):
        _ = storages["files"]
