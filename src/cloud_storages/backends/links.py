"""The addresses a page needs of a storage: of files, of downloads, of pictures at a size."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from typing import TYPE_CHECKING, Any

import attrs
from django.core.files.storage import Storage
from django.utils import timezone

from cloud_storages.backends.errors import django_errors
from cloud_storages.backends.options import LONGEST_LIFETIME, SHORTEST_LIFETIME
from cloud_storages.backends.shelf import CacheShelf
from cloud_storages.domain.showing import LARGEST_PICTURE, Preview, Showing, is_picture
from cloud_storages.domain.values import OnConflict
from cloud_storages.service import NoMarks, Tokens, Versions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from cloud_storages.backends.options import Options
    from cloud_storages.ports import FileStore
    from cloud_storages.service import Recent, StorageService
    from cloud_storages.service.links import Links

    Expiry: TypeAlias = float | dt.timedelta | dt.datetime | None

__all__ = ["PATIENCE", "LinkingStorage", "links_of"]

#: Seconds a page may wait for a token or a version, and after which no further token is begun for
#: it: without a token a picture is not seen, so more than for the bucket of a directory, which can
#: be guessed.
PATIENCE = 5.0


def links_of(told: Options, store: FileStore, recent: Recent) -> Links:
    """
    Return what knows the links of a storage.

    Args:
        told: the storage's options.
        store: asked for tokens and versions; should give up soon.
        recent: what the storage stored a moment ago.

    """
    kept: dict[str, Any] = {
        "scope": f"{told.endpoint}\0{told.project_id}",
        "now": lambda: dt.datetime.now(dt.timezone.utc),
        "stamp": lambda: secrets.token_hex(8),
        "clock": time.monotonic,
    }
    if told.access == "private":
        return Tokens(
            store,
            CacheShelf(told.cache),
            lifetime=told.url_lifetime,
            workers=told.workers,
            patience=PATIENCE,
            **kept,
        )
    if told.on_conflict is OnConflict.OVERWRITE:
        return Versions(store, CacheShelf(told.cache), recent, **kept)
    return NoMarks()


class LinkingStorage(Storage):
    """
    The part of a storage that makes URLs.

    **Public files** have plain URLs, made without a request once the directory is known; they never
    fail to render because Appwrite is down. Where files are overwritten, a URL carries a version
    (``&v=1a2b3c4d``, a short form of the signature), so that no browser shows the old file for
    the 45 days Appwrite lets it. The version of a file is known from its save, and is in the cache
    for an hour after a save or a look by any process; else it is asked for once. While the
    server does not answer, one that holds for the hour stands for it. What a program replaces that
    does not share the cache is seen within the hour.

    **Private files** have URLs with a token, which is made with one request per file and lifetime
    and kept in the cache. A URL is good for at most the lifetime and at least half of it; within
    the first half the same URL is returned again, so that browsers keep what it shows. Deleting or
    replacing a file makes its token worthless; this storage takes it out of the cache, so that
    the next URL is right in every process that shares the cache. Where another program did it, or
    the cache is not shared, the old URL, which opens nothing, is returned for up to half
    the lifetime. A file that does not exist has a plain URL, which opens for nobody, for half a
    minute; so has every file for some seconds after the server did not answer, and on a page of
    many files what has no token when five seconds are over, unless its last token is still good (a
    warning is logged). While the cache is down each process
    keeps its own tokens in memory.
    """

    @property
    def options(self) -> Options:
        """What this storage was told, checked."""
        raise NotImplementedError

    @property
    def service(self) -> StorageService:
        """The service that does the work."""
        raise NotImplementedError

    @property
    def _in_use(self) -> Options:
        """What the service was built with: reading all options takes longer than a URL."""
        raise NotImplementedError

    def url(self, name: str | None, *, expires: Expiry = None, download: bool = False) -> str:
        """
        Return the address at which a browser sees a file; does not ask whether it exists.

        Args:
            name: of the file.
            expires: when the URL of a private file ends at the latest: seconds from now, a
                timedelta, or a moment; with seconds or a timedelta the URL may be one that was
                made before and is good for half as long. The option ``url_lifetime`` if not given.
            download: whether the browser saves the file instead of showing it.

        Raises:
            ValueError: the name is empty; the expiry is past, less than 2 seconds from now, a
                moment less than a second away, or more than 366 days away; or the files are
                public and do not expire.
            AccessDenied: a file is private, and the key lacks the scope tokens.write.
            Misconfigured: a file is private, and the server has no tokens (before Appwrite 1.7),
                or the settings lead to no project.

        """
        if not name:
            raise ValueError("The name must be given to url().")
        return self.urls((name,), expires=expires, download=download)[str(name)]

    def urls(
        self, names: Iterable[object], *, expires: Expiry = None, download: bool = False
    ) -> dict[str, str]:
        """
        Return the addresses of many files, by name.

        Costs one look in the cache. What is not there costs the requests of ``url``, and a look
        more for each batch of them: for private files one request per token, several at once as
        the option ``workers`` says; for versions one per bucket and hundred files. Call it
        before a page that shows many private files: what the page then asks for is in the cache.

        Args:
            names: names, or values of file fields; what is empty is left out.
            expires: as for ``url``.
            download: as for ``url``.

        Raises:
            as ``url``.

        """
        lifetime = self._lifetime(expires)
        with django_errors():
            wanted = dict.fromkeys(str(name) for name in names if name)
            found = self.service.addresses(wanted, lifetime)
        return {name: address.url(Showing(download=download)) for name, address in found.items()}

    def preview_url(self, name: object, *, expires: Expiry = None, **wishes: Any) -> str:
        """
        Return the address of a picture as Appwrite draws it at a size.

        It is the address of the original where there can be no preview: for what Appwrite cannot
        read (anything but JPEG, PNG, HEIC, WebP and GIF, as the name's extension tells), where
        the option ``transformations`` is off, and for pictures of more than 20 MB if the size is
        known because this storage stored them just now. Of other pictures of that size Appwrite
        shows a placeholder.

        Appwrite keeps previews for a while beyond the deletion of a picture. Where files are
        overwritten or private, the address tells the new picture's apart from the old one's, but
        not if there is a ``border_width``: what was drawn of the old may then be shown.

        Args:
            name: name of the picture, or value of an image field.
            expires: as for ``url``.
            **wishes: ``width`` and ``height`` in pixels, 1 to 4000, ``quality``, 0 to 100,
                ``output``, ``gravity`` and others: see ``cloud_storages.domain.showing.Preview``.

        Raises:
            ValueError: a wish is beyond what the server takes; the message names it.
            TypeError: there is no such wish.
            others: as ``url``.

        """
        return self._shown(name, [Preview(**wishes)], expires)[0]

    def preview_urls(
        self,
        name: object,
        widths: Iterable[int],
        *,
        ratio: float | None = None,
        expires: Expiry = None,
        **wishes: Any,
    ) -> dict[int, str]:
        """
        Return the addresses of a picture at several widths, as a ``srcset`` needs them.

        Costs what one address costs. Empty where there can be no preview.

        Args:
            name: as for ``preview_url``.
            widths: in pixels, 1 to 4000 each.
            ratio: width to height, to which the picture is cut; uncut, if None.
            expires: as for ``url``.
            **wishes: as for ``preview_url``.

        Raises:
            as ``preview_url``.

        """
        previews = {}
        for width in widths:
            previews[width] = preview = Preview(width=width, **wishes)
            if ratio is not None:
                height = max(1, round(width / ratio))
                previews[width] = attrs.evolve(preview, height=height)
        if not self.is_previewable(name):
            return {}
        shown = self._shown(name, previews.values(), expires)
        return dict(zip(previews, shown, strict=True))

    def is_previewable(self, name: object) -> bool:
        """Tell whether Appwrite can draw a picture anew, as far as that is known without asking."""
        if not (self._in_use.transformations and is_picture(str(name))):
            return False
        with django_errors():
            known = self.service.recently(str(name))
        return known is None or known.size <= LARGEST_PICTURE

    def _shown(self, name: object, previews: Iterable[Preview], expires: Expiry) -> list[str]:
        if not name:
            raise ValueError("The name must be given to preview_url().")
        lifetime = self._lifetime(expires)
        drawn = self.is_previewable(name)
        with django_errors():
            address = self.service.addresses((str(name),), lifetime)[str(name)]
        return [address.url(Showing(preview=each if drawn else None)) for each in previews]

    def _lifetime(self, expires: Expiry) -> float | dt.datetime | None:
        if expires is None:
            return None
        if self._in_use.access != "private":
            raise ValueError(
                "URLs of public files do not expire; only a storage whose option 'access' (setting"
                " APPWRITE_ACCESS) is 'private' takes 'expires'."
            )
        return _checked(expires)


def _checked(expires: object) -> float | dt.datetime:
    """
    Return an expiry as seconds, or as a moment with time zone.

    Raises:
        ValueError: it is none, is past, or is too far away.

    """
    if isinstance(expires, dt.datetime):
        return _moment(expires)
    seconds = expires.total_seconds() if isinstance(expires, dt.timedelta) else expires
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ValueError(f"'expires' is {expires!r} instead of seconds, a timedelta or a datetime.")
    _check_seconds(seconds, expires, SHORTEST_LIFETIME)
    return float(seconds)


def _moment(expires: dt.datetime) -> dt.datetime:
    moment = timezone.make_aware(expires) if timezone.is_naive(expires) else expires
    # Tokens end with a whole second.
    moment = moment.replace(microsecond=0)
    # The difference first: the last moments of the year 9999 have no equivalent in UTC.
    _check_seconds((moment - dt.datetime.now(dt.timezone.utc)).total_seconds(), expires, 1.0)
    return moment.astimezone(dt.timezone.utc)


def _check_seconds(seconds: float, expires: object, least: float) -> None:
    # What is no number is not more either.
    if not seconds >= least:
        unit = "second" if least == 1 else "seconds"
        raise ValueError(
            f"'expires' is {expires!r}, which is past or less than {least:g} {unit} away."
        )
    if seconds > LONGEST_LIFETIME:
        raise ValueError(
            f"'expires' is {expires!r}, which is more than 366 days away: a file that is to be open"
            " longer belongs into a public storage."
        )
