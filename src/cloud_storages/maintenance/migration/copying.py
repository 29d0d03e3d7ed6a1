"""
Copying one file, as often as need be, with one outcome.

Under the name it should have, the target holds nothing, this very content or another one. So
the first is stored, the second left, and beside the third the file gets another name, which is the
same one each time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
from typing import TYPE_CHECKING

import attrs
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation

from cloud_storages.domain.errors import AccessDenied, CloudStorageError, Misconfigured, Unavailable
from cloud_storages.domain.names import fitted
from cloud_storages.domain.signatures import Fingerprint
from cloud_storages.maintenance.errors import Problem, reason_of
from cloud_storages.maintenance.migration.contents import is_same
from cloud_storages.maintenance.migration.errors import (
    FULL,
    Conflict,
    Interrupted,
    InTheWay,
    MissingAtSource,
    Unable,
)
from cloud_storages.maintenance.migration.journal import Note, State
from cloud_storages.maintenance.migration.naming import other_name
from cloud_storages.maintenance.migration.targets import NotLookedAt, There

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.maintenance.migration.contents import Watched
    from cloud_storages.maintenance.migration.sources import Source
    from cloud_storages.maintenance.migration.targets import Seen, Target

__all__ = [
    "ABANDONED_AFTER",
    "Copier",
    "Done",
    "Failed",
    "How",
    "Job",
    "OnTaken",
    "failure_of",
    "missing",
]

#: Seconds after which an unfinished upload that may be another's is certainly nobody's.
ABANDONED_AFTER = 3600.0
#: Errors that are known to be about one file, or are judged as what they are.
_KNOWN = (
    *(Unable, Interrupted, CloudStorageError, SuspiciousOperation, ValueError),
    *(FileNotFoundError, FileExistsError, PermissionError),
)


class OnTaken(enum.Enum):
    """What to do where the target has another file of the same name."""

    RENAME = "rename"
    FAIL = "fail"


class How(enum.Enum):
    """How a file came to be where it should."""

    COPIED = "copied"
    UPDATED = "copied in place of an earlier copy"
    SKIPPED = "there already"


@attrs.frozen
class Job:
    """
    A file to copy.

    Attributes:
        note: what is known of it.
        seen: what is under its name at the target, if somebody looked.

    """

    note: Note
    seen: Seen = NotLookedAt


@attrs.frozen
class Done:
    """
    A file that is where it should be.

    Attributes:
        name: its name at the source.
        target: its name at the target.
        how: how it came there.
        content: what is there; None if it never was at the source.
        seen: what the source tells of it.
        is_noted: whether the journal says all this already.

    """

    name: str
    target: str
    how: How
    content: Fingerprint | None
    seen: str = ""
    is_noted: bool = False

    @classmethod
    def uploaded(cls, note: Note) -> Done:
        """Return the outcome for a file that never was at the source."""
        return cls(note.name, note.name, How.SKIPPED, None)

    @classmethod
    def kept(cls, note: Note) -> Done:
        """Return the outcome for a file that was copied before and need not be again."""
        return cls(
            note.name,
            note.target,
            How.SKIPPED,
            note.copy,
            note.seen or "",
            note.state is State.COPIED,
        )


@attrs.frozen
class Failed:
    """
    A file that is not where it should be.

    Attributes:
        problem: its name, and why.
        fails_all: whether every other file would fail, too.
        is_outage: whether it may be the server, and not the file: many in a row are an outage.
        kind: of the error, if it is one that tells nobody what it is about; very many in a row
            are not about their files.
        began: whether something of it may be left at the target.
        is_interrupted: whether somebody interrupted it, and nothing is wrong.

    """

    problem: Problem
    fails_all: bool = False
    is_outage: bool = False
    kind: str = ""
    began: bool = True
    is_interrupted: bool = False


@attrs.frozen
class Copier:
    """
    Copies files, in any number of threads.

    Attributes:
        source: where they are read.
        target: where they are stored.
        on_taken: what to do where the target has another file of the same name.
        after: seconds after which an unfinished upload that may be another's is removed.
        on_progress: called within each upload; what it raises ends it.
        began: when this run did, if it is certain that earlier ones have ended: what they left
            was written before; None if it is not.

    """

    source: Source
    target: Target
    on_taken: OnTaken = OnTaken.RENAME
    after: float = ABANDONED_AFTER
    on_progress: Callable[[int], object] = lambda _: None
    began: dt.datetime | None = None

    def copy(self, job: Job) -> Done | Failed:
        """Copy a file, if it is not there, and prove that it is; never raises an Exception."""
        name = job.note.name
        try:
            # Before the bytes: a change meanwhile shows next time.
            seen = self.source.seen(name)
            with self.source.content(name) as content:
                return self._stored(job, attrs.evolve(content, on_progress=self.on_progress), seen)
        except MissingAtSource:
            return self._missing(job)
        except Exception as error:  # noqa: BLE001 - any storage may raise anything
            return failure_of(job.note, error)

    def rehearse(self, job: Job) -> Done | Failed:
        """Return what ``copy`` would, as far as can be told without storing anything."""
        note = job.note
        try:
            size = self.source.size(note.name)
            there = self.target.size(note.target)
            if note.copy is not None and there not in (None, size):
                return Done(note.name, note.target, How.UPDATED, Fingerprint(size, ("",)))
            if there is None:
                return Done(note.name, note.target, How.COPIED, Fingerprint(size, ("",)))
            if there == size:
                # Only a file of the same size is worth reading.
                with self.source.content(note.name) as content:
                    return self._planned(job, content)
            self._refuse(note)
            other = self._other(note)
            return Done(note.name, other, How.COPIED, Fingerprint(size, ("",)))
        except MissingAtSource:
            return self._missing(job)
        except Exception as error:  # noqa: BLE001 - as above
            return failure_of(note, error)

    # Steps

    def _stored(self, job: Job, content: Watched, seen: str) -> Done:
        note = job.note
        if note.copy is not None:
            target, how = self._again(note, note.copy, content)
            return Done(note.name, target, how, content.fingerprint, seen)
        looked = job.seen
        for candidate in self._candidates(note, content):
            found = self._put(note, candidate, content, looked)
            if found is not None:
                return Done(note.name, found[0], found[1], content.fingerprint, seen)
            looked = NotLookedAt
            self._refuse(note)
        raise Conflict("Every name it may get at the target is taken by other files.")

    def _put(self, note: Note, name: str, content: Watched, looked: Seen) -> tuple[str, How] | None:
        """Store a content under a name, if it is not there; None if something else is."""
        there = self.target.there(name, content, looked)
        if there is There.NOTHING:
            try:
                return self.target.create(name, content, note.longest), How.COPIED
            except FileExistsError:
                there = self.target.there(name, content)
                if there is There.NOTHING and not self.target.tells_unfinished:
                    raise  # a file where a directory should be, or the like
                # Another writer, an unfinished upload, or an ID that differs in case only.
        if there is There.SAME:
            return name, How.SKIPPED
        if self._cleared(note, name, content):
            return self.target.create(name, content, note.longest), How.COPIED
        return None

    def _cleared(self, note: Note, name: str, content: Watched) -> bool:
        """Remove what an interrupted copy has left under a name; return whether something was."""
        after = self.after
        if note.is_begun and self.began is not None:
            # What nobody has changed since those runs ended is not being written now.
            after = min(after, (dt.datetime.now(dt.timezone.utc) - self.began).total_seconds())
        is_ours = self._is_ours(note, name)
        return self.target.clear(name, content, is_ours=is_ours, after=after)

    def _is_ours(self, note: Note, name: str) -> bool:
        """Return whether what is left unfinished under a name was begun by an earlier run."""
        if note.is_begun:
            return True
        if self.target.tells_unfinished:
            # What a task was killed over is not to be told from what another is at.
            return False
        # Nobody else has a reason for its other names.
        return note.state is State.ENQUEUED or name != fitted(note.wanted, note.longest)

    def _again(self, note: Note, earlier: Fingerprint, content: Watched) -> tuple[str, How]:
        """Bring an earlier copy up to date."""
        there = self.target.there(note.target, content)
        if there is There.SAME:
            return note.target, How.SKIPPED
        stored = None
        if there is There.OTHER:
            stored = self.target.replace(note.target, content, earlier)
        else:
            # It is raised by an unfinished upload, or another writer.
            with contextlib.suppress(FileExistsError):
                return self.target.create(note.target, content, note.longest), How.COPIED
        if stored is None and self._cleared(note, note.target, content):
            stored = self.target.create(note.target, content, note.longest)
        if stored is None:
            raise Conflict(
                f"It changed at the source since it was copied, and so did {note.target!r} at the"
                " target: nothing tells which one counts."
            )
        return stored, How.UPDATED

    def _candidates(self, note: Note, content: Watched) -> Iterator[str]:
        """Yield the names it may get, each one only when the one before is taken."""
        tried = {note.target}
        yield note.target
        # The last one is for a file that was changed while nobody knew of its first copy.
        for also in ((), (content.fingerprint.md5,)):
            other = self._other(note, *also)
            if other not in tried:
                tried.add(other)
                yield other

    def _other(self, note: Note, *also: str) -> str:
        canonical = self.target.files.canonical
        return other_name(note.name, note.wanted, canonical, note.longest, *also)

    def _refuse(self, note: Note) -> None:
        """Raise if a file must not get another name than the one that is taken."""
        if note.target != fitted(note.wanted, note.longest):
            return  # it is its own other name already
        if note.is_shown and note.wanted == note.name:
            raise Conflict(
                "The target has another file of this name, and the site reads from the target:"
                " nothing tells which of the two its rows mean."
            )
        if self.on_taken is OnTaken.FAIL:
            raise Conflict(f"The target has another file under {note.target!r}.")

    def _planned(self, job: Job, content: Watched) -> Done:
        note = job.note
        fingerprint = content.fingerprint
        if note.copy is not None:
            there = self.target.there(note.target, content)
            how = How.SKIPPED if there is There.SAME else How.UPDATED
            return Done(note.name, note.target, how, fingerprint)
        for candidate in self._candidates(note, content):
            there = self.target.there(candidate, content)
            if there is There.SAME:
                return Done(note.name, candidate, How.SKIPPED, fingerprint)
            if there is There.NOTHING:
                return Done(note.name, candidate, How.COPIED, fingerprint)
            self._refuse(note)
        raise Conflict("Every name it may get at the target is taken by other files.")

    def _missing(self, job: Job) -> Done | Failed:
        """Judge a file that the source does not have: it may have been uploaded to the target."""
        note = job.note
        try:
            if note.copy is not None and self._has_copy(job, note.copy):
                return Done.kept(note)  # it was deleted since
            there = note.copy is None and note.name in (note.wanted, note.target)
            if there and (job.seen is NotLookedAt or note.target != note.name):
                there = self.target.size(note.name) is not None
            elif there:
                there = job.seen is not None
        except Exception as error:  # noqa: BLE001 - as above
            return failure_of(note, error)
        problem = missing(note, is_there=there)
        return Failed(problem, began=note.is_begun) if problem else Done.uploaded(note)

    def _has_copy(self, job: Job, copy: Fingerprint) -> bool:
        """Return whether an earlier copy is still there, as far as anybody has asked."""
        if job.note.state is not State.REPLACING:
            return job.seen is not None
        files, name = self.target.files, job.note.target
        return files.exists(name) and is_same(files.fingerprint(name), copy) is True


def missing(note: Note, *, is_there: bool) -> Problem | None:
    """
    Judge a file that was never copied and that the source does not have; None if all is well.

    Args:
        note: what is known of it.
        is_there: whether the target has a file of its name.

    """
    if not is_there:
        return Problem(note.name, "It is missing at the source.")
    if note.is_shown:
        return None  # it was uploaded since the site reads from the target
    return Problem(
        note.name,
        "It is missing at the source. The target has a file of that name, and nothing tells that"
        " it is the same.",
    )


def failure_of(note: Note, error: Exception) -> Failed:
    """Return the failure that an error, of whatever storage, is for a file."""
    temporary = bool(getattr(error, "temporary", False))
    reason = str(error) if isinstance(error, Unable) else reason_of(error)
    full = isinstance(error, OSError) and error.errno in FULL
    fatal = isinstance(error, (AccessDenied, ImproperlyConfigured))
    # Misconfigured may be one bucket of many, so only many in a row are all.
    outage = isinstance(error, (Misconfigured, Unavailable)) and not isinstance(error, InTheWay)
    return Failed(
        Problem(note.name, reason, temporary),
        fails_all=full or fatal,
        is_outage=outage,
        began=note.state is State.REPLACING or _leaves_something(note, error),
        kind=_kind_of(error),
        is_interrupted=isinstance(error, Interrupted),
    )


def _leaves_something(note: Note, error: Exception) -> bool:
    """Return whether something of a file may be at the target after an error."""
    if isinstance(error, InTheWay):
        return note.is_begun  # that is what is in the way
    return not isinstance(error, Conflict)


def _kind_of(error: Exception) -> str:
    """Return what an error is called, if it need not be about its file."""
    if isinstance(error, OSError) and not isinstance(error, (ConnectionError, TimeoutError)):
        # Those of a disk are about one directory, however many files are in it.
        is_known = isinstance(error, _KNOWN) or error.errno is not None
    else:
        is_known = isinstance(error, _KNOWN)
    return "" if is_known else type(error).__name__
