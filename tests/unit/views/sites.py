"""Sites of one address: files of a storage under ``/media/``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from django.test import override_settings
from django.urls import path

from cloud_storages.views import ServeFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import Storage

__all__ = ["everyone", "site_serving"]


def everyone(_request: Any, _name: str) -> bool:
    """Allow what ``anyone`` does, in whichever bucket it is."""
    return True


@contextlib.contextmanager
def site_serving(
    storage: Storage, *, middleware: tuple[str, ...] = (), **options: Any
) -> Iterator[None]:
    """Be a site that serves a storage to everyone, or as the options say, while the block runs."""
    told = {"storage": storage, "allowed": everyone, **options}
    urls = (path("media/<path:name>", ServeFile.as_view(**told)),)
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=list(middleware), ALLOWED_HOSTS=["*"]):
        yield
