"""Commands whose help has lines of its own."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import TYPE_CHECKING, Any

from django.core.management.base import DjangoHelpFormatter

from cloud_storages.management.base import MaintenanceCommand

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

__all__ = ["ExplainedCommand"]


class ExplainedCommand(MaintenanceCommand):
    """A command whose ``help`` is printed line by line, as it is written."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser of the arguments."""
        kwargs.setdefault("formatter_class", _LineByLine)
        return super().create_parser(prog_name, subcommand, **kwargs)


class _LineByLine(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Orders options as Django does, and keeps the lines of the description."""
