"""A storage can be copied, pickled and written into a migration, and shows no secret by that."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.test import override_settings
from django.utils.module_loading import import_string

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from tests.unit.django.contract.sites import needs_storages

KEY = "standard_4f1c0ffee4f1c0ffee"
GIVEN = {
    "api_key": KEY,
    "project_id": "site",
    "bucket_id": "media",
    "layout": "path",
    "buckets": {"my photos": "photos"},
    "timeout": 5.5,
}
SHOWN = {name: value for name, value in GIVEN.items() if name != "api_key"}


@pytest.fixture
def appwrite() -> AppWriteStorage:
    return AppWriteStorage(**GIVEN)


def site_with(storage: Any) -> ProjectState:
    state = ProjectState()
    fields = [
        ("id", models.AutoField(primary_key=True)),
        ("file", models.FileField(storage=storage)),
    ]
    state.add_model(ModelState("site", "Thing", fields))
    return state


def changes(before: Any, after: Any) -> dict[str, Any]:
    return MigrationAutodetector(site_with(before), site_with(after))._detect_changes()


def test_a_migration_can_make_the_storage_again(appwrite: AppWriteStorage) -> None:
    text, imports = MigrationWriter.serialize(appwrite)
    names: dict[str, Any] = {}
    exec("\n".join(sorted(imports)), names)

    again = eval(text, names)

    assert type(again) is AppWriteStorage
    assert again.deconstruct() == appwrite.deconstruct()
    with override_settings(APPWRITE_API_KEY="standard_from_the_settings"):
        assert again.options.api_key == "standard_from_the_settings"
        assert again.options.buckets == {"my photos": "photos"}


def test_it_is_deconstructed_to_what_it_was_given_without_the_key(
    appwrite: AppWriteStorage,
) -> None:
    assert appwrite.deconstruct() == (
        "cloud_storages.backends.appwrite.AppWriteStorage",
        (),
        SHOWN,
    )


def test_a_subclass_is_deconstructed_to_itself() -> None:
    path, args, kwargs = Special(project_id="site").deconstruct()

    assert path == f"{__name__}.Special"
    assert (args, kwargs) == ((), {"project_id": "site"})


@pytest.mark.parametrize(
    "shown",
    [
        lambda storage: MigrationWriter.serialize(storage)[0],
        lambda storage: repr(storage.deconstruct()),
        repr,
        str,
        lambda storage: repr(storage.options),
        lambda storage: str(storage.options),
        lambda storage: repr(vars(storage)),
        lambda storage: repr(vars(copy.deepcopy(storage))),
        lambda storage: repr(pickle.dumps(storage)),
        lambda storage: repr(storage.__reduce_ex__(2)),
        lambda storage: repr(vars(storage.service._store)),
    ],
    ids=[
        *("migration", "deconstruct", "repr", "str", "repr of options", "str of options"),
        *("attributes", "attributes of a copy", "pickle", "reduce", "attributes of the store"),
    ],
)
def test_the_key_is_shown_nowhere(appwrite: AppWriteStorage, shown: Any) -> None:
    text = shown(appwrite)

    assert "AppWrite" in text or "Options" in text or "project_id" in text
    assert KEY not in text


def test_a_copy_is_a_storage_of_the_same_files() -> None:
    storage = InMemoryStorage(project_id="site", api_key=KEY)
    storage.save("docs/a.txt", ContentFile(b"content"))

    for twin in (copy.copy(storage), copy.deepcopy(storage), pickle.loads(pickle.dumps(storage))):
        with twin.open("docs/a.txt") as file:
            assert file.read() == b"content"
        twin.save("docs/b.txt", ContentFile(b"x"))
        storage.delete("docs/b.txt")
        assert not twin.exists("docs/b.txt")


def test_a_deep_copy_keeps_the_key_and_a_pickle_leaves_it_to_the_settings(
    appwrite: AppWriteStorage,
) -> None:
    assert copy.deepcopy(appwrite).options.api_key == KEY

    with override_settings(APPWRITE_API_KEY="standard_from_the_settings"):
        assert copy.deepcopy(appwrite).options.api_key == KEY
        unpickled = pickle.loads(pickle.dumps(appwrite))
        assert unpickled.options.api_key == "standard_from_the_settings"
        assert unpickled.options.project_id == "site"


def made_again(storage: AppWriteStorage) -> AppWriteStorage:
    """Return the storage that a task makes of what its queue's JSON kept of this one."""
    path, args, kwargs = json.loads(json.dumps(storage.deconstruct()))
    return import_string(path)(*args, **kwargs)


@needs_storages
@pytest.mark.parametrize("again", [made_again, lambda storage: pickle.loads(pickle.dumps(storage))])
def test_a_storage_made_again_has_the_key_of_its_alias(again: Any) -> None:
    options = {**GIVEN, "url_lifetime": dt.timedelta(hours=1)}
    backend = "cloud_storages.backends.appwrite.AppWriteStorage"
    other = {**GIVEN, "bucket_id": "other", "api_key": "standard_of_another"}
    aliases = {
        "media": {"BACKEND": backend, "OPTIONS": options},
        "same files": {"BACKEND": backend, "OPTIONS": options},
        "other bucket": {"BACKEND": backend, "OPTIONS": other},
        "other class": {"BACKEND": f"{__name__}.Special", "OPTIONS": {**options, "api_key": "x"}},
        "without options": {"BACKEND": backend},
    }
    with override_settings(STORAGES=aliases, APPWRITE_API_KEY="standard_from_the_settings"):
        assert again(AppWriteStorage(**options)).options == AppWriteStorage(**options).options
        assert again(AppWriteStorage(**other)).options.api_key == "standard_of_another"
        assert AppWriteStorage(project_id="site", bucket_id="media").options.api_key == (
            "standard_from_the_settings"
        )


@needs_storages
@pytest.mark.parametrize("other", [{"api_key": "standard_of_another"}, {}])
def test_two_aliases_of_the_same_files_with_different_keys_lend_none(other: dict[str, str]) -> None:
    backend = "cloud_storages.backends.appwrite.AppWriteStorage"
    aliases = {
        "media": {"BACKEND": backend, "OPTIONS": GIVEN},
        "media too": {"BACKEND": backend, "OPTIONS": {**SHOWN, **other}},
    }
    with override_settings(STORAGES=aliases, APPWRITE_API_KEY="standard_from_the_settings"):
        assert AppWriteStorage(**SHOWN).options.api_key == "standard_from_the_settings"


def test_a_copy_follows_changed_settings_too() -> None:
    twin = copy.deepcopy(InMemoryStorage())
    with override_settings(APPWRITE_PROJECT_ID="one"):
        twin.save("a.txt", ContentFile(b"x"))
        with override_settings(APPWRITE_PROJECT_ID="two"):
            assert not twin.exists("a.txt")


def test_a_model_with_a_file_can_be_pickled() -> None:
    from tests.site.models import Document

    document = Document(file=InMemoryStorage().save("documents/a.txt", ContentFile(b"content")))

    again = pickle.loads(pickle.dumps(document))

    assert again.file.name == "documents/a.txt"
    assert again.file.read() == b"content"


def test_equal_storages_need_no_migration() -> None:
    assert changes(AppWriteStorage(**GIVEN), AppWriteStorage(**GIVEN)) == {}
    assert changes(InMemoryStorage(), InMemoryStorage()) == {}


def test_another_key_needs_no_migration() -> None:
    assert changes(AppWriteStorage(**GIVEN), AppWriteStorage(**{**GIVEN, "api_key": "new"})) == {}


def test_changed_settings_need_no_migration() -> None:
    storage = AppWriteStorage()
    with override_settings(APPWRITE_PROJECT_ID="other"):
        assert changes(storage, AppWriteStorage()) == {}


def test_other_options_are_a_change() -> None:
    other = AppWriteStorage(**{**GIVEN, "layout": "last-directory"})

    assert list(changes(AppWriteStorage(**GIVEN), other)) == ["site"]


def test_a_storage_from_a_callable_leaves_no_options_in_a_migration() -> None:
    field = models.FileField(storage=storage_of_the_site)

    text, _ = MigrationWriter.serialize(field)

    assert f"storage={__name__}.storage_of_the_site" in text
    assert KEY not in text
    assert "site" not in text.replace(__name__, "").replace("storage_of_the_site", "")


def storage_of_the_site() -> AppWriteStorage:
    return AppWriteStorage(**GIVEN)


class Special(InMemoryStorage):
    pass


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("options", [{}, {"bucket_id": "media"}])
def test_a_storage_survives_every_way_of_pickling(protocol: int, options: dict[str, str]) -> None:
    again = pickle.loads(pickle.dumps(AppWriteStorage(**options), protocol))

    assert again.deconstruct() == AppWriteStorage(**options).deconstruct()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_copy_in_the_same_process_keeps_the_key(duplicate: Any) -> None:
    storage = AppWriteStorage(api_key="standard_0", project_id="p", bucket_id="b")

    assert duplicate(storage).options == storage.options
