"""What came of adopting a site: counts, and the names that something is to be done about."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.maintenance.adopting.steps import State
from cloud_storages.maintenance.adopting.whereabouts import Ids

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloud_storages.maintenance.inventory.ledger import Ledger
    from cloud_storages.maintenance.references import Reference

__all__ = ["Adoption", "RowFinding", "Tally", "plain_row"]


@attrs.frozen
class RowFinding:
    """
    A row whose file does not simply open, or did not before it was moved.

    Attributes:
        field: label of the file field, such as ``"album.Photo.picture"``.
        pk: primary key of the row, as text.
        name: the name it had.
        state: what was found, or came of it.
        new_name: the name that opens the file once it is moved.
        reason: what is wrong, for people; empty where the state says it.

    """

    field: str
    pk: str
    name: str
    state: State
    new_name: str
    reason: str = ""


@attrs.frozen
class Adoption:
    """
    What came of adopting a site. Counts are of rows, if nothing else is said.

    Attributes:
        storage: its alias.
        ids: the IDs wanted.
        configured: the IDs that the storage gives by its settings.
        rows: that name a file.
        open_with_legacy_ids: whose file opens as it is with ``APPWRITE_LEGACY_IDS = True``.
        open_without_legacy_ids: whose file opens as it is without.
        opens: whose file opens with the IDs wanted, nothing being done.
        to_copy: whose file is to be copied to another ID; the name stays.
        to_rename: that are to be given another name.
        stale: whose file was copied earlier and has changed since; ``refresh`` copies it anew.
        conflicts: whose name has one content by the IDs of the site and another by those wanted.
        partial: whose file is an upload that was never finished.
        missing: whose file is nowhere.
        failed: that could not be dealt with.
        copied: rows whose file was copied, or copied anew.
        renamed: rows that were given another name.
        deleted: old files that were deleted, or would be in a dry run.
        kept: old files that stay because a row still opens them.
        buckets: entries of APPWRITE_BUCKETS that keep directories in the buckets of 1.2.5.
        findings: the first thousand; a report has all.

    """

    storage: str
    ids: Ids
    configured: Ids
    rows: int = 0
    open_with_legacy_ids: int = 0
    open_without_legacy_ids: int = 0
    opens: int = 0
    to_copy: int = 0
    to_rename: int = 0
    stale: int = 0
    conflicts: int = 0
    partial: int = 0
    missing: int = 0
    failed: int = 0
    copied: int = 0
    renamed: int = 0
    deleted: int = 0
    kept: int = 0
    buckets: Mapping[str, str] = attrs.field(factory=dict)
    findings: tuple[RowFinding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every file opens with the IDs wanted."""
        return not self.to_move and not (
            self.stale or self.conflicts or self.partial or self.missing or self.failed
        )

    def count(self, state: State) -> int:
        """Return how many rows were found in a state, or came to it."""
        return self.opens if state is State.OPENS else int(getattr(self, _COUNTED[state]))

    @property
    def to_move(self) -> int:
        """Rows that ``move`` would do something about."""
        return self.to_copy + self.to_rename


_COUNTED = {
    State.COPY: "to_copy",
    State.RENAME: "to_rename",
    State.STALE: "stale",
    State.CONFLICT: "conflicts",
    State.PARTIAL: "partial",
    State.MISSING: "missing",
    State.FAILED: "failed",
    State.COPIED: "copied",
    State.RENAMED: "renamed",
}


def plain_row(finding: RowFinding) -> dict[str, Any]:
    """Return a finding as JSON knows it."""
    return {**attrs.asdict(finding), "state": finding.state.value}


class Tally:
    """
    Counts what is found, row by row.

    Args:
        ledger: takes down each finding.
        on_finding: told of each finding.

    """

    def __init__(
        self, ledger: Ledger[RowFinding], on_finding: Callable[[RowFinding], object]
    ) -> None:
        self._ledger = ledger
        self._on_finding = on_finding
        self._opens = 0
        self.opened: Counter[Ids] = Counter()
        self.buckets: dict[str, str] = {}
        self.deleted = 0
        self.kept = 0

    def count(self, row: Reference, state: State, new_name: str, reason: str = "") -> None:
        """Take note of what was found about a row, or came of it."""
        if state is State.OPENS:
            self._opens += 1
            return
        finding = RowFinding(row.field, str(row.pk), row.name, state, new_name, reason)
        self._ledger.note(state.value, finding)
        self._on_finding(finding)

    def outcome(self, storage: str, ids: Ids, configured: Ids) -> Adoption:
        """Return the sum of it."""
        counts = self._ledger.counts
        return Adoption(
            storage,
            ids,
            configured,
            rows=self._opens + sum(counts.values()),
            open_with_legacy_ids=self.opened[Ids.LEGACY],
            open_without_legacy_ids=self.opened[Ids.CURRENT],
            opens=self._opens,
            deleted=self.deleted,
            kept=self.kept,
            buckets=dict(sorted(self.buckets.items())),
            findings=tuple(self._ledger.first),
            **{name: counts[state.value] for state, name in _COUNTED.items()},
        )
