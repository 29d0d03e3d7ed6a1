"""Moves files to the IDs that are wanted: copies them, verified, and leaves the old ones alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.errors import (
    AccessDenied,
    CloudStorageError,
    FileMissing,
    FileTaken,
    Misconfigured,
    NotFound,
    Unavailable,
)
from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.maintenance.adopting.steps import State, Step, is_same_content
from cloud_storages.maintenance.collecting import LEAST_IDLE
from cloud_storages.maintenance.errors import CannotRun, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloud_storages.domain.values import FileInfo
    from cloud_storages.maintenance.inventory.sidebyside import Workers
    from cloud_storages.service import StorageService

__all__ = ["Moved", "Mover"]

#: Files in a row that an unreachable server may cost before the work is given up.
_PATIENCE = 5
_BUSY = (
    "An upload to its place is going on, or was broken off within the last hour: run this again"
    " later."
)
_MAYBE_WHOLE = (
    "An upload to its place has all its pieces and no signature, so that it may be whole: look at"
    " it in the Appwrite console, and delete it there if it is not wanted."
)


class _InTheWay(Exception):
    """Something is where a copy would go that may be somebody's: the text says what."""


@attrs.frozen
class Moved:
    """
    What came of a step.

    Attributes:
        state: COPIED, RENAMED (the rows may be given the new name), CONFLICT or FAILED; what the
            step said, where nothing was to be done.
        reason: what is wrong; empty if nothing is.

    """

    state: State
    reason: str = ""


class Mover:
    """
    Takes the steps, several at once.

    Each copy is verified by the signature that the server tells of it, and the old file stays.
    What is killed at any moment is continued by doing all of it again.

    Args:
        service: gives the IDs wanted.
        workers: take the steps.
        refresh: whether copies are replaced whose source changed since.

    """

    def __init__(self, service: StorageService, workers: Workers, *, refresh: bool) -> None:
        self._service = service
        self._workers = workers
        self._refresh = refresh
        self._outages = 0

    def move(self, steps: Iterable[Step]) -> dict[str, Moved]:
        """
        Take steps; return what came of each, by the old name.

        Raises:
            AccessDenied, Misconfigured: no other file would fare better.
            CannotRun: the server is down.

        """
        return dict(self._workers.side_by_side(self._named, steps))

    def _named(self, step: Step) -> tuple[str, Moved]:
        return step.name, self._taken(step)

    def _taken(self, step: Step) -> Moved:
        try:
            moved = self._tried(step)
        except (AccessDenied, Misconfigured):
            raise
        except Unavailable as error:
            self._outages += 1
            if self._outages >= _PATIENCE:
                raise CannotRun(
                    f"The server cannot be reached: {error} What was moved stays moved; run this"
                    " again to go on."
                ) from error
            return Moved(State.FAILED, reason_of(error))
        except (CloudStorageError, OSError) as error:
            return Moved(State.FAILED, reason_of(error))
        except _InTheWay as error:
            return Moved(State.FAILED, str(error))
        self._outages = 0
        return moved

    def _tried(self, step: Step) -> Moved:
        if step.source is None:
            return Moved(step.state)
        if step.state is State.STALE and self._refresh:
            self._service.replace(step.new_name, self._service.content_of(step.source))
            return Moved(State.COPIED)
        if step.state is State.COPY:
            self._copy(step.new_name, step.source)
            return Moved(State.COPIED)
        if step.state is State.RENAME:
            return self._made_ready(step.new_name, step.source)
        return Moved(step.state)

    def _made_ready(self, name: str, source: FileInfo) -> Moved:
        """Make sure that a new name opens the file; often it does already."""
        try:
            there = self._service.look(name)
        except NotFound:
            self._copy(name, source)
            return Moved(State.RENAMED)
        if there.location == source.location or is_same_content(there, source):
            return Moved(State.RENAMED)
        return Moved(State.CONFLICT, f"The name {name!r} opens another file, at {there.location}.")

    def _copy(self, name: str, source: FileInfo) -> None:
        content = self._service.content_of(source)
        try:
            self._service.create(name, content)
        except FileTaken as taken:
            there = self._in_the_way(taken)
            if there is None or (there.complete and not is_same_content(there, source)):
                raise
            if not there.complete:
                self._abandon(there)
                self._service.create(name, content)

    def _abandon(self, partial: FileInfo) -> None:
        """Remove what a killed run left; an upload that may be going on is left alone."""
        if partial.unproven:
            raise _InTheWay(_MAYBE_WHOLE)
        now = self._service.now()
        if now is None or now - partial.created < LEAST_IDLE:
            raise _InTheWay(_BUSY)
        if not self._service.abandon(Entry(Kind.PARTIAL, "", partial)):
            raise _InTheWay(_BUSY)

    def _in_the_way(self, taken: FileTaken) -> FileInfo | None:
        """Return what has the location; None if only an ID that differs in case has it."""
        try:
            return self._service.store.stat(taken.location) if taken.location else None
        except FileMissing:
            return None
