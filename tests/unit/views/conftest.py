"""A site that serves files, and clients of it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client, override_settings
from django.urls import path

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.views import ServeFile, anyone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.backends.base import CloudStorage


@pytest.fixture
def storage() -> CloudStorage:
    return InMemoryStorage()


@pytest.fixture
def site(storage: CloudStorage) -> Iterator[Callable[..., Client]]:
    """Make clients of a site that serves the storage under /media/."""
    with contextlib.ExitStack() as stack:

        def made(*, middleware: tuple[str, ...] = (), **options: Any) -> Client:
            told = {"storage": storage, "allowed": anyone, **options}
            urls = (path("media/<path:name>", ServeFile.as_view(**told)),)
            stack.enter_context(override_settings(ROOT_URLCONF=urls, MIDDLEWARE=list(middleware)))
            return Client(raise_request_exception=False)

        yield made
