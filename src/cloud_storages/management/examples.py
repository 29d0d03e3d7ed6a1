"""Examples below the help of a command, one a line, as they are written."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from django.core.management.base import DjangoHelpFormatter

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["show_examples"]


class _Formatter(RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Django's order of arguments; text as it is written."""


def show_examples(parser: ArgumentParser, *lines: str) -> None:
    """Let the help of a command end with these lines, and show its description as it is."""
    parser.formatter_class = _Formatter
    parser.epilog = "\n".join(("examples:", *(f"  {line}" for line in lines)))
