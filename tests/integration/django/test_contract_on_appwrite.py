"""The storage in Appwrite keeps the contract, in either layout."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.django.contract import models, names, reading, saving, writing


class _ByPath:
    @pytest.fixture
    def options(self, options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "layout": "path"}


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
