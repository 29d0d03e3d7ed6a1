"""
The examples of a page: its fenced blocks, and what a comment before one says of it.

A comment ``<!-- example: needs NAME -->`` before a block names a management command, or a part of
``cloud_storages.testing``, without which it cannot run. One that begins with ``<!-- hidden`` holds
Python that the example needs and no reader does.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
#: Written by others, run by tests of their own, or, as the tutorial, by a command of its own.
ELSEWHERE = {"tutorial.md", "upgrading-from-1.2.5.md", "applications.md", "conformance.md"}

_NEED = re.compile(r" *<!-- example: needs (\w+) -->")
_FENCE = re.compile(r"( *)(`{3,})(\S*)(.*)")


@attrs.frozen
class Example:
    """A block of a page: in which language, from which line on, and what it needs."""

    language: str
    line: int
    text: str
    needs: str = ""


def pages() -> list[Path]:
    """Return the pages whose examples are run."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [
        ROOT / "README.md",
        *(page for page in found if "_build" not in page.parts and page.name not in ELSEWHERE),
    ]


def examples(page: Path) -> Iterator[Example]:
    """Yield the blocks of a page, in order; directives of the documentation's builder are none."""
    lines = iter(enumerate(page.read_text("utf-8").splitlines(), 1))
    needs = ""
    for number, line in lines:
        needed, fence = _NEED.fullmatch(line), _FENCE.fullmatch(line)
        if line == "<!-- hidden":
            yield Example("python", number, _until(lines, "-->"), needs)
        elif fence:
            text = textwrap.dedent(_until(lines, fence[1] + fence[2]))
            if not fence[3].startswith("{"):
                yield Example(fence[3], number, text, needs)
        needs = needed[1] if needed else needs if not line else ""


def _until(lines: Iterator[tuple[int, str]], end: str) -> str:
    found = []
    for _, line in lines:
        if line == end:
            return "\n".join(found) + "\n"
        found.append(line)
    raise ValueError(f"a block is not closed by {end}")
