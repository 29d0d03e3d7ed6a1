"""The documentation says what the code has: settings, checks, links."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from cloud_storages import checks
from cloud_storages.backends.options import OPTIONS
from tests import markdown

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"


@pytest.fixture
def _extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs" / "_extensions")
    yield
    sys.modules.pop("generated", None)


@pytest.mark.usefixtures("_extensions")
def test_the_readme_has_the_settings_that_the_code_has() -> None:
    from generated import settings_table

    table = re.search(r"<!-- settings: .* -->\n(.*?)\n<!-- end -->", README.read_text(), re.DOTALL)

    assert table
    assert table[1] == settings_table()


def test_every_setting_says_what_it_means() -> None:
    assert [each.name for each in OPTIONS if not each.meaning.strip()] == []


def test_the_documentation_lists_the_system_checks_that_there_are() -> None:
    code = Path(checks.__file__).read_text("utf-8")
    page = (ROOT / "docs/reference/checks.md").read_text("utf-8")

    there = set(re.findall(r'id="cloud_storages\.([EW]\d+)"', code))

    assert there
    assert set(re.findall(r"^\| `([EW]\d+)` \|", page, re.MULTILINE)) == there


def test_examples_name_the_region_of_a_project_in_the_cloud() -> None:
    pages = [README, *sorted((ROOT / "docs").rglob("*.md"))]
    text = "".join(block.text for page in pages for block in markdown.fenced(page))
    hosts = set(re.findall(r"https://([\w.]*cloud\.appwrite\.io)", text))

    assert hosts == {"fra.cloud.appwrite.io"}


def test_the_readme_leads_to_files_that_there_are() -> None:
    paths = re.findall(r"\]\((?!https?:)([^)#]+)", README.read_text())

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
