"""The storage on an emulated Appwrite, and the plugin's fixtures, as sites meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.testing import StorageConformance, assertNumStorageRequests
from cloud_storages.testing.plugin import (  # noqa: F401 - there if the plugin is not installed
    appwrite_emulator,
    appwrite_faults,
    appwrite_key,
    appwrite_storage,
    in_memory_storage,
)
from tests.unit.django.contract.sites import default_storage_is

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


class Shared(AppWriteStorage):
    """What a site derives from the storage, as docs/applications.md does."""


@pytest.fixture
def _their_own() -> Iterator[None]:
    with default_storage_is(f"{__name__}.Shared", layout="path", location="theirs"):
        yield


@pytest.mark.usefixtures("_their_own")
def test_a_class_of_the_sites_own_is_the_one_on_the_emulator(
    appwrite_emulator: Any,  # noqa: F811 - the fixture
    request: pytest.FixtureRequest,
) -> None:
    storage = request.getfixturevalue("appwrite_storage")
    storage.save("a/b.txt", ContentFile(b"stored"))
    assert isinstance(storage, Shared)
    assert storage.options.location == "theirs"
    assert storage.url("a/b.txt").startswith(appwrite_emulator.endpoint)


@pytest.mark.parametrize("turn", [1, 2])
def test_the_storage_in_memory_is_the_sites_and_empty(
    in_memory_storage: Any,  # noqa: F811 - the fixture
    turn: int,
) -> None:
    assert default_storage.listdir("") == ([], [])
    name = default_storage.save("photos/a.txt", ContentFile(b"%d" % turn))
    assert name == "photos/a.txt"
    assert in_memory_storage.exists(name)
