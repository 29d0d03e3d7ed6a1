"""What the commands have in common: ``--json``, exit codes, errors on one line, progress."""

from __future__ import annotations

import datetime as dt
import enum
import json
import sys
from typing import TYPE_CHECKING, Any, Protocol, TextIO, cast

import attrs
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import Error as DatabaseTrouble

from cloud_storages.domain.errors import CloudStorageError
from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.management.progress import Progress

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["CANNOT_RUN", "PROBLEMS", "MaintenanceCommand", "Outcome", "document"]

#: Exit codes, beside 0: something is wrong with files or settings; the work could not be done.
PROBLEMS, CANNOT_RUN = 1, 2

#: What keeps a piece of work from being done, and is no mistake of this package.
_TROUBLES = (CannotRun, CloudStorageError, DatabaseTrouble, ImproperlyConfigured, EOFError)
_NO_ANSWER = "There is nobody to answer the question: standard input has ended."


class Outcome(Protocol):
    """A typed result: attrs, with no secret in it."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""


class MaintenanceCommand(BaseCommand):
    """
    A command that does a piece of work and tells what came of it.

    Exits with 0 if all is well, with 1 if the outcome is not ``ok``, and with 2 if the
    work could not be done: wrong arguments or settings, a server or a database that cannot be
    reached or refuses, a question that nobody answers.
    """

    #: The settings may be what is wrong, and telling so is the work.
    requires_system_checks: Any = []  # noqa: RUF012 - Django's own name and type
    #: Whether ``--dry-run`` is offered, and what it says in the help.
    dry_run = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what every command has; subclasses add theirs in ``add_own_arguments``."""
        self.add_own_arguments(parser)
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print the outcome as one JSON document on standard output.",
        )
        if self.dry_run:
            parser.add_argument("--dry-run", action="store_true", help=self.dry_run)

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments of this command."""

    def work(self, options: dict[str, Any]) -> Outcome:
        """
        Do the work and return its outcome.

        Raises:
            CannotRun: it cannot be done.

        """
        raise NotImplementedError

    def tell(self, outcome: Any, options: dict[str, Any]) -> None:
        """Print the outcome for people."""
        raise NotImplementedError

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the work, print the outcome, exit with the code that says it."""
        self.stdout = _Printable(_stream_of(self.stdout))
        try:
            outcome = self.work(options)
        except _TROUBLES as error:
            reason = _NO_ANSWER if isinstance(error, EOFError) else reason_of(error)
            if options["json"]:
                self._print({"ok": False, "error": reason})
            raise CommandError(reason, returncode=CANNOT_RUN) from error
        if options["json"]:
            self._print({"ok": outcome.ok, **document(outcome)})
        else:
            self.tell(outcome, options)
        if not outcome.ok:
            sys.exit(PROBLEMS)

    def progress(self, what: str, options: dict[str, Any], total: int | None = None) -> Progress:
        """
        Return a display of progress, on standard error; none with ``--verbosity 0``.

        Args:
            what: what is done; what begins with ``"rows"`` is counted in rows, all else in files.
            options: the command's.
            total: how many there are, if that is known.

        """
        unit = "rows" if what.startswith("rows") else "files"
        return Progress(
            _stream_of(self.stderr), what, total, unit=unit, shown=options["verbosity"] > 0
        )

    def _print(self, found: dict[str, Any]) -> None:
        # In ASCII: whoever reads it need not know which encoding standard output has.
        self.stdout.write(json.dumps(found, indent=2))


class _Printable(OutputWrapper):
    """Writes what its stream cannot encode as escapes: names come from anywhere."""

    def write(self, msg: str = "", *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write a text; see Django."""
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        text = str(msg).encode(encoding, "backslashreplace").decode(encoding)
        super().write(text, *args, **kwargs)


def _stream_of(output: OutputWrapper) -> TextIO:
    """Return the stream behind an output of Django's, which ends lines and colours them."""
    return cast("TextIO", output._out)  # noqa: SLF001 - Django's own name for it


def document(outcome: Any) -> dict[str, Any]:
    """Return a typed result as JSON knows it."""
    return attrs.asdict(outcome, value_serializer=lambda _, __, value: _plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return value
