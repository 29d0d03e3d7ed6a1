"""Files served to browsers and shared by threads: in bounded memory, over kept connections."""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.http import FileResponse

from cloud_storages.backends.appwrite import AppWriteStorage

from .files import LARGE, MIB, pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.emulator import Emulator

#: What design and README allow.
BOUND = 40 * MIB


def test_a_large_file_is_stored_and_served_in_bounded_memory(
    elsewhere: str, large: Any, peak: Callable[[], int]
) -> None:
    storage = AppWriteStorage(
        endpoint=elsewhere, project_id="p", api_key="standard_key", bucket_id="media"
    )

    name = storage.save("films/film.mp4", File(large))
    response = FileResponse(storage.open(name))
    digest = hashlib.md5(usedforsecurity=False)
    for piece in response.streaming_content:  # type: ignore[union-attr]
        digest.update(piece)
    response.close()

    assert peak() < BOUND
    large.seek(0)
    assert digest.digest() == hashlib.md5(large.read(), usedforsecurity=False).digest()


def test_a_response_tells_length_and_type(storage: CloudStorage, folder: str) -> None:
    name = storage.save(f"{folder}/my picture.png", ContentFile(b"\x89PNG" * 100_000))

    with contextlib.closing(FileResponse(storage.open(name), as_attachment=True)) as response:
        assert response["Content-Length"] == "400000"
        assert response["Content-Type"] == "image/png"
        assert "my picture.png" in response["Content-Disposition"]
        assert b"".join(response.streaming_content) == b"\x89PNG" * 100_000  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "last"), [(0, 0), (100, 299_999), (299_999, 299_999)])
def test_a_range_of_a_file_can_be_served_from_it(
    storage: CloudStorage, folder: str, first: int, last: int
) -> None:
    content = b"".join(pieces(300_000))
    name = storage.save(f"{folder}/a.bin", ContentFile(content))

    with storage.open(name) as file:
        file.seek(first)
        assert file.read(last - first + 1) == content[first : last + 1]


def test_a_range_deep_in_a_large_file_moves_little_more_than_itself(
    storage: CloudStorage, folder: str, large: Any, emulator: Emulator
) -> None:
    name = storage.save(f"{folder}/film.mp4", File(large))
    large.seek(40 * MIB)
    expected = large.read(1000)
    emulator.traffic.clear()

    with storage.open(name) as file:
        file.seek(40 * MIB)
        assert file.read(1000) == expected

    opened, sought = emulator.traffic.exchanges
    assert opened.path.endswith("/view")
    assert sought.response_bytes <= 128 * 1024


def test_a_file_opened_by_one_thread_is_read_by_another(storage: CloudStorage, folder: str) -> None:
    content = b"".join(pieces(3 * MIB))
    name = storage.save(f"{folder}/a.bin", ContentFile(content))

    with storage.open(name) as file, ThreadPoolExecutor(1) as pool:
        assert pool.submit(file.read, 1000).result() == content[:1000]
        assert file.read(1000) == content[1000:2000]
        assert pool.submit(file.read).result() == content[2000:]


def test_threads_that_share_a_file_get_every_byte_once(storage: CloudStorage, folder: str) -> None:
    content = b"".join(pieces(4 * MIB))
    name = storage.save(f"{folder}/a.bin", ContentFile(content))
    begin = threading.Barrier(4)

    def read_blocks(file: Any) -> list[bytes]:
        begin.wait(60)
        return list(iter(lambda: file.read(4096), b""))

    with storage.open(name) as file, ThreadPoolExecutor(4) as pool:
        blocks = [pool.submit(read_blocks, file) for _ in range(4)]
        read = [block for future in blocks for block in future.result()]

    expected = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    assert sorted(read) == sorted(expected)


def test_many_threads_read_one_name_over_a_connection_each(
    storage: CloudStorage, folder: str, emulator: Emulator
) -> None:
    content = b"".join(pieces(200_000))
    name = storage.save(f"{folder}/a.bin", ContentFile(content))
    emulator.traffic.clear()
    begin = threading.Barrier(6)

    def read(_: int) -> bytes:
        begin.wait(60)
        found = b""
        for _ in range(5):
            with storage.open(name) as file:
                found = file.read()
        return found

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(read, range(6))) == {content}

    assert len(emulator.traffic.exchanges) == 30
    assert emulator.traffic.connections <= 6


def test_text_is_read_line_by_line_without_loading_the_file(
    storage: CloudStorage, folder: str, emulator: Emulator
) -> None:
    text = "".join(f"Zeile {number}: äöü\n" for number in range(200_000))
    name = storage.save(f"{folder}/a.txt", ContentFile(text.encode()))
    emulator.traffic.clear()

    with storage.open(name, "r") as file:
        assert [file.readline() for _ in range(3)] == text.splitlines(keepends=True)[:3]

    assert len(emulator.traffic.exchanges) == 1


def test_the_progress_of_an_upload_is_told(storage: CloudStorage, folder: str, large: Any) -> None:
    told: list[tuple[int, int]] = []

    with storage.reporting(lambda stored, size: told.append((stored, size))):
        storage.save(f"{folder}/film.mp4", File(large))
        with storage.open(f"{folder}/note.txt", "w") as file:
            file.write("short")
    storage.save(f"{folder}/silent.txt", ContentFile(b"nobody is told"))

    assert told[-2:] == [(LARGE, LARGE), (5, 5)]
    assert {size for _, size in told[:-1]} == {LARGE}
    stored = [count for count, _ in told[:-1]]
    assert stored == sorted(set(stored))
    assert len(stored) > 4


def test_whoever_is_told_may_end_an_upload(storage: CloudStorage, folder: str, large: Any) -> None:
    class Enough(Exception):
        pass

    def stop(stored: int, _size: int) -> None:
        if stored > 10 * MIB:
            raise Enough

    with pytest.raises(Enough), storage.reporting(stop):
        storage.save(f"{folder}/film.mp4", File(large))

    assert storage.listdir(folder) == ([], [])
    assert not large.closed
    assert storage.save(f"{folder}/film.mp4", io.BytesIO(b"x")) == f"{folder}/film.mp4"  # type: ignore[arg-type]


def test_other_storages_are_not_told(make: Callable[..., CloudStorage], folder: str) -> None:
    told: list[int] = []
    with make().reporting(lambda stored, _: told.append(stored)):
        make().save(f"{folder}/a.txt", ContentFile(b"x"))

    assert told == []
