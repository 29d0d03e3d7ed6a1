"""
The examples of a page: its fenced blocks, and what a comment before one says of it.

A comment that begins with ``<!-- hidden`` holds Python that the next one needs and no reader does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from tests import markdown

ROOT = Path(__file__).resolve().parents[3]
#: Written by others, run by tests of their own, or, as the tutorial, by a command of its own.
ELSEWHERE = {"tutorial.md", "upgrading-from-1.2.5.md", "applications.md", "conformance.md"}

_HIDDEN = "hidden\n"


@attrs.frozen
class Example:
    """A block of a page: in which language, and from which line on."""

    language: str
    line: int
    text: str


def pages() -> list[Path]:
    """Return the pages whose examples are run."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [
        ROOT / "README.md",
        *(page for page in found if "_build" not in page.parts and page.name not in ELSEWHERE),
    ]


def examples(page: Path) -> Iterator[Example]:
    """Yield the blocks of a page, in order; directives of the documentation's builder are none."""
    for block in markdown.blocks(page):
        if block.language != markdown.COMMENT:
            if not block.language.startswith("{"):
                yield Example(block.language, block.line, block.text)
        elif block.text.startswith(_HIDDEN):
            yield Example("python", block.line, block.text.removeprefix(_HIDDEN))
