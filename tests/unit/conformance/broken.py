# ruff: noqa: ARG002
# A fault leaves out what it is given.
"""Storages on the disk, each with a fault, and the promises it breaks."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import shutil
import threading
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

#: fault: names of the promises it breaks.
BREAKS: dict[type[FileSystemStorage], tuple[str, ...]] = {}


def breaks(*promises: str) -> Any:
    def note(cls: type[FileSystemStorage]) -> type[FileSystemStorage]:
        BREAKS[cls] = promises
        return cls

    return note


def _written(storage: FileSystemStorage, name: str, content: Any) -> str:
    """Write a file without looking whether it is there."""
    path = Path(storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read())
    return name


class _Reading(FileSystemStorage):
    """What was read is changed before it is given."""

    def changed(self, data: Any) -> Any:
        raise NotImplementedError

    def _open(self, name: str, mode: str = "rb") -> Any:
        file = super()._open(name, mode)
        if "r" not in mode or "+" in mode:
            return file
        with file:
            return ContentFile(self.changed(file.read()), name=file.name)


@breaks(
    "saved_bytes_come_back",
    "save_returns_the_name_that_opens",
    "contents_about_a_piece_of_django_long_come_back",
    "contents_about_a_chunk_long_come_back",
    "open_returns_a_file",
    "an_open_file_knows_its_size",
    "chunks_are_the_whole_content",
    "a_file_is_read_in_pieces_from_any_position",
    "a_field_saves_opens_and_tells",
    "uploads_of_every_kind_are_saved",
    "what_can_be_wrapped_in_a_file_is_saved",
    "text_is_saved_encoded",
    "what_is_written_is_stored",
    "text_is_written",
    "one_file_can_be_saved_twice",
    "a_file_of_a_field_can_be_pickled",
)
class LosesTheLastByte(_Reading):
    def changed(self, data: Any) -> Any:
        return data[:-1]


@breaks("the_smallest_contents_come_back")
class TakesZeroForNothing(_Reading):
    def changed(self, data: Any) -> Any:
        return data if data != b"0" else b""


@breaks("a_file_is_read_line_by_line")
class MakesOneLine(_Reading):
    def changed(self, data: Any) -> Any:
        return data.replace(b"\n", b" ")


@breaks("a_file_opened_as_text_gives_text")
class KnowsBytesOnly(_Reading):
    def changed(self, data: Any) -> Any:
        return data.encode() if isinstance(data, str) else data


@breaks("open_returns_a_file")
class OpensPythonsFiles(FileSystemStorage):
    def _open(self, name: str, mode: str = "rb") -> Any:
        return open(self.path(name), mode)  # noqa: PTH123 - as handed out


@breaks("opening_what_is_missing_raises", "a_deleted_file_is_gone")
class OpensNothing(FileSystemStorage):
    def _open(self, name: str, mode: str = "rb") -> Any:
        try:
            return super()._open(name, mode)
        except FileNotFoundError:
            return ContentFile(b"", name=name)


@breaks("an_open_file_opened_again_begins_anew", "a_closed_field_file_opens_again")
class OpensOnce(FileSystemStorage):
    class Once(File):
        def open(self, *_: Any, **__: Any) -> Any:
            if self.closed:
                raise ValueError("it is closed")
            return self

    def _open(self, name: str, mode: str = "rb") -> Any:
        return self.Once(super()._open(name, mode).file)


@breaks("two_readers_of_a_file_do_not_disturb_each_other")
class SharesItsFiles(FileSystemStorage):
    def _open(self, name: str, mode: str = "rb") -> Any:
        opened = self.__dict__.setdefault("opened", {})
        if name not in opened:
            opened[name] = File(io.BytesIO(Path(self.path(name)).read_bytes()), name)
            opened[name].close = lambda: opened[name].seek(0)
        return opened[name]


class _Writing(FileSystemStorage):
    """Files are opened in other modes than asked for."""

    instead: dict[str, str] = {}  # noqa: RUF012 - told once

    def _open(self, name: str, mode: str = "rb") -> Any:
        return super()._open(name, self.instead.get(mode, mode))


@breaks(
    "writing_replaces_what_was_there",
    "a_file_that_was_opened_to_be_written_may_stay_empty",
)
class NeverTruncates(_Writing):
    instead = {"wb": "ab"}  # noqa: RUF012 - as above


@breaks("appending_keeps_what_was_there", "a_file_is_changed_in_place", "creating_does_not_replace")
class AlwaysTruncates(_Writing):
    instead = {"ab": "wb", "r+b": "wb", "xb": "wb"}  # noqa: RUF012 - as above


@breaks(
    "a_taken_name_is_not_overwritten_in_silence",
    "an_available_name_is_free",
    "two_files_of_one_name_are_two_in_a_field",
    "threads_saving_one_name_keep_their_files_apart",
)
class OverwritesInSilence(FileSystemStorage):
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        return _written(self, name, content)


@breaks("threads_saving_one_name_keep_their_files_apart")
class AsksBeforeItSaves(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        return _written(self, name, content)


@breaks("threads_saving_other_names_get_their_own")
class HasOneBuffer(FileSystemStorage):
    gate = threading.Lock()
    buffers: dict[str, bytes] = {}  # noqa: RUF012 - that is the fault

    def _save(self, name: str, content: Any) -> str:
        with self.gate:
            first = self.buffers.setdefault(os.path.dirname(name), content.read())  # noqa: PTH120
        return super()._save(name, ContentFile(first))


@breaks("a_free_name_is_taken_as_it_is", "a_deleted_name_is_free_again")
class NamesAtRandom(FileSystemStorage):
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        root, extension = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
        return super().get_available_name(self.get_alternative_name(root, extension), max_length)


@breaks("without_a_name_the_content_says_it")
class WantsAName(FileSystemStorage):
    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return super().save(name or "unnamed", content, max_length)


@breaks("the_callers_file_can_be_read_afterwards", "one_file_can_be_saved_twice")
class ClosesTheCallersFile(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)
        content.close()
        return saved


@breaks("content_is_read_from_its_beginning", "one_file_can_be_saved_twice")
class ReadsOn(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        return super()._save(name, ContentFile(content.read()))


@breaks("an_open_file_of_the_storage_can_be_saved")
class MovesWhatItIsGiven(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)
        with contextlib.suppress(OSError, TypeError):
            Path(content.name).unlink()
        return saved


@breaks("uploads_of_every_kind_are_saved")
class KnowsUploadsInMemoryOnly(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        if hasattr(content, "temporary_file_path"):
            content = ContentFile(b"")
        return super()._save(name, content)


@breaks(
    "max_length_is_honoured",
    "a_max_length_that_no_name_fits_is_refused",
    "an_available_name_fits_max_length",
    "a_field_keeps_to_its_max_length",
)
class KnowsNoMaxLength(FileSystemStorage):
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return super().get_available_name(name)


@breaks("deleting_what_is_missing_is_silent")
class DeletesAloud(FileSystemStorage):
    def delete(self, name: str) -> None:
        Path(self.path(name)).unlink()


@breaks("a_deleted_file_is_gone", "deleted_files_are_not_listed", "a_field_deletes_its_file")
class KeepsEverything(FileSystemStorage):
    def delete(self, name: str) -> None:
        pass


@breaks("odd_names_are_kept", "names_that_look_alike_are_different_files")
class MakesNamesPlain(FileSystemStorage):
    def path(self, name: str) -> str:
        plain = "".join(c if c.isalnum() or c in "/._" else "_" for c in name)
        return super().path(plain.encode("ascii", "ignore").decode())

    def _save(self, name: str, content: Any) -> str:
        return _written(self, name, content)

    def exists(self, name: str) -> bool:
        # What a server says that lists names as they were given.
        return Path(super().path(name)).exists()

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        return True


@breaks("names_that_differ_in_case_are_different_files")
class FoldsCase(FileSystemStorage):
    def path(self, name: str) -> str:
        return super().path(name).lower()

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        return _written(self, name, content)


@breaks("names_that_lead_out_are_not_saved", "names_that_lead_out_open_nothing")
class LeadsOut(FileSystemStorage):
    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return str(name) if ".." in str(name) else super().save(name, content, max_length)

    def _open(self, name: str, mode: str = "rb") -> Any:
        return ContentFile(b"secret") if ".." in name else super()._open(name, mode)


@breaks("names_that_lead_out_open_nothing")
class TellsWhatIsOutside(FileSystemStorage):
    def exists(self, name: str) -> bool:
        return ".." in name or super().exists(name)


@breaks("an_alternative_name_is_another")
class HasNoAlternative(FileSystemStorage):
    def get_alternative_name(self, file_root: str, file_ext: str) -> str:
        return f"{file_root}_2"


@breaks("a_valid_name_can_be_saved")
class MakesPathsOfNames(FileSystemStorage):
    def get_valid_name(self, name: str) -> str:
        return f"{super().get_valid_name(name)[:1]}/{super().get_valid_name(name)}"


@breaks("a_valid_name_stays_as_it_is")
class NumbersItsNames(FileSystemStorage):
    def get_valid_name(self, name: str) -> str:
        return f"1{super().get_valid_name(name)}"


@breaks("a_generated_filename_keeps_its_path", "a_generated_filename_never_leads_out")
class GeneratesAnything(FileSystemStorage):
    def generate_filename(self, filename: Any) -> str:
        return str(filename)


@breaks("exists_is_true_of_files_only")
class ExistsByPrefix(FileSystemStorage):
    def exists(self, name: str) -> bool:
        path = Path(self.path(name))
        return path.parent.exists() and any(path.parent.glob(f"{path.name}*"))

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        return not super().exists(name)


@breaks("size_is_in_bytes")
class CountsCharacters(FileSystemStorage):
    def size(self, name: str) -> int:
        return len(Path(self.path(name)).read_text())


@breaks("url_is_an_address", "the_url_shows_the_content")
class PastesUrls(FileSystemStorage):
    def url(self, name: str | None) -> str:
        return f"/media/{name}"


@breaks("a_path_opens_with_pythons_open")
class HasPathsElsewhere(FileSystemStorage):
    def path(self, name: str) -> str:
        return super().path(name) + ("" if name.endswith("/") else ".elsewhere")

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)
        shutil.move(self.path(name), super().path(name))
        return saved


@breaks("the_created_time_is_told", "the_modified_time_is_told", "the_accessed_time_is_told")
class TellsUniversalTime(FileSystemStorage):
    def get_created_time(self, name: str) -> dt.datetime:
        return dt.datetime.fromtimestamp(Path(self.path(name)).stat().st_mtime, dt.timezone.utc)

    def get_modified_time(self, name: str) -> dt.datetime:
        return self.get_created_time(name).replace(tzinfo=None)

    def get_accessed_time(self, name: str) -> dt.datetime:
        told = super().get_accessed_time(name)
        return told if told.tzinfo else self.get_modified_time(name)


@breaks("listdir_returns_two_lists")
class ListsGenerators(FileSystemStorage):
    def listdir(self, path: str) -> Any:
        return tuple(map(iter, super().listdir(path)))


@breaks("the_root_lists_the_directories", "directories_in_directories_are_listed")
class ListsFilesOnly(FileSystemStorage):
    def listdir(self, path: str) -> Any:
        return [], super().listdir(path)[1]


@breaks("what_is_listed_can_be_opened")
class ListsEscapedNames(FileSystemStorage):
    def listdir(self, path: str) -> Any:
        directories, files = super().listdir(path)
        return directories, [name.replace(" ", "%20") for name in files]


@breaks("a_field_with_the_storage_goes_into_a_migration")
class CannotBeWrittenDown(FileSystemStorage):
    def deconstruct(self) -> Any:
        return "django.core.files.storage.FileSystemStorage", [], {}


@breaks("the_storage_can_be_made_without_arguments")
@deconstructible
class WantsArguments(FileSystemStorage):
    def __init__(self, location: Any) -> None:
        super().__init__(location)
