"""``manage.py appwrite_gc``: finishes what was interrupted, and removes what nobody needs."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from cloud_storages.maintenance.aliases import known_aliases
from cloud_storages.maintenance.collecting import Collection, collect
from cloud_storages.maintenance.collecting.leftovers import Fate, Leftover, What
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.management.explained import ExplainedCommand
from cloud_storages.management.words import (
    bytes_in_words,
    counted,
    duration,
    duration_in_words,
    positive,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DESCRIPTION = """\
Clear up a storage of this package.

Finishes replacements that were interrupted, then removes partial uploads and staged copies that
nothing came for lately. Files that no row refers to are removed only from the directories named
after --unreferenced, after their list was printed and confirmed.

  manage.py appwrite_gc --dry-run             what is there to be done?
  manage.py appwrite_gc                       do it; fit for a daily job
  manage.py appwrite_gc --unreferenced documents --unreferenced pictures --grace 60d

Looks through the directories that the rows, upload_to and the settings name, and touches no other
bucket. Never removed: buckets, files that no name leads to, and the only copy of a file.

Before --unreferenced, think of what refers to files other than file fields do: thumbnails,
pictures in texts, other sites. Where a save reuses an identical file (the settings OVERWRITE_FILE
and CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT), a row that is saved in the very moment in which that
file is removed loses it; this is noticed and told.
"""


class Command(ExplainedCommand):
    """Clear up a storage of this package."""

    help = _DESCRIPTION
    dry_run = "Change nothing, and print what would be done."

    def add_own_arguments(self, parser: Any) -> None:
        """Add the arguments of this command."""
        parser.add_argument(
            "storage",
            nargs="?",
            default="default",
            metavar="ALIAS",
            help="Alias of the storage in STORAGES; default: %(default)s.",
        )
        parser.add_argument(
            "--older-than",
            type=duration,
            default=dt.timedelta(hours=24),
            metavar="TIME",
            help="Remove partial uploads that nothing came for, and staged copies that have been"
            " there, longer than this, such as 90m, 24h or 30d; at least 1h, default: 24h.",
        )
        parser.add_argument(
            "--unreferenced",
            action="append",
            default=[],
            metavar="DIRECTORY",
            help="Remove files of this directory that no row of any file field refers to;"
            " '.' stands for files in no directory. In the layout 'path' what lies below the"
            " directory is meant, too. May be given again for other directories.",
        )
        parser.add_argument(
            "--grace",
            type=duration,
            default=dt.timedelta(days=30),
            metavar="TIME",
            help="Keep unreferenced files that are younger than this; at least 1d, default: 30d.",
        )
        parser.add_argument(
            "--directory",
            action="append",
            default=[],
            metavar="DIRECTORY",
            dest="directories",
            help="Look for leftovers in this directory, too. May be given again.",
        )
        parser.add_argument(
            "--yes",
            action="store_true",
            help="Remove unreferenced files without asking; needed where there is no terminal.",
        )
        parser.add_argument(
            "--workers",
            type=positive,
            default=4,
            metavar="N",
            help="Files that are removed at once; default: %(default)s.",
        )
        parser.add_argument(
            "--report",
            metavar="FILE",
            help="Write what became of everything to this file, as lines of JSON. --json tells the"
            " first thousand only.",
        )

    def work(self, options: dict[str, Any]) -> Collection:
        """
        Clear up.

        Raises:
            CannotRun: nobody can be asked, or an alias stands where a directory is wanted; see
                ``collect`` for the other reasons.

        """
        _refuse_aliases((*options["unreferenced"], *options["directories"]), options["storage"])
        asks = options["unreferenced"] and not (options["yes"] or options["dry_run"])
        if asks and (options["json"] or not sys.stdin.isatty()):
            raise CannotRun(
                "Nobody can be asked whether unreferenced files may be removed: look at the list"
                " with --dry-run, then say --yes."
            )
        return collect(
            options["storage"],
            older_than=options["older_than"],
            unreferenced=options["unreferenced"],
            grace=options["grace"],
            directories=options["directories"],
            dry_run=options["dry_run"],
            workers=options["workers"],
            confirm=lambda files: self._confirm(files, options),
            tell=lambda leftover: self._told(leftover, options),
            report=options["report"],
            watch=lambda what, total: self.progress(what, options, total),
        )

    def _confirm(self, files: Iterator[Leftover], options: dict[str, Any]) -> bool:
        """Print what is about to be removed, and ask."""
        if options["json"]:
            return True
        count = size = 0
        for each in files:
            if not count:
                self.stdout.write("No row refers to these files:")
            self.stdout.write(f"  {_in_words(each)}")
            count, size = count + 1, size + each.size
        if not count:
            return True
        what = f"{counted(count, 'file')}, {bytes_in_words(size)}"
        if options["yes"]:
            self.stdout.write(f"Removing {what}.")
            return True
        try:
            return input(f"Remove {what}? Type 'yes' to do so: ").strip() == "yes"
        except EOFError:
            return False

    def _told(self, leftover: Leftover, options: dict[str, Any]) -> None:
        """Print what became of something; what was kept only if more is to be told."""
        if options["json"] or (leftover.fate is Fate.KEPT and options["verbosity"] < 2):  # noqa: PLR2004
            return
        fate = leftover.fate.value
        if options["dry_run"] and leftover.fate in (Fate.FINISHED, Fate.REMOVED):
            fate = f"would be {fate}"
        style = self.style.ERROR if leftover.fate is Fate.FAILED else self.style.SUCCESS
        self.stdout.write(f"{style(fate)}: {leftover.what.value} {_in_words(leftover)}")

    def tell(self, outcome: Collection, options: dict[str, Any]) -> None:
        """Print how much there was of everything."""
        would = "would be " if outcome.dry_run else ""
        for fate in Fate:
            found = {what: outcome.count(fate, what) for what in What}
            kinds = ", ".join(_several(what, count) for what, count in found.items() if count)
            if kinds:
                auxiliary = would if fate in (Fate.FINISHED, Fate.REMOVED) else ""
                self.stdout.write(f"{auxiliary}{fate.value}: {kinds}")
        if outcome.count(Fate.KEPT) and options["verbosity"] < 2:  # noqa: PLR2004
            self.stdout.write("-v 2 and --report tell why something was kept.")
        if outcome.clock != "server":
            self.stdout.write("The server told no time: ages were counted from the newest file.")
        if outcome.stopped:
            self.stdout.write(self.style.ERROR(f"Given up: {outcome.stopped}"))
        if not outcome.counts:
            self.stdout.write(self.style.SUCCESS("There was nothing to do."))
        elif outcome.freed:
            self.stdout.write(f"{bytes_in_words(outcome.freed)} {would}freed.")


def _refuse_aliases(directories: Iterable[str], alias: str) -> None:
    """Refuse a directory that is more likely to be the storage that somebody meant."""
    for directory in directories:
        if directory in known_aliases() and directory != alias:
            raise CannotRun(
                f"{directory!r} is an alias of STORAGES, too: write the storage first, or"
                f" '{directory}/' if its directory is meant."
            )


def _in_words(leftover: Leftover) -> str:
    told = (
        f"{leftover.name!r}, {bytes_in_words(leftover.size)}, {duration_in_words(leftover.age)} old"
    )
    return f"{told}: {leftover.reason}" if leftover.reason else told


def _several(what: What, count: int) -> str:
    if count != 1 and what.value.endswith("y"):
        return f"{count} {what.value[:-1]}ies"
    return counted(count, what.value)
