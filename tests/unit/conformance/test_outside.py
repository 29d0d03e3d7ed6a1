"""Names that lead out of a storage: the suite tries them, and touches nothing of anybody's."""

from __future__ import annotations

import contextlib
import os.path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage
from hypothesis import given, settings

from cloud_storages.testing import REFUSED, StorageConformance, refused_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.testing.djangostorage import Trial

MEDIA = "/srv/site/media"
THEIRS = (
    "/etc/passwd",
    "/outside.txt",
    "/-",
    "/server/share.txt",
    "/srv/site/secret.txt",
    "/srv/site/media/photo.png",
    "/srv/site/media/secret.txt",
    "/srv/site/photo.png",
)


class Anywhere(Storage):
    """Saves wherever a name leads, and replaces what is there."""

    file_overwrite = True
    #: Whether it notices that a name leads out when it has stored the file.
    late = False

    def __init__(self) -> None:
        self.files = dict.fromkeys(THEIRS, b"theirs")

    def save(self, name: Any, content: Any, max_length: int | None = None) -> str:  # noqa: ARG002 - it fits any
        if not has_filename(name):
            raise IsADirectoryError(name)
        self.files[self.path(name)] = content.read()
        if self.late:
            raise SuspiciousFileOperation(name)
        return name

    def delete(self, name: str) -> None:
        self.files.pop(self.path(name), None)

    def path(self, name: str) -> str:
        return os.path.normpath(os.path.join(MEDIA, name.replace("\\", "/")))  # noqa: PTH118 - nothing on a disk


class LateAnywhere(Anywhere):
    late = True


@contextlib.contextmanager
def on_trial(storage: Anywhere) -> Iterator[Trial]:
    class Conformance(StorageConformance):
        def make_storage(self) -> Storage:
            return storage

    with Conformance().trial() as tried:
        yield tried


def has_filename(name: str) -> bool:
    return name.replace("\\", "/").rpartition("/")[2] not in {"", ".", ".."}


def save_all(storage: Anywhere, *names: str) -> None:
    with on_trial(storage) as tried:
        for name in names:
            with contextlib.suppress(AssertionError):
                tried.refuses(name)
        saved = storage.files.keys() - set(THEIRS)
        assert bool(saved) == any(map(has_filename, names))
    assert storage.files == dict.fromkeys(THEIRS, b"theirs")


@pytest.mark.parametrize("kind", [Anywhere, LateAnywhere])
def test_a_storage_that_saves_them_loses_nothing_and_keeps_nothing(kind: type[Anywhere]) -> None:
    save_all(kind(), *REFUSED)


@settings(max_examples=200, database=None)
@given(refused_names())
def test_neither_does_one_that_is_walked_through(name: str) -> None:
    save_all(Anywhere(), name)


def test_a_name_without_a_filename_is_never_deleted() -> None:
    deleted = []

    class Accepts(Anywhere):
        def save(self, name: Any, content: Any, max_length: int | None = None) -> str:  # noqa: ARG002 - as above
            return name

        def delete(self, name: str) -> None:
            deleted.append(name)

    with on_trial(Accepts()) as tried:
        for name in ("", ".", "..", "/", "media/..", "media\\.", "media/", "a.txt"):
            with pytest.raises(AssertionError, match="instead of raising"):
                tried.refuses(name)
    assert deleted == ["a.txt"]
