# ruff: noqa: S101
# Asserts are what a test is.
"""What a storage tells of its files: existence, size, address, times, listings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.test import override_settings
from django.utils import timezone

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import same, shown

if TYPE_CHECKING:
    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Listing", "Telling"]

#: Fourteen hours ahead: there, a time of another zone is noticed.
_FAR_AWAY = "Pacific/Kiritimati"
_ABOUT = dt.timedelta(hours=2)


class Telling:
    """``exists``, ``size``, ``url``, ``path`` and the times."""

    @promise(sources.storage("exists"))
    def test_exists_is_true_of_files_only(self, tried: Trial) -> None:
        """A saved name exists; one that was not saved, here or elsewhere, does not."""
        name = tried.save("there.txt", b"there")
        same(tried.storage.exists(name), True, "exists() of a saved file")
        for missing in ("missing.txt", "there", "there.txt.txt"):
            same(tried.storage.exists(tried.named(missing)), False, f"exists() of {missing!r}")
        elsewhere = f"{tried.folder}-elsewhere/there.txt"
        same(tried.storage.exists(elsewhere), False, "exists() in a missing directory")

    @promise(sources.storage("size"))
    def test_size_is_in_bytes(self, tried: Trial) -> None:
        """Size counts bytes, not characters."""
        data = "日本語 é".encode()
        same(tried.storage.size(tried.save("text.txt", data)), len(data), "the size")

    @promise(sources.storage("url"))
    def test_url_is_an_address(self, tried: Trial) -> None:
        """The URL of a file is text of the characters that URLs have, whatever the name."""
        urls = []
        for filename in ("plain.txt", "my photo.png", "日本語.jpg", "a+b&c=d#e?f%g.txt"):
            url = tried.storage.url(tried.save(filename, filename.encode()))
            urls.append(url)
            assert isinstance(url, str), f"url() of {filename!r} returned {shown(url)}"
            assert url, f"url() of {filename!r} was empty"
            assert url.isascii(), f"{url[:200]!r} has characters that no URL has"
            assert not set(url) & set(' "<>\\^`{|}\n'), f"{url[:200]!r} is not escaped"
        same(len(set(urls)), len(urls), "the number of URLs of four files")

    @promise(sources.storage("url"))
    def test_the_url_shows_the_content(self, tried: Trial) -> None:
        """Who asks for the URL is given the content of the file, whatever its name."""
        for filename in ("plain.txt", "my photo.png", "日本語.jpg", "a+b&c=d#e?f%g.txt"):
            data = f"the content of {filename}".encode()
            url = tried.storage.url(tried.save(filename, data))
            same(tried.fetch(url), data, f"what {urlsplit(url).path[:100]!r} shows")

    @promise(sources.storage("path"))
    def test_a_path_opens_with_pythons_open(self, tried: Trial) -> None:
        """Where a storage has paths, Python opens the file there; else NotImplementedError."""
        path = tried.storage.path(tried.save("data.bin", b"on the disk"))
        assert Path(path).is_file(), f"path() gave {path!r}, where there is no file"
        same(Path(path).read_bytes(), b"on the disk", "what Python reads there")

    @promise(sources.storage("get_created_time"))
    def test_the_created_time_is_told(self, tried: Trial) -> None:
        """The time of creation is now, and aware of its time zone where USE_TZ is on."""
        self._check_time(tried, "get_created_time")

    @promise(sources.storage("get_modified_time"))
    def test_the_modified_time_is_told(self, tried: Trial) -> None:
        """The time of the last change is now, and aware of its zone where USE_TZ is on."""
        self._check_time(tried, "get_modified_time")

    @promise(sources.storage("get_accessed_time"))
    def test_the_accessed_time_is_told(self, tried: Trial) -> None:
        """The time of the last access is now, and aware of its zone where USE_TZ is on."""
        self._check_time(tried, "get_accessed_time")

    def _check_time(self, tried: Trial, method: str) -> None:
        for use_tz in (True, False):
            with override_settings(USE_TZ=use_tz, TIME_ZONE=_FAR_AWAY):
                name = tried.save(f"timed-{use_tz}.txt", b"timed")
                told = getattr(tried.storage, method)(name)
                assert isinstance(told, dt.datetime), f"{method}() returned {shown(told)}"
                aware = timezone.is_aware(told)
                assert aware == use_tz, f"{method}() was {told} where USE_TZ is {use_tz}"
                away = abs(told - timezone.now())
                assert away < _ABOUT, f"{method}() was {away} away where USE_TZ is {use_tz}"


class Listing:
    """``Storage.listdir``."""

    @promise(sources.storage("listdir"))
    def test_listdir_returns_two_lists(self, tried: Trial) -> None:
        """A directory is listed as two lists of names: of directories, and of files."""
        for filename in ("b.txt", "a.txt"):
            tried.save(filename, b"listed")
        listed = tried.storage.listdir(tried.folder)
        assert isinstance(listed, tuple), f"listdir() returned a {type(listed).__name__}"
        same(len(listed), 2, "the number of lists")
        directories, files = listed
        assert isinstance(directories, list), f"directories were a {type(directories).__name__}"
        assert isinstance(files, list), f"files were a {type(files).__name__}"
        same(sorted(files), ["a.txt", "b.txt"], "the files")
        same(directories, [], "the directories of a directory without any")

    @promise(sources.storage("listdir"))
    def test_the_root_lists_the_directories(self, tried: Trial) -> None:
        """The directory of a file is among those of the root, under its name."""
        tried.save("a.txt", b"listed")
        directories, files = tried.storage.listdir("")
        assert tried.folder in directories, f"{tried.folder!r} is not among {directories[:5]}"
        assert "a.txt" not in files, "a file of a directory is listed in the root"

    @promise(sources.storage("listdir"))
    def test_directories_in_directories_are_listed(self, tried: Trial) -> None:
        """A directory within a directory is listed there, and its files in it."""
        # A storage that knows one level only makes that directory: its name is ours, too.
        deeper = f"{tried.folder}-deeper"
        name = tried.save(f"below/{deeper}/a.txt", b"listed")
        same(str(name), tried.named(f"below/{deeper}/a.txt"), "the name")
        tried.save("b.txt", b"listed")
        for directory, expected in (
            (tried.folder, (["below"], ["b.txt"])),
            (f"{tried.folder}/below", ([deeper], [])),
            (f"{tried.folder}/below/{deeper}", ([], ["a.txt"])),
        ):
            directories, files = tried.storage.listdir(directory)
            same((list(directories), list(files)), expected, f"the listing of {directory!r}")

    @promise(sources.storage("listdir"))
    def test_what_is_listed_can_be_opened(self, tried: Trial) -> None:
        """A directory and a name it lists are the name of a file."""
        for filename in ("a b.txt", "日本語.jpg", "50%41+.txt", "Photo.PNG"):
            tried.save(filename, b"listed")
        _, files = tried.storage.listdir(tried.folder)
        same(len(files), 4, f"the number of files listed ({files})")
        for filename in files:
            same(tried.content(tried.named(filename)), b"listed", f"the content of {filename!r}")

    @promise(sources.storage("listdir"), sources.storage("delete"))
    def test_deleted_files_are_not_listed(self, tried: Trial) -> None:
        """A file is listed until it is deleted."""
        gone = tried.save("gone.txt", b"gone")
        tried.save("stays.txt", b"stays")
        tried.storage.delete(gone)
        _, files = tried.storage.listdir(tried.folder)
        same(list(files), ["stays.txt"], "the files")
