"""``manage.py check`` says what would go wrong at the first upload, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django
import pytest
from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, run_checks
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from tests.site.models import Document
from tests.unit.django.contract.sites import (
    HAS_STORAGES,
    default_storage_is,
    needs_storages,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Callable

APPWRITE = "cloud_storages.backends.appwrite.AppWriteStorage"
IN_MEMORY = "cloud_storages.backends.memory.InMemoryStorage"
COMPLETE = {"api_key": "standard_0123456789", "project_id": "site", "bucket_id": "media"}
WHERE = "STORAGES['default']" if HAS_STORAGES else "DEFAULT_FILE_STORAGE"


def told() -> list[CheckMessage]:
    messages = run_checks(tags=["cloud_storages"])
    assert all(message.id.startswith("cloud_storages.") for message in messages)
    return messages


def ids() -> list[str]:
    return [message.id.partition(".")[2] for message in told()]


@pytest.fixture
def set_upload_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    return lambda value: monkeypatch.setattr(Document._meta.get_field("file"), "upload_to", value)


@pytest.fixture
def set_field_storage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    return lambda value: monkeypatch.setattr(Document._meta.get_field("file"), "storage", value)


def test_a_site_that_is_well_set_up_is_told_nothing() -> None:
    assert told() == []
    with default_storage_is(APPWRITE, **COMPLETE):
        assert told() == []
    with default_storage_is(APPWRITE, **COMPLETE, layout="path", access="private"):
        assert told() == []


def test_a_site_that_uses_other_storages_is_told_nothing() -> None:
    with default_storage_is("django.core.files.storage.FileSystemStorage"):
        assert told() == []


def test_a_backend_that_cannot_be_imported_is_left_to_django() -> None:
    with default_storage_is("cloud_storages.backends.missing.Storage"):
        assert ids() == []


class TestE001:
    @pytest.mark.parametrize(
        ("option", "setting"),
        [
            ("api_key", "APPWRITE_API_KEY"),
            ("project_id", "APPWRITE_PROJECT_ID"),
            ("bucket_id", "APPWRITE_BUCKET_ID"),
        ],
    )
    def test_something_missing_is_told_with_what_to_write(self, option: str, setting: str) -> None:
        given = {name: value for name, value in COMPLETE.items() if name != option}

        with default_storage_is(APPWRITE, **given):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.E001", ERROR)
        assert message.msg.startswith(f"{WHERE}: ")
        assert setting in message.msg
        assert f"{setting} = " in message.hint
        assert f"'{option}': " in message.hint
        assert "0123" not in f"{message.msg}{message.hint}"

    def test_everything_missing_is_told_at_once(self) -> None:
        with default_storage_is(APPWRITE):
            assert ids() == ["E001"] * 3

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("endpoint", "cloud.appwrite.io"),
            ("layout", "flat"),
            ("overwrite", "yes"),
            ("buckets", {"a/b": "x"}),
            ("timeout", 0),
            ("access", "secret"),
            ("bucket_id", "my media"),
        ],
    )
    @pytest.mark.parametrize("backend", [APPWRITE, IN_MEMORY])
    def test_a_wrong_value_is_told_for_every_storage_of_the_package(
        self, backend: str, option: str, value: Any
    ) -> None:
        with default_storage_is(backend, **{**COMPLETE, option: value}):
            (message,) = told()

        assert message.id == "cloud_storages.E001"
        assert repr(option) in message.msg

    def test_a_wrong_setting_is_told(self) -> None:
        with default_storage_is(APPWRITE, **COMPLETE), override_settings(APPWRITE_RETRIES=-1):
            (message,) = told()

        assert "APPWRITE_RETRIES" in message.msg
        assert "APPWRITE_RETRIES = " in message.hint

    def test_it_stops_the_site_from_starting(self) -> None:
        with default_storage_is(APPWRITE), pytest.raises(SystemCheckError) as caught:
            call_command("check")

        assert "APPWRITE_PROJECT_ID" in str(caught.value)

    @needs_storages
    def test_every_alias_is_looked_at(self) -> None:
        alias = {"BACKEND": APPWRITE, "OPTIONS": {**COMPLETE, "project_id": ""}}
        with override_settings(STORAGES={**settings.STORAGES, "private": alias}):
            (message,) = told()

        assert message.msg.startswith("STORAGES['private']: ")

    def test_the_storage_of_a_field_is_looked_at(
        self, set_field_storage: Callable[[Any], None]
    ) -> None:
        set_field_storage(AppWriteStorage(**{**COMPLETE, "bucket_id": "my media"}))

        (message,) = told()

        assert message.id == "cloud_storages.E001"
        assert "site.Document.file" in message.msg

    def test_a_storage_of_two_fields_is_told_about_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared = AppWriteStorage(**{**COMPLETE, "bucket_id": "my media"})
        for name in ("file", "short"):
            monkeypatch.setattr(Document._meta.get_field(name), "storage", shared)

        assert ids() == ["E001"]

    def test_a_field_storage_of_another_kind_is_not(
        self, set_field_storage: Callable[[Any], None]
    ) -> None:
        set_field_storage(FileSystemStorage())

        assert told() == []


@needs_storages
class TestE002:
    def test_an_unknown_option_is_told_with_the_known_ones(self) -> None:
        alias = {"BACKEND": APPWRITE, "OPTIONS": {**COMPLETE, "bukkets": {}}}
        with override_settings(STORAGES={**settings.STORAGES, "files": alias}):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.E002", ERROR)
        assert message.msg.startswith("STORAGES['files']: ")
        assert "'bukkets'" in message.msg
        assert "bucket_id, buckets, cache, create_buckets" in message.msg
        assert "OPTIONS" in message.hint

    def test_other_aliases_are_looked_at_all_the_same(self) -> None:
        aliases = {
            "files": {"BACKEND": APPWRITE, "OPTIONS": {"bukkets": {}}},
            "private": {"BACKEND": APPWRITE, "OPTIONS": {**COMPLETE, "project_id": ""}},
        }
        with override_settings(STORAGES={**settings.STORAGES, **aliases}):
            assert sorted(ids()) == ["E001", "E002"]


class TestE003:
    @pytest.mark.parametrize("backend", [APPWRITE, IN_MEMORY])
    def test_buckets_for_directories_make_no_sense_in_the_layout_path(self, backend: str) -> None:
        options = {**COMPLETE, "layout": "path", "buckets": {"docs": "d"}}
        with default_storage_is(backend, **options):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.E003", ERROR)
        assert "APPWRITE_BUCKETS" in message.msg
        assert "APPWRITE_LAYOUT = 'last-directory'" in message.hint

    @pytest.mark.parametrize(
        "options", [{"layout": "path", "buckets": {}}, {"buckets": {"docs": "d"}}]
    )
    def test_each_of_the_two_alone_is_fine(self, options: dict[str, Any]) -> None:
        with default_storage_is(APPWRITE, **COMPLETE, **options):
            assert told() == []


class TestE005:
    @pytest.mark.parametrize("backend", [APPWRITE, IN_MEMORY])
    def test_a_location_makes_no_sense_where_directories_are_buckets(self, backend: str) -> None:
        with default_storage_is(backend, **COMPLETE, location="site"):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.E005", ERROR)
        assert "APPWRITE_LOCATION" in message.msg
        assert "APPWRITE_LAYOUT = 'path'" in message.hint

    def test_in_the_layout_path_it_is_fine(self) -> None:
        with default_storage_is(APPWRITE, **COMPLETE, layout="path", location="site"):
            assert told() == []


class TestW001:
    @pytest.mark.parametrize(
        ("option", "setting", "what"),
        [
            ("endpoint", "APPWRITE_API_ENDPOINT", "API key"),
            ("public_endpoint", "APPWRITE_PUBLIC_ENDPOINT", "files"),
        ],
    )
    def test_an_unencrypted_connection_is_told(self, option: str, setting: str, what: str) -> None:
        with default_storage_is(APPWRITE, **COMPLETE, **{option: "http://files.example/v1"}):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.W001", WARNING)
        assert what in message.msg
        assert message.hint == f"Write {setting} = 'https://files.example/v1'."

    def test_it_is_not_told_in_development(self) -> None:
        with default_storage_is(APPWRITE, **COMPLETE, endpoint="http://localhost/v1"):
            with override_settings(DEBUG=True):
                assert told() == []
            assert ids() == ["W001"]

    def test_it_is_not_told_of_the_storage_in_memory(self) -> None:
        with default_storage_is(IN_MEMORY, endpoint="http://localhost/v1"):
            assert told() == []


class TestW002:
    def test_access_that_was_not_chosen_is_told(self) -> None:
        with without("APPWRITE_ACCESS"), default_storage_is(APPWRITE, **COMPLETE):
            (message,) = told()

            assert (message.id, message.level) == ("cloud_storages.W002", WARNING)
            assert "public" in message.msg
            assert "APPWRITE_ACCESS = 'private'" in message.hint
            with override_settings(DEBUG=True):
                assert told() == []

    @pytest.mark.parametrize("access", ["public", "private"])
    def test_access_that_was_chosen_is_not(self, access: str) -> None:
        with without("APPWRITE_ACCESS"), default_storage_is(APPWRITE, **COMPLETE, access=access):
            assert told() == []
        with default_storage_is(APPWRITE, **COMPLETE), override_settings(APPWRITE_ACCESS=access):
            assert told() == []

    def test_the_storage_in_memory_needs_no_choice(self) -> None:
        with without("APPWRITE_ACCESS"):
            assert told() == []


class TestW003:
    @pytest.mark.skipif(django.VERSION < (5, 1), reason="Django reads DEFAULT_FILE_STORAGE")
    def test_a_setting_that_django_no_longer_reads_is_told(self) -> None:
        with override_settings(DEFAULT_FILE_STORAGE=APPWRITE):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.W003", WARNING)
        assert f'STORAGES = {{"default": {{"BACKEND": "{APPWRITE}"}}' in message.hint

    @pytest.mark.skipif(django.VERSION < (5, 1), reason="Django reads DEFAULT_FILE_STORAGE")
    def test_it_is_not_told_for_storages_of_others(self) -> None:
        with override_settings(DEFAULT_FILE_STORAGE="other.Storage"):
            assert told() == []

    @pytest.mark.skipif(django.VERSION >= (5, 1), reason="Django ignores DEFAULT_FILE_STORAGE")
    def test_a_setting_that_django_reads_is_not_told(self) -> None:
        with default_storage_is(IN_MEMORY):
            assert told() == []


class TestW004:
    @pytest.mark.parametrize("upload_to", ["docs/%Y/%m/%d", "%Y"])
    def test_a_date_in_upload_to_is_told(
        self, set_upload_to: Callable[[Any], None], upload_to: str
    ) -> None:
        set_upload_to(upload_to)

        (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.W004", WARNING)
        assert repr(upload_to) in message.msg
        assert message.obj is Document._meta.get_field("file")
        assert "APPWRITE_LAYOUT = 'path'" in message.hint

    @pytest.mark.parametrize("upload_to", ["docs", "", "docs/2024", lambda _, name: f"%/{name}"])
    def test_other_upload_tos_are_not(
        self, set_upload_to: Callable[[Any], None], upload_to: Any
    ) -> None:
        set_upload_to(upload_to)

        assert told() == []

    def test_dates_are_fine_in_the_layout_path(self, set_upload_to: Callable[[Any], None]) -> None:
        set_upload_to("docs/%Y/%m/%d")

        with override_settings(APPWRITE_LAYOUT="path"):
            assert told() == []

    def test_dates_are_fine_in_a_field_that_is_stored_elsewhere(
        self,
        set_upload_to: Callable[[Any], None],
        set_field_storage: Callable[[Any], None],
    ) -> None:
        set_upload_to("docs/%Y/%m/%d")

        set_field_storage(FileSystemStorage())
        assert told() == []
        set_field_storage(InMemoryStorage(layout="path"))
        assert told() == []
        set_field_storage(InMemoryStorage())
        assert ids() == ["W004"]

    def test_a_storage_with_a_wrong_layout_is_told_about_that_only(
        self, set_upload_to: Callable[[Any], None]
    ) -> None:
        set_upload_to("docs/%Y/%m/%d")

        with override_settings(APPWRITE_LAYOUT="flat"):
            assert ids() == ["E001"]


@needs_storages
class TestW005:
    def test_public_and_private_storages_that_may_meet_in_a_bucket_are_told(self) -> None:
        with override_settings(STORAGES=_two({"access": "public"}, {"access": "private"})):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.W005", WARNING)
        assert "STORAGES['one']" in message.msg
        assert "STORAGES['other']" in message.msg
        assert "APPWRITE_LAYOUT = 'path'" in message.hint

    @pytest.mark.parametrize(
        "other",
        [
            {"access": "public"},
            {"access": "private", "project_id": "elsewhere"},
            {"access": "private", "endpoint": "https://elsewhere.example/v1"},
        ],
    )
    def test_those_that_cannot_are_not(self, other: dict[str, str]) -> None:
        with override_settings(STORAGES=_two({"access": "public"}, other)):
            assert told() == []

    def test_buckets_of_their_own_in_the_layout_path_keep_them_apart(self) -> None:
        public = {"access": "public", "layout": "path"}
        private = {"access": "private", "layout": "path", "bucket_id": "secrets"}

        with override_settings(STORAGES=_two(public, private)):
            assert told() == []


class TestW006:
    @pytest.mark.parametrize("buckets", [{"a": "x", "b": "x"}, {"a": "media"}])
    def test_directories_that_share_a_bucket_are_told(self, buckets: dict[str, str]) -> None:
        with default_storage_is(APPWRITE, **COMPLETE, buckets=buckets):
            (message,) = told()

        assert (message.id, message.level) == ("cloud_storages.W006", WARNING)
        assert repr(next(iter(buckets.values()))) in message.msg
        assert "APPWRITE_BUCKETS" in message.hint

    def test_directories_with_buckets_of_their_own_are_not(self) -> None:
        with default_storage_is(APPWRITE, **COMPLETE, buckets={"a": "x", "b": "y"}):
            assert told() == []


def _two(one: dict[str, str], other: dict[str, str]) -> dict[str, Any]:
    return {
        **settings.STORAGES,
        "one": {"BACKEND": APPWRITE, "OPTIONS": {**COMPLETE, **one}},
        "other": {"BACKEND": APPWRITE, "OPTIONS": {**COMPLETE, **other}},
    }
