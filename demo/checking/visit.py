"""A visit to the gallery: what somebody does there, and what must come of it."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from PIL import Image

from checking.browser import fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from running.site import Administrator

    from checking.browser import Browser
    from checking.page import Page

_OK, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404
_PRIVATE = "/private/"
_ORIGINAL = "Open the original"
#: Width and height in pixels.
_SIZE = (2000, 1500)
_TITLE = "Ferien am Übersee"
#: Blank, dash, umlaut and capitals: what people's files are called.
_NAME = "Ferien Foto – Ü.PNG"  # noqa: RUF001 - the dash is the point


class Unexpected(Exception):
    """Something came of a step that should not have."""


class Visit:
    """
    Steps that build on each other.

    Args:
        browser: on the site.
        administrator: of the site.

    """

    def __init__(self, browser: Browser, administrator: Administrator) -> None:
        self._browser = browser
        self._administrator = administrator
        self._first, self._second = _picture("teal"), _picture("orange")
        self._attachment = b"Where it was: by the sea.\n" * 40
        self._addresses: list[str] = []

    @property
    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """What is done, in order, and how."""
        return [
            (f"a picture is uploaded through the form: {_NAME}", self._upload),
            ("anybody gets its bytes, and a preview that is smaller", self._see),
            ("it is replaced, the page shows the new one, the old one is gone", self._replace),
            ("an attachment is added and anybody gets its bytes", self._attach),
            ("the admin lists the entry with its picture", self._administer),
            ("the entry is deleted, and its files are gone from Appwrite", self._delete),
            ("a private picture opens with the page's link, and not without", self._keep_private),
            ("a link to it is shared and opens it", self._share),
            ("it is deleted, and no link opens it any more", self._delete_private),
        ]

    def _upload(self) -> None:
        empty = self._browser.open()
        _expect(empty.status == _OK, f"the gallery answers {empty.status}")
        _expect(not empty.images, "the gallery has pictures before the first upload")
        files = {"picture": (_NAME, self._first)}
        page = self._browser.send(empty, "upload", files, title=_TITLE)
        _expect_note(page, "was uploaded")

    def _see(self) -> None:
        page = self._shown()
        self._addresses.append(page.link(_ORIGINAL))
        _expect_content(self._addresses[-1], self._first)
        _expect_preview(page.image(_TITLE), self._first)

    def _replace(self) -> None:
        old = self._addresses.pop()
        page = self._browser.open(self._shown().link(f"Replace {_TITLE}"))
        files = {"picture": ("Zweites Foto.png", self._second)}
        page = self._browser.send(page, "replace", files)
        _expect_note(page, "was changed")
        self._addresses.append(page.link(_ORIGINAL))
        _expect_content(self._addresses[-1], self._second)
        _expect_gone(old)

    def _attach(self) -> None:
        page = self._browser.open(self._shown().link(f"Replace {_TITLE}"))
        files = {"attachment": ("Notes (1).txt", self._attachment)}
        page = self._browser.send(page, "replace", files)
        _expect_note(page, "was changed")
        _expect(page.link(_ORIGINAL) == self._addresses[0], "the picture changed as well")
        self._addresses.append(page.link("Notes_1.txt"))
        _expect_content(self._addresses[-1], self._attachment)

    def _administer(self) -> None:
        page = self._browser.open("/admin/gallery/photo/")
        page = self._browser.send(
            page,
            "login-form",
            username=self._administrator.name,
            password=self._administrator.password,
        )
        _expect(page.status == _OK, f"the admin answers {page.status}")
        # Django's own symbols are pictures, too.
        shown = [image["src"] for image in page.images if "/preview?" in image["src"]]
        _expect(len(shown) == 1, f"the list shows {len(shown)} pictures")
        _expect_preview(shown[0], self._second)

    def _delete(self) -> None:
        page = self._browser.send(self._shown(), "/delete/")
        _expect_note(page, "was deleted")
        _expect(not page.images, "the page still shows a picture")
        for address in self._addresses:
            _expect_gone(address)

    def _keep_private(self) -> None:
        files = {"picture": (_NAME, self._first)}
        page = self._browser.send(self._browser.open(_PRIVATE), "upload", files, title=_TITLE)
        _expect_note(page, "was uploaded")
        self._addresses = [self._shown(_PRIVATE).link(_ORIGINAL)]
        _expect_content(self._addresses[0], self._first, secret=True)
        _expect_refused(self._addresses[0].partition("&token=")[0])

    def _share(self) -> None:
        page = self._browser.send(self._shown(_PRIVATE), "/share/")
        self._addresses.append(page.link("Open it"))
        _expect(self._addresses[1] != self._addresses[0], "the shared link is the page's own")
        _expect_content(self._addresses[1], self._first, secret=True)

    def _delete_private(self) -> None:
        page = self._browser.send(self._shown(_PRIVATE), "/delete/")
        _expect_note(page, "was deleted")
        for address in self._addresses:
            _expect_refused(address)

    def _shown(self, album: str = "/") -> Page:
        """Open the page of the picture, as somebody does who clicks on it."""
        return self._browser.open(self._browser.open(album).link(_TITLE))


def _picture(colour: str) -> bytes:
    """Return a picture that is larger than any preview and the same every time."""
    file = io.BytesIO()
    gradient = Image.linear_gradient("L").resize(_SIZE)
    Image.merge("RGB", [gradient, *Image.new("RGB", _SIZE, colour).split()[1:]]).save(file, "PNG")
    return file.getvalue()


def _expect(fulfilled: bool, otherwise: str) -> None:
    if not fulfilled:
        raise Unexpected(otherwise)


def _expect_note(page: Page, text: str) -> None:
    said = " ".join(page.notes) or f"nothing, with status {page.status}"
    _expect(any(text in note for note in page.notes), f"the page says: {said}")


def _expect_content(address: str, content: bytes, *, secret: bool = False) -> None:
    status, got = fetch(address)
    shown = _shown_address(address, secret=secret)
    _expect(status == _OK, f"{shown} answers {status}")
    _expect(got == content, f"{shown} has {_told(got)} instead of {_told(content)}")


def _expect_preview(address: str, original: bytes) -> None:
    status, got = fetch(address)
    _expect(status == _OK, f"{address} answers {status}")
    _expect(_width(got) < _width(original), f"{address} is {_width(got)} pixels wide")


def _width(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as image:
        return image.width


def _told(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"{len(content)} bytes of SHA-256 {digest[:12]}"


def _expect_gone(address: str) -> None:
    status, _ = fetch(address)
    _expect(status == _NOT_FOUND, f"{address} answers {status} instead of {_NOT_FOUND}")


def _expect_refused(address: str) -> None:
    """Expect a private address to open nothing; that a file is missing, strangers are not told."""
    status, _ = fetch(address)
    shown = _shown_address(address, secret=True)
    _expect(status == _UNAUTHORIZED, f"{shown} answers {status} instead of {_UNAUTHORIZED}")


def _shown_address(address: str, *, secret: bool) -> str:
    """Return an address as the terminal may show it: a token opens the file to whoever reads it."""
    return f"{address.partition('&token=')[0]}&token=***" if secret else address
