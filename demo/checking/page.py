"""What a browser knows of a page: its forms, pictures, links and notes."""

from __future__ import annotations

from html.parser import HTMLParser

import attrs


@attrs.define
class Form:
    """A form: its identity, where it goes, and what it sends if nothing is typed."""

    id: str
    action: str
    values: dict[str, str] = attrs.field(factory=dict)


class Page(HTMLParser):
    """
    A page, read.

    Args:
        status: the HTTP status it came with.
        html: its source.

    """

    def __init__(self, status: int, html: str) -> None:
        super().__init__()
        self.status = status
        self.forms: list[Form] = []
        self.images: list[dict[str, str]] = []
        #: What a link is called, and where it leads.
        self.links: list[tuple[str, str]] = []
        #: The texts that a screen reader would announce: messages and errors.
        self.notes: list[str] = []
        self._note: str | None = None
        self._link: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a browser would act on."""
        told = {name: value or "" for name, value in attrs}
        if told.get("role") in ("status", "alert"):
            self._note = tag
            self.notes.append("")
        if tag == "form":
            self.forms.append(Form(told.get("id", ""), told.get("action", "")))
        elif tag == "input" and self.forms and told.get("type") not in ("submit", "file"):
            if told.get("type") != "checkbox":
                self.forms[-1].values[told.get("name", "")] = told.get("value", "")
        elif tag == "img":
            self.images.append(told)
        elif tag == "a":
            self._link = told.get("href", "")
            self.links.append((told.get("aria-label", ""), self._link))

    def handle_data(self, data: str) -> None:
        """Collect the text of a note, and of a link that has no other name."""
        if self._note:
            self.notes[-1] += data
        if self._link is not None:
            self.links[-1] = (self.links[-1][0] or data.strip(), self._link)

    def handle_endtag(self, tag: str) -> None:
        """End a note or a link with its element."""
        if tag == "a":
            self._link = None
        if tag == self._note:
            self._note = None
            self.notes[-1] = " ".join(self.notes[-1].split())

    def form(self, wanted: str) -> Form:
        """
        Return a form by its ID or by the end of its address.

        Raises:
            LookupError: the page has no such form.

        """
        for form in self.forms:
            if form.id == wanted or (form.action and form.action.endswith(wanted)):
                return form
        raise LookupError(f"the page has no form {wanted!r}")

    def image(self, title: str) -> str:
        """
        Return the address of the picture of this title.

        Raises:
            LookupError: the page does not show one.

        """
        for image in self.images:
            if image.get("alt") == title:
                return image["src"]
        raise LookupError(f"the page shows no picture {title!r}")

    def link(self, name: str) -> str:
        """
        Return where the link leads that is called so.

        Raises:
            LookupError: the page has no such link.

        """
        for label, address in self.links:
            if label == name:
                return address
        raise LookupError(f"the page has no link {name!r}")
