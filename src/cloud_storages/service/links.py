"""
What the URLs of a storage carry: nothing, a version, or a token, and how that is known cheaply.

A page shows the same URL again, so that browsers keep what they fetched: tokens and versions
are laid on a shelf that all processes share, and many are taken from it with one look.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from cloud_storages.domain.errors import CloudStorageError, NotFound
from cloud_storages.domain.showing import Mark, Showing
from cloud_storages.domain.values import Secret
from cloud_storages.service.ahead import AT_ONCE, paged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from cloud_storages.domain.values import FileInfo, Location
    from cloud_storages.ports import FileStore
    from cloud_storages.service.recent import Recent

__all__ = ["Address", "Links", "NoMarks", "Shelf", "Tokens", "Versions"]

logger = logging.getLogger("cloud_storages")

#: Seconds for which a file is believed missing, so that a page does not ask each time.
ABSENT_SECONDS = 30.0
#: Seconds for which a server that gave no answer is not asked again for tokens or versions.
QUIET_SECONDS = 10.0
#: Seconds after which a version is looked up anew: so long may a browser show what another
#: program replaced, one that does not lay versions on the same shelf.
VERSION_SECONDS = 3600.0
#: Seconds for which the shelf tells that a file changed: longer than anybody who looked before
#: needs to lay there what he found.
STAMP_SECONDS = 3600.0
#: A token is handed out until this part of its lifetime is left.
KEPT_BACK = 0.5
#: Characters of a signature that tell two contents of one name apart.
_VERSION_LENGTH = 8
#: Tokens a worker makes before those made are laid on the shelf.
_TOKENS_AT_ONCE = 8
#: Links of one file that are kept, of different lifetimes.
_MOST_LINKS = 8
#: Names the form of what is on the shelf; a new form gets another.
_FORM = "2"


class Shelf(Protocol):
    """Keeps small values for all processes of a site. Must never fail; may lose anything."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return what is there under the keys, with one look."""

    def set_many(self, values: Mapping[str, Any], seconds: float) -> None:
        """Lay values there for so many seconds."""


class Links(Protocol):
    """Knows what the URLs of files carry."""

    def marks(
        self, locations: Collection[Location], lifetime: float | dt.datetime | None
    ) -> Mapping[Location, Mark]:
        """
        Return what the URLs of these files carry.

        Args:
            locations: which files, each once, those that matter most first; whether they exist is
                not known.
            lifetime: of private links: seconds, or until when; None for the usual.

        """

    def stored(self, info: FileInfo) -> None:
        """Be told of a file that was stored just now."""

    def changed(self, location: Location) -> None:
        """Be told that a file is about to be replaced or deleted."""


@attrs.frozen
class Address:
    """
    Where one file is to be seen.

    Attributes:
        store: where it is stored.
        location: which file.
        mark: what its URLs carry.

    """

    store: FileStore = attrs.field(repr=False)
    location: Location
    mark: Mark

    def url(self, showing: Showing = Showing()) -> str:  # noqa: B008 - a value
        """Return the URL that shows the file in this way; makes no request."""
        return self.store.url(self.location, showing, self.mark)


class NoMarks:
    """
    Public files that are not overwritten: their URLs carry nothing.

    A file that is opened for writing, or deleted and stored anew, keeps its URL all the same: a
    browser may show what it fetched before.
    """

    def marks(
        self,
        locations: Collection[Location],
        lifetime: float | dt.datetime | None,  # noqa: ARG002 - public files have no links that end
    ) -> Mapping[Location, Mark]:
        """Return nothing for each."""
        return dict.fromkeys(locations, Mark())

    def stored(self, info: FileInfo) -> None:
        """Take note of nothing."""

    def changed(self, location: Location) -> None:
        """Take note of nothing."""


class _Kept:
    """
    What versions and tokens have in common: a shelf, and patience with a silent server.

    What is known of a file lies beside a stamp, a new one for each change of the file. Whoever
    asks the server looks at the stamp before and after, and keeps the answer if it is the same.

    Args:
        store: asked for what is not on the shelf; should give up soon, since pages wait for it.
        shelf: where answers are kept.
        scope: what tells this project's files from those of others on one shelf.
        now: tells the time, with time zone.
        stamp: draws a text that was never drawn before.
        clock: seconds from any moment on, never going back.

    """

    kind = ""
    #: What lies on the shelf for a file of which nothing is known.
    nothing: Any = None

    def __init__(
        self,
        store: FileStore,
        shelf: Shelf,
        *,
        scope: str,
        now: Callable[[], dt.datetime],
        stamp: Callable[[], str],
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._scope = scope
        self._now = now
        self._stamp = stamp
        self._clock = clock
        self._quiet_until: float | None = None

    def changed(self, location: Location) -> None:
        """Forget what is known of a file, and what others are being told of it just now."""
        self._shelf.set_many({self._key(location): (self._stamp(), self.nothing)}, STAMP_SECONDS)

    def _look(self, locations: Collection[Location]) -> dict[Location, tuple[str, Any]]:
        """Return the stamps of files and what is known of them, with one look at the shelf."""
        keys = {each: self._key(each) for each in locations}
        values = self._shelf.get_many(keys.values()) if keys else {}
        return {each: tuple(values.get(key, ("", self.nothing))) for each, key in keys.items()}

    def _key(self, location: Location) -> str:
        told = "\0".join((_FORM, self.kind, self._scope, *attrs.astuple(location)))
        # A shelf that others can read tells nobody which files a project has.
        return f"cloud_storages:{hashlib.sha256(told.encode()).hexdigest()[:40]}"

    def _is_quiet(self) -> bool:
        return self._quiet_until is not None and self._clock() < self._quiet_until

    def _be_quiet(self, what: str, error: CloudStorageError) -> None:
        self._quiet_until = self._clock() + QUIET_SECONDS
        logger.warning("URLs are without %s for now: %s", what, error)


class Versions(_Kept):
    """
    Public files that may be replaced: their URLs carry a short form of the signature.

    It is known of what this process stored or looked up within seconds, and of what any process
    that shares the shelf stored or asked for within VERSION_SECONDS; else it is asked for, in one
    request for many files of a bucket. While the server gives no answer, URLs have a passing one,
    another each hour, so that no browser keeps a file for long under a URL that stays. For files
    that do not exist they have none.

    Args:
        recent: what this process stored a moment ago.
        **kept: as of the base class.

    """

    kind = "version"

    def __init__(self, store: FileStore, shelf: Shelf, recent: Recent, **kept: Any) -> None:
        super().__init__(store, shelf, **kept)
        self._recent = recent

    def marks(
        self,
        locations: Collection[Location],
        lifetime: float | dt.datetime | None,  # noqa: ARG002 - public files have no links that end
    ) -> Mapping[Location, Mark]:
        """Return the versions of these files; never fails."""
        just_stored = ((each, self._recent.get(each)) for each in locations)
        versions = {each: _version(info) for each, info in just_stored if info is not None}
        kept = self._look([each for each in locations if each not in versions])
        versions |= {each: it for each, (_, it) in kept.items() if it is not None}
        stamps = {each: stamp for each, (stamp, it) in kept.items() if it is None}
        if stamps and not self._is_quiet():
            versions |= self._asked(stamps)
        passing = _passing(self._now())
        return {each: Mark(version=versions.get(each, passing)) for each in locations}

    def stored(self, info: FileInfo) -> None:
        """Keep the version of a file that was stored just now."""
        kept = {self._key(info.location): (self._stamp(), _version(info))}
        self._shelf.set_many(kept, VERSION_SECONDS)

    def _asked(self, stamps: Mapping[Location, str]) -> dict[Location, str]:
        """Return versions that the server tells, laid on the shelf as they come."""
        found: dict[Location, str] = {}
        try:
            for bucket_id, group in groupby(sorted(stamps), lambda each: each.bucket_id):
                for some in paged(list(group), AT_ONCE):
                    found |= self._laid(self._found(bucket_id, some), stamps)
        except CloudStorageError as error:
            self._be_quiet("versions", error)
        return found

    def _laid(
        self, found: Mapping[Location, str], stamps: Mapping[Location, str]
    ) -> dict[Location, str]:
        """Lay versions on the shelf; return them, or what a save laid there meanwhile."""
        later = self._look(found)
        same = [each for each in found if later[each] == (stamps[each], None)]
        there = {self._key(each): (stamps[each], found[each]) for each in same if found[each]}
        absent = {self._key(each): (stamps[each], "") for each in same if not found[each]}
        if there:
            self._shelf.set_many(there, VERSION_SECONDS)
        if absent:
            self._shelf.set_many(absent, ABSENT_SECONDS)
        saved = {each: it for each, (_, it) in later.items() if it is not None}
        return {**found, **saved}

    def _found(self, bucket_id: str, locations: Sequence[Location]) -> dict[Location, str]:
        try:
            infos = self._store.find(bucket_id, [each.file_id for each in locations])
        except NotFound:
            infos = {}
        return {each: _version(infos.get(each.file_id)) for each in locations}


@attrs.frozen
class _Link:
    """A token as it lies on the shelf; times are seconds since 1970. No secret: no such file."""

    secret: Secret = attrs.field(converter=Secret)
    fresh_until: float
    expires: float
    version: str = ""

    @property
    def plain(self) -> tuple[str, float, float, str]:
        """What lies on the shelf, of which every cache can make bytes."""
        return str.__str__(self.secret), self.fresh_until, self.expires, self.version


@attrs.frozen
class _KeptLinks:
    """What the shelf has of one file: the stamp of its last change, and its links by lifetime."""

    stamp: str
    links: Mapping[str, _Link]


_NO_LINK = _Link(Secret(), 0.0, 0.0)


class Tokens(_Kept):
    """
    Private files: their URLs carry a token.

    A token is made once per file and lifetime, and handed out until half of its lifetime is left;
    so a URL is good for at least that half, and a page shows the same one again. One that is
    to end at a given moment is handed out until then. A token is used to its end while the server
    does not answer. A file that does not exist, or has no token yet while the server does not
    answer, has the plain URL, which opens for nobody. Threads and processes that want one
    file's first token at the same moment make one each, of which the last is kept.

    Beside its token a file has a version, for the server's own store of previews: one that stays
    when tokens are renewed, and goes when the file does.

    Args:
        lifetime: seconds a token opens its file if nothing else is asked for.
        workers: tokens made at once.
        patience: seconds after which no further token is begun for a page: what has none by then
            has the plain URL, until the next page asks.
        **kept: as of the base class.

    """

    kind = "token"
    nothing = ()

    def __init__(
        self,
        store: FileStore,
        shelf: Shelf,
        *,
        lifetime: float,
        workers: int,
        patience: float,
        **kept: Any,
    ) -> None:
        super().__init__(store, shelf, **kept)
        self._lifetime = lifetime
        self._workers = workers
        self._patience = patience

    def marks(
        self, locations: Collection[Location], lifetime: float | dt.datetime | None
    ) -> Mapping[Location, Mark]:
        """
        Return the tokens of these files.

        Raises:
            AccessDenied: the key may not make tokens; the message names the scope.
            Misconfigured: the server has no tokens, or it is no Appwrite.
            Rejected: the moment is past.

        """
        asked = self._lifetime if lifetime is None else lifetime
        label, now = _label(asked), self._now().timestamp()
        kept = self._on_the_shelf(locations)
        links = {each: it.links.get(label, _NO_LINK) for each, it in kept.items()}
        stale = {each: kept[each].stamp for each, it in links.items() if it.fresh_until <= now}
        if stale and not self._is_quiet():
            links |= self._made(stale, asked)
        return {
            each: Mark(link.secret, link.version) if link.expires > now else Mark()
            for each, link in links.items()
        }

    def stored(self, info: FileInfo) -> None:
        """Forget that there was no file, or another one."""
        self.changed(info.location)

    def _on_the_shelf(self, locations: Collection[Location]) -> dict[Location, _KeptLinks]:
        """Return the links of these files, in a form that no traceback betrays."""
        return {
            each: _KeptLinks(stamp, {label: _Link(*link) for label, *link in links})
            for each, (stamp, links) in self._look(locations).items()
        }

    def _made(
        self, stamps: Mapping[Location, str], asked: float | dt.datetime
    ) -> dict[Location, _Link]:
        """Return new tokens, laid on the shelf as they are made, as far as the server answers."""
        failures: list[CloudStorageError] = []
        end = self._clock() + self._patience

        def make(location: Location) -> _Link | None:
            # What one was refused the others would be refused, too.
            if failures or self._clock() >= end:
                return None
            return self._link(location, asked, failures)

        made: dict[Location, _Link] = {}
        for batch in self._batches(make, list(stamps)):
            made |= self._laid(batch, stamps, _label(asked))
        for failure in failures:
            if not failure.temporary:
                raise failure
        if failures:
            self._be_quiet("tokens", failures[0])
        elif len(made) < len(stamps):
            late = len(stamps) - len(made)
            logger.warning("%d URLs are without tokens for now: the server is slow", late)
        return made

    def _batches(
        self, make: Callable[[Location], _Link | None], locations: Sequence[Location]
    ) -> Iterator[dict[Location, _Link]]:
        """Yield what could be made, a few made at a time."""
        if len(locations) == 1:
            link = make(locations[0])
            yield {locations[0]: link} if link else {}
            return
        with ThreadPoolExecutor(min(self._workers, len(locations)), "links") as pool:
            for some in paged(locations, _TOKENS_AT_ONCE * self._workers):
                # Whoever counts or traces the requests of a page goes by its context.
                contexts = [contextvars.copy_context() for _ in some]
                links = pool.map(lambda here, each: here.run(make, each), contexts, some)
                yield {each: link for each, link in zip(some, links, strict=True) if link}

    def _laid(
        self, made: Mapping[Location, _Link], stamps: Mapping[Location, str], label: str
    ) -> dict[Location, _Link]:
        """Lay new links on the shelf, but for files that changed meanwhile; return them all."""
        later = self._on_the_shelf(made)
        links = {each: _versioned(link, later[each].links) for each, link in made.items()}
        now = self._now().timestamp()
        wanted = (label, _label(self._lifetime))
        kept, seconds = {}, STAMP_SECONDS
        for each, link in links.items():
            if later[each].stamp == stamps[each]:
                latest = _latest({**later[each].links, label: link}, now, wanted)
                kept[self._key(each)] = stamps[each], [(key, *it.plain) for key, it in latest]
                seconds = max([seconds, *(it.expires - now for _, it in latest)])
        if kept:
            self._shelf.set_many(kept, seconds)
        return links

    def _link(
        self,
        location: Location,
        lifetime: float | dt.datetime,
        failures: list[CloudStorageError],
    ) -> _Link | None:
        now = self._now()
        until = lifetime if isinstance(lifetime, dt.datetime) else _later(now, lifetime)
        try:
            token = self._store.link(location, until)
        except NotFound:
            absent_until = now.timestamp() + ABSENT_SECONDS
            return _Link(Secret(), absent_until, absent_until)
        except CloudStorageError as error:
            failures.append(error)
            return None
        expires = token.expires.timestamp()
        kept_back = 0 if isinstance(lifetime, dt.datetime) else lifetime * KEPT_BACK
        return _Link(token.secret, expires - kept_back, expires)


def _versioned(link: _Link, others: Mapping[str, _Link]) -> _Link:
    """Return a link with the version that other links of the file have, or one of its own."""
    known = next((it.version for it in others.values() if it.version), "")
    drawn = hashlib.sha256(link.secret.encode()).hexdigest()[:_VERSION_LENGTH]
    return attrs.evolve(link, version=known or drawn) if link.secret else link


def _latest(
    links: Mapping[str, _Link], now: float, wanted: Collection[str]
) -> list[tuple[str, _Link]]:
    """Return the links to keep: those wanted, and of the others those that end last."""
    alive = [(label, link) for label, link in links.items() if link.expires > now]
    alive.sort(key=lambda each: (each[0] in wanted, each[1].expires))
    return alive[-_MOST_LINKS:]


def _passing(now: dt.datetime) -> str:
    """Return what stands for an unknown version within one hour."""
    hour = f"{now.timestamp() // 3600:.0f}"
    return hashlib.sha256(hour.encode()).hexdigest()[:_VERSION_LENGTH]


def _later(now: dt.datetime, seconds: float) -> dt.datetime:
    return now + dt.timedelta(seconds=seconds)


def _label(lifetime: float | dt.datetime) -> str:
    if isinstance(lifetime, dt.datetime):
        return f"until {lifetime.timestamp():.0f}"
    return f"for {lifetime:g}"


def _version(info: FileInfo | None) -> str:
    return info.signature[:_VERSION_LENGTH] if info is not None and info.complete else ""
