"""From what a person writes to a storage, and whether two storages are one place."""

import pytest
from django.core.files.storage import FileSystemStorage, default_storage

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.maintenance.aliases import (
    cloud_storage_of,
    is_same_place,
    storage_of,
    unwrapped,
)
from cloud_storages.maintenance.errors import CannotRun


def test_an_alias_gives_the_storage_the_site_uses():
    assert storage_of("default") is unwrapped(default_storage)


def test_a_class_is_named_by_its_dotted_path():
    found = storage_of("django.core.files.storage.FileSystemStorage")

    assert type(found) is FileSystemStorage


@pytest.mark.parametrize(
    "alias", ["nowhere", "no.such.Class", "django.core.files.base.File", "decimal.Decimal", ""]
)
def test_what_is_no_storage_is_said_to_be_none(alias):
    with pytest.raises(CannotRun, match=repr(alias)):
        storage_of(alias)


def test_a_storage_of_another_kind_is_not_taken_for_one_of_appwrite():
    with pytest.raises(CannotRun, match="FileSystemStorage, not Appwrite's"):
        cloud_storage_of("django.core.files.storage.FileSystemStorage")


def test_a_setting_that_is_missing_is_named_with_the_alias():
    with pytest.raises(CannotRun, match=r"AppWriteStorage.*APPWRITE_API_KEY"):
        cloud_storage_of("cloud_storages.backends.appwrite.AppWriteStorage")


def appwrite(cls=AppWriteStorage, **options):
    return cls(**{"project_id": "p", "api_key": "k", "bucket_id": "b", **options})


class Careful(AppWriteStorage):
    """As a site has it, to do something more with files that are kept where they are."""


class Tidy(FileSystemStorage):
    pass


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (appwrite(), appwrite(api_key="another", timeout=5.0)),
        (InMemoryStorage(), default_storage),
        (FileSystemStorage("media"), FileSystemStorage("media/../media/")),
        (appwrite(), appwrite(Careful)),
        (FileSystemStorage("media"), Tidy("media")),
    ],
    ids=["another key", "lazy", "another spelling", "subclass", "subclass on disk"],
)
def test_what_opens_the_same_files_is_one_place(one, other):
    assert is_same_place(one, other)
    assert is_same_place(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (appwrite(), appwrite(bucket_id="c")),
        (appwrite(), appwrite(layout="path")),
        (appwrite(layout="path", location="a"), appwrite(layout="path", location="b")),
        (appwrite(), appwrite(buckets={"docs": "d"})),
        (FileSystemStorage("media"), FileSystemStorage("other")),
        (FileSystemStorage("media"), InMemoryStorage()),
        (appwrite(), appwrite(InMemoryStorage)),
    ],
    ids=["bucket", "layout", "location", "mapping", "folder", "class", "fake"],
)
def test_what_opens_other_files_is_another_place(one, other):
    assert not is_same_place(one, other)
    assert not is_same_place(other, one)
