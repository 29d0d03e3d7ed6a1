"""The code in docs/applications.md: the site that the tests here run on is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "applications.md"
#: A fenced block whose first line is a comment: the file that it belongs into.
_BLOCK = re.compile(
    r"^```\w+\n(?P<text>(?:# |{# )(?P<file>.*?)(?: #})?\n.*?)^```$", re.MULTILINE | re.DOTALL
)


@attrs.frozen
class Block:
    """A block of code: the file it belongs into, what is written there, and on which line."""

    file: str
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
