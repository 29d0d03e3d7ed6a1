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
    from collections.abc import Callable, Collection, Iterable, Mapping

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
#: A token is handed out until this part of its lifetime is left.
KEPT_BACK = 0.5
#: Characters of a signature that tell two contents of one name apart.
_VERSION_LENGTH = 8
#: Links of one file that are kept, of different lifetimes.
_MOST_LINKS = 8
#: Names the form of what is on the shelf; a new form gets another.
_FORM = "1"


class Shelf(Protocol):
    """Keeps small values for all processes of a site. Must never fail; may lose anything."""

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Any]:
        """Return what is there under the keys, with one look."""

    def set_many(self, values: Mapping[str, Any], seconds: float) -> None:
        """Lay values there for so many seconds."""

    def delete(self, key: str) -> None:
        """Take a value away."""


class Links(Protocol):
    """Knows what the URLs of files carry."""

    def marks(
        self, locations: Collection[Location], lifetime: float | dt.datetime | None
    ) -> Mapping[Location, Mark]:
        """
        Return what the URLs of these files carry.

        Args:
            locations: which files; whether they exist is not known.
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
    """Public files that never change under their name: their URLs carry nothing."""

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

    Args:
        store: asked for what is not on the shelf; should give up soon, since pages wait for it.
        shelf: where answers are kept.
        scope: what tells this project's files from those of others on one shelf.
        now: tells the time, with time zone.
        clock: seconds from any moment on, never going back.

    """

    kind = ""

    def __init__(
        self,
        store: FileStore,
        shelf: Shelf,
        *,
        scope: str,
        now: Callable[[], dt.datetime],
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._scope = scope
        self._now = now
        self._clock = clock
        self._quiet_until: float | None = None

    def changed(self, location: Location) -> None:
        """Forget what is known of a file."""
        self._shelf.delete(self._key(location))

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
    request for many files of a bucket. While the server gives no answer, and for files that
    do not exist, URLs have no version.

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
        keys = {each: self._key(each) for each in locations if each not in versions}
        kept = self._shelf.get_many(keys.values()) if keys else {}
        versions |= {each: kept[key] for each, key in keys.items() if key in kept}
        unknown = [each for each in keys if each not in versions]
        if unknown and not self._is_quiet():
            versions |= self._asked(unknown)
        return {each: Mark(version=versions.get(each, "")) for each in locations}

    def stored(self, info: FileInfo) -> None:
        """Keep the version of a file that was stored just now."""
        self._shelf.set_many({self._key(info.location): _version(info)}, VERSION_SECONDS)

    def _asked(self, locations: list[Location]) -> dict[Location, str]:
        found: dict[Location, str] = {}
        try:
            for bucket_id, group in groupby(sorted(locations), lambda each: each.bucket_id):
                found |= self._found(bucket_id, list(group))
        except CloudStorageError as error:
            self._be_quiet("versions", error)
        there = {self._key(each): version for each, version in found.items() if version}
        absent = {self._key(each): "" for each, version in found.items() if not version}
        if there:
            self._shelf.set_many(there, VERSION_SECONDS)
        if absent:
            self._shelf.set_many(absent, ABSENT_SECONDS)
        return found

    def _found(self, bucket_id: str, locations: list[Location]) -> dict[Location, str]:
        found: dict[Location, str] = {}
        for some in paged(locations, AT_ONCE):
            try:
                infos = self._store.find(bucket_id, [each.file_id for each in some])
            except NotFound:
                infos = {}
            found |= {each: _version(infos.get(each.file_id)) for each in some}
        return found


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
        **kept: as of the base class.

    """

    kind = "token"

    def __init__(
        self,
        store: FileStore,
        shelf: Shelf,
        *,
        lifetime: float,
        workers: int,
        **kept: Any,
    ) -> None:
        super().__init__(store, shelf, **kept)
        self._lifetime = lifetime
        self._workers = workers

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
        label, usual = _label(asked), _label(self._lifetime)
        now = self._now().timestamp()
        kept = self._on_the_shelf(locations)
        links = {each: kept[each].get(label, _NO_LINK) for each in locations}
        made = self._made([each for each, link in links.items() if link.fresh_until <= now], asked)
        made = {each: _versioned(link, kept[each]) for each, link in made.items()}
        if made:
            self._keep(
                {
                    each: _latest({**kept[each], label: link}, label, usual)
                    for each, link in made.items()
                },
                now,
            )
        links |= made
        return {
            each: Mark(link.secret, link.version) if link.expires > now else Mark()
            for each, link in links.items()
        }

    def stored(self, info: FileInfo) -> None:
        """Forget that there was no file, or another one."""
        self.changed(info.location)

    def _on_the_shelf(self, locations: Collection[Location]) -> dict[Location, dict[str, _Link]]:
        """Return the links of these files by lifetime, in a form that no traceback betrays."""
        keys = {each: self._key(each) for each in locations}
        values = self._shelf.get_many(keys.values())
        return {
            each: {label: _Link(*link) for label, link in values.get(key, {}).items()}
            for each, key in keys.items()
        }

    def _keep(self, links: Mapping[Location, Mapping[str, _Link]], now: float) -> None:
        """Lay links of files on the shelf, those that are over left out."""
        alive = {
            self._key(each): {label: it.plain for label, it in by_label.items() if it.expires > now}
            for each, by_label in links.items()
        }
        ends = [link.expires for by_label in links.values() for link in by_label.values()]
        self._shelf.set_many(alive, max(ends) - now)

    def _made(
        self, locations: list[Location], lifetime: float | dt.datetime
    ) -> dict[Location, _Link]:
        """Return new tokens, a few made at a time, as far as the server answers."""
        if not locations or self._is_quiet():
            return {}
        failures: list[CloudStorageError] = []

        def make(location: Location) -> _Link | None:
            # What one was refused the others would be refused, too.
            return None if failures else self._link(location, lifetime, failures)

        if len(locations) == 1:
            links = [make(locations[0])]
        else:
            # Whoever counts or traces the requests of a page goes by its context.
            contexts = [contextvars.copy_context() for _ in locations]
            with ThreadPoolExecutor(min(self._workers, len(locations)), "links") as pool:
                links = list(pool.map(lambda here, each: here.run(make, each), contexts, locations))
        for failure in failures:
            if not failure.temporary:
                raise failure
        if failures:
            self._be_quiet("tokens", failures[0])
        return {each: link for each, link in zip(locations, links, strict=True) if link}

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


def _latest(links: Mapping[str, _Link], *wanted: str) -> dict[str, _Link]:
    """Return the links to keep: those wanted, and of the others those that end last."""
    by_worth = sorted(links, key=lambda label: (label in wanted, links[label].expires))
    return {label: links[label] for label in by_worth[-_MOST_LINKS:]}


def _later(now: dt.datetime, seconds: float) -> dt.datetime:
    return now + dt.timedelta(seconds=seconds)


def _label(lifetime: float | dt.datetime) -> str:
    if isinstance(lifetime, dt.datetime):
        return f"until {lifetime.timestamp():.0f}"
    return f"for {lifetime:g}"


def _version(info: FileInfo | None) -> str:
    return info.signature[:_VERSION_LENGTH] if info is not None and info.complete else ""
