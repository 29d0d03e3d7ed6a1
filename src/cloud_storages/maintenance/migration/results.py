"""What came of a migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from cloud_storages.maintenance.errors import Problem

__all__ = ["MOST_TOLD", "Enqueued", "Migration", "Renamed"]

#: Problems and other names that a result holds; the journal and the file of failures have all.
MOST_TOLD = 1000


@attrs.frozen
class Renamed:
    """
    A file that has another name at the target.

    Attributes:
        source: its name at the source.
        target: its name at the target.

    """

    source: str
    target: str


@attrs.frozen(kw_only=True)
class Migration:
    """
    What a run did, or would do.

    Attributes:
        source: alias of the storage the files were read from.
        target: alias of the storage they were copied to.
        dry_run: True if nothing was done, and all of this is what would be.
        names: how many files it was about.
        copied: files that were stored at the target and proved to be there.
        updated: those among them that took the place of an earlier copy.
        skipped: files that were at the target already.
        by_journal: those among them that the target was not asked for, as an earlier run has
            copied them and they are unchanged at the source.
        renamed: files copied or skipped that have another name at the target.
        failed: files that are not at the target as they should be, or whose rows are not as
            they should be.
        bytes: size of what was copied.
        rows_updated: rows that name a file by its new name since.
        rows_left: rows that should have been changed, but vanished or named another file by then.
        seconds: how long it took.
        problems: the first thousand, each with its reason.
        renames: the first thousand files with other names.
        journal: path of the notes that a later run goes on with; empty if none were made.
        failures: path of the file of all problems; empty if there is none.
        stopped: why the run ended before its time, as every other file would have failed, or no
            row could be changed; empty if it did not.
        interrupted: whether somebody interrupted it.

    """

    source: str
    target: str
    dry_run: bool = False
    names: int = 0
    copied: int = 0
    updated: int = 0
    skipped: int = 0
    by_journal: int = 0
    renamed: int = 0
    failed: int = 0
    bytes: int = 0
    rows_updated: int = 0
    rows_left: int = 0
    seconds: float = 0.0
    problems: tuple[Problem, ...] = ()
    renames: tuple[Renamed, ...] = ()
    journal: str = ""
    failures: str = ""
    stopped: str = ""
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file is where it should be."""
        return not (self.failed or self.stopped or self.interrupted)


@attrs.frozen(kw_only=True)
class Enqueued:
    """
    What was handed to the workers of Django's Tasks framework, or would be.

    Attributes:
        source: alias of the storage the files are read from.
        target: alias of the storage they are copied to.
        dry_run: True if nothing was enqueued.
        names: how many files it was about.
        there: files that seem to be at the target already, by their size.
        enqueued: files that were enqueued.
        batches: tasks they were enqueued in.
        failed: files that cannot be copied.
        problems: the first thousand, each with its reason.
        journal: path of the notes that a later run goes on with; empty if none were made.
        stopped: why it ended before its time, as every other file would have failed; empty if it
            did not.
        interrupted: whether somebody interrupted it.

    """

    source: str
    target: str
    dry_run: bool = False
    names: int = 0
    there: int = 0
    enqueued: int = 0
    batches: int = 0
    failed: int = 0
    problems: tuple[Problem, ...] = ()
    journal: str = ""
    stopped: str = ""
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file is at the target or on its way."""
        return not (self.failed or self.stopped or self.interrupted)
