"""Management commands run as a person runs them: what they print, and how they end."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import attrs
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand


@attrs.frozen
class Ran:
    """
    What came of a command.

    Attributes:
        code: its exit code.
        out: what it printed.
        error: what it said was wrong with it, if it could not be run.

    """

    code: int
    out: str
    error: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """What it printed with ``--json``: one document, and nothing else."""
        document: dict[str, Any] = json.loads(self.out)
        return document


def ran(command: str | BaseCommand, *arguments: str) -> Ran:
    """Run a command and return what came of it."""
    out = io.StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except SystemExit as left:
        return Ran(int(left.code or 0), out.getvalue())
    except CommandError as error:
        return Ran(error.returncode, out.getvalue(), str(error))
    return Ran(0, out.getvalue())
