"""A large tree in one bucket: what a listing costs, and that it is the one a file system gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from cloud_storages.adapters.appwrite import store
from cloud_storages.emulator.rules import queries
from tests.unit.django.contract.trees import directories_of, listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.emulator import Emulator

#: Ten years of four quarters, each with a dozen pictures and one more.
NAMES = [
    f"{2015 + directory // 4}/Q{directory % 4 + 1}/picture {number:02}.jpg"
    for directory in range(40)
    for number in range(12)
] + [f"{2015 + number % 10}/{number:02}.jpg" for number in range(20)]
PAGE = 100


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> FileSystemStorage:
    storage = FileSystemStorage(tmp_path_factory.mktemp("media"))
    for name in NAMES:
        storage.save(name, ContentFile(b"x"))
    return storage


def test_every_directory_of_a_large_tree_is_listed_as_on_disk_with_one_request_a_page(
    make: Callable[..., CloudStorage],
    emulator: Emulator,
    on_disk: FileSystemStorage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "PAGE_SIZE", PAGE)
    storage = make(layout="path")
    for name in NAMES:
        storage.save(name, ContentFile(b"x"))

    for path in sorted(directories_of(NAMES)):
        emulator.traffic.clear()
        assert listing(storage, path) == listing(on_disk, path), path

        below = sum(name.startswith(f"{path}/" if path else "") for name in NAMES)
        assert len(emulator.traffic.exchanges) == below // PAGE + 1, path


def _contains(text: str, values: Any) -> bool:
    return str(values[0]) in text


def test_a_database_that_finds_a_prefix_anywhere_costs_pages_but_no_truth(
    make: Callable[..., CloudStorage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MongoDB as Appwrite asks it: ``startsWith`` is found in the middle of a name too."""
    monkeypatch.setattr(store, "PAGE_SIZE", 3)
    monkeypatch.setitem(queries._TEXTUAL, "startsWith", _contains)
    storage = make(layout="path")
    strangers = [f"{number}/a/b/x.txt" for number in range(7)]
    for name in (*strangers, "a/b/1.txt", "a/b/c/2.txt", "aa/b/3.txt"):
        storage.save(name, ContentFile(b"x"))

    assert storage.listdir("a/b") == (["c"], ["1.txt"])
    assert storage.listdir("a") == (["b"], [])
    with pytest.raises(FileNotFoundError):
        storage.listdir("b")


def test_directories_that_a_database_takes_for_one_are_listed_apart(
    make: Callable[..., CloudStorage],
) -> None:
    """MariaDB as Appwrite asks it: neither case nor accents count."""
    storage = make(layout="path")
    for directory in ("cafe", "Cafe", "café", "cafe\u0301"):
        storage.save(f"{directory}/{len(directory)}-{directory}.txt", ContentFile(b"x"))

    for directory in ("cafe", "Cafe", "café", "cafe\u0301"):
        assert storage.listdir(directory) == ([], [f"{len(directory)}-{directory}.txt"])
