"""Buckets as Appwrite's documents tell them, and as they are told to Appwrite."""

import pytest

from cloud_storages.adapters.appwrite.answers import (
    bucket_document,
    bucket_settings,
    other_settings,
)
from cloud_storages.domain.errors import Misconfigured
from cloud_storages.domain.values import BucketSettings

DOCUMENT = {
    "$id": "media",
    "$createdAt": "2026-07-22T10:00:00.000+00:00",
    "$updatedAt": "2026-07-22T10:00:00.000+00:00",
    "$permissions": ['read("any")'],
    "fileSecurity": True,
    "name": "Media",
    "enabled": False,
    "maximumFileSize": 30000000,
    "allowedFileExtensions": ["jpg"],
    "compression": "gzip",
    "encryption": False,
    "antivirus": False,
    "transformations": False,
    "totalSize": 7,
}


def test_all_that_a_document_tells_is_told_back():
    told = bucket_document(bucket_settings(DOCUMENT))

    cannot_be_chosen = {"$id", "$createdAt", "$updatedAt", "totalSize"}
    wanted = {
        name.removeprefix("$"): value
        for name, value in DOCUMENT.items()
        if name not in cannot_be_chosen
    }
    assert told == wanted


def test_a_choice_that_the_server_does_not_know_is_not_told_to_it():
    older = {name: value for name, value in DOCUMENT.items() if name != "transformations"}

    settings = bucket_settings(older)

    assert settings.transformations is None
    assert "transformations" not in bucket_document(settings)


def test_a_size_that_is_left_to_the_server_is_not_told_to_it():
    assert "maximumFileSize" not in bucket_document(BucketSettings("media", "Media"))


def test_a_size_is_told_as_a_whole_number():
    settings = bucket_settings({**DOCUMENT, "maximumFileSize": 30000000.0})

    assert type(bucket_document(settings)["maximumFileSize"]) is int


def test_settings_of_a_newer_server_are_kept():
    newer = {**DOCUMENT, "stripMetadata": True, "description": "Ours", "later": None}

    assert other_settings(newer) == {"stripMetadata": True, "description": "Ours"}
    assert other_settings(DOCUMENT) == {}


@pytest.mark.parametrize("wrong", [None, [], {}, {**DOCUMENT, "maximumFileSize": "much"}])
def test_what_is_no_bucket_is_said_to_be_none(wrong):
    with pytest.raises(Misconfigured):
        bucket_settings(wrong)
