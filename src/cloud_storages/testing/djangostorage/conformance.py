"""The whole suite: a mixin for pytest's classes and for test cases of unittest and Django."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import SkipTest
from urllib.parse import urldefrag, urlsplit
from urllib.request import urlopen

from django.conf import settings

from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.testing.djangostorage.fields import Fields
from cloud_storages.testing.djangostorage.known import known_of
from cloud_storages.testing.djangostorage.machine import AnyOrder
from cloud_storages.testing.djangostorage.naming import Naming
from cloud_storages.testing.djangostorage.opening import Reading, Writing
from cloud_storages.testing.djangostorage.promises import promises_of
from cloud_storages.testing.djangostorage.saving import Deleting, Saving
from cloud_storages.testing.djangostorage.telling import Listing, Telling
from cloud_storages.testing.djangostorage.together import Together
from cloud_storages.testing.djangostorage.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import Storage

__all__ = ["StorageConformance"]

#: Seconds that a URL may take to answer.
_PATIENCE = 30


class StorageConformance(
    Saving, Deleting, Naming, Reading, Writing, Telling, Listing, Fields, Together, AnyOrder
):
    """
    Holds any storage to the promises of Django's contract, one test each.

    Most are Django's documentation's. The others are customary: not documented, but
    ``FileSystemStorage`` does so, and applications rely on it; the docstrings of their tests say
    so.

    A subclass makes the storage::

        class TestMyStorage(StorageConformance):
            def make_storage(self):
                return MyStorage()

            cannot = {"appending_keeps_what_was_there": "S3 has no way to append"}

    It is found by pytest under that name; for the runners of unittest and Django it derives from
    ``TestCase`` as well. No database is touched. Where no site is configured, Django's own
    defaults are.

    The tests use a directory of the storage, which nobody else has, and delete from it what they
    saved. Where a server keeps empty directories, ``folder`` stays behind and, of a storage that
    knows one level of them, ``{folder}-deeper``; in Appwrite these are buckets.

    What ``cannot`` names is shown as a skip with its reason, and fails once the storage can after
    all. What Django allows to be left unimplemented is a skip without being named. What is known
    of the storages of this package need not be named either.

    Attributes:
        cannot: promises that the storage does not keep, with reasons.
        overwrites: whether saving a taken name replaces the file; None for what is known of the
            storage, as by the option ``file_overwrite`` of django-storages.
        reuses: whether a content that is there under its name is not stored again; None for what
            is known.
        chunk_size: bytes of the pieces in which the storage sends large contents; Appwrite's
            5,242,880 unless it is told.
        folder: the directory; a text that cannot be guessed, unless it is told.
        examples: how many sequences of steps the comparison with a dict tries: 20.
        steps: how many steps each has at most: 20.
        replay: what is played again instead, as told by a failure: ``(version, blob)``.

    Raises:
        TypeError: ``cannot`` names what is no promise.

    """

    cannot: ClassVar[Mapping[str, str]] = MappingProxyType({})
    overwrites: bool | None = None
    reuses: bool | None = None
    chunk_size: int = CHUNK_SIZE
    folder: str = f"conformance-{secrets.token_hex(4)}"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        known = {promise.name for promise in promises_of(StorageConformance).values()}
        if unknown := set(cls.cannot) - known:
            raise TypeError(
                f"{cls.__name__}.cannot names {', '.join(sorted(unknown))}, which is no promise."
                f" These are: {', '.join(sorted(known))}."
            )

    def make_storage(self) -> Storage:
        """Return the storage under test; asked for once in each test."""
        raise NotImplementedError("a subclass returns its storage here")

    def fetch(self, url: str) -> bytes:
        """
        Return what a URL shows.

        The default asks the server that the URL names, and skips where it names none.
        """
        if urlsplit(url).scheme not in {"http", "https", "data"}:
            raise SkipTest("its URLs name no server: override fetch() to look behind them")
        with urlopen(urldefrag(url).url, timeout=_PATIENCE) as answer:  # noqa: S310 - as above
            shown: bytes = answer.read()
        return shown

    def excused(self, storage: Storage) -> Mapping[str, str]:
        """Return the promises that the storage does not keep: those known, and ``cannot``."""
        return {**known_of(storage).cannot, **self.cannot}

    @contextlib.contextmanager
    def trial(self) -> Iterator[Trial]:
        """Make the storage, and take out afterwards what was put into it."""
        if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
            settings.configure(USE_TZ=True)
        storage = self.make_storage()
        known = known_of(storage)
        tried = Trial(
            storage,
            self.folder,
            self.chunk_size,
            known.overwrites if self.overwrites is None else self.overwrites,
            known.reuses if self.reuses is None else self.reuses,
            self.fetch,
        )
        try:
            yield tried
        finally:
            tried.clear()
