"""Sites of one address: files of a storage under ``/media/``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from django.test import override_settings
from django.urls import path

from cloud_storages.views import ServeFile, anyone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import Storage

__all__ = ["site_serving"]


@contextlib.contextmanager
def site_serving(
    storage: Storage, *, middleware: tuple[str, ...] = (), **options: Any
) -> Iterator[None]:
    """Be a site that serves a storage to anyone, or as the options say, while the block runs."""
    told = {"storage": storage, "allowed": anyone, **options}
    urls = (path("media/<path:name>", ServeFile.as_view(**told)),)
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=list(middleware), ALLOWED_HOSTS=["*"]):
        yield
