"""The code in docs/applications.md: the site that the tests here run on is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "applications.md"
_BLOCK = re.compile(
    r'^```\w*(?: title="(?P<file>[^"\n]*)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)


@attrs.frozen
class Block:
    """A fenced block: the file it belongs into, what is written there, and on which line."""

    file: str | None
    text: str
    line: int


def blocks() -> Iterator[Block]:
    page = PAGE.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(page):
        yield Block(found["file"], found["text"], page.count("\n", 0, found.start("text")))


def run(file: str, names: dict[str, Any]) -> None:
    """Run the blocks that belong into a file, as if they were written there."""
    for block in blocks():
        if block.file == file:
            # Errors are told at their line of the page.
            exec(compile("\n" * block.line + block.text, PAGE, "exec"), names)


def template(file: str) -> str:
    return "".join(block.text for block in blocks() if block.file == file)
