"""A browser, as far as the check needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests

from checking.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

#: Seconds; above what the site itself waits for a storage that does not answer.
_TIMEOUT = 120

Upload = tuple[str, bytes]


class Browser:
    """
    Opens pages and sends forms, with cookies; fetches what pages refer to without any.

    Args:
        site: the address of the site.

    """

    def __init__(self, site: str) -> None:
        self._site = site
        self._here = site
        self._session = requests.Session()
        # The site is on this computer, whatever proxy the environment names.
        self._session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def open(self, address: str = "/") -> Page:
        """Open a page of the site; address as a link on a page has it."""
        self._here = urljoin(self._site, address)
        return self._read(self._session.get(self._here, timeout=_TIMEOUT))

    def send(
        self, page: Page, form: str, files: Mapping[str, Upload] | None = None, **typed: str
    ) -> Page:
        """
        Send a form of the page that was opened last, and return the page that follows.

        Args:
            page: what was opened last.
            form: the form's ID or the end of its address.
            files: names and contents of the files chosen, by field.
            **typed: what is typed, by field.

        """
        found = page.form(form)
        answer = self._session.post(
            urljoin(self._here, found.action),
            data={**found.values, **typed},
            files=dict(files or {}),
            timeout=_TIMEOUT,
        )
        return self._read(answer)

    def _read(self, answer: requests.Response) -> Page:
        self._here = answer.url
        return Page(answer.status_code, answer.text)


def fetch(address: str) -> tuple[int, bytes]:
    """Return status and content of what a page refers to, as anybody gets it: with no key."""
    with requests.get(address, timeout=_TIMEOUT) as answer:
        return answer.status_code, answer.content
