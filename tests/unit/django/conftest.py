"""The contract's fixtures over the storage in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag
from urllib.request import urlopen

import pytest

from cloud_storages.backends.memory import InMemoryStorage
from tests.unit.django.contract.sites import default_storage_is, no_documents, table_of_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.backends.base import CloudStorage


@pytest.fixture
def backend() -> type[CloudStorage]:
    return InMemoryStorage


@pytest.fixture
def options() -> dict[str, Any]:
    return {}


@pytest.fixture
def make(backend: type[CloudStorage], options: dict[str, Any]) -> Callable[..., CloudStorage]:
    return lambda **more: backend(**{**options, **more})


@pytest.fixture
def storage(make: Callable[..., CloudStorage]) -> CloudStorage:
    return make()


@pytest.fixture
def folder() -> str:
    return "docs"


@pytest.fixture
def fetch() -> Callable[[str], bytes]:
    def fetched(url: str) -> bytes:
        assert url.startswith("data:")
        with urlopen(urldefrag(url).url) as answer:
            return answer.read()

    return fetched


@pytest.fixture(scope="session")
def _table() -> Iterator[None]:
    with table_of_documents():
        yield


@pytest.fixture
def documents(_table: None, options: dict[str, Any]) -> Iterator[None]:
    dotted = f"{InMemoryStorage.__module__}.{InMemoryStorage.__qualname__}"
    with default_storage_is(dotted, **options), no_documents():
        yield
