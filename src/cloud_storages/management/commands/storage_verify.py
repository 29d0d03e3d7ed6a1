"""``manage.py storage_verify``: whether every file is there that the database refers to."""

from __future__ import annotations

from typing import Any

from cloud_storages.maintenance.verifying import Verification, verify
from cloud_storages.maintenance.verifying.findings import FAILURES, FileFinding, Trouble
from cloud_storages.management.explained import ExplainedCommand
from cloud_storages.management.words import bytes_in_words, counted, positive

#: Findings of each kind that are printed.
_SHOWN = 20

_DESCRIPTION = """\
Compare what the rows of the site refer to with what a storage has.

Reports files that are missing, unfinished, unreadable, of a wrong size, damaged, or of a name
that the storage refuses, and exits with 1 if there are any. Files that no row refers to,
duplicates and what interrupted uploads left are told, too; they do not change the exit code.

Nothing is written, neither to the storage nor to the database.

  manage.py storage_verify                    is every file there?
  manage.py storage_verify --content          and does it read as it was stored?
  manage.py storage_verify media --unreferenced --duplicates --report found.jsonl
"""


class Command(ExplainedCommand):
    """Compare rows with files, and say what is wrong."""

    help = _DESCRIPTION

    def add_own_arguments(self, parser: Any) -> None:
        """Add the arguments of this command."""
        parser.add_argument(
            "storage",
            nargs="?",
            default="default",
            metavar="ALIAS",
            help="Alias of any storage in STORAGES, or the dotted path of its class; default:"
            " %(default)s.",
        )
        parser.add_argument(
            "--fields",
            action="append",
            metavar="APP.MODEL.FIELD",
            help="Follow the rows of this file field only, whatever its own storage, such as"
            " album.Photo.picture. May be given again for other fields. Default: all fields that"
            " keep their files here.",
        )
        parser.add_argument(
            "--content",
            action="store_true",
            help="Read every file that a row refers to, and compare size and signature.",
        )
        parser.add_argument(
            "--all-files",
            action="store_true",
            help="Read files that no row refers to as well; includes --content.",
        )
        parser.add_argument(
            "--unreferenced",
            action="store_true",
            help="Report files that no row of any file field refers to, in the directories the"
            " site uses. What other columns or pages name, such as thumbnails or pictures in"
            " texts, looks unreferenced, too.",
        )
        parser.add_argument(
            "--duplicates",
            action="store_true",
            help="Report files of equal content, and the bytes they waste. Needs --content for"
            " storages that tell no signatures.",
        )
        parser.add_argument(
            "--workers",
            type=positive,
            default=4,
            metavar="N",
            help="Files that are read at once, 5 MiB of each in memory; default: %(default)s."
            " Other storages may need more: some fetch a file whole before it is read, to memory"
            " or a temporary file.",
        )
        parser.add_argument(
            "--report",
            metavar="FILE",
            help="Write every finding to this file, as a line of JSON. The output and --json tell"
            " the first ones only.",
        )

    def work(self, options: dict[str, Any]) -> Verification:
        """Compare."""
        return verify(
            options["storage"],
            fields=options["fields"],
            content=options["content"],
            all_files=options["all_files"],
            unreferenced=options["unreferenced"],
            duplicates=options["duplicates"],
            workers=options["workers"],
            report=options["report"],
            watch=lambda what, total: self.progress(what, options, total),
        )

    def tell(self, outcome: Verification, options: dict[str, Any]) -> None:
        """Print what was found, failures first."""
        for kind in Trouble:
            count = outcome.counts.get(kind.value, 0)
            shown = [each for each in outcome.findings if each.kind is kind][:_SHOWN]
            style = self.style.ERROR if kind in FAILURES else self.style.WARNING
            for finding in shown:
                self.stdout.write(f"{style(kind.value)}: {_in_words(finding)}")
            if count > len(shown):
                self.stdout.write(f"{style(kind.value)}: and {count - len(shown)} more")
        self._summarise(outcome, options)

    def _summarise(self, outcome: Verification, options: dict[str, Any]) -> None:
        rows, names = counted(outcome.rows, "row"), counted(outcome.names, "file")
        lines = [
            f"In the database: {rows} naming {names} of {outcome.storage!r}.",
            f"In the directories the site uses: {counted(outcome.files, 'file')}.",
        ]
        if outcome.elsewhere:
            lines.append(f"In other directories: {counted(outcome.elsewhere, 'file')}.")
        if options["content"] or options["all_files"]:
            read = counted(outcome.read, "file")
            lines.append(f"Read: {read}, {bytes_in_words(outcome.bytes_read)}.")
            if not outcome.knows_signatures:
                lines.append(
                    "The storage tells no signatures, so only sizes were compared: that a content"
                    " is the one that was stored cannot be said."
                )
        if options["duplicates"]:
            lines.append(f"Duplicates waste {bytes_in_words(outcome.wasted)}.")
        if outcome.counts.get(Trouble.INTERRUPTED.value):
            lines.append("manage.py appwrite_gc finishes interrupted replacements.")
        good, bad = self.style.SUCCESS("All is well."), counted(outcome.failures, "failure")
        self.stdout.write("\n".join([*lines, good if outcome.ok else self.style.ERROR(bad)]))


def _in_words(finding: FileFinding) -> str:
    words = [f"{finding.name!r}"]
    if finding.rows:
        more = finding.row_count - len(finding.rows)
        named = ", ".join(finding.rows) + (f" and {more} more" if more else "")
        words.append(f"({named})")
    if finding.others:
        words.append(f"= {', '.join(map(repr, finding.others))}")
    if finding.size is not None:
        words.append(f"{bytes_in_words(finding.size)}:")
    return " ".join([*words, finding.reason])
