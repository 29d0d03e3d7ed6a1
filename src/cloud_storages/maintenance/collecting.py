"""
Finishes what was interrupted, and removes what nobody needs.

Nothing is removed that may still be in use: a partial that something came for lately, the only
copy of a file, a file that a row of the site refers to, or one that no name leads to. What is
removed is looked at immediately before, and must be what it was.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from typing import TYPE_CHECKING

import attrs
from django.core.exceptions import SuspiciousFileOperation

from cloud_storages.domain.errors import AccessDenied, Misconfigured, NotFound, Unavailable
from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.maintenance.aliases import options_of
from cloud_storages.maintenance.anystorage import CloudFiles, files_of
from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.maintenance.inventory.catalogue import opened_catalogue
from cloud_storages.maintenance.inventory.ledger import opened_ledger
from cloud_storages.maintenance.inventory.leftovers import Fate, Leftover, What, plain_leftover
from cloud_storages.maintenance.inventory.listing import asked, listed, upload_areas, witnessed
from cloud_storages.maintenance.inventory.places import CloudPlaces, witnesses
from cloud_storages.maintenance.inventory.sidebyside import Workers
from cloud_storages.maintenance.inventory.watching import unwatched
from cloud_storages.maintenance.references import file_fields, named_among

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from django.core.files.storage import Storage

    from cloud_storages.domain.values import FileInfo
    from cloud_storages.maintenance.inventory.catalogue import Catalogue, Held
    from cloud_storages.maintenance.inventory.ledger import Ledger
    from cloud_storages.maintenance.inventory.places import Witness
    from cloud_storages.maintenance.inventory.watching import Watch

__all__ = ["LEAST_GRACE", "LEAST_IDLE", "Collection", "collect"]

#: An upload may be slow: what something came for within this time is never removed.
LEAST_IDLE = dt.timedelta(hours=1)
#: A file is stored before its row is: one that is younger is never taken for unreferenced.
LEAST_GRACE = dt.timedelta(days=1)
#: The root directory, as a person writes it.
_ROOT = "."
#: Files that are looked up in the rows at once, and then removed at once.
_BATCH = 100
#: Questions in a row that a server does not answer before it is given up.
_SILENCES = 10
_WITHOUT_FILES = (
    "No row of this site refers to any file in {where} of {alias!r}: this is not the database of"
    " these files, so nothing can be told to be unreferenced."
)
#: Why something is kept that may be the only copy of a file.
_MAY_BE_WHOLE = "All its pieces have come, and the server tells no signature: it may be whole."


@attrs.frozen
class Collection:
    """
    What was done or, in a rehearsal, would be.

    Attributes:
        storage: what people call it.
        dry_run: whether it was a rehearsal.
        directories: whose buckets were looked through, the root as ``""``.
        clock: whose time ages were told by: ``"server"``, or ``"newest file"`` if it told none;
            no later than this machine's then.
        counts: how many leftovers there are of each fate and kind, such as
            ``"removed partial upload"``.
        freed: bytes of what was removed, without partials.
        stopped: why the rest was not tried; empty if all was.
        leftovers: the first thousand.

    """

    storage: str
    dry_run: bool
    directories: tuple[str, ...] = ()
    clock: str = "server"
    counts: dict[str, int] = attrs.field(factory=dict)
    freed: int = 0
    stopped: str = ""
    leftovers: tuple[Leftover, ...] = ()

    def count(self, fate: Fate, what: What | None = None) -> int:
        """Return how many leftovers had a fate."""
        kinds = What if what is None else (what,)
        return sum(self.counts.get(_label(fate, kind), 0) for kind in kinds)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.stopped and not self.count(Fate.FAILED)


def collect(
    storage: Storage | str,
    *,
    older_than: dt.timedelta = dt.timedelta(hours=24),
    unreferenced: Iterable[str] = (),
    grace: dt.timedelta = dt.timedelta(days=30),
    directories: Iterable[str] = (),
    dry_run: bool = False,
    workers: int = 4,
    confirm: Callable[[Iterator[Leftover]], bool] = lambda _: True,
    tell: Callable[[Leftover], object] = lambda _: None,
    report: str | os.PathLike[str] | None = None,
    watch: Watch = unwatched,
) -> Collection:
    """
    Clear up a storage of this package.

    Interrupted replacements are finished; partial uploads and staged copies that are no longer
    needed are removed; unreferenced files only from the directories that are named for it. Looked
    through are the directories that the site uses: those of its rows, of ``upload_to``, the root,
    those of the option ``buckets``, and any that are named here.

    One file that cannot be removed does not keep the others from being removed. A key that lacks
    a scope, or a server that no longer answers, does.

    Args:
        storage: the storage, or its alias.
        older_than: how long nothing must have come for a partial, and a staged copy must have
            been there; at least LEAST_IDLE.
        unreferenced: directories whose files are removed if no row of any file field of the site
            refers to them; ``"."`` for files in no directory. In the layout ``path`` also
            what lies below.
        grace: how old those must be; at least LEAST_GRACE.
        directories: more directories to look through for the rest.
        dry_run: whether to change nothing and tell what would be done.
        workers: files that are removed at once.
        confirm: called with the unreferenced files that are about to be removed; they are kept if
            it returns False, and not removed before it returns. Not called in a rehearsal.
        tell: called with each leftover when its fate is settled.
        report: a file for all leftovers, a line of JSON each, written anew.
        watch: told how far the work is.

    Raises:
        CannotRun: there is no such alias or directory, a limit is too short, no row refers to any
            file of a directory whose unreferenced files are meant, a database cannot be read, or
            a temporary file or the report cannot be written.
        AccessDenied: the key may not list; nothing was changed.
        Misconfigured: a setting of the storage is wrong; nothing was changed.
        Unavailable: the server does not answer; nothing was changed.

    """
    files = files_of(storage)
    if not isinstance(files, CloudFiles):
        raise CannotRun(
            f"The storage {files.alias!r} is not Appwrite's, and leaves no such things."
        )
    options_of(files.cloud, files.alias)
    if workers < 1:
        raise CannotRun("At least one worker is needed.")
    limits = _Limits(older_than, grace)
    aims = _Aims(tuple(unreferenced), tuple(directories), dry_run)
    with (
        opened_catalogue() as catalogue,
        opened_ledger(report, plain_leftover) as ledger,
        Workers(workers) as pool,
    ):
        sweep = _Sweep(
            files, limits, aims, catalogue=catalogue, ledger=ledger, workers=pool, tell=tell
        )
        return sweep.result(confirm, watch)


def _at_least(least: dt.timedelta, what: str) -> Callable[[object, object, dt.timedelta], None]:
    def check(_: object, __: object, given: dt.timedelta) -> None:
        if given < least:
            hours = int(least.total_seconds() // 3600)
            raise CannotRun(f"{what} must be at least {hours} h: younger ones may be in use.")

    return check


@attrs.frozen
class _Limits:
    older_than: dt.timedelta = attrs.field(
        validator=_at_least(LEAST_IDLE, "The age of partial uploads and staged copies")
    )
    grace: dt.timedelta = attrs.field(
        validator=_at_least(LEAST_GRACE, "The grace period of unreferenced files")
    )


@attrs.frozen
class _Aims:
    unreferenced: tuple[str, ...]
    directories: tuple[str, ...]
    dry_run: bool


class _Sweep:
    """One clearing up, step by step."""

    def __init__(
        self,
        files: CloudFiles,
        limits: _Limits,
        aims: _Aims,
        *,
        catalogue: Catalogue,
        ledger: Ledger[Leftover],
        workers: Workers,
        tell: Callable[[Leftover], object],
    ) -> None:
        self._files = files
        self._service = files.cloud.service
        self._limits = limits
        self._aims = aims
        self._catalogue = catalogue
        self._ledger = ledger
        self._workers = workers
        self._tell = tell
        self._places = CloudPlaces(files.cloud)
        self._witnesses: list[Witness] = []
        self._now = dt.datetime.min.replace(tzinfo=dt.timezone.utc)
        self._stopped = ""
        self._silences = 0
        self._freed = 0

    def result(self, confirm: Callable[[Iterator[Leftover]], bool], watch: Watch) -> Collection:
        directories = self._survey(watch)
        told = self._service.now()
        clock = "server" if told is not None else "newest file"
        # A file may be dated in the future, by a clock that was wrong: it must make nothing old.
        newest = min(self._now, dt.datetime.now(dt.timezone.utc))
        self._now = told if told is not None else newest
        self._see_that_rows_are_of_these_files()
        self._finish()
        self._clear_away()
        if self._aims.unreferenced and not self._stopped:
            self._remove_unreferenced(confirm, watch)
        for held in self._catalogue.unmentioned(Kind.NAMELESS):
            self._settle(held, What.NAMELESS, Fate.KEPT, "No name leads to it.")
        return Collection(
            storage=self._files.alias,
            dry_run=self._aims.dry_run,
            directories=directories,
            clock=clock,
            counts=dict(self._ledger.counts),
            freed=self._freed,
            stopped=self._stopped,
            leftovers=tuple(self._ledger.first),
        )

    # What there is

    def _survey(self, watch: Watch) -> tuple[str, ...]:
        """Take down rows and files; return the directories that were looked through."""
        catalogue, places = self._catalogue, self._places
        fields, areas = file_fields(self._files.storage), set[str]()
        with watch("rows", None) as steps:
            catalogue.mention(asked(fields, places, steps, areas))
            areas.update(upload_areas(fields, places), self._named_areas(), self._own_areas())
            catalogue.use(areas)
            directories = tuple(places.directories())
            if self._aims.unreferenced:
                self._witnesses = list(witnesses(self._files, places))
                others = [each for each in self._witnesses if not each.is_own]
                catalogue.mention(witnessed(others, steps))
        catalogue.settle()
        with watch("listed", None) as steps:
            found = listed(self._files, places, steps, directories, lambda _, __: None)
            catalogue.hold(map(self._dated, found))
        return directories

    def _see_that_rows_are_of_these_files(self) -> None:
        """Refuse to call files unreferenced where rows refer to none at all."""
        missing = dict.fromkeys(map(_plain, self._aims.unreferenced))
        for held in self._catalogue.mentioned():
            if not missing:
                return
            for directory in [each for each in missing if self._is_of(held, each)]:
                del missing[directory]
        if missing:
            directory = next(iter(missing))
            where = f"the directory {directory!r}" if directory else "the root directory"
            raise CannotRun(_WITHOUT_FILES.format(where=where, alias=self._files.alias))

    def _is_of(self, held: Held, directory: str) -> bool:
        if self._places.has_buckets:
            return held.area == self._area(directory)
        return _is_below(held.name, directory)

    def _own_areas(self) -> Iterator[str]:
        """Yield the areas of the root and of the directories that the settings name."""
        failed: Misconfigured | None = None
        for directory in ("", *self._files.cloud.options.buckets):
            try:
                yield self._area(directory)
            except Misconfigured as error:
                failed = error  # a bucket of the settings that nobody has ever needed
        if failed is not None and not self._places.directories():
            raise failed

    def _named_areas(self) -> Iterator[str]:
        """Yield the areas of the directories that the caller names."""
        for given in (*self._aims.unreferenced, *self._aims.directories):
            directory = _plain(given)
            if directory and self._canonical(directory) != directory:
                raise CannotRun(f"{given!r} is no directory of {self._files.alias!r}.")
            yield self._area(directory)
            if self._places.has_buckets and self._service.bucket_of(directory) is None:
                raise CannotRun(f"There is no directory {given!r} in {self._files.alias!r}.")

    def _canonical(self, directory: str) -> str:
        try:
            return self._files.canonical(f"{directory}/x").removesuffix("/x")
        except SuspiciousFileOperation:
            return ""

    def _area(self, directory: str) -> str:
        return self._places.spot(f"{directory}/x" if directory else "x")[1]

    def _dated(self, held: Held) -> Held:
        if held.info is not None:
            self._now = max(self._now, held.info.created)
        return held

    # Finishing

    def _finish(self) -> None:
        """Put the staged copies into their places that are all there is of a file."""
        for held in self._catalogue.interrupted():
            if self._stopped:
                return
            partial = self._catalogue.partial_at(held.opens)
            if partial is not None and not self._is_idle(partial):
                self._settle(
                    held, What.INTERRUPTED, Fate.KEPT, "An upload to its place is going on."
                )
                continue
            self._note(self._tried(held, What.INTERRUPTED, self._put))

    def _put(self, held: Held, what: What) -> Leftover:
        info, partial = _info(held), self._catalogue.partial_at(held.opens)
        place = self._places.location(held.name)
        if partial is not None:
            if _info(partial).unproven:
                return self._leftover(held, what, Fate.KEPT, "What is in its place may be whole.")
            if not self._aims.dry_run and not self._service.abandon(partial.entry):
                return self._leftover(held, what, Fate.KEPT, "Something came to its place.")
            self._settle(partial, What.PARTIAL, Fate.REMOVED)
            self._catalogue.drop(partial.key)
        if self._aims.dry_run:
            self._placed(held, attrs.evolve(info, location=place, created=self._now))
            return self._leftover(held, what, Fate.FINISHED)
        try:
            found = self._service.look(held.name)
        except NotFound:
            return self._leftover(held, what, Fate.KEPT, "It is gone meanwhile.")
        if found.location != place:
            why = "It could not be put in its place, so it is kept as it is; the log says why."
            return self._leftover(held, what, Fate.FAILED, why)
        self._placed(held, found)
        return self._leftover(held, what, Fate.FINISHED)

    def _placed(self, held: Held, info: FileInfo) -> None:
        """Take down that a staged copy is now the file itself."""
        self._catalogue.drop(held.key)
        self._catalogue.hold((self._places.held(Entry(Kind.FILE, held.name, info)),))

    # Clearing away

    def _clear_away(self) -> None:
        """Remove old partials, and old staged copies that are not all there is of a file."""
        for kind, what in ((Kind.PARTIAL, What.PARTIAL), (Kind.STAGED, What.STAGED)):
            going = self._to_clear(kind, what)
            for leftover in self._workers.side_by_side(lambda do: do(), going):
                self._note(leftover)

    def _to_clear(self, kind: Kind, what: What) -> Iterator[Callable[[], Leftover]]:
        for held in self._catalogue.all_of(kind):
            if self._stopped:
                return
            if what is What.STAGED and held.is_complete and not self._catalogue.is_spare(held):
                continue  # all there is of its file: it is kept, as was said
            if not held.name:
                why = "No name leads to it: somebody else may be uploading it."
                self._settle(held, what, Fate.KEPT, why)
            elif not self._is_idle(held):
                self._settle(held, what, Fate.KEPT, "It is younger than the limit.")
            elif _info(held).unproven:
                self._settle(held, what, Fate.KEPT, _MAY_BE_WHOLE)
            elif what is What.PARTIAL and self._catalogue.is_mentioned(held):
                self._settle(held, what, Fate.KEPT, "A row refers to it.")
            else:
                yield functools.partial(self._tried, held, what, self._abandoned)

    def _abandoned(self, held: Held, what: What) -> Leftover:
        if what is What.STAGED and held.is_complete and not self._aims.dry_run:
            there = self._service.there(held.name)
            if there is None or not there.complete or str(there.location) != held.opens:
                return self._leftover(held, what, Fate.KEPT, "Its file is gone meanwhile.")
        if self._aims.dry_run or self._service.abandon(held.entry):
            return self._leftover(held, what, Fate.REMOVED)
        return self._leftover(held, what, Fate.KEPT, "It changed meanwhile.")

    # Unreferenced files

    def _remove_unreferenced(
        self, confirm: Callable[[Iterator[Leftover]], bool], watch: Watch
    ) -> None:
        self._keep_young()
        # Nothing goes that was not on the list, whatever becomes unreferenced from now on.
        self._catalogue.choose(self._candidates())
        if self._aims.dry_run:
            for held in self._catalogue.chosen():
                self._settle(held, What.UNREFERENCED, Fate.REMOVED)
            return
        will = (
            self._leftover(held, What.UNREFERENCED, Fate.REMOVED)
            for held in self._catalogue.chosen()
        )
        if not confirm(will):
            for held in self._catalogue.chosen():
                self._settle(held, What.UNREFERENCED, Fate.KEPT, "Its removal was not confirmed.")
            return
        # However long the answer took: all rows are read again, whatever spelling they use.
        self._catalogue.forget_mentions()
        with watch("rows again", None) as steps:
            self._catalogue.mention(witnessed(self._witnesses, steps))
        going = self._catalogue.chosen()
        while batch := list(itertools.islice(going, _BATCH)):
            if self._stopped:
                return
            self._remove(batch)

    def _candidates(self) -> Iterator[Held]:
        """Yield the files that no row refers to, of the directories meant, and old enough."""
        return (held for held in self._unreferenced() if self._age(held) > self._limits.grace)

    def _keep_young(self) -> None:
        for held in self._unreferenced():
            if self._age(held) <= self._limits.grace:
                why = "It is younger than the grace period."
                self._settle(held, What.UNREFERENCED, Fate.KEPT, why)

    def _unreferenced(self) -> Iterator[Held]:
        meant = [_plain(directory) for directory in self._aims.unreferenced]
        for held in self._catalogue.unmentioned(Kind.FILE):
            if any(self._is_of(held, directory) for directory in meant):
                yield held

    def _remove(self, batch: list[Held]) -> None:
        """Remove a few files, unless a row names one of them; look once more at the rows then."""
        named = self._named({held.name for held in batch})
        for held in batch:
            if held.name in named:
                self._settle(held, What.UNREFERENCED, Fate.KEPT, "A row refers to it by now.")
        going = [
            functools.partial(self._tried, held, What.UNREFERENCED, self._deleted)
            for held in batch
            if held.name not in named
        ]
        done = list(self._workers.side_by_side(lambda do: do(), going))
        removed = {each.name for each in done if each.fate is Fate.REMOVED}
        named = self._named(removed) if removed else set()
        for leftover in done:
            if leftover.fate is Fate.REMOVED and leftover.name in named:
                why = "It was removed, and a row that was saved just then refers to it."
                self._note(attrs.evolve(leftover, fate=Fate.FAILED, reason=why))
            else:
                self._note(leftover)

    def _named(self, names: set[str]) -> set[str]:
        found: set[str] = set()
        for witness in self._witnesses:
            found |= named_among(witness.field, names)
        return found

    def _deleted(self, held: Held, what: What) -> Leftover:
        if self._service.there(held.name) != held.info:
            return self._leftover(held, what, Fate.KEPT, "It changed meanwhile.")
        self._service.delete(held.name)
        return self._leftover(held, what, Fate.REMOVED)

    # Taking down

    def _tried(self, held: Held, what: What, act: Callable[[Held, What], Leftover]) -> Leftover:
        """Return what an action says, or that it failed; called in many threads."""
        if self._stopped:
            return self._leftover(held, what, Fate.KEPT, "It was not tried.")
        try:
            leftover = act(held, what)
        except (AccessDenied, Misconfigured) as error:
            self._stopped = reason_of(error)
            return self._leftover(held, what, Fate.FAILED, reason_of(error))
        except OSError as error:
            self._silences += isinstance(error, Unavailable)
            if self._silences >= _SILENCES:
                self._stopped = reason_of(error)
            return self._leftover(held, what, Fate.FAILED, reason_of(error))
        self._silences = 0
        return leftover

    def _settle(self, held: Held, what: What, fate: Fate, reason: str = "") -> None:
        self._note(self._leftover(held, what, fate, reason))

    def _note(self, leftover: Leftover) -> None:
        if leftover.fate is Fate.REMOVED and leftover.what is not What.PARTIAL:
            self._freed += leftover.size
        self._ledger.note(_label(leftover.fate, leftover.what), leftover)
        self._tell(leftover)

    def _leftover(self, held: Held, what: What, fate: Fate, reason: str = "") -> Leftover:
        age, size = self._age(held), held.size or 0
        return Leftover(what, fate, held.name or held.key, held.key, age, size, reason)

    def _age(self, held: Held) -> dt.timedelta:
        return max(self._now - _info(held).created, dt.timedelta())

    def _is_idle(self, held: Held) -> bool:
        return self._age(held) > self._limits.older_than


def _label(fate: Fate, what: What) -> str:
    return f"{fate.value} {what.value}"


def _plain(directory: str) -> str:
    if not directory.strip("/"):
        # What an empty variable of a shell becomes.
        raise CannotRun(f"{directory!r} is no directory; '.' stands for files in no directory.")
    return "" if directory == _ROOT else directory.rstrip("/")


def _is_below(name: str, directory: str) -> bool:
    return name.startswith(f"{directory}/") if directory else "/" not in name


def _info(held: Held) -> FileInfo:
    if held.info is None:
        raise AssertionError("whatever Appwrite has, it tells of")
    return held.info
