"""Trees of files in the layout ``path``: every file is listed where a file system lists it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cloud_storages.backends.base import CloudStorage

#: Deep, wide, and with names that begin alike, as texts and as IDs.
TREE = (
    "a.txt",
    "a/a.txt",
    "a/a/a.txt",
    "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p.txt",
    "a/b.txt",
    "ab/a.txt",
    "ab.txt",
    "A/a.txt",
    "á/a.txt",
    "b/a/a.txt",
    "photos/2024/01/summer holidays 0001.jpg",
    "photos/2024/01/summer holidays 0002.jpg",
    "photos/2024/01/summer holidays/0001.jpg",
    "photos/2024/summer.jpg",
    "photos%/x.jpg",
    "photos_/x.jpg",
    "photosX/x.jpg",
    "Photos/2024/x.jpg",
    "photos/2024/01 /x.jpg",
    '"quoted"/"a".txt',
    '"quoted"/b"',
    '\'"quoted"/c.txt',
    "'single'/'a'.txt'",
    "日本/語/写真.jpg",
    "日本/語.jpg",
)


def listing(storage: Any, path: str) -> tuple[list[str], list[str]]:
    directories, files = storage.listdir(path)
    return sorted(directories), sorted(files)


def directories_of(names: Iterable[str]) -> set[str]:
    found = {""}
    for name in names:
        parts = name.split("/")[:-1]
        found |= {"/".join(parts[: count + 1]) for count in range(len(parts))}
    return found


class Trees:
    @pytest.fixture
    def by_path(self, make: Callable[..., CloudStorage]) -> CloudStorage:
        return make(layout="path")

    @pytest.fixture
    def on_disk(self, tmp_path: Path) -> FileSystemStorage:
        return FileSystemStorage(tmp_path / "media")

    def test_a_tree_is_listed_as_a_file_system_lists_it(
        self, by_path: CloudStorage, on_disk: FileSystemStorage
    ) -> None:
        for name in TREE:
            assert by_path.save(name, ContentFile(b"x")) == name
            on_disk.save(name, ContentFile(b"x"))

        for path in sorted(directories_of(TREE)):
            assert listing(by_path, path) == listing(on_disk, path), path

    def test_a_directory_goes_with_its_last_file(self, by_path: CloudStorage) -> None:
        by_path.save("a/b/c.txt", ContentFile(b"x"))
        by_path.save("a/d.txt", ContentFile(b"x"))

        by_path.delete("a/b/c.txt")

        assert by_path.listdir("a") == ([], ["d.txt"])
        with pytest.raises(FileNotFoundError):
            by_path.listdir("a/b")

    @pytest.mark.parametrize("path", ["a/b/c.txt", "missing", "a/b/c.txt/d", "a/B", "a/b/c"])
    def test_what_is_no_directory_is_missing(self, by_path: CloudStorage, path: str) -> None:
        by_path.save("a/b/c.txt", ContentFile(b"x"))

        with pytest.raises(FileNotFoundError):
            by_path.listdir(path)

    @pytest.mark.parametrize("path", ["a/b", "a/b/", "a//b", "a\\b"])
    def test_a_directory_may_be_written_in_any_way(self, by_path: CloudStorage, path: str) -> None:
        by_path.save("a/b/c.txt", ContentFile(b"x"))

        assert by_path.listdir(path) == ([], ["c.txt"])

    @pytest.mark.parametrize(
        "name",
        [
            "album/" + "語" * 200 + ".jpg",
            "album/" + "n" * 600,
            "album/" + "deep/" * 120 + "photo.jpg",
            "album/report." + "x" * 150,
            '"album/' + "q" * 520 + '"',
        ],
        ids=["wide characters", "no extension", "deep", "long extension", "quotes"],
    )
    def test_a_shortened_name_is_listed_where_it_says(
        self, by_path: CloudStorage, name: str
    ) -> None:
        saved = by_path.save(name, ContentFile(b"long"))
        directory, filename = posixpath.split(saved)

        assert saved != name
        assert by_path.listdir(directory) == ([], [filename])
        assert by_path.listdir("") == ([saved.partition("/")[0]], [])
        for told in (name, saved):
            with by_path.open(told) as file:
                assert file.read() == b"long"

    @pytest.mark.usefixtures("small_pages")
    def test_files_are_paged_through_in_every_directory(
        self, by_path: CloudStorage, on_disk: FileSystemStorage
    ) -> None:
        names = [f"d{number % 7}/e{number % 3}/{number}.txt" for number in range(60)]
        for name in names:
            by_path.save(name, ContentFile(b"x"))
            on_disk.save(name, ContentFile(b"x"))

        for path in sorted(directories_of(names)):
            assert listing(by_path, path) == listing(on_disk, path), path
