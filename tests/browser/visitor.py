"""What a visitor does on the demo's pages, and sees there."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import PATIENCE

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")

#: Roles of what somebody can do something with, or ought to be told about.
_NAMED = frozenset({"button", "link", "textbox", "image", "progressIndicator", "navigation"})

#: Notes what a progress bar shows, where the next page finds it, too.
_WATCH = """
const bar = document.querySelector('#upload progress');
sessionStorage.shown = '[]';
new MutationObserver(() => {
  const seen = JSON.parse(sessionStorage.shown);
  sessionStorage.shown = JSON.stringify([...seen, bar.value]);
}).observe(bar, {attributes: true});
"""
#: The width of what the browser chose to show; that of the element is what the page asks for.
_TRUE_WIDTH = """
const [shown, done] = arguments;
const same = new Image();
same.onload = () => done(same.naturalWidth);
same.onerror = () => done(0);
same.src = shown.currentSrc;
"""


class Visitor:
    """
    Somebody at a browser.

    Args:
        browser: a running one.
        site: where the demo is.

    """

    def __init__(self, browser: WebDriver, site: str) -> None:
        self.browser = browser
        self._site = site

    # Going somewhere

    def open(self, address: str) -> None:
        """Open a page of the demo, or any other."""
        self.browser.get(urljoin(self._site, address))

    def click(self, text: str) -> None:
        """Click on the link or button that says so."""
        words = json.dumps(text)
        path = f"//*[self::a or self::button or self::summary][normalize-space()={words}]"
        self.wait(lambda: self._visible(path)).click()

    def follow(self, text: str) -> None:
        """Click on the link or button that says so, and wait for the page it leads to."""
        with self._another_page():
            self.click(text)

    def follow_picture(self, title: str) -> None:
        """Click on the picture of this title, and wait for its page."""
        path = f"//a[.//h2[normalize-space()={json.dumps(title)}]]"
        with self._another_page():
            self.wait(lambda: self._visible(path)).click()

    def upload(self, album: str, picture: Path, title: str) -> None:
        """Upload a picture through the form, and wait for the page that follows."""
        self.choose(album, picture, title)
        self.send_form(title)

    def choose(self, album: str, picture: Path, title: str) -> None:
        """Open an album and fill its form, without sending it."""
        self.open(album)
        if self.all("details.add:not([open])"):
            self.click("Add a picture")
        self.first("#upload input[name=picture]").send_keys(str(picture))
        field = self.first("#upload input[name=title]")
        field.clear()
        field.send_keys(title)

    def send_form(self, title: str) -> None:
        """Send the form and wait until the page says that this picture was uploaded."""
        self.click("Upload")
        self.wait(lambda: f"“{title}” was uploaded." in self.notes())

    # Looking

    def first(self, selector: str) -> WebElement:
        """Return the first element that fits a CSS selector."""
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Return all elements that fit a CSS selector."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def link(self, text: str) -> str:
        """Return where the link leads that says so."""
        return str(self.browser.find_element(By.LINK_TEXT, text).get_attribute("href"))

    def titles(self) -> list[str]:
        """Return the titles of the pictures on the page."""
        return [heading.text for heading in self.all(".grid h2")]

    def notes(self) -> list[str]:
        """Return what the page says above its content."""
        return [note.text for note in self.all(".notes .note")]

    def seen(self, selector: str) -> WebElement:
        """Return a picture once the browser shows it."""
        image = self.first(selector)
        self.browser.execute_script("arguments[0].scrollIntoView()", image)
        self.wait(lambda: self.property(image, "complete"))
        return image

    def width(self, image: WebElement) -> int:
        """Return the width in pixels of what the browser fetched for a picture; 0 for nothing."""
        return int(self.browser.execute_async_script(_TRUE_WIDTH, image))

    def property(self, element: WebElement, name: str) -> Any:
        """Return a property of an element as a script sees it."""
        return self.browser.execute_script(f"return arguments[0].{name}", element)

    def unnamed(self) -> list[str]:
        """Return the roles of what a screen reader would find on the page and could not name."""
        tree = self.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})
        found = ((node.get("role", {}).get("value"), node) for node in tree["nodes"])
        return [
            role
            for role, node in found
            if role in _NAMED and not node["ignored"] and not node["name"]["value"].strip()
        ]

    def watch_progress(self) -> Callable[[], list[float]]:
        """Begin to note what the progress bar shows; return what tells that."""
        self.browser.execute_script(_WATCH)
        return lambda: json.loads(self.browser.execute_script("return sessionStorage.shown"))

    def complaints(self) -> list[str]:
        """Return the errors and warnings on the console since the last look."""
        entries = self.browser.get_log("browser")
        told = [each["message"] for each in entries if each["level"] in ("SEVERE", "WARNING")]
        # A browser that opens a picture by itself asks its server, which is no site, for an icon.
        return [message for message in told if "/favicon.ico" not in message]

    def wait(self, condition: Callable[[], T]) -> T:
        """Wait until a condition holds, and return what it gave."""
        # A page that is being replaced has elements that go while one looks.
        ignored = [StaleElementReferenceException, IndexError]
        return WebDriverWait(self.browser, PATIENCE, 0.05, ignored).until(lambda _: condition())

    @contextlib.contextmanager
    def _another_page(self) -> Iterator[None]:
        before = self.first("html")
        yield
        self.wait(lambda: self.first("html") != before)

    def _visible(self, path: str) -> WebElement | None:
        found = self.browser.find_elements(By.XPATH, path)
        return next((element for element in found if element.is_displayed()), None)
