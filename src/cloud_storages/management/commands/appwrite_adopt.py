"""``manage.py appwrite_adopt``: see its help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloud_storages.maintenance.adopting import Adoption, Ids, RowFinding, State, adopt
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.management.explained import ExplainedCommand
from cloud_storages.management.words import positive

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

#: Rows of each state that are shown.
_SHOWN = 10


_EXAMPLES = """\
examples:
  manage.py appwrite_adopt                       does everything open?
  manage.py appwrite_adopt --move                make it so
  manage.py appwrite_adopt --ids current --move  do without APPWRITE_LEGACY_IDS"""


class Command(ExplainedCommand):
    """Tells which files of version 1.2.5 open, and moves those that do not."""

    help = """\
For a site that comes from django-cloud-storages 1.2.5: tells which of the files its database
names open with today's storage, and moves those that do not. Without --move and --delete-old it
only tells. It may be killed and repeated at any time, while the site runs: every copy is
verified, and old files stay until --delete-old. What a killed run left half uploaded is begun
anew by one that comes an hour later.

Exit code 0: every file opens; 1: not every one does; 2: it could not be told."""
    dry_run = "Say what --move and --delete-old would do, and do nothing."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments of this command."""
        parser.add_argument(
            "alias",
            nargs="?",
            default="default",
            metavar="ALIAS",
            help="Storage in STORAGES (default: %(default)s).",
        )
        parser.add_argument(
            "--fields",
            action="append",
            default=[],
            metavar="APP.MODEL.FIELD",
            help="A file field to look at, such as album.Photo.picture; for several, give this"
            " several times (default: every field that has this storage).",
        )
        parser.add_argument(
            "--ids",
            choices=[each.value for each in Ids],
            default=Ids.LEGACY.value,
            help="Which IDs the storage shall do with. legacy: those that 1.2.5 gave, with"
            " APPWRITE_LEGACY_IDS = True. current: today's, without that setting and the request"
            " that each read costs with it; files of other IDs are copied (default: %(default)s).",
        )
        parser.add_argument(
            "--move",
            action="store_true",
            help="Copy what does not open to the ID its name has, and give rows another name where"
            " that is needed.",
        )
        parser.add_argument(
            "--refresh",
            action="store_true",
            help="With --move: replace copies of an earlier run whose original has changed since.",
        )
        parser.add_argument(
            "--delete-old",
            action="store_true",
            help="Delete the originals of copies, where the copy has the same content and no row"
            " opens the original. The settings must give the IDs wanted already. Addresses of"
            " originals that were written into texts lead nowhere then.",
        )
        parser.add_argument(
            "--workers",
            type=positive,
            default=4,
            metavar="N",
            help="Files copied at once; each that is large takes some 25 MiB of memory (default:"
            " %(default)s).",
        )
        parser.add_argument(
            "--report",
            metavar="FILE",
            help="Write to this file, as a line of JSON, each row whose file does not simply open.",
        )
        parser.epilog = _EXAMPLES

    def work(self, options: dict[str, Any]) -> Adoption:
        """Adopt, and show how far it is."""
        if options["refresh"] and not options["move"]:
            raise CannotRun("--refresh goes with --move.")
        return adopt(
            options["alias"],
            ids=Ids(options["ids"]),
            fields=options["fields"],
            move=options["move"],
            refresh=options["refresh"],
            delete_old=options["delete_old"],
            dry_run=options["dry_run"],
            workers=options["workers"],
            report=options["report"],
            watch=lambda what, total: self.progress(what, options, total),
        )

    def tell(self, outcome: Adoption, options: dict[str, Any]) -> None:
        """Print counts, some names, and what to do next."""
        write = self.stdout.write
        write(f"{outcome.rows} rows name a file in the storage {outcome.storage!r}.")
        write(f"  {outcome.open_with_legacy_ids} open as they are with APPWRITE_LEGACY_IDS = True")
        write(f"  {outcome.open_without_legacy_ids} open as they are without it")
        for count, what in _counts(outcome, options):
            if count:
                write(f"  {count} {what}")
        for line in _lines(outcome):
            write(line)
        for advice in _advice(outcome, options):
            write(advice)


def _counts(outcome: Adoption, options: dict[str, Any]) -> Iterator[tuple[int, str]]:
    would = "would be deleted" if options["dry_run"] else "deleted"
    yield outcome.to_copy, "are to be copied to the ID their name has"
    yield outcome.to_rename, "are to be given another name"
    yield outcome.copied, "copied"
    yield outcome.renamed, "given another name"
    yield outcome.stale, "were copied before, and their original has changed since"
    yield outcome.conflicts, "have two contents, one by each kind of IDs"
    yield outcome.partial, "are uploads that were never finished"
    yield outcome.missing, "are missing on the server"
    yield outcome.failed, "could not be moved"
    yield outcome.deleted, f"old files {would}"
    yield outcome.kept, "old files kept: rows open them, or they are changing"


def _lines(outcome: Adoption) -> Iterator[str]:
    for state in State:
        findings = [each for each in outcome.findings if each.state is state]
        yield from map(_line, findings[:_SHOWN])
        unsaid = outcome.count(state) - len(findings[:_SHOWN])
        if unsaid and state is not State.OPENS:
            yield f"{state.value}: and {unsaid} more, --report FILE names them all"


def _line(finding: RowFinding) -> str:
    to = f" -> {finding.new_name!r}" if finding.new_name != finding.name else ""
    why = f" ({finding.reason})" if finding.reason else ""
    return f"{finding.state.value}: {finding.name!r}{to}, {finding.field} of {finding.pk}{why}"


def _advice(outcome: Adoption, options: dict[str, Any]) -> Iterator[str]:
    if outcome.to_move:
        yield f"To move them: manage.py appwrite_adopt{_told(options)} --move"
    if outcome.stale:
        yield "To copy the changed ones anew, add --refresh."
    if outcome.buckets:
        entries = dict(outcome.buckets)
        yield f"To keep directories in the buckets of 1.2.5, add to APPWRITE_BUCKETS: {entries!r}"
    if outcome.ok and outcome.configured is not outcome.ids:
        yield f"Now set APPWRITE_LEGACY_IDS = {outcome.ids is Ids.LEGACY}."


def _told(options: dict[str, Any]) -> str:
    """Return the arguments that say which files and IDs, as they were typed."""
    alias = "" if options["alias"] == "default" else f" {options['alias']}"
    ids = "" if options["ids"] == Ids.LEGACY.value else f" --ids {options['ids']}"
    fields = "".join(f" --fields {each}" for each in options["fields"])
    return alias + ids + fields
