"""Django's own storage keeps the part of the contract that is Django's: it is not ours alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import FileSystemStorage

from tests.unit.django.contract import names, reading, saving, writing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def storage(tmp_path: Path) -> FileSystemStorage:
    return FileSystemStorage(tmp_path / "media", base_url="/media/")


class TestSaving(saving.Saving):
    pass


class TestReading(reading.Reading):
    pass


class TestWriting(writing.Writing):
    pass


class TestNames(names.Names):
    pass
