"""Clients of a site that serves files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from .sites import site_serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.files.storage import Storage


@pytest.fixture
def site(storage: Storage) -> Iterator[Callable[..., Client]]:
    """Make clients of a site that serves the storage under /media/."""
    with contextlib.ExitStack() as stack:

        def made(**options: Any) -> Client:
            stack.enter_context(site_serving(**{"storage": storage, **options}))
            return Client(raise_request_exception=False)

        yield made
