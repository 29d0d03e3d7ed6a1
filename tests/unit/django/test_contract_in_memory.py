"""The storage in memory keeps the contract, in either layout and in a location."""

from __future__ import annotations

from typing import Any

import pytest

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


class _ByPath:
    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"layout": "path"}


class _InALocation:
    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"layout": "path", "location": 'a site\'s/"Media"'}


@pytest.fixture
def small_pages() -> None:
    """Nothing in memory is read in pages."""


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


class TestWritingByPath(_ByPath, writing.Writing, writing.OwnWriting):
    pass


class TestNamesByPath(_ByPath, names.Names, names.OwnNames, names.PathNames):
    pass


class TestModelsByPath(_ByPath, models.Models):
    pass


class TestSavingInALocation(_InALocation, saving.Saving, saving.OwnSaving):
    pass


class TestPoliciesInALocation(_InALocation, saving.Policies):
    pass


class TestReadingInALocation(_InALocation, reading.Reading, reading.OwnReading):
    pass


class TestWritingInALocation(_InALocation, writing.Writing, writing.OwnWriting):
    pass


class TestNamesInALocation(_InALocation, names.Names, names.OwnNames, names.PathNames):
    pass


class TestModelsInALocation(_InALocation, models.Models):
    pass


class TestLocations(locations.Locations):
    pass


class TestTrees(trees.Trees):
    pass


class TestPrefetching(prefetching.Prefetching):
    pass


class TestPrefetchingByPath(_ByPath, prefetching.Prefetching):
    test_every_bucket_is_asked_once = None


class TestCosts(costs.Costs):
    pass


class TestMoving(moving.Moving):
    pass
