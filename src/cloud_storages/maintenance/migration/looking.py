"""Looking at many files at once, to see which have to be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.signatures import Fingerprint
from cloud_storages.maintenance.migration.contents import is_same
from cloud_storages.maintenance.migration.copying import Done, Job
from cloud_storages.maintenance.migration.errors import MissingAtSource
from cloud_storages.maintenance.migration.journal import State
from cloud_storages.maintenance.migration.targets import NotLookedAt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cloud_storages.maintenance.migration.journal import Note
    from cloud_storages.maintenance.migration.sources import Source
    from cloud_storages.maintenance.migration.targets import Seen, Target

__all__ = ["Looker"]


@attrs.frozen
class Looker:
    """
    Looks at files, in any number of threads.

    Attributes:
        source: where they are read.
        target: where they are stored.
        recheck: whether the target is asked for what was copied before, too.

    """

    source: Source
    target: Target
    recheck: bool = False

    def look(self, notes: Sequence[Note]) -> list[Job | Done]:
        """
        Return what is to be copied, and what is where it should be; never raises an Exception.

        What was copied before is asked for at the source, and copied again unless that tells that
        it is unchanged; the target is asked for the rest, or for everything.
        """
        copied = [note for note in notes if note.state is State.COPIED]
        others = [note for note in notes if note.state is not State.COPIED]
        return [*self._again(copied), *self._anew(others)]

    def _again(self, notes: Sequence[Note]) -> list[Job | Done]:
        try:
            there = self.target.look([note.target for note in notes]) if self.recheck else {}
            with self.source.files.ahead([note.name for note in notes]):
                return [self._kept_or_changed(note, there) for note in notes]
        except Exception:  # noqa: BLE001 - each by itself will say what is wrong
            return [Job(note) for note in notes]

    def _kept_or_changed(self, note: Note, there: Mapping[str, Fingerprint | None]) -> Job | Done:
        found = there.get(note.target, NotLookedAt)
        if self.recheck and not _is_copy(found, note):
            return Job(note, found)
        try:
            seen = self.source.seen(note.name)
        except MissingAtSource:
            return Done.kept(note)  # it was deleted since
        return Done.kept(note) if seen and seen == note.seen else Job(note, found)

    def _anew(self, notes: Sequence[Note]) -> list[Job | Done]:
        try:
            found = self.target.look([note.target for note in notes])
        except Exception:  # noqa: BLE001 - as above
            found = {}
        return [Job(note, found.get(note.target, NotLookedAt)) for note in notes]


def _is_copy(found: Seen, note: Note) -> bool:
    """Return whether what a look at the target has found is certainly what was copied."""
    return (
        isinstance(found, Fingerprint)
        and note.copy is not None
        and is_same(found, note.copy) is True
    )
