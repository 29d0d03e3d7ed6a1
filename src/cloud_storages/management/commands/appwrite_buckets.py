"""``manage.py appwrite_buckets``: buckets listed, created, changed, compared with the needed."""

from __future__ import annotations

import textwrap
from argparse import BooleanOptionalAction
from typing import TYPE_CHECKING, Any

from cloud_storages.maintenance.buckets import (
    BucketChange,
    BucketChanges,
    BucketList,
    Comparison,
    Wishes,
    change_bucket,
    compare_buckets,
    create_bucket,
    create_needed_buckets,
    list_buckets,
)
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.findings import Verdict
from cloud_storages.maintenance.sizes import shown
from cloud_storages.management.explained import ExplainedCommand
from cloud_storages.management.words import counted, extensions, size

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from cloud_storages.maintenance.buckets import KnownBucket
    from cloud_storages.management.base import Outcome

__all__ = ["Command"]

_ACTIONS = ("list", "create", "change", "compare")
#: Options that say how a bucket shall be, and the wish that each is.
_WISHES = {
    "name": "name",
    "public": "public",
    "max_size": "maximum_file_size",
    "extensions": "allowed_extensions",
    "compression": "compression",
    "encryption": "encryption",
    "antivirus": "antivirus",
    "transformations": "transformations",
    "file_security": "file_security",
    "enabled": "enabled",
}

_EXAMPLES = """\
examples:
  manage.py appwrite_buckets list
  manage.py appwrite_buckets create photos --public --extensions jpg,png --max-size 20MB
  manage.py appwrite_buckets create --needed --dry-run
  manage.py appwrite_buckets change photos --max-size 50MB
  manage.py appwrite_buckets compare --storage private"""


class Command(ExplainedCommand):
    """Looks at buckets and changes them; never deletes one."""

    help = """\
Look at the buckets of the site's Appwrite project, and change them. Never deletes anything.

  list      every bucket with all its settings, and which fields use it
  create    a bucket, by its ID or the directory whose bucket it shall be; with --needed every
            one that the site needs and that is not there
  change    some settings of a bucket; all others stay, and so do its files
  compare   what the site needs against what is there

Exit code 0: done, or nothing is lacking; 1: compare found differences; 2: it could not be done."""
    dry_run = "Tell what would be created or changed, and do nothing."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add what to do, with which bucket, and how it shall be."""
        add = parser.add_argument
        add("action", choices=_ACTIONS, help="What to do.")
        add("bucket", nargs="?", default="", help="With create and change: its ID or directory.")
        add("--storage", metavar="ALIAS", help="Which storage, if the site has several.")
        add("--needed", action="store_true", help="With create: every bucket that is needed.")
        how = parser.add_argument_group(
            "how a bucket shall be", "With create and change; max-size with compare, too."
        )
        self._add_wishes(how)
        parser.epilog = _EXAMPLES

    def _add_wishes(self, how: Any) -> None:
        add = how.add_argument
        readers, openness = (how.add_mutually_exclusive_group() for _ in range(2))
        add("--name", help="As shown to people. Default: the directory.")
        readers.add_argument(
            "--public",
            action="store_true",
            default=None,
            help="Anyone may read every file in it. Default of a new one: as APPWRITE_ACCESS.",
        )
        readers.add_argument(
            "--private",
            dest="public",
            action="store_false",
            default=None,
            help="Only holders of a key, or of a file's link, may.",
        )
        add(
            "--max-size",
            type=size,
            metavar="SIZE",
            help="The largest file it takes, such as 50MB (50,000,000 bytes) or 5MiB. Default of a"
            " new one: the server's largest.",
        )
        add(
            "--extensions",
            type=extensions,
            metavar="LIST",
            help="Extensions of the files it takes, such as jpg,png; '' for any.",
        )
        add("--compression", choices=("none", "gzip", "zstd"), help="Of files stored from then on.")
        for flag, what in (
            ("--encryption", "Encrypt files where they are stored."),
            ("--antivirus", "Scan files for viruses when they are stored."),
            ("--transformations", "Show previews of pictures; a choice since Appwrite 1.8.1."),
            ("--file-security", "Let permissions of single files count, too."),
        ):
            add(flag, action=BooleanOptionalAction, default=None, help=what)
        openness.add_argument(
            "--enabled", action="store_true", default=None, help="Open it to visitors again."
        )
        openness.add_argument(
            "--disabled",
            dest="enabled",
            action="store_false",
            default=None,
            help="Close it to everyone but holders of a key.",
        )

    def work(self, options: dict[str, Any]) -> Outcome:
        """Do what is asked for."""
        _refuse_contradictions(options)
        storage, bucket, is_dry = options["storage"], options["bucket"], options["dry_run"]
        action = options["action"]
        if action == "list":
            return list_buckets(storage)
        if action == "compare":
            return compare_buckets(storage, largest=options["max_size"])
        wishes = _wishes(options)
        if action == "change":
            return change_bucket(storage, bucket, wishes, dry_run=is_dry)
        if options["needed"]:
            return create_needed_buckets(storage, wishes, dry_run=is_dry)
        return create_bucket(storage, bucket, wishes, dry_run=is_dry)

    def tell(self, outcome: Any, options: dict[str, Any]) -> None:
        """Print what there is, what is lacking or what was done."""
        del options
        if isinstance(outcome, BucketList):
            self._tell_list(outcome)
        elif isinstance(outcome, Comparison):
            self._tell_comparison(outcome)
        else:
            self._tell_changes(outcome)

    def _tell_list(self, found: BucketList) -> None:
        for bucket in found.buckets:
            self.stdout.write(self.style.MIGRATE_HEADING(bucket.settings.bucket_id))
            for name, value in _described(bucket):
                self.stdout.write(f"  {name:<16} {value}")
        self.stdout.write(counted(len(found.buckets), "bucket"))

    def _tell_comparison(self, found: Comparison) -> None:
        for each in found.findings:
            is_fine = each.verdict is Verdict.FINE
            mark = "ok     " if is_fine else self.style.ERROR("differs")
            self.stdout.write(f"{mark} {each.subject}: {each.message}")
            if each.way_out:
                self.stdout.write(textwrap.indent(each.way_out, " " * 8))

    def _tell_changes(self, found: BucketChanges) -> None:
        if not found.changes:
            self.stdout.write("Nothing to do: it is so already.")
        for change in found.changes:
            self.stdout.write(_sentence(change, is_dry=found.dry_run))
            for name, (before, after) in change.differences.items():
                self.stdout.write(f"  {name}: {before!r} -> {after!r}")


def _refuse_contradictions(options: dict[str, Any]) -> None:
    """Refuse arguments that say nothing together, before anything is asked of the server."""
    action, needed = options["action"], options["needed"]
    takes_bucket = action in ("create", "change") and not needed
    if takes_bucket and not options["bucket"]:
        raise CannotRun(f"Say which bucket to {action}, by its ID or its directory.")
    if options["bucket"] and not takes_bucket:
        raise CannotRun(
            f"{action}{' --needed' if needed else ''} takes no bucket: {options['bucket']!r}."
        )
    if needed and action != "create":
        raise CannotRun("--needed goes with create.")
    told = [name for name in _WISHES if options[name] is not None]
    if action == "change" and not told:
        raise CannotRun("Say what to change, such as --max-size 50MB; --help lists what there is.")
    if needed and "name" in told:
        raise CannotRun("--name is for one bucket; those that are needed are named by directory.")
    other = [name for name in told if (action, name) != ("compare", "max_size")]
    if action in ("list", "compare") and other:
        raise CannotRun(f"{action} changes nothing: --{other[0].replace('_', '-')} has no use.")


def _wishes(options: dict[str, Any]) -> Wishes:
    try:
        return Wishes(**{wish: options[name] for name, wish in _WISHES.items()})
    except ValueError as error:
        raise CannotRun(str(error)) from error


def _described(bucket: KnownBucket) -> list[tuple[str, str]]:
    """Return the settings of a bucket for people, in the order in which they matter."""
    told = bucket.settings
    limit = told.maximum_file_size
    return [
        ("name", told.name),
        ("used by", ", ".join(bucket.used_by) or "nothing that this site names"),
        ("permissions", ", ".join(told.permissions) or "holders of a key only"),
        ("file security", _on(told.file_security)),
        ("enabled", _on(told.enabled)),
        ("largest file", shown(limit) if limit is not None else "not told"),
        ("extensions", ", ".join(told.allowed_extensions) or "any"),
        ("compression", told.compression),
        ("encryption", _on(told.encryption)),
        ("antivirus", _on(told.antivirus)),
        (
            "transformations",
            "always" if told.transformations is None else _on(told.transformations),
        ),
    ]


def _on(is_on: bool) -> str:
    return "on" if is_on else "off"


def _sentence(change: BucketChange, *, is_dry: bool) -> str:
    if change.before is not None:
        return f"The bucket {change.bucket_id} {'would be' if is_dry else 'was'} changed:"
    done = "Would create" if is_dry else "Created"
    readers = "public" if change.after.is_public else "private"
    limit = change.after.maximum_file_size
    size = f"files up to {shown(limit)}" if limit is not None else "files as large as possible"
    kinds = ", ".join(change.after.allowed_extensions) or "any kind"
    return (
        f"{done} the bucket {change.bucket_id} ({change.after.name}): {readers}, {size}, {kinds}."
    )
