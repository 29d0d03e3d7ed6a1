"""Looking at many files at once, to see which have to be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from cloud_storages.maintenance.migration.copying import Done, Job
from cloud_storages.maintenance.migration.errors import MissingAtSource
from cloud_storages.maintenance.migration.journal import State
from cloud_storages.maintenance.migration.targets import NotLookedAt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloud_storages.maintenance.migration.journal import Note
    from cloud_storages.maintenance.migration.sources import Source
    from cloud_storages.maintenance.migration.targets import Target

__all__ = ["Looker"]


@attrs.frozen
class Looker:
    """
    Looks at files, in any number of threads.

    Attributes:
        source: where they are read.
        target: where they are stored.

    """

    source: Source
    target: Target

    def look(self, notes: Sequence[Note]) -> list[Job | Done]:
        """
        Return what is to be copied, and what is where it should be; never raises an Exception.

        What was copied before is only asked for at the source, and only where that costs next
        to nothing; the target is asked for the rest.
        """
        copied = [note for note in notes if note.state is State.COPIED]
        others = [note for note in notes if note.state is not State.COPIED]
        return [*self._again(copied), *self._anew(others)]

    def _again(self, notes: Sequence[Note]) -> list[Job | Done]:
        if not self.source.tells:
            return [Done.kept(note) for note in notes]
        try:
            with self.source.files.ahead([note.name for note in notes]):
                return [self._kept_or_changed(note) for note in notes]
        except Exception:  # noqa: BLE001 - each by itself will say what is wrong
            return [Job(note) for note in notes]

    def _kept_or_changed(self, note: Note) -> Job | Done:
        try:
            is_unchanged = self.source.seen(note.name) == note.seen
        except MissingAtSource:
            return Done.kept(note)  # it was deleted since
        return Done.kept(note) if is_unchanged else Job(note)

    def _anew(self, notes: Sequence[Note]) -> list[Job | Done]:
        try:
            found = self.target.look([note.target for note in notes])
        except Exception:  # noqa: BLE001 - as above
            found = {}
        return [Job(note, found.get(note.target, NotLookedAt)) for note in notes]
