"""What docs/policies.md calls public is there, and the documentation uses nothing else."""

import importlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from cloud_storages.emulator.versions import OLDEST
from tests import markdown

ROOT = Path(__file__).resolve().parents[2]
POLICIES = (ROOT / "docs" / "policies.md").read_text("utf-8")
_ROW = re.compile(r"^\| `(cloud_storages[\w.]*)` \| (.+) \| (all|only) \|$", re.MULTILINE)
_LANGUAGES = ("python", "html")
_IMPORT = re.compile(r"\bfrom (cloud_storages[\w.]*) import (\([^)]*\)|[^\n#]+)")
_DOTTED = re.compile(r"[\"'](cloud_storages(?:\.\w+)+)\.(\w+)[\"']")
_MODULE = re.compile(r"^import (cloud_storages[\w.]*)", re.MULTILINE)


def _listed():
    return {module: (set(re.findall(r"`(\w+)`", row)), kind) for module, row, kind in _rows()}


def _rows():
    return _ROW.findall(POLICIES)


PUBLIC = _listed()
#: Pages of Markdown, and the uses that a type checker checks.
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
USES = ROOT / "tests" / "typed" / "uses.py"


def _code(page):
    if page.suffix == ".py":
        return page.read_text("utf-8")
    found = (block for block in markdown.fenced(page) if block.language.startswith(_LANGUAGES))
    return "\n".join(block.text for block in found)


def _used(code):
    """Yield (module, name) of all that code takes from this package; no name for a module."""
    for module, names in _IMPORT.findall(code):
        for name in re.findall(r"\w+(?: as \w+)?", names):
            yield module, name.partition(" as ")[0]
    yield from _DOTTED.findall(code)
    yield from ((module, "") for module in _MODULE.findall(code))


def _is_public(module, name):
    inner = f"{module}.{name}"
    if not name or (inner not in PUBLIC and _is_module(inner)):
        return any(each == module or each.startswith(f"{module}.") for each in PUBLIC)
    return inner in PUBLIC or name in PUBLIC.get(module, ((), ""))[0]


def _is_module(dotted):
    try:
        return find_spec(dotted) is not None
    except ModuleNotFoundError:
        return False


def test_public_names_are_listed():
    assert {"AppWriteStorage"} == PUBLIC["cloud_storages.backends.appwrite"][0]


@pytest.mark.parametrize("module", PUBLIC)
def test_what_is_listed_is_there_and_meant_to_be_used(module):
    names, kind = PUBLIC[module]
    exported = set(importlib.import_module(module).__all__)

    assert names <= exported
    if kind == "all":
        assert names == exported


@pytest.mark.parametrize("module", PUBLIC)
def test_public_classes_and_functions_say_what_they_do(module):
    found = importlib.import_module(module)
    mute = [
        name
        for name in PUBLIC[module][0]
        if getattr(getattr(found, name), "__module__", "").startswith("cloud_storages")
        and not getattr(found, name).__doc__
    ]

    assert not mute


@pytest.mark.parametrize("page", [*PAGES, USES], ids=lambda page: page.name)
def test_examples_use_public_names_only(page):
    used = set(_used(_code(page)))

    assert {each for each in used if not _is_public(*each)} == set()


def test_every_public_module_is_type_checked_from_outside():
    used = {module for module, _ in _used(_code(USES))}

    assert {module for module in PUBLIC if module not in used} == set()


def test_the_oldest_versions_are_those_the_package_declares():
    declared = (ROOT / "pyproject.toml").read_text("utf-8")
    python, django, sdk, server = re.search(
        r"Python ([\d.]+), Django ([\d.]+), Appwrite's SDK (\d+) and Appwrite ([\d.]+),", POLICIES
    ).groups()

    assert f'requires-python = ">={python}"' in declared
    assert f'"Django>={django}"' in declared
    assert f'"appwrite>={sdk}.0"' in declared
    assert server == ".".join(map(str, OLDEST[:2]))
