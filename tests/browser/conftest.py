"""A browser, the demo it visits, and the emulator behind that."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from cloud_storages.emulator import Emulator
from tests.browser.chromium import opened
from tests.demo import naming, serving

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

    from tests.browser.visitor import Visitor

_KEY = f"standard_{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def appwrite() -> Iterator[Emulator]:
    """The emulator that the demo's pictures go to; its clock can be ahead."""
    with Emulator(project="demo", key=_KEY) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def site(appwrite: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demo, which begins empty."""
    named = naming(appwrite.endpoint, appwrite.project, _KEY)
    with serving(tmp_path_factory.mktemp("demo"), **named) as (address, _):
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[WebDriver]:
    """One browser for all tests, whose visitors leave nothing open."""
    with opened() as running:
        yield running


@pytest.fixture
def visitor(browser: WebDriver, site: str) -> Iterator[Visitor]:
    """Somebody new at the browser; whatever happens, no page complains on the console."""
    from tests.browser.visitor import Visitor

    visitor = Visitor(browser, site)
    visitor.complaints()
    yield visitor
    assert visitor.complaints() == []


@pytest.fixture
def make_picture(tmp_path: Path) -> Callable[..., Path]:
    """Make picture files that no compression makes small, so that uploading them takes steps."""

    def make(name: str = "holidays.png", size: tuple[int, int] = (1600, 1200)) -> Path:
        coarse = random.Random(name).randbytes(size[0] // 4 * size[1] // 4 * 3)
        picture = Image.frombytes("RGB", (size[0] // 4, size[1] // 4), coarse).resize(size)
        picture.save(tmp_path / name)
        return tmp_path / name

    return make
