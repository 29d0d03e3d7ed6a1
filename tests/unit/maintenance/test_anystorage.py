"""The files of any storage, whatever odd things it keeps or says."""

import posixpath

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import LastDirectory
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.anystorage import files_of
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.ports import BytesContent


class Keys(Storage):
    """Lists keys as storages of S3 do: what lies below ``a//`` is the directory ``.`` of ``a``."""

    def __init__(self, *keys):
        self._keys = keys

    def listdir(self, path):
        above = posixpath.normpath(path) + "/" if path else ""
        below = [key.removeprefix(above) for key in self._keys if key.startswith(above)]
        directories = {posixpath.normpath(key.partition("/")[0]) for key in below if "/" in key}
        return sorted(directories), [key for key in below if "/" not in key]


def test_a_key_that_no_name_leads_to_is_told_and_left_out():
    told = []

    def on_problem(directory, problem):
        told.append((directory, str(problem)))

    names = list(files_of(Keys("a/x.txt", "a//y.txt", "b.txt")).names(on_problem))

    assert names == ["b.txt", "a/x.txt"]
    ((directory, problem),) = told
    assert directory == "a"
    assert "'.'" in problem


def test_a_key_that_no_name_leads_to_is_raised_where_nobody_is_told():
    with pytest.raises(CannotRun, match=r"No name leads to '\.' in the directory 'a'"):
        list(files_of(Keys("a//y.txt")).names())


def test_every_name_of_a_storage_of_ours_comes_once():
    storage = InMemoryStorage()
    storage.save("docs/replaced.txt", ContentFile(b"old"))
    store = storage.service.store
    for name, slot in (("replaced.txt", 0), ("cut.txt", 0), ("cut.txt", 1)):
        place = LastDirectory(identifier).place(f"docs/{name}")
        there = Location("docs", place.staging_ids[slot])
        store.create(there, place.title, BytesContent(b"new"))
    store.begin_partial(Location("docs", "partial.bin"), "partial.bin", 5)

    assert sorted(files_of(storage).names()) == ["docs/cut.txt", "docs/replaced.txt"]
