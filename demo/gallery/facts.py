"""Where a file lives in Appwrite, for those who want to look behind the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.domain.errors import CloudStorageError

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

    from cloud_storages.domain.values import FileInfo


def kept(file: FieldFile) -> FileInfo | None:
    """Return what Appwrite knows of a file, for one request; None if it cannot tell now."""
    try:
        return file.storage.service.info(file.name)
    except CloudStorageError:
        return None
