"""The fenced blocks of a page of Markdown, and its comments, in the order in which they stand."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import attrs

#: The language of what no reader sees.
COMMENT = "comment"

_FENCE = re.compile(r"(?P<indent> *)(?P<ticks>`{3,})(?P<language>\S*).*")
_NOTE = re.compile(r" *<!-- (?P<text>.+) -->")
_OPENING = "<!-- "
_SECTION = "## "


@attrs.frozen
class Block:
    """
    A fenced block or a comment.

    Attributes:
        language: what is written behind the fence; ``COMMENT`` for a comment.
        text: what is in it, without the indentation that all of it has.
        line: on which line of the page it begins, from 1: that of the fence, or of ``<!--``.
        section: the heading of the second level that it is under.

    """

    language: str
    text: str
    line: int
    section: str = ""


def blocks(page: Path) -> Iterator[Block]:
    """
    Yield the blocks and the comments of a page.

    Raises:
        ValueError: one of them is not closed.

    """
    section = ""
    lines = iter(enumerate(page.read_text("utf-8").splitlines(), 1))
    for number, line in lines:
        if line.startswith(_SECTION):
            section = line.removeprefix(_SECTION)
        elif found := _NOTE.fullmatch(line):
            yield Block(COMMENT, found["text"], number, section)
        elif line.startswith(_OPENING):
            text = f"{line.removeprefix(_OPENING)}\n{_until(lines, '-->', number)}"
            yield Block(COMMENT, text, number, section)
        elif found := _FENCE.fullmatch(line):
            text = textwrap.dedent(_until(lines, found["indent"] + found["ticks"], number))
            yield Block(found["language"], text, number, section)


def fenced(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page; raise as ``blocks`` does."""
    return (block for block in blocks(page) if block.language != COMMENT)


def _until(lines: Iterator[tuple[int, str]], end: str, began: int) -> str:
    found = []
    for _, line in lines:
        if line == end:
            return "".join(f"{each}\n" for each in found)
        found.append(line)
    raise ValueError(f"what begins on line {began} is not closed by {end}")
