"""Storages that need no server, held to the contract of Django's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import TestCase
from urllib.parse import unquote, urlsplit

import django
import pytest
from django.core.files import storage as django_storage
from django.core.files.storage import FileSystemStorage
from django.test import SimpleTestCase

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.testing import StorageConformance

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.files.storage import Storage


class TestDisk(StorageConformance):
    """The storage that the contract was read from."""

    chunk_size = 100_000

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.place = tmp_path

    def make_storage(self) -> Storage:
        return FileSystemStorage(self.place, base_url="/media/")

    def fetch(self, url: str) -> bytes:
        return (self.place / unquote(urlsplit(url).path.removeprefix("/media/"))).read_bytes()


@pytest.mark.skipif(django.VERSION < (4, 2), reason="Django's storage in memory came with 4.2")
class TestDjangosMemory(StorageConformance):
    """Django's own, which writes files as they are opened, all readers and writers one object."""

    chunk_size = 100_000
    cannot = {  # noqa: RUF012 - as the documentation shows it
        "the_url_shows_the_content": "nobody serves it",
        "a_path_opens_with_pythons_open": "it has paths, but nothing on the disk",
        "an_open_file_opened_again_begins_anew": "its files are not opened without a mode",
        "two_readers_of_a_file_do_not_disturb_each_other": "all who open a file share a position",
        "writing_replaces_what_was_there": "opening for writing leaves what was there",
        "a_file_that_was_opened_to_be_written_may_stay_empty": "likewise",
        "appending_keeps_what_was_there": "appending begins at the beginning",
        "creating_does_not_replace": "it has no exclusive creation",
        "threads_saving_one_name_keep_their_files_apart": "a name is chosen, then taken",
    }

    def make_storage(self) -> Storage:
        return django_storage.InMemoryStorage(base_url="/media/")


class TestLastDirectory(StorageConformance):
    def make_storage(self) -> Storage:
        return InMemoryStorage()


class TestPath(StorageConformance):
    def make_storage(self) -> Storage:
        return InMemoryStorage(layout="path", location="site")


class TestOverwriting(StorageConformance, SimpleTestCase):
    def make_storage(self) -> Storage:
        return InMemoryStorage(layout="path", overwrite=True)


class TestReusing(StorageConformance, TestCase):
    def make_storage(self) -> Storage:
        return InMemoryStorage(create_new_if_same_content=False)


@pytest.mark.parametrize(
    ("attribute", "overwrites"), [("file_overwrite", True), ("file_overwrite", False), ("", False)]
)
def test_a_storage_of_django_storages_tells_whether_it_overwrites(
    tmp_path: Path, attribute: str, overwrites: bool
) -> None:
    class Conformance(StorageConformance):
        def make_storage(self) -> Storage:
            storage: Any = FileSystemStorage(tmp_path)
            if attribute:
                setattr(storage, attribute, overwrites)
            return storage

    with Conformance().trial() as tried:
        assert tried.overwrites is overwrites
