"""The storage in Appwrite keeps the contract, in either layout and in a location."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cloud_storages.adapters.appwrite import store
from cloud_storages.testing import storage_requests
from tests.unit.django.contract import (
    costs,
    locations,
    models,
    moving,
    names,
    prefetching,
    reading,
    saving,
    trees,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.emulator import Emulator


class _ByPath:
    @pytest.fixture
    def options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "layout": "path"}


class _InALocation:
    @pytest.fixture
    def options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "layout": "path", "location": 'a site\'s/"Media"'}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PAGE_SIZE", 5)


class TestSaving(saving.Saving, saving.OwnSaving):
    pass


class TestPolicies(saving.Policies):
    pass


class TestReading(reading.Reading, reading.OwnReading):
    pass


class TestWriting(writing.Writing, writing.OwnWriting):
    pass


class TestNames(names.Names, names.OwnNames, names.LastDirectoryNames):
    pass


class TestModels(models.Models):
    pass


class TestSavingByPath(_ByPath, saving.Saving, saving.OwnSaving):
    pass


class TestPoliciesByPath(_ByPath, saving.Policies):
    pass


class TestReadingByPath(_ByPath, reading.Reading, reading.OwnReading):
    pass


class TestNamesByPath(_ByPath, names.Names, names.OwnNames, names.PathNames):
    pass


class TestPoliciesInALocation(_InALocation, saving.Policies):
    pass


class TestNamesInALocation(_InALocation, names.Names, names.OwnNames, names.PathNames):
    pass


class TestLocations(locations.Locations):
    pass


class TestTrees(trees.Trees):
    pass


class TestCosts(costs.Costs):
    @pytest.fixture(autouse=True)
    def as_counted_by_the_server(
        self,
        emulator: Emulator,
        options: dict[str, Any],  # noqa: ARG002 - its cleaning up is not counted
    ) -> Iterator[None]:
        """Whatever was counted in a test is what the server counted, too."""
        with storage_requests() as made:
            yield
        seen = [exchange.method for exchange in emulator.traffic.exchanges]
        assert [request.method for request in made] == seen


class TestPrefetching(prefetching.Prefetching):
    pass


class TestPrefetchingByPath(_ByPath, prefetching.Prefetching):
    test_every_bucket_is_asked_once = None


class TestMoving(moving.Moving):
    pass
