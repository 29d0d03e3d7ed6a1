# ruff: noqa: S101
# Asserts are what a test is.
"""What open files promise: to read and to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import File

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import raises, same

if TYPE_CHECKING:
    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Reading", "Writing"]

_CONTENT = bytes(range(256)) * 1000
_LINES = b"the first\nthe second\n\nthe last"


class Reading:
    """``Storage.open`` for reading, and ``File``."""

    @promise(sources.storage("open"))
    def test_open_returns_a_file(self, tried: Trial) -> None:
        """What open returns is a File, which reads bytes unless told otherwise."""
        name = tried.save("data.bin", _CONTENT)
        with tried.open(name) as file:
            assert isinstance(file, File), f"open() returned a {type(file).__name__}"
            same(file.read(), _CONTENT, "the content")

    @promise(sources.custom("_open"))
    def test_opening_what_is_missing_raises(self, tried: Trial) -> None:
        """Opening a name that nothing has raises FileNotFoundError, then and there."""
        tried.save("there.txt", b"there")
        missing = tried.named("missing.txt")
        raises(FileNotFoundError, lambda: tried.open(missing), "opening a missing file")

    @promise(sources.file("size"))
    def test_an_open_file_knows_its_size(self, tried: Trial) -> None:
        """The size of an open file is that of its content."""
        with tried.open(tried.save("data.bin", _CONTENT)) as file:
            same(file.size, len(_CONTENT), "the size")

    @promise(sources.file("open"), sources.note("ref/files/file/#the-file-class"))
    def test_a_file_is_read_in_pieces_from_any_position(self, tried: Trial) -> None:
        """Read, seek and tell are those of Python's files."""
        with tried.open(tried.save("data.bin", _CONTENT)) as file:
            same(file.read(5), _CONTENT[:5], "the first piece")
            same(file.read(7), _CONTENT[5:12], "the next piece")
            same(file.tell(), 12, "the position after it")
            file.seek(100_000)
            same(file.read(10), _CONTENT[100_000:100_010], "a piece from further on")
            file.seek(3)
            same(file.read(), _CONTENT[3:], "the rest after going back")
            same(file.read(), b"", "what is read at the end")

    @promise(sources.file("chunks"), sources.file("multiple_chunks"))
    def test_chunks_are_the_whole_content(self, tried: Trial) -> None:
        """The pieces that chunks gives are of the size asked for, and together the content."""
        with tried.open(tried.save("data.bin", _CONTENT)) as file:
            file.read(10)
            pieces = list(file.chunks(100_000))
            same(b"".join(pieces), _CONTENT, "the content in chunks")
            same([len(piece) for piece in pieces], [100_000, 100_000, 56_000], "their sizes")
            same(file.multiple_chunks(100_000), True, "multiple_chunks()")

    @promise(sources.file("__iter__"))
    def test_a_file_is_read_line_by_line(self, tried: Trial) -> None:
        """Going through a file gives one line after the other."""
        with tried.open(tried.save("lines.txt", _LINES)) as file:
            same(list(file), _LINES.splitlines(keepends=True), "the lines")

    @promise(sources.file("mode"), sources.storage("open"), kind="customary")
    def test_a_file_opened_as_text_gives_text(self, tried: Trial) -> None:
        """In the mode "r" a file gives text."""
        name = tried.save("text.txt", b"plain\ntext")
        with tried.open(name, "r") as file:
            same(file.read(), "plain\ntext", "what is read")

    @promise(sources.file("open"))
    def test_an_open_file_opened_again_begins_anew(self, tried: Trial) -> None:
        """Opening an open file again puts its position to the beginning."""
        with tried.open(tried.save("data.bin", _CONTENT)) as file:
            file.read(1000)
            file.open()
            same(file.read(), _CONTENT, "the content")

    @promise(sources.storage("open"), kind="customary")
    def test_two_readers_of_a_file_do_not_disturb_each_other(self, tried: Trial) -> None:
        """A file that is opened twice is read twice, each from its own position."""
        name = tried.save("data.bin", _CONTENT)
        with tried.open(name) as one:
            same(one.read(1000), _CONTENT[:1000], "what the first reader reads at first")
            with tried.open(name) as other:
                same(other.read(), _CONTENT, "what the second reads")
            same(one.read(), _CONTENT[1000:], "what the first reads after that")


class Writing:
    """``Storage.open`` for writing: the modes of Python's ``open``."""

    @promise(sources.storage("open"), sources.file("open"))
    def test_what_is_written_is_stored(self, tried: Trial) -> None:
        """A file opened with "wb" is stored under its name when it is closed."""
        tried.save("other.txt", b"there, so that the directory is")
        name = tried.named("written.bin")
        tried.write(name, "wb", _CONTENT)
        same(tried.content(name), _CONTENT, "the content")
        same(tried.storage.exists(name), True, "exists()")

    @promise(sources.file("open"), kind="customary")
    def test_writing_replaces_what_was_there(self, tried: Trial) -> None:
        """A file opened with "wb" has nothing left of the longer content before."""
        name = tried.save("data.bin", b"the long content before")
        tried.write(name, "wb", b"new")
        same(tried.content(name), b"new", "the content")
        same(tried.storage.size(name), 3, "the size")

    @promise(sources.file("open"), kind="customary")
    def test_a_file_that_was_opened_to_be_written_may_stay_empty(self, tried: Trial) -> None:
        """A file opened with "wb" into which nothing is written is an empty file."""
        name = tried.save("data.bin", b"before")
        with tried.open(name, "wb"):
            pass
        same(tried.content(name), b"", "the content")

    @promise(sources.file("open"), kind="customary")
    def test_text_is_written(self, tried: Trial) -> None:
        """A file opened with "w" takes text."""
        tried.save("other.txt", b"there, so that the directory is")
        name = tried.named("written.txt")
        tried.write(name, "w", "plain\ntext")
        same(tried.content(name), b"plain\ntext", "the content")

    @promise(sources.file("open"), kind="customary")
    def test_appending_keeps_what_was_there(self, tried: Trial) -> None:
        """What is written to a file opened with "ab" comes after what it has."""
        name = tried.save("log.txt", b"one\n")
        tried.write(name, "ab", b"two\n")
        same(tried.content(name), b"one\ntwo\n", "the content")

    @promise(sources.file("open"), kind="customary")
    def test_a_file_is_changed_in_place(self, tried: Trial) -> None:
        """A file opened with "r+b" keeps what is not written over."""
        name = tried.save("data.bin", b"abcdef")
        with tried.open(name, "r+b") as file:
            file.seek(2)
            file.write(b"XY")
        same(tried.content(name), b"abXYef", "the content")

    @promise(sources.file("open"), kind="customary")
    def test_creating_does_not_replace(self, tried: Trial) -> None:
        """A file opened with "xb" is new, or FileExistsError is raised."""
        new, taken = tried.named("new.bin"), tried.save("taken.bin", b"taken")
        tried.write(new, "xb", b"new")
        same(tried.content(new), b"new", "the content")
        raises(FileExistsError, lambda: tried.write(taken, "xb", b"lost"), "creating a taken name")
        same(tried.content(taken), b"taken", "the content of the file that was there")
