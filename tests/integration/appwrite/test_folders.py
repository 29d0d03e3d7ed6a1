"""Servers that know folders show a tree of what has slashes in its title; others are the same."""

import uuid

import pytest
import requests
from django.core.files.base import ContentFile

from cloud_storages.adapters.appwrite.folders import folder_of
from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.domain.identifiers import identifier
from cloud_storages.emulator import Emulator
from cloud_storages.testing import LARGE_SIZES, ODD, bytes_of
from tests.model import check_an_odd_name

KEY = "standard_0123456789abcdef"


@pytest.fixture(scope="module")
def with_folders():
    with Emulator(project="tests", key=KEY, server_version="HEAD") as emulator:
        yield emulator


@pytest.fixture(scope="module", params=["1.9.6", "1.5.11"])
def without_folders(request):
    with Emulator(project="tests", key=KEY, server_version=request.param) as emulator:
        yield emulator


def storage_on(server, **options):
    given = {"bucket_id": f"t{uuid.uuid4().hex[:20]}", "layout": "path", **options}
    return AppWriteStorage(
        endpoint=server.endpoint, project_id="tests", api_key=KEY, access="public", **given
    )


def documents_in(server, storage):
    """Return the bucket's files as the console gets them, by name."""
    answer = requests.get(
        f"{server.endpoint}/storage/buckets/{storage.options.bucket_id}/files",
        headers={"X-Appwrite-Project": "tests", "X-Appwrite-Key": KEY},
        timeout=10,
    )
    return {document["name"]: document for document in answer.json()["files"]}


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("photos/2024/summer.jpg", "photos/2024/"),
        ("写真/日本 語/a;b%41.jpg", "写真/日本 語/"),
        ("root.txt", ""),
    ],
)
def test_a_file_is_in_the_folder_of_its_directory(with_folders, name, folder):
    storage = storage_on(with_folders)

    storage.save(name, ContentFile(b"x"))

    (document,) = documents_in(with_folders, storage).values()
    assert (document["folder"], document["name"]) == (folder, name)


def test_a_large_file_is_too(with_folders):
    storage = storage_on(with_folders)

    storage.save("films/long.mp4", ContentFile(bytes_of(LARGE_SIZES[-1])))

    assert documents_in(with_folders, storage)["films/long.mp4"]["folder"] == "films/"


def test_a_replaced_file_stays_in_its_folder(with_folders):
    storage = storage_on(with_folders, overwrite=True, location="site")

    for content in (b"old", b"new"):
        storage.save("a/b.txt", ContentFile(content))

    assert documents_in(with_folders, storage)["site/a/b.txt"]["folder"] == "site/a/"


def test_where_directories_are_buckets_there_are_no_folders(with_folders):
    storage = storage_on(with_folders, layout="last-directory", bucket_id="pictures")

    storage.save("pictures/a.jpg", ContentFile(b"x"))

    assert documents_in(with_folders, storage)["a.jpg"]["folder"] == ""


def test_a_tree_is_the_same_with_folders_and_without(with_folders, without_folders):
    names = ["a/b/c.txt", "a/b.txt", "d.txt", "e/f.txt"]
    storages = [storage_on(server) for server in (with_folders, without_folders)]

    for storage in storages:
        for name in names:
            assert storage.save(name, ContentFile(b"x")) == name

    for path in ("", "a", "a/b", "e"):
        first, second = (storage.listdir(path) for storage in storages)
        assert first == second
    assert {"folder", "key"}.isdisjoint(documents_in(without_folders, storages[1])["d.txt"])


def test_what_was_stored_before_the_server_knew_folders_is_listed_too(with_folders):
    storage = storage_on(with_folders)
    storage.save("a/new.txt", ContentFile(b"x"))
    requests.post(
        f"{with_folders.endpoint}/storage/buckets/{storage.options.bucket_id}/files",
        headers={"X-Appwrite-Project": "tests", "X-Appwrite-Key": KEY},
        data={"fileId": identifier("a/old.txt")},
        files={"file": ("a/old.txt", b"x")},
        timeout=10,
    ).raise_for_status()

    assert documents_in(with_folders, storage)["a/old.txt"]["folder"] == ""
    assert storage.listdir("a") == ([], ["new.txt", "old.txt"])


@pytest.mark.parametrize("name", ODD)
def test_every_odd_name_can_be_saved_where_there_are_folders(with_folders, name):
    check_an_odd_name(storage_on(with_folders), name)


@pytest.mark.parametrize(
    ("title", "folder"),
    [
        ("a/b/c.txt", "a/b/"),
        ("0/c.txt", "0/"),
        ("c.txt", ""),
        ("/c.txt", ""),
        ("/a/c.txt", ""),
        ("a//c.txt", ""),
        ("a/./c.txt", ""),
        ("../c.txt", ""),
        ("a\n/c.txt", ""),
        ("a\x7f/c.txt", ""),
        ("a/", "a/"),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_title_that_names_no_folder_the_server_takes_is_sent_without(title, folder):
    assert folder_of(title) == folder
