"""A site that moves: rows, an old storage on disk, and the fake as the new one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from cloud_storages.maintenance import migration
from cloud_storages.maintenance.aliases import unwrapped
from tests.site.models import Document
from tests.unit.django.contract.sites import no_documents, table_of_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cloud_storages.backends.memory import InMemoryStorage


@pytest.fixture(scope="session")
def _table() -> Iterator[None]:
    with table_of_documents():
        yield


@pytest.fixture(autouse=True)
def _site(_table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The journal is written to the current directory."""
    monkeypatch.chdir(tmp_path)
    with no_documents():
        yield


@pytest.fixture
def old(tmp_path: Path) -> FileSystemStorage:
    """Where the files are; no field of a model uses it."""
    return FileSystemStorage(tmp_path / "old")


@pytest.fixture
def new() -> InMemoryStorage:
    """Where they should be: what the fields of the site use."""
    return unwrapped(default_storage)


@pytest.fixture
def put(old: FileSystemStorage) -> Callable[[str, bytes], None]:
    """Store a file at the old place, whatever was there."""

    def put(name: str, data: bytes) -> None:
        old.delete(name)
        assert old.save(name, ContentFile(data)) == name

    return put


@pytest.fixture
def upload(put: Callable[[str, bytes], None]) -> Callable[[str, bytes], Document]:
    """Store a file at the old place, and a row that names it."""

    def upload(name: str, data: bytes = b"") -> Document:
        put(name, data or name.encode())
        return Document.objects.create(file=name)

    return upload


@pytest.fixture
def migrate(old: FileSystemStorage, new: InMemoryStorage) -> Callable[..., migration.Migration]:
    return functools.partial(migration.migrate, old, new)


@pytest.fixture
def content() -> Callable[[Document], bytes]:
    """What a visitor gets to see of a row's file now."""

    def content(row: Document) -> bytes:
        row.refresh_from_db()
        with row.file.open("rb") as file:
            return file.read()

    return content


@pytest.fixture
def storages(old: FileSystemStorage) -> dict[str, Any]:
    """STORAGES with the old place beside the new one."""
    disk = "django.core.files.storage.FileSystemStorage"
    options = {"location": str(old.location)}
    return {**getattr(settings, "STORAGES", {}), "old": {"BACKEND": disk, "OPTIONS": options}}
