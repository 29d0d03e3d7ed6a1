"""``manage.py storage_migrate SOURCE TARGET``: copy a site's files to another storage."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.migration import (
    Enqueued,
    Migration,
    enqueue,
    migrate,
    names_in_file,
)
from cloud_storages.management.explained import ExplainedCommand
from cloud_storages.management.words import bytes_in_words, positive

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from django.core.management.base import CommandParser

    from cloud_storages.maintenance.errors import Problem
    from cloud_storages.management.base import Outcome

_HELP = """
Copy files from one storage to another and prove that each has arrived.

SOURCE and TARGET are aliases of STORAGES, or dotted paths of storage classes. Which files: those
that the file fields of all models name, as far as they use one of the two storages, or what
--fields, --all-files or --names-from say. Nothing is deleted from SOURCE.

It may be interrupted or killed at any moment: the same command goes on where it was, by
what it notes in the file of --journal. Where the target gives a file another name, the rows that
name it are changed at the end, each in one transaction with the look that shows that nobody has
changed it meanwhile.
"""

_EXAMPLES = """
To move a site that goes on working:
  manage.py storage_migrate old default --keep-rows     as often as you like; each run brings the
                                                        target up to date
  (stop whoever writes files)
  manage.py storage_migrate old default                 the rest, and the rows
  (let the site use the target)

To split the work over 16 machines, on the third of them:
  manage.py storage_migrate old default --shard 3/16

To let the site's workers copy, prove it when they are done, and then change the rows:
  manage.py storage_migrate old default --enqueue
  manage.py storage_migrate old default --keep-rows
  (stop whoever writes files)
  manage.py storage_migrate old default

What failed is in a file that can be given back:
  manage.py storage_migrate old default --failures failed.jsonl
  manage.py storage_migrate old default --names-from failed.jsonl

Exit codes: 0 if every file is where it should be, 1 if not, 2 if the work could not be begun,
130 if it was interrupted with Ctrl-C.
"""

_INTERRUPTED = 130
#: Problems and other names that are printed.
_SHOWN = 20


class Command(ExplainedCommand):
    """Copies files between any two storages; see ``--help``."""

    help = _HELP
    dry_run = "Change nothing, and tell what would be copied, under which names."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return the parser, whose help ends with examples."""
        return super().create_parser(prog_name, subcommand, epilog=_EXAMPLES, **kwargs)

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments of this command."""
        add = parser.add_argument
        add("source", metavar="SOURCE", help="Alias of the storage to read from.")
        add("target", metavar="TARGET", help="Alias of the storage to copy to.")
        add(
            "--fields",
            nargs="+",
            default=[],
            metavar="APP.MODEL.FIELD",
            help="Only files that these fields name, such as album.Photo.picture, whatever"
            " storage they use.",
        )
        add(
            "--all-files",
            action="store_true",
            help="Every file that the source lists, named by a row or not.",
        )
        add(
            "--names-from",
            metavar="FILE",
            help="Only the files named in FILE: a name a line, or the file of failures of an"
            " earlier run.",
        )
        add(
            "--workers",
            type=positive,
            default=8,
            metavar="N",
            help="How many files are copied at once (default: %(default)s). With more than 10 let"
            " APPWRITE_POOL_SIZE be as many.",
        )
        add(
            "--on-conflict",
            choices=("rename", "fail"),
            default="rename",
            help="Where the target has another file of the same name, store the copy under"
            " another name, which is the same each time, or let it fail (default: %(default)s).",
        )
        add(
            "--keep-rows",
            action="store_true",
            help="Change no row, for as long as the site reads from the source.",
        )
        add(
            "--shard",
            default="1/1",
            metavar="K/N",
            help="Only part K of N, such as 3/16. Together the parts are everything; each may"
            " run on a machine of its own.",
        )
        add(
            "--journal",
            metavar="PATH",
            help="The file of what was done, which a later run goes on with (default:"
            " storage_migrate-SOURCE-TARGET.sqlite3 in the current directory). Keep it until the"
            " site has switched: it also tells which rows were changed.",
        )
        add(
            "--failures",
            metavar="PATH",
            help="The file of all failures, a JSON object a line (default: the path of the journal"
            " and .failures.jsonl).",
        )
        add(
            "--take-over",
            action="store_true",
            help="Whoever else was copying these files has ended: remove unfinished uploads, and"
            " pieces of files on disk, that are in the way at once, not after an hour.",
        )
        add(
            "--recheck",
            action="store_true",
            help="Ask the target for files that the journal says were copied before, too, and copy"
            " again those that are gone.",
        )
        add(
            "--enqueue",
            action="store_true",
            help="Copy nothing here, but enqueue what is missing as tasks of Django's Tasks"
            " framework (django-tasks before Django 6). The workers must know both aliases."
            " Tasks change no row: run this without --enqueue when they are done.",
        )
        add(
            "--batch",
            type=positive,
            default=200,
            metavar="N",
            help="How many files one task copies (default: %(default)s). Fewer, where the queue"
            " ends tasks that take long.",
        )
        add("--queue", default="", metavar="NAME", help="The queue of the tasks.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the work; after Ctrl-C tell what was done, and exit as interrupted programs do."""
        self._interrupted = False
        try:
            super().handle(*args, **options)
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. The same command goes on from here.")
            sys.exit(_INTERRUPTED)
        except SystemExit:
            if self._interrupted:
                sys.exit(_INTERRUPTED)
            raise

    def work(self, options: dict[str, Any]) -> Outcome:
        """Copy or enqueue."""
        if options["enqueue"] and options["failures"]:
            raise CannotRun("--enqueue writes no --failures: the run afterwards does.")
        if options["enqueue"] and options["recheck"]:
            raise CannotRun("--enqueue makes no --recheck: the run afterwards does.")
        chosen: dict[str, Any] = {
            name: options[name]
            for name in (
                *("fields", "all_files", "workers", "shard", "on_conflict"),
                *("take_over", "journal", "dry_run"),
            )
        }
        given = options["names_from"]
        chosen["names"] = names_in_file(given) if given is not None else None
        places = options["source"], options["target"]
        if options["enqueue"]:
            with self.progress("looked at", options) as watcher:
                enqueued = enqueue(
                    *places,
                    batch=options["batch"],
                    queue=options["queue"],
                    watcher=watcher,
                    **chosen,
                )
            self._interrupted = enqueued.interrupted
            return enqueued
        with self.progress("copied", options) as watcher:
            outcome = migrate(
                *places,
                failures=options["failures"],
                keep_rows=options["keep_rows"],
                recheck=options["recheck"],
                watcher=watcher,
                **chosen,
            )
        self._interrupted = outcome.interrupted
        return outcome

    def tell(self, outcome: Any, options: dict[str, Any]) -> None:
        """Print what came of it."""
        if isinstance(outcome, Enqueued):
            self._tell_enqueued(outcome)
        else:
            self._tell_migration(outcome, keep_rows=options["keep_rows"])

    def _tell_enqueued(self, outcome: Enqueued) -> None:
        would = "would be enqueued" if outcome.dry_run else "enqueued"
        self.stdout.write(
            f"{outcome.enqueued} of {outcome.names} files {would}, in {outcome.batches} tasks."
            f" There already, by their size: {outcome.there}. Failed: {outcome.failed}."
        )
        self._tell_problems(outcome.problems, outcome.failed)
        self._tell_end(outcome)
        if not (outcome.dry_run or outcome.stopped or outcome.interrupted):
            self.stdout.write("When they are done, run this without --enqueue: it proves them all.")
            self.stdout.write(
                "It changes the rows, too: give it --keep-rows until the site is to switch."
            )

    def _tell_migration(self, outcome: Migration, *, keep_rows: bool) -> None:
        write = self.stdout.write
        if outcome.dry_run:
            write("Nothing was done. This is what would be:")
        replaced = f" ({outcome.updated} in place of earlier copies)" if outcome.updated else ""
        write(f"copied   {outcome.copied}{replaced}, {bytes_in_words(outcome.bytes)}")
        noted = f" ({outcome.by_journal} by the journal, not asked again)" * bool(
            outcome.by_journal
        )
        write(f"skipped  {outcome.skipped}, there already{noted}")
        write(f"renamed  {outcome.renamed} of them")
        write(f"failed   {outcome.failed}")
        if outcome.rows_updated or outcome.rows_left:
            left = f"; {outcome.rows_left} vanished or changed meanwhile" * bool(outcome.rows_left)
            write(f"rows     {outcome.rows_updated} changed{left}")
        if outcome.dry_run:
            for renamed in outcome.renames[:_SHOWN]:
                write(f"  {renamed.source!r} -> {renamed.target!r}")
            self._tell_more(outcome.renamed - _SHOWN)
        if outcome.renamed and keep_rows:
            write("No row was changed: run it without --keep-rows before a site reads from there.")
        self._tell_problems(outcome.problems, outcome.failed)
        if outcome.failures:
            write(f"All failures are in {outcome.failures}: give it back with --names-from.")
        self._tell_end(outcome)

    def _tell_end(self, outcome: Migration | Enqueued) -> None:
        write = self.stdout.write
        if outcome.stopped:
            write(f"Ended before its time: {outcome.stopped}")
        if outcome.interrupted:
            write("Interrupted.")
        if outcome.stopped or outcome.interrupted:
            write("The same command goes on from here.")

    def _tell_problems(self, problems: tuple[Problem, ...], count: int) -> None:
        for problem in problems[:_SHOWN]:
            again = " (may pass)" if problem.temporary else ""
            self.stdout.write(f"  {problem.name!r}: {problem.reason}{again}")
        self._tell_more(count - _SHOWN)

    def _tell_more(self, count: int) -> None:
        if count > 0:
            self.stdout.write(f"  and {count} more")
