"""The contenders' storages behind one face, so that every work is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import attrs
import django
from django.conf import settings
from django.core.files.images import get_image_dimensions
from django.http import FileResponse

from benchmarks.worker.floor import Floor
from benchmarks.worker.sites import SITES, s3_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.worker.access import Access


class Storage(Protocol):
    """What a work asks of a contender; Django's storage where the names are the same."""

    def save(self, name: str, file: Any) -> str:
        """Store a file and return its name."""

    def exists(self, name: str) -> bool:
        """Whether a file is there."""

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""

    def url(self, name: str) -> str:
        """Return where a browser finds a file."""

    def listdir(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""

    def read(self, name: str) -> bytes:
        """Return the content of a file."""

    def dimensions(self, name: str) -> tuple[int, int]:
        """Return width and height of a picture, as an ImageField does."""

    def download(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file, as a view does."""


class OfDjango:
    """
    A storage of Django's, used as Django uses it.

    Args:
        storage: any of Django's.

    """

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self.save = storage.save
        self.exists = storage.exists
        self.size = storage.size
        self.url = storage.url

    def listdir(self, folder: str) -> list[str]:
        """Return the names of the files in a folder."""
        _, files = self._storage.listdir(folder)
        return list(files)

    def read(self, name: str) -> bytes:
        """Open a file and return its content."""
        with self._storage.open(name) as file:
            return bytes(file.read())

    def dimensions(self, name: str) -> tuple[int, int]:
        """Return width and height of a picture, as an ImageField does."""
        with self._storage.open(name) as file:
            return cast("tuple[int, int]", get_image_dimensions(file))

    def download(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file, as a view does."""
        response = FileResponse(self._storage.open(name))
        try:
            yield from cast("Iterator[bytes]", response.streaming_content)
        finally:
            response.close()


def set_up(told: dict[str, Any]) -> Callable[..., Storage]:
    """
    Set Django up for a contender.

    Returns:
        A function that makes a storage of an ``Access``. Its keywords are ``reuse``, whether
        identical content is stored once, and ``signed``, whether URLs are signed where the
        contender signs them unless told otherwise.

    """
    settings.configure(**SITES[told["contender"]](told))
    django.setup()
    return _MAKERS[told["contender"]]


def _this(access: Access, *, reuse: bool = False, **_policy: bool) -> Storage:
    from cloud_storages.backends.appwrite import AppWriteStorage  # noqa: PLC0415 - if it is there

    storage = AppWriteStorage(
        endpoint=access.endpoint,
        project_id=access.project,
        api_key=access.key,
        bucket_id=access.bucket,
        access="public",
        create_new_if_same_content=not reuse,
    )
    return OfDjango(storage)


def _old(access: Access, *, reuse: bool = False, **_policy: bool) -> Storage:
    from cloud_storages.backends.appwrite import AppWriteStorage  # noqa: PLC0415 - if it is there

    # it has no options: its constructor reads the settings
    settings.APPWRITE_API_ENDPOINT = access.endpoint
    settings.CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT = not reuse
    return OfDjango(AppWriteStorage())


def _s3(access: Access, *, signed: bool = True, **_policy: bool) -> Storage:
    from storages.backends.s3 import S3Storage  # noqa: PLC0415 - if it is there

    return OfDjango(S3Storage(**s3_options(attrs.asdict(access)), querystring_auth=signed))


_MAKERS: dict[str, Callable[..., Storage]] = {
    "this": _this,
    "1.2.5": _old,
    "s3": _s3,
    "floor": Floor,
}
