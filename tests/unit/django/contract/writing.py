"""What opening a file for writing promises: Python's modes, stored when the file is closed."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.core.files.storage import Storage

    from cloud_storages.backends.base import CloudStorage

MODES = [
    *("rb", "r", "rt", "br", "wb", "w", "wt", "ab", "a", "xb", "x"),
    *("r+b", "r+", "rb+", "w+b", "w+", "wb+", "a+b", "a+", "x+b", "x+"),
]
NO_MODES = ["", "z", "rw", "wr", "+", "b", "rbt", "rr", "w++", "wbb", "r b"]
BEFORE = b"0123456789"


def outcome(act: Callable[[], Any]) -> Any:
    """Return what a step answers, or which error it raises."""
    try:
        return act()
    except FileNotFoundError:
        return FileNotFoundError
    except FileExistsError:
        return FileExistsError
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error)


def steps(storage: Storage, name: str, mode: str) -> list[Any]:
    """Return the outcome of every step of a long life of an open file."""
    file = outcome(lambda: storage.open(name, mode))
    if isinstance(file, type):
        return [file, outcome(lambda: storage.exists(name))]
    piece: Any = b"XY" if "b" in mode else "XY"
    done = [
        outcome(step)
        for step in (
            file.tell,
            file.readable,
            file.writable,
            lambda: file.read(3),
            lambda: file.write(piece),
            file.flush,
            file.tell,
            lambda: file.seek(1),
            lambda: file.write(piece * 2),
            lambda: file.seek(4),
            lambda: file.truncate(5),
            lambda: file.seek(0),
            file.read,
            lambda: file.closed,
            file.close,
            file.close,
            lambda: file.closed,
            lambda: file.write(piece),
        )
    ]
    with storage.open(name) as stored:
        return [*done, stored.read()]


class Writing:
    """As with ``FileSystemStorage``."""

    def test_a_stored_file_is_not_opened_on_this_computer(
        self, storage: Storage, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if isinstance(storage, FileSystemStorage):
            pytest.skip("on disk a stored file is one of this computer")
        monkeypatch.chdir(tmp_path)
        local = tmp_path / folder / "a.txt"
        local.parent.mkdir()
        local.write_bytes(b"not the storage's")
        file = storage.open(f"{folder}/a.txt", "wb")
        file.write(b"stored")
        file.open()
        file.write(b"STORED")
        file.close()

        with pytest.raises(ValueError, match="through its storage"):
            file.open()

        assert local.read_bytes() == b"not the storage's"
        with storage.open(f"{folder}/a.txt") as stored:
            assert stored.read() == b"STORED"

    @pytest.mark.parametrize("mode", MODES)
    @pytest.mark.parametrize("there", [True, False], ids=["there", "not there"])
    def test_every_step_in_every_mode_is_as_on_disk(
        self,
        storage: Storage,
        folder: str,
        tmp_path: Path,
        mode: str,
        there: bool,
    ) -> None:
        disk = FileSystemStorage(tmp_path / "other")
        for each in (storage, disk):
            each.save(f"{folder}/neighbour.txt", ContentFile(b"neighbour"))
            if there:
                each.save(f"{folder}/file.txt", ContentFile(BEFORE))

        expected = steps(disk, f"{folder}/file.txt", mode)

        assert steps(storage, f"{folder}/file.txt", mode) == expected
        assert sorted(storage.listdir(folder)[1]) == sorted(disk.listdir(folder)[1])

    @pytest.mark.parametrize("mode", NO_MODES)
    def test_what_is_no_mode_is_refused(self, storage: Storage, folder: str, mode: str) -> None:
        name = storage.save(f"{folder}/file.txt", ContentFile(BEFORE))

        with pytest.raises(ValueError, match="mode"):
            storage.open(name, mode)

        with storage.open(name) as file:
            assert file.read() == BEFORE

    @pytest.mark.parametrize("mode", ["x", "xb", "x+b"])
    def test_creating_what_is_there_is_an_error_and_changes_nothing(
        self, storage: Storage, folder: str, mode: str
    ) -> None:
        name = storage.save(f"{folder}/file.txt", ContentFile(BEFORE))

        with pytest.raises(FileExistsError):
            storage.open(name, mode)

        with storage.open(name) as file:
            assert file.read() == BEFORE

    def test_a_log_grows_with_every_append(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}/site.log", ContentFile(b"one\n"))

        for line in ("two\n", "three\n"):
            with storage.open(name, "a") as log:
                log.write(line)

        with storage.open(name, "r") as log:
            assert log.readlines() == ["one\n", "two\n", "three\n"]

    def test_large_pieces_are_written_as_they_are(self, storage: Storage, folder: str) -> None:
        piece = bytes(range(256)) * 1000
        name = storage.save(f"{folder}/large.bin", ContentFile(b""))

        with storage.open(name, "wb") as file:
            for _ in range(3):
                assert file.write(piece) == len(piece)

        assert storage.size(name) == 3 * len(piece)
        with storage.open(name) as file:
            assert file.read() == piece * 3


def break_off(storage: CloudStorage, name: str, mode: str) -> None:
    """Write half a file, as code does that fails."""
    with storage.open(name, mode) as file:
        file.write(b"half" if "b" in mode else "half")
        raise RuntimeError("half way")


class OwnWriting:
    """What goes beyond ``FileSystemStorage``."""

    @pytest.mark.parametrize("mode", ["wb", "ab", "r+b", "w+b", "w", "r+"])
    def test_a_block_that_raises_leaves_what_was_there(
        self, storage: CloudStorage, folder: str, mode: str
    ) -> None:
        name = storage.save(f"{folder}/file.txt", ContentFile(BEFORE))

        with pytest.raises(RuntimeError, match="half way"):
            break_off(storage, name, mode)

        with storage.open(name) as stored:
            assert stored.read() == BEFORE

    @pytest.mark.parametrize("mode", ["wb", "ab", "xb", "w"])
    def test_a_block_that_raises_creates_nothing(
        self, storage: CloudStorage, folder: str, mode: str
    ) -> None:
        name = f"{folder}/file.txt"

        with pytest.raises(RuntimeError, match="half way"):
            break_off(storage, name, mode)

        assert not storage.exists(name)

    def test_nothing_is_seen_of_a_file_before_it_is_closed(
        self, storage: CloudStorage, folder: str
    ) -> None:
        name = storage.save(f"{folder}/file.txt", ContentFile(BEFORE))

        with storage.open(name, "wb") as file:
            file.write(b"new")
            file.flush()
            with storage.open(name) as seen:
                assert seen.read() == BEFORE

        with storage.open(name) as seen:
            assert seen.read() == b"new"

    @pytest.mark.parametrize(
        "policy",
        [
            {},
            {"create_new_if_same_content": False},
            {"overwrite": True},
            {"overwrite": True, "create_new_if_same_content": False},
        ],
        ids=["keep both", "reuse", "overwrite", "both"],
    )
    def test_writing_keeps_to_its_name_under_every_policy(
        self, make: Callable[..., CloudStorage], folder: str, policy: dict[str, bool]
    ) -> None:
        storage = make(**policy)

        for content in (b"one", b"two, longer", b"two, longer", b""):
            with storage.open(f"{folder}/file.txt", "wb") as file:
                file.write(content)

            assert storage.listdir(folder) == ([], ["file.txt"])
            with storage.open(f"{folder}/file.txt") as stored:
                assert stored.read() == content

    def test_a_name_taken_while_its_file_was_written_is_left_alone(
        self, storage: CloudStorage, folder: str
    ) -> None:
        name = f"{folder}/file.txt"
        file = storage.open(name, "xb")
        file.write(b"mine")
        storage.save(name, ContentFile(b"theirs"))

        with pytest.raises(FileExistsError):
            file.close()

        with storage.open(name) as stored:
            assert stored.read() == b"theirs"

    def test_text_is_encoded_as_asked(self, storage: CloudStorage, folder: str) -> None:
        with storage.open(f"{folder}/utf-8.txt", "w") as file:
            file.write("Grüße\n")
        with storage.open(f"{folder}/latin-1.txt", "w", encoding="latin-1", newline="\r\n") as file:
            file.write("Grüße\n")

        with storage.open(f"{folder}/utf-8.txt") as file:
            assert file.read() == "Grüße\n".encode()
        with storage.open(f"{folder}/latin-1.txt") as file:
            assert file.read() == "Grüße\r\n".encode("latin-1")

    def test_a_file_that_is_forgotten_warns_and_is_not_stored(
        self, storage: CloudStorage, folder: str
    ) -> None:
        open_files = [storage.open(f"{folder}/file.txt", "wb")]
        open_files[0].write(b"forgotten")

        with pytest.warns(ResourceWarning, match=r"file\.txt.* was not stored"):
            open_files.clear()
        gc.collect()

        assert not storage.exists(f"{folder}/file.txt")
