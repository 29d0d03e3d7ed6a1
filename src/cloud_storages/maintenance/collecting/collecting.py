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

from cloud_storages.domain.errors import NotFound
from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.maintenance.aliases import options_of
from cloud_storages.maintenance.anystorage import CloudFiles, files_of
from cloud_storages.maintenance.collecting.account import Account, info_of
from cloud_storages.maintenance.collecting.directories import Directories
from cloud_storages.maintenance.collecting.leftovers import Fate, Leftover, What, plain_leftover
from cloud_storages.maintenance.collecting.limits import Aims, Limits
from cloud_storages.maintenance.collecting.outcome import Collection
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.inventory.catalogue import opened_catalogue
from cloud_storages.maintenance.inventory.ledger import opened_ledger
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

__all__ = ["collect"]

#: Files that are looked up in the rows at once, and then removed at once.
_BATCH = 100
#: Why something is kept that may be the only copy of a file.
_MAY_BE_WHOLE = "All its pieces have come, and the server tells no signature: it may be whole."


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
    limits = Limits(older_than, grace)
    aims = Aims(tuple(unreferenced), tuple(directories), dry_run)
    with (
        opened_catalogue() as catalogue,
        opened_ledger(report, plain_leftover) as ledger,
        Workers(workers) as pool,
    ):
        sweep = _Sweep(
            files, limits, aims, catalogue=catalogue, ledger=ledger, workers=pool, tell=tell
        )
        return sweep.result(confirm, watch)


class _Sweep:
    """One clearing up, step by step."""

    def __init__(
        self,
        files: CloudFiles,
        limits: Limits,
        aims: Aims,
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
        self._places = CloudPlaces(files.cloud)
        self._directories = Directories(files, self._places, aims)
        self._account = Account(limits, ledger, tell)
        self._witnesses: list[Witness] = []

    def result(self, confirm: Callable[[Iterator[Leftover]], bool], watch: Watch) -> Collection:
        directories = self._survey(watch)
        clock = self._account.set_clock(self._service.now())
        self._directories.see_that_rows_refer_into_them(self._catalogue)
        self._finish()
        self._clear_away()
        if self._aims.unreferenced and not self._account.stopped:
            self._remove_unreferenced(confirm, watch)
        for held in self._catalogue.unmentioned(Kind.NAMELESS):
            self._account.settle(held, What.NAMELESS, Fate.KEPT, "No name leads to it.")
        return Collection(
            storage=self._files.alias,
            dry_run=self._aims.dry_run,
            directories=directories,
            clock=clock,
            counts=dict(self._ledger.counts),
            freed=self._account.freed,
            stopped=self._account.stopped,
            leftovers=tuple(self._ledger.first),
        )

    # What there is

    def _survey(self, watch: Watch) -> tuple[str, ...]:
        """Take down rows and files; return the directories that were looked through."""
        catalogue, places = self._catalogue, self._places
        fields, areas = file_fields(self._files.storage), set[str]()
        with watch("rows", None) as steps:
            catalogue.mention(
                asked(fields, places, steps, areas, copies=bool(self._aims.unreferenced))
            )
            areas.update(
                upload_areas(fields, places), self._directories.named(), self._directories.own()
            )
            catalogue.use(areas)
            directories = tuple(places.directories())
            if self._aims.unreferenced:
                self._witnesses = list(witnesses(self._files, places))
                others = [each for each in self._witnesses if not each.is_own]
                catalogue.mention(witnessed(others, steps))
        catalogue.settle()
        with watch("listed", None) as steps:
            found = listed(self._files, places, steps, directories, lambda _, __: None)
            catalogue.hold(map(self._account.dated, found))
        return directories

    # Finishing

    def _finish(self) -> None:
        """Put the staged copies into their places that are all there is of a file."""
        for held in self._catalogue.interrupted():
            if self._account.stopped:
                return
            partial = self._catalogue.partial_at(held.opens)
            if partial is not None and not self._account.is_idle(partial):
                self._account.settle(
                    held, What.INTERRUPTED, Fate.KEPT, "An upload to its place is going on."
                )
                continue
            self._account.note(self._account.tried(held, What.INTERRUPTED, self._put))

    def _put(self, held: Held, what: What) -> Leftover:
        info, partial = info_of(held), self._catalogue.partial_at(held.opens)
        place = self._places.location(held.name)
        if partial is not None:
            if info_of(partial).unproven:
                return self._account.leftover(
                    held, what, Fate.KEPT, "What is in its place may be whole."
                )
            if not self._aims.dry_run and not self._service.abandon(partial.entry):
                return self._account.leftover(held, what, Fate.KEPT, "Something came to its place.")
            self._account.settle(partial, What.PARTIAL, Fate.REMOVED)
            self._catalogue.drop(partial.key)
        if self._aims.dry_run:
            self._placed(held, attrs.evolve(info, location=place, created=self._account.now))
            return self._account.leftover(held, what, Fate.FINISHED)
        try:
            found = self._service.look(held.name)
        except NotFound:
            return self._account.leftover(held, what, Fate.KEPT, "It is gone meanwhile.")
        if found.location != place:
            why = "It could not be put in its place, so it is kept as it is; the log says why."
            return self._account.leftover(held, what, Fate.FAILED, why)
        self._placed(held, found)
        return self._account.leftover(held, what, Fate.FINISHED)

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
                self._account.note(leftover)

    def _to_clear(self, kind: Kind, what: What) -> Iterator[Callable[[], Leftover]]:
        for held in self._catalogue.all_of(kind):
            if self._account.stopped:
                return
            if what is What.STAGED and held.is_complete and not self._catalogue.is_spare(held):
                continue  # all there is of its file: it is kept, as was said
            if not held.name:
                why = "No name leads to it: somebody else may be uploading it."
                self._account.settle(held, what, Fate.KEPT, why)
            elif not self._account.is_idle(held):
                self._account.settle(held, what, Fate.KEPT, "It is younger than the limit.")
            elif info_of(held).unproven:
                self._account.settle(held, what, Fate.KEPT, _MAY_BE_WHOLE)
            elif what is What.PARTIAL and self._catalogue.is_mentioned(held):
                self._account.settle(held, what, Fate.KEPT, "A row refers to it.")
            else:
                yield functools.partial(self._account.tried, held, what, self._abandoned)

    def _abandoned(self, held: Held, what: What) -> Leftover:
        if what is What.STAGED and held.is_complete and not self._aims.dry_run:
            there = self._service.there(held.name)
            if there is None or not there.complete or str(there.location) != held.opens:
                return self._account.leftover(held, what, Fate.KEPT, "Its file is gone meanwhile.")
        if self._aims.dry_run or self._service.abandon(held.entry):
            return self._account.leftover(held, what, Fate.REMOVED)
        return self._account.leftover(held, what, Fate.KEPT, "It changed meanwhile.")

    # Unreferenced files

    def _remove_unreferenced(
        self, confirm: Callable[[Iterator[Leftover]], bool], watch: Watch
    ) -> None:
        self._keep_young()
        # Nothing goes that was not on the list, whatever becomes unreferenced from now on.
        self._catalogue.choose(self._candidates())
        if self._aims.dry_run:
            for held in self._catalogue.chosen():
                self._account.settle(held, What.UNREFERENCED, Fate.REMOVED)
            return
        will = (
            self._account.leftover(held, What.UNREFERENCED, Fate.REMOVED)
            for held in self._catalogue.chosen()
        )
        if not confirm(will):
            for held in self._catalogue.chosen():
                self._account.settle(
                    held, What.UNREFERENCED, Fate.KEPT, "Its removal was not confirmed."
                )
            return
        # However long the answer took: all rows are read again, whatever spelling they use.
        self._catalogue.forget_mentions()
        with watch("rows again", None) as steps:
            self._catalogue.mention(witnessed(self._witnesses, steps))
        going = self._catalogue.chosen()
        while batch := list(itertools.islice(going, _BATCH)):
            if self._account.stopped:
                return
            self._remove(batch)

    def _candidates(self) -> Iterator[Held]:
        """Yield the files that no row refers to, of the directories meant, and old enough."""
        return (
            held for held in self._unreferenced() if self._account.age(held) > self._limits.grace
        )

    def _keep_young(self) -> None:
        for held in self._unreferenced():
            if self._account.age(held) <= self._limits.grace:
                why = "It is younger than the grace period."
                self._account.settle(held, What.UNREFERENCED, Fate.KEPT, why)

    def _unreferenced(self) -> Iterator[Held]:
        return filter(self._directories.is_meant, self._catalogue.unmentioned(Kind.FILE))

    def _remove(self, batch: list[Held]) -> None:
        """Remove a few files, unless a row names one of them; look once more at the rows then."""
        named = self._named({held.name for held in batch})
        for held in batch:
            if held.name in named:
                self._account.settle(
                    held, What.UNREFERENCED, Fate.KEPT, "A row refers to it by now."
                )
        going = [
            functools.partial(self._account.tried, held, What.UNREFERENCED, self._deleted)
            for held in batch
            if held.name not in named
        ]
        done = list(self._workers.side_by_side(lambda do: do(), going))
        removed = {each.name for each in done if each.fate is Fate.REMOVED}
        named = self._named(removed) if removed else set()
        for leftover in done:
            if leftover.fate is Fate.REMOVED and leftover.name in named:
                why = "It was removed, and a row that was saved just then refers to it."
                self._account.note(attrs.evolve(leftover, fate=Fate.FAILED, reason=why))
            else:
                self._account.note(leftover)

    def _named(self, names: set[str]) -> set[str]:
        found: set[str] = set()
        for witness in self._witnesses:
            found |= named_among(witness.field, names)
        return found

    def _deleted(self, held: Held, what: What) -> Leftover:
        if self._service.there(held.name) != held.info:
            return self._account.leftover(held, what, Fate.KEPT, "It changed meanwhile.")
        self._service.delete(held.name)
        return self._account.leftover(held, what, Fate.REMOVED)
