"""Save, read, list and delete by name: layout and policy applied to a store."""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import random
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from cloud_storages import meter
from cloud_storages.domain.errors import (
    AlreadyExists,
    CloudStorageError,
    FileMissing,
    FileTaken,
    InvalidName,
    NotFound,
    Unavailable,
)
from cloud_storages.domain.layouts import ROOT, entries_in, names_in
from cloud_storages.domain.names import alternative, content_suffix, fitted
from cloud_storages.domain.policy import Step, decide
from cloud_storages.domain.signatures import Fingerprint
from cloud_storages.domain.values import Location, OnConflict
from cloud_storages.service.ahead import MOST, Ahead, looked_up
from cloud_storages.service.links import Address, NoMarks
from cloud_storages.service.reader import RemoteReader
from cloud_storages.service.recent import Recent
from cloud_storages.service.turns import turn

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from cloud_storages.domain.layouts import Entry, Layout, Place
    from cloud_storages.domain.values import BucketInfo, FileInfo
    from cloud_storages.ports import Content, FileStore
    from cloud_storages.service.buckets import Buckets
    from cloud_storages.service.links import Links

__all__ = ["StorageService"]

logger = logging.getLogger("cloud_storages")

#: How often a writer looks again before it gives a location up to the others who want it.
_ROUNDS = 12
#: By how much, in seconds, the longest pause between looks grows.
_STEP = 0.05
#: Refusals in a row by something that no look shows: an ID that differs in case.
_INVISIBLE = 3
#: A staged copy this much older, in seconds, than a file stored since belongs to no live writer.
_ABANDONED_AFTER = 3600
#: Lengths of the suffixes that a content itself provides; the longest is its whole MD5.
_SUFFIX_LENGTHS = (7, 26)

P = ParamSpec("P")
T = TypeVar("T")


def _named(
    method: Callable[Concatenate[StorageService, str, P], T],
) -> Callable[Concatenate[StorageService, str, P], T]:
    """Say for which name the requests of a method are."""

    @functools.wraps(method)
    def called(self: StorageService, name: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with meter.naming(name):
            return method(self, name, *args, **kwargs)

    return called


class StorageService:
    """
    Files by name.

    Args:
        store: where the files are.
        layout: which location a name has.
        buckets: which bucket a directory is.
        on_conflict: what to do when a location is taken.
        choice: source of the random parts of alternative names and staging slots.
        pause: waits for a number of seconds, where writers of other processes are in the way.
        recent: remembers what was stored; nothing, if not given.
        links: what URLs carry; nothing, if not given.

    Every method that takes a name raises InvalidName before any request if the layout refuses
    it, and passes on what the store raises.

    """

    def __init__(
        self,
        store: FileStore,
        layout: Layout,
        buckets: Buckets,
        on_conflict: OnConflict = OnConflict.KEEP_BOTH,
        *,
        choice: random.Random | None = None,
        pause: Callable[[float], None] = lambda _: None,
        recent: Recent | None = None,
        links: Links | None = None,
    ) -> None:
        self._store = store
        self._layout = layout
        self._buckets = buckets
        self._on_conflict = on_conflict
        self._choice = choice or random.SystemRandom()
        self._pause = pause
        self._recent = recent or Recent()
        self._links = links or NoMarks()
        #: Files whose replacement by this process may have left a staged copy.
        self._untidy: set[Location] = set()
        self._ahead = Ahead()

    @property
    def store(self) -> FileStore:
        """Where the files are, for those who know locations instead of names."""
        return self._store

    # Names

    def canonical(self, name: str, max_length: int | None = None) -> str:
        """
        Return the name that a file saved under ``name`` will have if its location is free.

        Args:
            name: any name the layout accepts.
            max_length: characters the answer may have; None for any.

        """
        return fitted(self._layout.place(name).name, max_length)

    def only(self, name: str) -> str:
        """
        Return the canonical name of a file if no other canonical name opens it.

        Two remain where they cannot be told apart without asking: a bucket that is found by its
        name has that of its ID, too, unless it is mapped; directories that are mapped to one
        bucket share its files; and with the IDs of 1.2.5 case may not count.

        Raises:
            InvalidName: the directory is the root bucket, or that of a mapped directory, so the
                file goes by another name.

        """
        place = self._layout.place(name)
        if self._buckets.goes_by_another(place.directory):
            raise InvalidName(f"The bucket of {name!r} goes by another directory.")
        return place.name

    def url(self, name: str) -> str:
        """
        Return the address of a file for browsers; whether the file exists is not asked.

        Costs no request once the directory of the name and what the URL carries are known.
        """
        return self.addresses((name,))[name].url()

    def addresses(
        self, names: Iterable[str], lifetime: float | dt.datetime | None = None
    ) -> dict[str, Address]:
        """
        Return where files are to be seen, by name.

        Public files cost no request once their directories are known, and do not fail when the
        server is down. ``cloud_storages.service.links`` says when private ones do.

        Args:
            names: of which files; whether they exist is not asked.
            lifetime: for which links to private files are good: seconds, or until when; None for
                the usual.

        """
        locations = {name: self._location(name) for name in names}
        # In their order: what a page shows first has its link first.
        marks = self._links.marks(list(dict.fromkeys(locations.values())), lifetime)
        return {
            name: Address(self._store, location, marks[location])
            for name, location in locations.items()
        }

    def recently(self, name: str) -> FileInfo | None:
        """Return what is known of a file that was stored here a moment ago; makes no request."""
        place = self._layout.place(name)
        return self._recent.get(Location(self._buckets.guess(place.directory), place.file_id))

    def whereabouts(self, name: str) -> tuple[str, str, Location]:
        """
        Return a file's canonical name, its directory and where it is or would be.

        Makes no request. The location is certain once ``bucket_of`` the directory was asked;
        before, it is the likeliest.
        """
        place = self._layout.place(name)
        location = Location(self._buckets.guess(place.directory), place.file_id)
        return place.name, place.directory, location

    def bucket_of(self, directory: str) -> str | None:
        """Return the ID of a directory's bucket, None if it has none: a request, or two."""

        def prove(bucket_id: str) -> str:
            # Looking for a file in a bucket proves that it exists.
            self._store.find(bucket_id, (bucket_id,))
            return bucket_id

        try:
            return self._buckets.reach(directory, prove)
        except NotFound:
            return None

    def now(self) -> dt.datetime | None:
        """Return the time by the store's clock, None before its first answer; never too late."""
        return self._store.now()

    def existing_buckets(self, names: Iterable[str]) -> list[BucketInfo]:
        """
        Return the buckets there are for these names, the settings' own and the root, asking once.

        Names that no layout accepts are left out.
        """
        directories = set()
        for name in names:
            with contextlib.suppress(InvalidName):
                directories.add(self._layout.place(name).directory)
        return self._buckets.existing(directories)

    def _location(self, name: str) -> Location:
        """Return where a file is, asking for the bucket of its directory at most."""
        place = self._layout.place(name)
        bucket_id = self._buckets.known(place.directory)
        if bucket_id is None:
            bucket_id = self._buckets.ask(place.directory)
        return Location(bucket_id, place.file_id)

    # Reading

    @_named
    def open(self, name: str) -> RemoteReader:
        """
        Return a reader at the beginning of a file.

        Raises:
            NotFound: there is no such file.

        """
        place = self._layout.place(name)
        return self._buckets.reach(place.directory, lambda bucket: self._open(bucket, place))

    @_named
    def info(self, name: str) -> FileInfo:
        """
        Return what is known of a file, without a request if it was stored here a moment ago.

        Raises:
            NotFound: there is no such file; a partial is none.

        """
        return self.recently(name) or self._asked(self._layout.place(name))

    @_named
    def look(self, name: str) -> FileInfo:
        """
        Return what the server knows of a file now.

        Raises:
            NotFound: there is no such file; a partial is none.

        """
        return self._looked(self._layout.place(name))

    @_named
    def there(self, name: str) -> FileInfo | None:
        """
        Return what is at a name's place, and finish nothing: a request that changes nothing.

        That is a file, or a partial, or the newest staged copy of a file that is missing.
        """
        place = self._layout.place(name)
        try:
            found = self._buckets.reach(
                place.directory, lambda bucket: self._there(bucket, (place,))
            )
        except NotFound:
            return None
        return found.get(place.file_id)

    @_named
    def peek(self, name: str) -> FileInfo:
        """
        Return what a name opens, as ``info`` does, but finish nothing: nothing is changed.

        A staged copy stands for a file that is missing, until somebody finishes its replacement.

        Raises:
            NotFound: there is no such file; a partial is none.

        """
        place = self._layout.place(name)
        told = self._ahead.told(place)
        if told is not None and told[0] is not None:
            return told[0]
        if told is not None:
            raise _missing(Location(self._buckets.guess(place.directory), place.file_id), place)
        return self._buckets.reach(place.directory, lambda bucket: self._current(bucket, place))

    def reader(self, info: FileInfo) -> RemoteReader:
        """
        Return a reader of a file that was just looked at.

        Costs no request before something is read, and none for what is not read: a range deep in
        a file is one request.
        """
        return RemoteReader(self._store, info.location, info)

    def _looked(self, place: Place) -> FileInfo:
        return self._buckets.reach(place.directory, lambda bucket: self._info(bucket, place))

    def _asked(self, place: Place) -> FileInfo:
        told = self._ahead.told(place)
        if told is None:
            return self._looked(place)
        (info,) = told
        if info is None:
            raise _missing(Location(self._buckets.guess(place.directory), place.file_id), place)
        return info

    @_named
    def exists(self, name: str) -> bool:
        """Return whether there is such a file; raise if that cannot be told."""
        try:
            self._asked(self._layout.place(name))
        except NotFound:
            return False
        return True

    def look_ahead(self, names: Iterable[str]) -> AbstractContextManager[None]:
        """
        Ask for many files at once; return a block in which ``exists`` and ``info`` know them.

        That holds in the thread or task that enters the block, until it ends or a file is changed
        through this service within it. What an enclosing block knows is not asked again.

        Args:
            names: which files; those beyond the first MOST are left to be asked one by one.

        Raises:
            Misconfigured: see Buckets.reach.

        """
        wanted: dict[str, dict[Place, None]] = {}
        for name in itertools.islice(names, MOST):
            place = self._layout.place(name)
            if self._ahead.told(place) is None:
                wanted.setdefault(place.directory, {})[place] = None
        known: dict[Place, FileInfo | None] = {}
        for directory, places in wanted.items():
            known.update(self._looked_up(directory, tuple(places)))
        return self._ahead.block(known)

    def _looked_up(
        self, directory: str, places: tuple[Place, ...]
    ) -> Mapping[Place, FileInfo | None]:
        try:
            return self._buckets.reach(
                directory, lambda bucket: looked_up(self._store, bucket, places)
            )
        except NotFound:
            return dict.fromkeys(places)

    @_named
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """
        Return the directories and the files directly under a path, sorted.

        Raises:
            NotFound: there is no such directory; the root always exists.

        """
        directory = self._layout.bucket_directory(path)
        prefix = self._layout.prefix(path)
        title_prefix = self._layout.title_prefix(path)
        try:
            names = self._listed(directory, title_prefix)
        except NotFound:
            if directory:
                raise
            names = []
        below = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        if self._layout.buckets_are_directories:
            found = [] if directory else self._buckets.directories()
            return sorted(found), [name.rpartition("/")[2] for name in names]
        if prefix and not below:
            raise FileMissing(f"There is no directory {path!r}.", operation="list")
        folders = {name.partition("/")[0] for name in below if "/" in name}
        return sorted(folders), [name for name in below if "/" not in name]

    def names(self) -> Iterator[str]:
        """Yield the name of every file: a request for each page of each bucket."""
        for directory in self.directories():
            # One that was deleted meanwhile has no files.
            with contextlib.suppress(NotFound):
                yield from self._listed(directory, self._layout.title_prefix(""))

    def directories(self) -> list[str]:
        """Return the directories that have buckets of their own, the root first."""
        below = self._buckets.directories() if self._layout.buckets_are_directories else []
        return [ROOT, *below]

    def entries(self, directories: Iterable[str] | None = None) -> Iterator[Entry]:
        """
        Tell what everything in the buckets is: files, partials, staged copies, nameless files.

        A request for each page of each bucket, and no more of them in memory. What changes
        meanwhile may be told as it was or as it is.

        Args:
            directories: whose buckets; all there are, the root among them, if not given. One
                that has no bucket has no entries. In the layout ``path`` there is the root only.

        """
        layout = self._layout
        if directories is None or not layout.buckets_are_directories:
            directories = self.directories()
        prefix = layout.title_prefix("")
        for directory in dict.fromkeys(directories):
            with contextlib.suppress(NotFound):
                yield from self._buckets.reach(
                    directory, functools.partial(self._entries, directory, prefix)
                )

    def _entries(self, directory: str, prefix: str, bucket_id: str) -> Iterator[Entry]:
        files = self._store.files(bucket_id, prefix)
        # Whether the bucket exists shows with the first page, when ``reach`` can still act on it.
        first = list(itertools.islice(files, 1))
        return entries_in(self._layout, directory, itertools.chain(first, files))

    def abandon(self, entry: Entry) -> bool:
        """
        Remove a partial or a staged copy, if it is still what it was; return whether it is gone.

        A partial that was completed meanwhile stays, and so do what took its place, and one whose
        pieces have all come: it may be whole.
        """
        if entry.info.unproven:
            return False
        location = entry.info.location
        with turn(location):
            try:
                if self._store.stat(location) != entry.info:
                    return False
                return self._store.delete(location)
            except FileMissing:
                return True

    @_named
    def content(self, name: str) -> Content:
        """
        Return the content of a file, which ``replace`` of another service takes.

        So files move from one layout, bucket or project to another, chunk by chunk and verified,
        under the names a database has for them: what is there already is not moved again.

        Raises:
            NotFound: there is no such file.

        """
        return self.content_of(self.info(name))

    def content_of(self, info: FileInfo) -> Content:
        """Return the content of a file that was just looked at; see ``content``."""
        return _Stored(self._store, info)

    # Writing

    @_named
    def save(
        self,
        name: str,
        content: Content,
        *,
        max_length: int | None = None,
        form: Callable[[str, str], str] | None = None,
    ) -> str:
        """
        Store a content under a name or, if the policy says so, an alternative; return which.

        When this returns, the content is stored and its signature was compared.

        Args:
            name: the name wanted.
            content: what to store.
            max_length: characters the name may have; None for any.
            form: makes an alternative filename from a root and an extension.

        Raises:
            Rejected: the store will not take this content; what was there before still is.
            Unavailable: the store cannot be reached, or others kept taking every name tried.

        """
        wanted = self.canonical(name, max_length)
        if self._on_conflict is OnConflict.OVERWRITE:
            return self.replace(wanted, content)
        form = form or self._form
        keep_both = self._on_conflict is OnConflict.KEEP_BOTH
        store = self._save_beside if keep_both else self._save_once
        suffixes = () if keep_both else _SUFFIX_LENGTHS
        forms = [_suffixed(content_suffix(content.fingerprint.md5, each)) for each in suffixes]
        too_long: list[InvalidName] = []

        def names() -> Iterator[str]:
            yield wanted
            for each in (*forms, *[form] * _ROUNDS):
                try:
                    yield alternative(wanted, each, max_length)
                except InvalidName as error:
                    # No trouble while the name itself turns out to be free.
                    too_long.append(error)

        def act(bucket_id: str) -> str:
            saved = store(bucket_id, (self._layout.place(each) for each in names()), content)
            if saved is not None:
                return saved
            if too_long:
                raise too_long[0]
            raise _contended(bucket_id, self._layout.place(wanted))

        return self._buckets.reach(self._layout.place(wanted).directory, act, create=True)

    @_named
    def create(self, name: str, content: Content) -> str:
        """
        Store a content under exactly this name, if it is free; return the canonical name.

        Raises:
            FileTaken: it is not free.

        """
        place = self._layout.place(name)

        def act(bucket_id: str) -> str:
            with turn(Location(bucket_id, place.file_id)):
                if content.fingerprint.chunks > 1 and self._found(bucket_id, place):
                    raise _taken(bucket_id, place)
                self._create(bucket_id, place, content)
            return place.name

        return self._buckets.reach(place.directory, act, create=True)

    @_named
    def replace(self, name: str, content: Content) -> str:
        """
        Store a content under exactly this name, in place of what is there; return that name.

        At every moment the whole old or the whole new content is stored, so that a failure, even
        a crash between two requests, never costs both.
        """
        place = self._layout.place(name)

        def act(bucket_id: str) -> str:
            with turn(Location(bucket_id, place.file_id)):
                self._replace(bucket_id, place, content)
            return place.name

        return self._buckets.reach(place.directory, act, create=True)

    @_named
    def delete(self, name: str) -> None:
        """Remove a file; silent if there is none."""
        place = self._layout.place(name)
        with contextlib.suppress(NotFound):
            self._buckets.reach(place.directory, lambda bucket: self._delete(bucket, place))

    # The steps of reading

    def _open(self, bucket_id: str, place: Place) -> RemoteReader:
        real = Location(bucket_id, place.file_id)
        try:
            return RemoteReader(self._store, real)
        except FileMissing:
            location = self._info(bucket_id, place).location
        try:
            return RemoteReader(self._store, location)
        except FileMissing:
            # Whoever was replacing the file has just finished: it is where it belongs.
            return RemoteReader(self._store, real)

    def _info(self, bucket_id: str, place: Place) -> FileInfo:
        info = self._current(bucket_id, place)
        if info.location.file_id not in place.staging_ids:
            return info
        return self._finish(place, info, Location(bucket_id, place.file_id))

    def _current(self, bucket_id: str, place: Place) -> FileInfo:
        """Return a file, or the newest of its staged copies while it is missing."""
        # Files opened for writing are replaced under every policy, so a copy may wait under each.
        found = self._found(bucket_id, place, staged=True)
        real = found.pop(place.file_id, None)
        if real is not None and real.complete:
            return real
        staged = [info for info in found.values() if info.complete]
        if not staged:
            raise _missing(Location(bucket_id, place.file_id), place)
        return max(staged, key=lambda info: info.created)

    def _finish(self, place: Place, staged: FileInfo, location: Location) -> FileInfo:
        """Complete a replacement that was interrupted after the old file was deleted."""
        with turn(location, waits=False) as is_ours:
            if not is_ours:
                return staged  # a thread of this process is at it, and the copy is as good
            logger.warning("finishing an interrupted replacement of %s", location)
            try:
                info = self._store.create(location, place.title, _Stored(self._store, staged))
                self._links.stored(info)
                self._discard(staged.location)
            except CloudStorageError as error:
                # A key that may only read, or another process that is at it.
                logger.warning("could not finish the replacement of %s: %s", location, error)
                return staged
            return info

    def _listed(self, directory: str, prefix: str) -> list[str]:
        def names(bucket_id: str) -> list[str]:
            return list(names_in(self._layout, directory, self._store.files(bucket_id, prefix)))

        return self._buckets.reach(directory, names)

    # The steps of writing

    def _save_beside(self, bucket_id: str, places: Iterator[Place], content: Content) -> str | None:
        """Keep both: take the first name that is free and return it; None if all are taken."""
        wanted = next(places)
        found: Mapping[str, FileInfo] = {}
        with turn(Location(bucket_id, wanted.file_id)):
            if content.fingerprint.chunks > 1:
                # The first alternative is looked up in the same request, so a conflict is free.
                ahead = list(itertools.islice(places, 1))
                places = itertools.chain(ahead, places)
                found = self._there(bucket_id, (wanted, *ahead))
            if self._created(bucket_id, wanted, content, found):
                return wanted.name
        for place in places:
            if self._created(bucket_id, place, content, found):
                return place.name
        return None

    def _created(
        self, bucket_id: str, place: Place, content: Content, found: Mapping[str, FileInfo]
    ) -> bool:
        existing = found.get(place.file_id)
        if decide(self._on_conflict, content.fingerprint, existing) is not Step.CREATE:
            return False
        try:
            self._create(bucket_id, place, content)
        except FileTaken:
            return False
        return True

    def _save_once(self, bucket_id: str, places: Iterator[Place], content: Content) -> str | None:
        """
        Reuse identical: take the first name that is free or has this very content.

        Returns None if all are taken.
        """
        pair = list(itertools.islice(places, 2))
        refused: set[str] = set()
        with turn(Location(bucket_id, pair[0].file_id)):
            while pair:
                found = self._there(bucket_id, pair)
                for place in pair:
                    existing = found.get(place.file_id)
                    if existing is None and place.file_id in refused:
                        continue  # taken by an ID that differs in case, which no look shows
                    step = decide(self._on_conflict, content.fingerprint, existing)
                    if step is Step.REUSE and existing is not None:
                        self._ahead.forget(place)
                        if existing.location.file_id == place.file_id:
                            self._recent.note(existing)
                        return place.name
                    if step is Step.CREATE:
                        if self._created(bucket_id, place, content, {}):
                            return place.name
                        refused.add(place.file_id)
                        break  # somebody was faster: it may be a twin, so look again
                else:
                    pair = list(itertools.islice(places, 2))
        return None

    def _replace(self, bucket_id: str, place: Place, content: Content) -> None:
        self._ahead.forget(place)
        refusals = 0
        real = Location(bucket_id, place.file_id)
        for round_ in range(_ROUNDS):
            self._make_way(round_)
            found = self._found(bucket_id, place, staged=True)
            existing = found.pop(place.file_id, None)
            step = decide(OnConflict.OVERWRITE, content.fingerprint, existing)
            if step is Step.REUSE and existing is not None:
                self._discard_abandoned(found, existing)
                return
            if step is Step.REPLACE:
                self._untidy.add(real)
                self._swap(bucket_id, place, content, found)
                return
            try:
                info = self._create(bucket_id, place, content)
            except FileTaken:
                # Between two steps of another's replacement its staged copy shows.
                refusals = 0 if found else refusals + 1
                if refusals == _INVISIBLE:
                    raise
                continue
            self._discard_abandoned(found, info)
            return
        raise _contended(bucket_id, place)

    def _swap(
        self, bucket_id: str, place: Place, content: Content, staged: Mapping[str, FileInfo]
    ) -> None:
        """Replace what is there: the new content is stored aside until it is in its place."""
        real = Location(bucket_id, place.file_id)
        aside = self._stage(bucket_id, place, content, staged)
        is_over = True
        for round_ in range(_ROUNDS):
            self._make_way(round_)
            self._changing(real, place)
            is_over = self._cleared(real, aside.location) and is_over
            try:
                info = self._create(bucket_id, place, content)
            except FileTaken:
                existing = self._found(bucket_id, place, staged=True)
                twin = existing.get(place.file_id)
                if twin is not None and content.fingerprint.matches(twin):
                    info = twin  # a reader has put the copy in its place
                elif self._on_conflict is not OnConflict.OVERWRITE:
                    # What another writer saved there is not ours to delete.
                    self._discard_if_stored(aside.location, real)
                    raise
                else:
                    # Another writer came between: whoever is last wins, and nothing is lost.
                    if aside.location.file_id not in existing:
                        aside = self._stage(bucket_id, place, content, existing)
                    continue
            if not is_over:
                logger.warning(
                    "keeping the staged copy %s: a deletion may yet come", aside.location
                )
            elif self._discard(aside.location) and not staged:
                self._untidy.discard(real)
            self._discard_abandoned(staged, info)
            return
        self._discard_if_stored(aside.location, real)
        raise _contended(bucket_id, place)

    def _cleared(self, real: Location, aside: Location) -> bool:
        """Delete what is replaced; return whether that is the end of the deletion."""
        try:
            return self._store.delete(real)
        except FileMissing:
            return True  # perhaps by an attempt whose answer was lost
        except Unavailable:
            # A deletion without an answer may be carried out yet: the copy stays.
            raise
        except CloudStorageError:
            self._discard_if_stored(aside, real)
            raise

    def _stage(
        self, bucket_id: str, place: Place, content: Content, staged: Mapping[str, FileInfo]
    ) -> FileInfo:
        taken = [staged[file_id] for file_id in place.staging_ids if file_id in staged]
        free = [file_id for file_id in place.staging_ids if file_id not in staged]
        if not free:
            # So many outages in a row are likelier than so many writers, and while the file itself
            # is there, its copies are not all there is.
            oldest = min(taken, key=lambda info: info.created).location
            self._discard(oldest)
            free = [oldest.file_id]
        self._choice.shuffle(free)
        for file_id in free:
            location = Location(bucket_id, file_id)
            try:
                return self._store.create(location, place.title, content)
            except FileTaken:
                continue
        raise _contended(bucket_id, place)

    def _delete(self, bucket_id: str, place: Place) -> None:
        real = Location(bucket_id, place.file_id)
        with turn(real):
            self._changing(real, place)
            looked = self._on_conflict is OnConflict.OVERWRITE or real in self._untidy
            if looked:
                # Before the file itself: a copy left by a crash would bring older content back.
                self._delete_staged(bucket_id, place)
            try:
                self._store.delete(real)
            except FileMissing:
                # In the middle of a replacement a staged copy is all there is, for readers too.
                if not looked:
                    self._delete_staged(bucket_id, place)
            else:
                self._untidy.discard(real)
            finally:
                # A page may have asked for a link just before.
                self._links.changed(real)

    def _delete_staged(self, bucket_id: str, place: Place) -> None:
        for info in self._store.find(bucket_id, place.staging_ids).values():
            # Whoever was replacing the file may be clearing its copy away just now.
            with contextlib.suppress(FileMissing):
                self._store.delete(info.location)

    def _create(self, bucket_id: str, place: Place, content: Content) -> FileInfo:
        self._ahead.forget(place)
        info = self._store.create(Location(bucket_id, place.file_id), place.title, content)
        self._stored(info)
        return info

    def _stored(self, info: FileInfo) -> None:
        self._recent.note(info)
        self._links.stored(info)

    def _changing(self, location: Location, place: Place) -> None:
        """Forget what is known of a file that is about to change."""
        self._recent.forget(location)
        self._ahead.forget(place)
        self._links.changed(location)

    def _found(self, bucket_id: str, place: Place, *, staged: bool = False) -> dict[str, FileInfo]:
        wanted = (place.file_id, *place.staging_ids) if staged else (place.file_id,)
        return dict(self._store.find(bucket_id, wanted))

    def _there(self, bucket_id: str, places: Iterable[Place]) -> dict[str, FileInfo]:
        """
        Return what is at some places, by file ID, in one request.

        A file in the middle of its replacement is there, too: its staged copy stands for it.
        """
        places = tuple(places)
        wanted = [file_id for each in places for file_id in (each.file_id, *each.staging_ids)]
        found = self._store.find(bucket_id, wanted)
        there = {}
        for place in places:
            staged = [found[each] for each in place.staging_ids if each in found]
            complete = [info for info in staged if info.complete]
            if place.file_id in found:
                there[place.file_id] = found[place.file_id]
            elif complete:
                there[place.file_id] = max(complete, key=lambda info: info.created)
        return there

    def _make_way(self, round_: int) -> None:
        """Wait a little longer each time, so that one of several writers comes through."""
        if round_:
            self._pause(self._choice.uniform(0, _STEP * round_))

    def _discard(self, location: Location) -> bool:
        """Delete a staged copy that is no longer needed; return whether it is gone."""
        try:
            self._store.delete(location)
        except FileMissing:
            pass
        except CloudStorageError as error:
            logger.warning("could not delete the staged copy %s: %s", location, error)
            return False
        return True

    def _discard_if_stored(self, aside: Location, real: Location) -> None:
        """Delete a staged copy if the file itself is certainly there."""
        try:
            if self._store.stat(real).complete:
                self._discard(aside)
        except CloudStorageError:
            logger.warning("keeping the staged copy %s: it may be all there is", aside)

    def _discard_abandoned(self, staged: Mapping[str, FileInfo], stored: FileInfo) -> None:
        for info in staged.values():
            if (stored.created - info.created).total_seconds() > _ABANDONED_AFTER:
                self._discard(info.location)

    def _form(self, root: str, extension: str) -> str:
        suffix = "".join(self._choice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=7))
        return f"{root}_{suffix}{extension}"


class _Stored:
    """The content of a file that is stored already."""

    def __init__(self, store: FileStore, info: FileInfo) -> None:
        self._store = store
        self._info = info
        self.fingerprint = Fingerprint.of_stored(info)

    def read(self, offset: int, size: int) -> bytes:
        wanted = min(size, self._info.size - offset)
        if wanted <= 0:
            return b""
        window = self._store.read(self._info.location, offset, wanted, self._info.size)
        return window.data[:wanted]

    def progressed(self, stored: int) -> None:
        """Take note of nothing."""


def _suffixed(suffix: str) -> Callable[[str, str], str]:
    return lambda root, extension: f"{root}_{suffix}{extension}"


def _missing(location: Location, place: Place) -> FileMissing:
    return FileMissing(f"There is no file {place.name!r}.", location=location, operation="stat")


def _taken(bucket_id: str, place: Place) -> AlreadyExists:
    location = Location(bucket_id, place.file_id)
    return FileTaken(f"The file {place.name!r} exists.", location=location, operation="create")


def _contended(bucket_id: str, place: Place) -> Unavailable:
    return Unavailable(
        f"Other writers kept taking the place of {place.name!r}; nothing was saved.",
        location=Location(bucket_id, place.file_id),
        operation="save",
    )
