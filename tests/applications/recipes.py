"""The code in docs/applications.md: the site that the tests here run on is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests import markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "applications.md"


def files() -> Iterator[tuple[str, markdown.Block]]:
    """Yield the blocks of the page, each with the file that its first line, a comment, names."""
    for block in markdown.fenced(PAGE):
        yield block.text.partition("\n")[0].strip("{}# "), block


def run(file: str, names: dict[str, Any]) -> None:
    """Run the blocks that belong into a file, as if they were written there."""
    for name, block in files():
        if name == file:
            # Errors are told at their line of the page.
            exec(compile("\n" * block.line + block.text, PAGE, "exec"), names)


def template(file: str) -> str:
    return "".join(block.text for name, block in files() if name == file)
