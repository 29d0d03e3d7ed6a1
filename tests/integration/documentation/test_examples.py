"""What the documentation shows is what happens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

from cloud_storages.emulator import Emulator
from tests.unit.django.contract.sites import table_of_documents

from .pages import ROOT, examples, pages

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def _database() -> Iterator[None]:
    with table_of_documents():
        yield


@pytest.mark.skipif(
    django.VERSION < (5, 1),
    reason="override_settings knows no STORAGES, or loses the OPTIONS of the default storage",
)
@pytest.mark.usefixtures("_database")
@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from . import running  # Django must know STORAGES

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APPWRITE_API_KEY", running.KEY)
    found = list(examples(page))
    with Emulator(project=running.PROJECT, key=running.KEY) as emulator:
        running.run(page, found, emulator)
