"""The storage on an emulated Appwrite, and the plugin's fixtures, as sites meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cloud_storages.testing import StorageConformance, assertNumStorageRequests
from cloud_storages.testing.plugin import (  # noqa: F401 - there if the plugin is not installed
    appwrite_emulator,
    appwrite_faults,
    appwrite_key,
    appwrite_storage,
    in_memory_storage,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.files.storage import Storage


class TestPath(StorageConformance):
    examples = 5

    @pytest.fixture(autouse=True)
    def _maker(self, make_storage: Callable[..., Storage]) -> None:
        self.maker = make_storage

    def make_storage(self) -> Storage:
        return self.maker(layout="path")


def test_the_fixtures_storage_is_the_sites_on_an_emulator_of_its_own(
    appwrite_storage: Any,  # noqa: F811 - the fixture
    appwrite_emulator: Any,  # noqa: F811 - the fixture
) -> None:
    name = default_storage.save("photos/a.txt", ContentFile(b"stored"))
    assert appwrite_storage.exists(name)
    assert default_storage.url(name).startswith(appwrite_emulator.endpoint)
    assert appwrite_emulator.traffic.exchanges


def test_an_ordered_fault_befalls_the_storage_once(
    appwrite_storage: Any,  # noqa: F811 - the fixture
    appwrite_faults: Callable[..., None],  # noqa: F811 - the fixture
) -> None:
    default_storage.save("photos/a.txt", ContentFile(b"stored"))
    appwrite_faults(method="GET", status=503)
    with assertNumStorageRequests(2):
        assert appwrite_storage.exists("photos/a.txt")


@pytest.mark.parametrize("turn", [1, 2])
def test_the_storage_in_memory_is_the_sites_and_empty(
    in_memory_storage: Any,  # noqa: F811 - the fixture
    turn: int,
) -> None:
    assert default_storage.listdir("") == ([], [])
    name = default_storage.save("photos/a.txt", ContentFile(b"%d" % turn))
    assert name == "photos/a.txt"
    assert in_memory_storage.exists(name)
