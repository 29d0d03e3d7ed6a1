"""What reading a stored file promises."""

from __future__ import annotations

import datetime as dt
import io
import os
from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.images import get_image_dimensions
from django.http import FileResponse
from django.test import override_settings
from PIL import Image

from tests.unit.django.contract.sources import CONTENT

if TYPE_CHECKING:
    from django.core.files.storage import Storage

    from cloud_storages.backends.base import CloudStorage

LINES = b"first\nsecond\r\nthird\n\nno newline at the end"


def picture(width: int = 37, height: int = 21) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(data, "JPEG")
    return data.getvalue()


class Reading:
    """As with ``FileSystemStorage``."""

    def test_a_file_is_read_in_pieces_from_any_position(
        self, storage: Storage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))

        with storage.open(name) as file:
            assert isinstance(file, File)
            assert file.read(3) == CONTENT[:3]
            assert file.tell() == 3
            assert file.read(70_000) == CONTENT[3:70_003]
            assert file.seek(-5, os.SEEK_END) == len(CONTENT) - 5
            assert file.read() == CONTENT[-5:]
            assert file.read() == b""
            assert file.seek(10) == 10
            assert file.seek(5, os.SEEK_CUR) == 15
            assert file.read(1) == CONTENT[15:16]
            assert file.seek(len(CONTENT) + 100) == len(CONTENT) + 100
            assert file.read(1) == b""

    def test_a_file_knows_its_size_and_its_name(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))

        with storage.open(name) as file:
            assert file.size == len(file) == len(CONTENT)
            assert file.name.endswith(name)

    def test_a_file_is_read_into_a_buffer(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))
        buffer = bytearray(300)

        with storage.open(name) as file:
            assert file.readinto(buffer) == 300

        assert bytes(buffer) == CONTENT[:300]

    def test_lines_are_read_one_by_one_and_all_at_once(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/lines.txt", ContentFile(LINES))
        expected = LINES.splitlines(keepends=True)

        with storage.open(name) as file:
            assert file.readline() == b"first\n"
            assert file.readlines() == expected[1:]
            assert list(file) == expected

    def test_chunks_begin_at_the_beginning(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))

        with storage.open(name) as file:
            file.seek(1000)
            chunks = list(file.chunks(50_000))

            assert file.multiple_chunks(50_000)

        assert [len(chunk) for chunk in chunks] == [50_000, len(CONTENT) - 50_000]
        assert b"".join(chunks) == CONTENT

    def test_a_file_opened_for_reading_is_not_writable(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))

        with storage.open(name) as file:
            assert (file.readable(), file.seekable(), file.writable()) == (True, True, False)
            with pytest.raises(io.UnsupportedOperation):
                file.write(b"x")

    def test_a_file_is_streamed_as_a_response(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/film.bin", ContentFile(CONTENT))

        response = FileResponse(storage.open(name), as_attachment=True)

        assert response.headers["Content-Length"] == str(len(CONTENT))
        assert response.headers["Content-Disposition"] == 'attachment; filename="film.bin"'
        assert b"".join(response.streaming_content) == CONTENT
        response.close()

    def test_a_file_in_the_middle_is_streamed_from_there(
        self, storage: Storage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/film.bin", ContentFile(CONTENT))
        file = storage.open(name)
        file.seek(70_000)

        response = FileResponse(file)

        assert response.headers["Content-Length"] == str(len(CONTENT) - 70_000)
        assert b"".join(response.streaming_content) == CONTENT[70_000:]
        response.close()

    def test_a_closed_file_can_be_opened_again(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))
        file = storage.open(name)
        file.read(10)
        file.close()
        assert file.closed
        with pytest.raises(ValueError, match="closed"):
            file.read()

        with file.open() as again:
            assert again.read() == CONTENT

    def test_an_open_file_opened_again_is_at_its_beginning(
        self, storage: Storage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))

        with storage.open(name) as file:
            file.read()
            assert file.open().read() == CONTENT

    def test_text_is_decoded(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/lines.txt", ContentFile(LINES))

        with storage.open(name, "r") as file:
            assert file.read() == LINES.decode().replace("\r\n", "\n")
            assert not file.writable()

    def test_a_missing_file_is_missing_for_every_reader(
        self, storage: Storage, folder: str
    ) -> None:
        storage.save(f"{folder}/other.txt", ContentFile(b"x"))

        for name in (f"{folder}/missing.txt", f"{folder}-missing/missing.txt", "missing.txt"):
            assert storage.exists(name) is False
            for ask in (
                storage.open,
                storage.size,
                storage.get_created_time,
                storage.get_modified_time,
            ):
                with pytest.raises(FileNotFoundError):
                    ask(name)

    def test_a_deleted_file_is_missing_as_soon_as_it_is_opened(
        self, storage: Storage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))
        storage.delete(name)

        for mode in ("rb", "r", "r+b", "r+"):
            with pytest.raises(FileNotFoundError):
                storage.open(name, mode)

    def test_a_json_file_is_bytes_like_any_other(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/data.json", ContentFile(b'{"a": [1, 2]}\n'))

        with storage.open(name) as file:
            assert file.read() == b'{"a": [1, 2]}\n'

    def test_the_dimensions_of_a_picture_are_found(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/picture.jpg", ContentFile(picture(37, 21)))

        with storage.open(name) as file:
            assert get_image_dimensions(file) == (37, 21)

    def test_what_a_directory_holds_is_listed(self, storage: Storage, folder: str) -> None:
        for name in ("b.txt", "a.txt", "Photo.PNG", "日本語.jpg"):
            storage.save(f"{folder}/{name}", ContentFile(b"x"))
        storage.save("root.txt", ContentFile(b"x"))

        directories, files = storage.listdir("")

        assert folder in directories
        assert files == ["root.txt"]
        assert storage.listdir(folder)[0] == []
        assert sorted(storage.listdir(folder)[1]) == ["Photo.PNG", "a.txt", "b.txt", "日本語.jpg"]

    def test_a_slash_at_the_end_of_a_directory_makes_no_difference(
        self, storage: Storage, folder: str
    ) -> None:
        storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        assert storage.listdir(f"{folder}/") == ([], ["a.txt"])

    def test_a_missing_directory_is_not_found(self, storage: Storage, folder: str) -> None:
        with pytest.raises(FileNotFoundError):
            storage.listdir(f"{folder}-missing")

    def test_times_are_aware_only_where_the_site_uses_time_zones(
        self, storage: Storage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        for ask in (storage.get_created_time, storage.get_modified_time):
            with override_settings(USE_TZ=True, TIME_ZONE="Asia/Tokyo"):
                aware = ask(name)
            with override_settings(USE_TZ=False, TIME_ZONE="Asia/Tokyo"):
                naive = ask(name)

            assert aware.utcoffset() == dt.timedelta(0)
            assert naive.tzinfo is None
            assert naive - aware.replace(tzinfo=None) == dt.timedelta(hours=9)
            # An hour is more than clocks of servers differ, and less than time zones do.
            assert abs(dt.datetime.now(dt.timezone.utc) - aware) < dt.timedelta(minutes=55)


class OwnReading:
    """What goes beyond ``FileSystemStorage``, or must stay behind it."""

    def test_text_is_decoded_as_asked(self, storage: CloudStorage, folder: str) -> None:
        utf_8 = storage.save(f"{folder}/utf-8.txt", ContentFile("Grüße\r\n".encode()))
        latin = storage.save(f"{folder}/latin-1.txt", ContentFile("Grüße\n".encode("latin-1")))

        with storage.open(utf_8, "r") as file:
            assert file.read() == "Grüße\n"
        with storage.open(utf_8, "rt", newline="") as file:
            assert file.read() == "Grüße\r\n"
        with storage.open(latin, "r", encoding="latin-1") as file:
            assert file.read() == "Grüße\n"
        with storage.open(latin, "r", errors="replace") as file:
            assert file.read() == "Gr��e\n"

    def test_a_file_opened_for_reading_cannot_be_reopened_for_writing(
        self, storage: CloudStorage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/data.bin", ContentFile(CONTENT))

        with storage.open(name) as file, pytest.raises(ValueError, match="through its storage"):
            file.open("wb")

    def test_a_directory_is_no_file(self, storage: CloudStorage, folder: str) -> None:
        storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        assert not storage.exists(folder)
        with pytest.raises(FileNotFoundError):
            storage.open(folder)

    def test_deleting_the_name_of_a_directory_leaves_its_files_alone(
        self, storage: CloudStorage, folder: str
    ) -> None:
        storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        storage.delete(folder)

        assert storage.listdir(folder) == ([], ["a.txt"])
        with storage.open(f"{folder}/a.txt") as file:
            assert file.read() == b"x"

    def test_the_root_is_a_directory_even_before_anything_is_saved(
        self, storage: CloudStorage
    ) -> None:
        assert storage.listdir("")[1] == []

    def test_created_and_modified_time_are_one_and_do_not_move(
        self, storage: CloudStorage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/a.txt", ContentFile(b"x"))
        before = storage.get_created_time(name)

        with storage.open(name) as file:
            file.read()

        assert storage.get_created_time(name) == storage.get_modified_time(name) == before

    def test_the_time_of_the_last_access_is_not_kept(
        self, storage: CloudStorage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        with pytest.raises(NotImplementedError, match="Appwrite does not keep"):
            storage.get_accessed_time(name)

    def test_there_is_no_path_on_disk(self, storage: CloudStorage, folder: str) -> None:
        name = storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        with pytest.raises(NotImplementedError):
            storage.path(name)

    def test_a_url_needs_a_name(self, storage: CloudStorage) -> None:
        for nothing in ("", None):
            with pytest.raises(ValueError, match="name must be given"):
                storage.url(nothing)

    def test_a_url_can_be_made_of_what_is_not_there(
        self, storage: CloudStorage, folder: str
    ) -> None:
        assert ":" in storage.url(f"{folder}/missing.txt")
