# ruff: noqa: S101
# Asserts are what a test is.
"""What saving and deleting promise."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import raises, same, shown
from cloud_storages.testing.strategies import bytes_of

if TYPE_CHECKING:
    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Deleting", "Saving"]

#: Every byte there is, and more than one of the pieces that Django reads.
_CONTENT = bytes(range(256)) * 300
#: Contents that servers and clients take for nothing, or for something else.
_TINY = (b"", b"0", b"1", b"\x00", b"\n", b"null", b"{}")


class Saving:
    """``Storage.save`` and ``_save``."""

    @promise(sources.storage("save"), sources.custom("_save"))
    def test_save_returns_the_name_that_opens(self, tried: Trial) -> None:
        """Save returns the name of the stored file, a text, and that name opens it."""
        name = tried.save("report.txt", b"the report")
        assert isinstance(name, str), f"save() returned {shown(name)}, which is no text"
        same(tried.content(name), b"the report", "the content")

    @promise(sources.storage("save"), kind="customary")
    def test_a_free_name_is_taken_as_it_is(self, tried: Trial) -> None:
        """A name that nothing has is preferred to any other."""
        name = tried.save("report.txt", b"the report")
        same(str(name), tried.named("report.txt"), "the name of the first file of that name")

    @promise(sources.storage("save"))
    def test_saved_bytes_come_back(self, tried: Trial) -> None:
        """What is read is what was saved, byte for byte, whatever bytes they are."""
        name = tried.save("data.bin", _CONTENT)
        same(tried.content(name), _CONTENT, "the content")

    @promise(sources.storage("save"), sources.storage("size"))
    def test_the_smallest_contents_come_back(self, tried: Trial) -> None:
        """Nothing, one byte and the byte 0 are contents like others."""
        for number, data in enumerate(_TINY):
            name = tried.save(f"tiny-{number}", data)
            assert tried.storage.exists(name), f"a file of {shown(data)} does not exist"
            same(tried.content(name), data, f"the content {shown(data)}")
            same(tried.storage.size(name), len(data), f"the size of {shown(data)}")

    @promise(sources.storage("save"), sources.file("chunks"))
    def test_contents_about_a_piece_of_django_long_come_back(self, tried: Trial) -> None:
        """A content of one of Django's pieces, a byte less and a byte more comes back."""
        self._check_sizes(tried, File.DEFAULT_CHUNK_SIZE)

    @promise(sources.storage("save"), sources.file("chunks"))
    def test_contents_about_a_chunk_long_come_back(self, tried: Trial) -> None:
        """A content of one of the storage's chunks, a byte less and a byte more comes back."""
        self._check_sizes(tried, tried.chunk_size)

    def _check_sizes(self, tried: Trial, around: int) -> None:
        for size in (around - 1, around, around + 1):
            data = bytes_of(size)
            name = tried.save(f"large-{size}.bin", data)
            same(tried.storage.size(name), size, "the size")
            same(tried.content(name), data, f"the content of {size} bytes")

    @promise(sources.storage("save"))
    def test_a_taken_name_is_not_overwritten_in_silence(self, tried: Trial) -> None:
        """A second file of a name gets a name of its own; replaced is only where that is told."""
        contents = [b"the first", b"the second", b"the third"]
        names = [tried.save("report.txt", data) for data in contents]
        if tried.overwrites:
            same(len(set(names)), 1, "the number of names, where overwriting is told,")
            same(tried.content(names[-1]), contents[-1], "the content under the name")
            return
        same(len(set(names)), 3, f"the number of names of three files ({', '.join(names)})")
        for name, data in zip(names, contents, strict=True):
            same(tried.content(name), data, f"the content of {name!r}")

    @promise(sources.storage("save"))
    def test_what_can_be_wrapped_in_a_file_is_saved(self, tried: Trial) -> None:
        """A file-like object that is none of Django's is content too."""
        name = tried.save("data.bin", io.BytesIO(_CONTENT))
        same(tried.content(name), _CONTENT, "the content")

    @promise(sources.content_file(), sources.storage("save"))
    def test_text_is_saved_encoded(self, tried: Trial) -> None:
        """A ContentFile of text is stored as the bytes of the text."""
        name = tried.save("text.txt", "plain\ntext")
        same(tried.content(name), b"plain\ntext", "the content")

    @promise(sources.note("ref/files/uploads/"), sources.note("topics/http/file-uploads/"))
    def test_uploads_of_every_kind_are_saved(self, tried: Trial) -> None:
        """Uploads that Django keeps in memory and those on the disk are stored alike."""
        with TemporaryUploadedFile("large.bin", "text/plain", len(_CONTENT), None) as on_disk:
            on_disk.write(_CONTENT)
            on_disk.seek(0)
            name = tried.save("large.bin", on_disk)
            same(tried.content(name), _CONTENT, "the content of an upload on the disk")
        name = tried.save("small.bin", SimpleUploadedFile("small.bin", _CONTENT))
        same(tried.content(name), _CONTENT, "the content of an upload in memory")

    @promise(sources.storage("save"))
    def test_without_a_name_the_content_says_it(self, tried: Trial) -> None:
        """Saved without a name, a File is stored under its own."""
        source = ContentFile(b"named", name=tried.named("named.txt"))
        name = tried.save_as(None, source)
        same(str(name), tried.named("named.txt"), "the name")
        same(tried.content(name), b"named", "the content")

    @promise(
        sources.storage("save"),
        sources.note("ref/files/file/#django.core.files.File"),
        kind="customary",
    )
    def test_the_callers_file_can_be_read_afterwards(self, tried: Trial) -> None:
        """The file that was saved is not closed, and is there to be read again."""
        source = File(io.BytesIO(_CONTENT), "data.bin")
        tried.save("data.bin", source)
        assert not source.closed, "save() closed the caller's file"
        source.seek(0)
        same(source.read(), _CONTENT, "what the caller's file gives after save()")

    @promise(sources.file("chunks"), sources.storage("save"), kind="customary")
    def test_content_is_read_from_its_beginning(self, tried: Trial) -> None:
        """A file that was read before, to its middle or its end, is stored whole."""
        for place, where in ((7, "middle"), (len(_CONTENT), "end")):
            source = File(io.BytesIO(_CONTENT), "data.bin")
            source.seek(place)
            name = tried.save(f"from-the-{where}.bin", source)
            same(tried.content(name), _CONTENT, f"the content of a file at its {where}")

    @promise(sources.file("chunks"), sources.storage("save"), kind="customary")
    def test_one_file_can_be_saved_twice(self, tried: Trial) -> None:
        """The same File saved under two names is two files of one content."""
        source = File(io.BytesIO(_CONTENT), "data.bin")
        names = [tried.save(filename, source) for filename in ("one.bin", "two.bin")]
        for name in names:
            same(tried.content(name), _CONTENT, f"the content of {name!r}")

    @promise(sources.storage("save"), sources.storage("open"))
    def test_an_open_file_of_the_storage_can_be_saved(self, tried: Trial) -> None:
        """What the storage opened is content for another save: a copy."""
        first = tried.save("first.bin", _CONTENT)
        with tried.open(first) as source:
            second = tried.save("second.bin", source)
        for name in (first, second):
            same(tried.content(name), _CONTENT, f"the content of {name!r}")

    @promise(sources.storage("save"), sources.custom("get_available_name"))
    def test_max_length_is_honoured(self, tried: Trial) -> None:
        """No name gets longer than max_length, also where the short one is taken."""
        longest = len(tried.named("")) + 16
        contents = [b"one", b"two", b"three"]
        names = [tried.save(f"{'long' * 20}.txt", data, longest) for data in contents]
        for name in names:
            assert len(name) <= longest, f"{name!r} has {len(name)} characters, not {longest}"
            assert name.endswith(".txt"), f"{name!r} lost its extension"
        for name, data in zip(names, contents, strict=True):
            if not tried.overwrites:
                same(tried.content(name), data, f"the content of {name!r}")

    @promise(sources.custom("get_available_name"))
    def test_a_max_length_that_no_name_fits_is_refused(self, tried: Trial) -> None:
        """Where no name can be short enough, SuspiciousFileOperation is raised."""
        longest = len(tried.named("")) + 2
        raises(
            SuspiciousFileOperation,
            lambda: tried.save("name.txt", b"content", longest),
            f"a save whose max_length leaves two characters to {'name.txt'!r}",
        )


class Deleting:
    """``Storage.delete``."""

    @promise(sources.storage("delete"))
    def test_a_deleted_file_is_gone(self, tried: Trial) -> None:
        """A deleted file does not exist and does not open; others stay."""
        gone, stays = tried.save("gone.txt", b"gone"), tried.save("stays.txt", b"stays")
        tried.storage.delete(gone)
        assert not tried.storage.exists(gone), "a deleted file exists"
        raises(FileNotFoundError, lambda: tried.content(gone), "opening a deleted file")
        same(tried.content(stays), b"stays", "the content of the other file")

    @promise(sources.storage("delete"), kind="customary")
    def test_deleting_what_is_missing_is_silent(self, tried: Trial) -> None:
        """Deleting a name that nothing has raises nothing."""
        stays = tried.save("stays.txt", b"stays")
        tried.storage.delete(tried.named("missing.txt"))
        same(tried.content(stays), b"stays", "the content of the other file")

    @promise(sources.storage("delete"), sources.storage("save"), kind="customary")
    def test_a_deleted_name_is_free_again(self, tried: Trial) -> None:
        """A name whose file was deleted is given to the next."""
        name = tried.save("again.txt", b"old")
        tried.storage.delete(name)
        same(str(tried.save("again.txt", b"new")), name, "the name of the next file")
        same(tried.content(name), b"new", "the content")
