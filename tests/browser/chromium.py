"""Debian's Chromium without a window, started so that it talks to nobody but the demo."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

#: Width and height of the window in pixels.
DESK = (1280, 900)
#: Seconds after which something that should happen is not going to.
PATIENCE = 30
_PROGRAMS = ("chromium", "chromedriver")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # which root has none of
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def missing() -> str:
    """Return what this machine lacks to run a browser; empty if nothing."""
    lacking = [program for program in _PROGRAMS if shutil.which(program) is None]
    if find_spec("selenium") is None:
        lacking.append("selenium")
    return ", ".join(lacking)


@contextlib.contextmanager
def opened() -> Iterator[WebDriver]:
    """Open a browser that has never been anywhere; its profile is gone after the block."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    # All that pages say on the console, not errors alone.
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}", f"--window-size={DESK[0]},{DESK[1]}"):
            options.add_argument(flag)
        # Named, so that selenium looks for none, which would be a download.
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        browser = webdriver.Chrome(options, service)
        try:
            browser.set_page_load_timeout(PATIENCE)
            yield browser
        finally:
            browser.quit()
