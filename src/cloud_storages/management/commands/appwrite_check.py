"""``manage.py appwrite_check``: whether the storages of the site would work."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from cloud_storages.maintenance.checking import Report, Verdict, check
from cloud_storages.management.explained import ExplainedCommand
from cloud_storages.management.words import counted, size

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from cloud_storages.maintenance.checking import Finding

__all__ = ["Command"]

#: Columns of a line, and of what stands before a finding's text.
_WIDTH, _INDENT = 100, 21
#: Steps whose messages name what they are about.
_NAMES_ITS_SUBJECT = frozenset({"https", "endpoint", "version"})
_MARKS = {
    Verdict.FINE: "ok",
    Verdict.WARNING: "warning",
    Verdict.ERROR: "ERROR",
    Verdict.NOT_TOLD: "?",
}

_EXAMPLES = """\
examples:
  manage.py appwrite_check
  manage.py appwrite_check --deploy --json default
  manage.py appwrite_check --dry-run --max-size 50MB"""


class Command(ExplainedCommand):
    """Looks at every storage of this package, step by step."""

    help = """\
Look whether the site's storages in Appwrite would work: settings, server, project, API key and
each of its scopes, version, clock, the buckets that the models use, and whether a URL really
opens what is in them. Whatever is wrong is told with the setting and the way out.

In each bucket that exists, a file of a few bytes is stored for a moment and removed again.
Exit code 0: nothing is wrong; 1: something is; 2: there is no such storage."""
    dry_run = "Store nothing: try a URL of a file that is there, if there is one."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add which storages to look at, and how strictly."""
        parser.add_argument(
            "storages",
            nargs="*",
            metavar="ALIAS",
            help="An alias of STORAGES, or a field with a storage of its own, such as"
            " album.Photo.picture. Default: every storage of this package that the site uses.",
        )
        parser.add_argument(
            "--deploy",
            action="store_true",
            help="Count warnings as errors, and tell what only matters to visitors, too.",
        )
        parser.add_argument(
            "--max-size",
            type=size,
            metavar="SIZE",
            help="The largest file the site takes, such as 50MB: every bucket must allow it.",
        )
        parser.epilog = _EXAMPLES

    def work(self, options: dict[str, Any]) -> Report:
        """Look at the storages, and print what is found as soon as it is, unless as JSON."""
        self._storage = ""
        return check(
            *options["storages"],
            deploy=options["deploy"],
            dry_run=options["dry_run"],
            largest=options["max_size"],
            on_finding=_keep_quiet if options["json"] else self._show,
        )

    def tell(self, outcome: Report, options: dict[str, Any]) -> None:
        """Print how many errors and warnings there are."""
        del options
        errors, warnings = len(outcome.of(Verdict.ERROR)), len(outcome.of(Verdict.WARNING))
        unknown = len(outcome.of(Verdict.NOT_TOLD))
        text = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
        text += f", {unknown} not told" if unknown else ""
        style = self.style.SUCCESS if outcome.ok else self.style.ERROR
        self.stdout.write(style(f"\n{text}"))

    def _show(self, finding: Finding) -> None:
        if finding.storage != self._storage:
            self._storage = finding.storage
            self.stdout.write(self.style.MIGRATE_HEADING(f"\n{finding.storage}"))
        styles = {Verdict.ERROR: self.style.ERROR, Verdict.WARNING: self.style.WARNING}
        mark = styles.get(finding.verdict, str)(f"{_MARKS[finding.verdict]:<8}")
        is_named = not finding.subject or finding.step in _NAMES_ITS_SUBJECT
        subject = "" if is_named else f"{finding.subject}: "
        head = f"  {mark} {finding.step:<9} "
        told = [subject + finding.message]
        told += [f"Setting: {finding.setting}."] if finding.setting and finding.way_out else []
        told += [finding.way_out] if finding.way_out else []
        lines = [line for each in told for line in textwrap.wrap(each, _WIDTH - _INDENT)]
        self.stdout.write(head + f"\n{' ' * _INDENT}".join(lines))


def _keep_quiet(finding: Finding) -> None:
    """Tell nothing yet."""
