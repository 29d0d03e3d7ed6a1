"""The modules of a release, which are run and not installed."""

import importlib.util
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / ".ci"


@pytest.fixture
def release(monkeypatch):
    """Return a function that loads one of them by name, away from modules of equal names."""
    monkeypatch.syspath_prepend(str(FOLDER))
    loaded = [path.stem for path in FOLDER.glob("*.py")]

    def load(name):
        for each in loaded:
            monkeypatch.delitem(sys.modules, each, raising=False)
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load
    for each in loaded:
        sys.modules.pop(each, None)
