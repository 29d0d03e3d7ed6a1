"""What saving a file promises."""

from __future__ import annotations

import contextlib
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import models
from django.test.utils import isolate_apps

from tests.unit.django.contract.sources import CONTENT, SOURCES, Breaking, OnlyChunks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.core.files.storage import Storage

    from cloud_storages.backends.base import CloudStorage


def content_of(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


class Saving:
    """As with ``FileSystemStorage``."""

    def test_what_was_saved_under_a_free_name_is_found_under_it(
        self, storage: Storage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/report.txt", ContentFile(b"the report"))

        assert name == f"{folder}/report.txt"
        assert content_of(storage, name) == b"the report"

    def test_without_a_name_the_content_says_it(self, storage: Storage, folder: str) -> None:
        name = storage.save(None, ContentFile(b"hello", name=f"{folder}/named.txt"))

        assert name == f"{folder}/named.txt"
        assert content_of(storage, name) == b"hello"

    def test_content_without_any_name_is_met_as_on_disk(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        # Django's own answer differs from version to version.
        def met_by(one: Storage) -> Any:
            try:
                return one.save(None, ContentFile(b"hello"))
            except Exception as error:  # noqa: BLE001 - whatever Django raises is compared
                return type(error)

        assert met_by(storage) == met_by(FileSystemStorage(tmp_path / "other"))

    @pytest.mark.parametrize("kind", SOURCES)
    def test_every_kind_of_file_is_stored_byte_for_byte(
        self, storage: Storage, folder: str, kind: str
    ) -> None:
        with SOURCES[kind](CONTENT) as source:
            name = storage.save(f"{folder}/data.bin", source)

        assert content_of(storage, name) == CONTENT
        assert storage.size(name) == len(CONTENT)

    @pytest.mark.parametrize("kind", SOURCES)
    def test_every_kind_of_file_may_be_empty(
        self, storage: Storage, folder: str, kind: str
    ) -> None:
        with SOURCES[kind](b"") as source:
            name = storage.save(f"{folder}/empty.bin", source)

        assert storage.exists(name)
        assert storage.size(name) == 0
        assert content_of(storage, name) == b""

    @pytest.mark.parametrize("data", [b"0", b"1", b"\n", b"\0", b"ab"])
    def test_the_tiniest_files_keep_their_bytes(
        self, storage: Storage, folder: str, data: bytes
    ) -> None:
        name = storage.save(f"{folder}/tiny", ContentFile(data))

        assert (storage.size(name), content_of(storage, name)) == (len(data), data)

    @pytest.mark.parametrize(
        "text",
        [
            ContentFile("plain\ntext"),
            io.StringIO("plain\ntext"),
            OnlyChunks("plain\n", "text"),
        ],
        ids=["ContentFile", "StringIO", "object with only chunks"],
    )
    def test_text_is_stored_encoded(self, storage: Storage, folder: str, text: Any) -> None:
        name = storage.save(f"{folder}/text.txt", text)

        assert content_of(storage, name) == b"plain\ntext"

    @pytest.mark.parametrize("opened", [True, False], ids=["opened", "unopened"])
    def test_a_field_file_of_another_storage_is_copied(
        self,
        storage: Storage,
        folder: str,
        tmp_path: Path,
        opened: bool,
    ) -> None:
        disk = FileSystemStorage(tmp_path / "other")
        with isolate_apps("tests.site"):

            class Source(models.Model):  # noqa: DJ008 - never shown
                file = models.FileField(storage=disk)

                class Meta:
                    app_label = "site"

        source = Source(file=disk.save("source.bin", ContentFile(CONTENT)))
        if opened:
            source.file.open()

        name = storage.save(f"{folder}/copy.bin", source.file)

        source.file.close()
        assert content_of(storage, name) == CONTENT
        assert content_of(disk, "source.bin") == CONTENT

    def test_a_file_of_the_same_storage_is_copied(self, storage: Storage, folder: str) -> None:
        first = storage.save(f"{folder}/first.bin", ContentFile(CONTENT))

        with storage.open(first) as source:
            second = storage.save(f"{folder}/second.bin", source)

        assert content_of(storage, second) == CONTENT
        assert content_of(storage, first) == CONTENT

    @pytest.mark.parametrize(
        "kind", ["BytesIO", "file on disk", "SimpleUploadedFile", "decompressing file"]
    )
    def test_the_callers_file_stays_open_and_usable(
        self, storage: Storage, folder: str, kind: str
    ) -> None:
        with SOURCES[kind](CONTENT) as source:
            storage.save(f"{folder}/data.bin", source)

            assert not source.closed
            source.seek(0)
            assert source.read() == CONTENT

    def test_one_file_can_be_saved_twice(self, storage: Storage, folder: str) -> None:
        source = File(io.BytesIO(CONTENT), "some.bin")

        names = [storage.save(f"{folder}/{name}.bin", source) for name in ("one", "two")]

        assert [content_of(storage, name) for name in names] == [CONTENT, CONTENT]

    def test_a_closed_file_is_refused(self, storage: Storage, folder: str) -> None:
        source = io.BytesIO(CONTENT)
        source.close()

        with pytest.raises(ValueError, match="closed"):
            storage.save(f"{folder}/closed.bin", source)

    def test_a_taken_name_gets_an_alternative_and_both_contents_stay(
        self, storage: Storage, folder: str
    ) -> None:
        contents = [b"first", b"second", b"third"]
        names = [storage.save(f"{folder}/a.txt", ContentFile(content)) for content in contents]

        assert names[0] == f"{folder}/a.txt"
        assert len(set(names)) == 3
        assert all(
            re.fullmatch(rf"{re.escape(folder)}/a_[A-Za-z0-9]{{7}}\.txt", name)
            for name in names[1:]
        )
        assert [content_of(storage, name) for name in names] == contents

    def test_a_name_longer_than_max_length_is_cut(self, storage: Storage, folder: str) -> None:
        limit = len(folder) + 20
        name = storage.save(
            f"{folder}/{'long' * 20}.txt", ContentFile(b"content"), max_length=limit
        )

        assert len(name) <= limit
        assert name.startswith(f"{folder}/long")
        assert name.endswith(".txt")
        assert content_of(storage, name) == b"content"

    def test_alternatives_stay_within_max_length(self, storage: Storage, folder: str) -> None:
        limit = len(folder) + 15
        wanted = f"{folder}/avatar-12.jpeg"
        assert len(wanted) == limit
        contents = [b"1", b"2", b"3", b"4"]

        names = [
            storage.save(wanted, ContentFile(content), max_length=limit) for content in contents
        ]

        assert max(map(len, names)) <= limit
        assert all(name.endswith(".jpeg") for name in names)
        assert [content_of(storage, name) for name in names] == contents

    def test_a_max_length_that_leaves_no_root_is_refused(
        self, storage: Storage, folder: str
    ) -> None:
        with pytest.raises(SuspiciousFileOperation, match="max_length"):
            storage.save(f"{folder}/name.txt", ContentFile(b"x"), max_length=len(folder) + 4)

    def test_a_taken_name_without_room_for_a_suffix_is_refused(
        self, storage: Storage, folder: str
    ) -> None:
        limit = len(folder) + 9
        storage.save(f"{folder}/name.txt", ContentFile(b"x"), max_length=limit)

        with pytest.raises(SuspiciousFileOperation, match="max_length"):
            storage.save(f"{folder}/name.txt", ContentFile(b"y"), max_length=limit)

        assert content_of(storage, f"{folder}/name.txt") == b"x"

    def test_delete_removes_the_file_and_no_other(self, storage: Storage, folder: str) -> None:
        for each in ("a.txt", "b.txt"):
            storage.save(f"{folder}/{each}", ContentFile(each.encode()))

        storage.delete(f"{folder}/a.txt")

        assert not storage.exists(f"{folder}/a.txt")
        assert content_of(storage, f"{folder}/b.txt") == b"b.txt"

    def test_a_deleted_name_is_free_again(self, storage: Storage, folder: str) -> None:
        storage.delete(storage.save(f"{folder}/a.txt", ContentFile(b"old")))

        name = storage.save(f"{folder}/a.txt", ContentFile(b"new"))

        assert name == f"{folder}/a.txt"
        assert content_of(storage, name) == b"new"

    def test_deleting_what_is_not_there_is_silent(self, storage: Storage, folder: str) -> None:
        storage.save(f"{folder}/there.txt", ContentFile(b"x"))

        storage.delete(f"{folder}/missing.txt")
        storage.delete(f"{folder}-missing/missing.txt")

        assert storage.listdir(folder) == ([], ["there.txt"])

    def test_deleting_without_a_name_is_an_error(self, storage: Storage) -> None:
        with pytest.raises(ValueError, match="name must be given"):
            storage.delete("")


class OwnSaving:
    """What goes beyond ``FileSystemStorage``."""

    def test_a_field_file_without_a_file_is_refused(self, storage: CloudStorage) -> None:
        with isolate_apps("tests.site"):

            class Source(models.Model):  # noqa: DJ008 - never shown
                file = models.FileField(storage=storage)

                class Meta:
                    app_label = "site"

        with pytest.raises(ValueError, match="no file associated"):
            storage.save("copy.bin", Source().file)

    @pytest.mark.parametrize("text", [ContentFile("Grüße, 日本"), io.StringIO("Grüße, 日本")])
    def test_text_is_stored_as_utf_8(self, storage: CloudStorage, folder: str, text: Any) -> None:
        name = storage.save(f"{folder}/text.txt", text)

        assert content_of(storage, name) == "Grüße, 日本".encode()
        assert storage.size(name) == 15

    def test_a_temporary_upload_is_not_moved_away(self, storage: CloudStorage, folder: str) -> None:
        with SOURCES["TemporaryUploadedFile"](CONTENT) as upload:
            storage.save(f"{folder}/upload.bin", upload)

            assert isinstance(upload, TemporaryUploadedFile)
            with open(upload.temporary_file_path(), "rb") as still_there:  # noqa: PTH123 - a text
                assert still_there.read() == CONTENT

    @pytest.mark.parametrize("wrapped", [True, False], ids=["as a Django file", "as it is"])
    def test_of_a_stream_that_breaks_off_nothing_is_stored(
        self,
        storage: CloudStorage,
        folder: str,
        wrapped: bool,
    ) -> None:
        stream = Breaking(CONTENT)
        name = f"{folder}/broken.bin"

        with pytest.raises(ConnectionResetError, match="hung up"):
            storage.save(name, File(stream, "broken.bin") if wrapped else stream)

        assert not storage.exists(name)

    def test_of_a_closed_file_nothing_is_stored(self, storage: CloudStorage, folder: str) -> None:
        source = io.BytesIO(CONTENT)
        source.close()

        with contextlib.suppress(ValueError):
            storage.save(f"{folder}/closed.bin", source)

        assert not storage.exists(f"{folder}/closed.bin")

    def test_suffixes_of_alternatives_are_in_lower_case(
        self, storage: CloudStorage, folder: str
    ) -> None:
        names = [storage.save(f"{folder}/a.txt", ContentFile(b"x")) for _ in range(12)]

        assert all(
            re.fullmatch(rf"{re.escape(folder)}/a_[a-z0-9]{{7}}\.txt", name) for name in names[1:]
        )

    def test_an_alternative_keeps_every_suffix(self, storage: CloudStorage, folder: str) -> None:
        storage.save(f"{folder}/backup.tar.gz", ContentFile(b"1"))

        name = storage.save(f"{folder}/backup.tar.gz", ContentFile(b"2"))

        assert re.fullmatch(rf"{re.escape(folder)}/backup_[a-z0-9]{{7}}\.tar\.gz", name)

    def test_a_file_name_without_a_dot_gets_alternatives_too(
        self, storage: CloudStorage, folder: str
    ) -> None:
        storage.save(f"{folder}/LICENSE", ContentFile(b"1"))

        name = storage.save(f"{folder}/LICENSE", ContentFile(b"2"))

        assert re.fullmatch(rf"{re.escape(folder)}/LICENSE_[a-z0-9]{{7}}", name)
        assert content_of(storage, name) == b"2"

    def test_a_subclass_forms_the_alternatives(
        self, backend: type[CloudStorage], options: dict[str, Any], folder: str
    ) -> None:
        class Numbering(backend):
            count = 1

            def get_alternative_name(self, file_root: str, file_ext: str) -> str:
                self.count += 1
                return f"{file_root} ({self.count}){file_ext}"

        storage = Numbering(**options)

        names = [
            storage.save(f"{folder}/a.tar.gz", ContentFile(content)) for content in (b"1", b"2")
        ]

        assert names == [f"{folder}/a.tar.gz", f"{folder}/a (2).tar.gz"]
        assert content_of(storage, names[1]) == b"2"

    def test_names_cut_from_different_names_differ(
        self, storage: CloudStorage, folder: str
    ) -> None:
        limit = len(folder) + 20

        names = [
            storage.save(f"{folder}/{'long' * 9}{end}.txt", ContentFile(b"x"), max_length=limit)
            for end in ("one", "two")
        ]

        assert len(set(names)) == 2
        assert max(map(len, names)) <= limit


class Policies:
    """What the two settings about conflicts promise."""

    def test_reuse_gives_identical_content_the_name_it_has(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make(create_new_if_same_content=False)

        names = [storage.save(f"{folder}/a.txt", ContentFile(b"same")) for _ in range(3)]

        assert names == [f"{folder}/a.txt"] * 3
        assert storage.listdir(folder)[1] == ["a.txt"]

    def test_reuse_keeps_other_content_beside_and_finds_it_again(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make(create_new_if_same_content=False)
        contents = [b"one", b"two", b"three", b"two", b"three", b"one"]

        names = [storage.save(f"{folder}/a.txt", ContentFile(content)) for content in contents]

        assert names[0] == f"{folder}/a.txt"
        assert names[3:] == [names[1], names[2], names[0]]
        assert len(set(names)) == 3
        assert [content_of(storage, name) for name in names] == contents

    def test_overwrite_keeps_the_name_and_the_newest_content(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make(overwrite=True)

        names = [
            storage.save(f"{folder}/a.txt", ContentFile(content))
            for content in (b"old", b"new", b"new", b"newest, and longer")
        ]

        assert names == [f"{folder}/a.txt"] * 4
        assert content_of(storage, f"{folder}/a.txt") == b"newest, and longer"
        assert storage.listdir(folder)[1] == ["a.txt"]

    def test_with_both_settings_other_content_is_overwritten(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make(overwrite=True, create_new_if_same_content=False)
        first = storage.save(f"{folder}/a.txt", ContentFile(b"old"))
        created = storage.get_created_time(first)

        twin = storage.save(f"{folder}/a.txt", ContentFile(b"old"))

        assert (twin, storage.get_created_time(twin)) == (first, created)
        assert storage.save(f"{folder}/a.txt", ContentFile(b"new")) == first
        assert content_of(storage, first) == b"new"

    def test_max_length_holds_for_reused_content_too(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make(create_new_if_same_content=False)
        limit = len(folder) + 15
        wanted = f"{folder}/avatar-12.jpeg"

        names = [
            storage.save(wanted, ContentFile(content), max_length=limit)
            for content in (b"1", b"2", b"2")
        ]

        assert max(map(len, names)) <= limit
        assert names[1] == names[2] != names[0]
        assert content_of(storage, names[2]) == b"2"
