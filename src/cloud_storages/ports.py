"""
The port: what the service needs of a place that stores files.

Every sentence with "must" is a promise that each adapter keeps; ``cloud_storages.testing``
has a test for each. IDs given to a store are legal and lower-case unless a site chose otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

from cloud_storages.domain.showing import Mark, Showing
from cloud_storages.domain.signatures import Fingerprint, fingerprint

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from cloud_storages.domain.values import (
        BucketInfo,
        BucketSettings,
        FileInfo,
        FileToken,
        Location,
        Window,
    )

__all__ = ["BucketKeeper", "BytesContent", "Content", "FileStore"]


class Content(Protocol):
    """Bytes that can be read again and again, from any position."""

    @property
    def fingerprint(self) -> Fingerprint:
        """Size and signatures of the bytes."""

    def read(self, offset: int, size: int) -> bytes:
        """
        Return exactly ``size`` bytes from ``offset``, or all up to the end if fewer are left.

        May be called from several threads at once.
        """

    def progressed(self, stored: int) -> None:
        """
        Be told how many of the bytes are stored by now, in the thread that stores them.

        Begins anew when the content is sent anew. Raising ends the upload, which then leaves
        nothing behind.
        """


@attrs.frozen
class BytesContent:
    """A content that is in memory already."""

    data: bytes = attrs.field(repr=False)
    fingerprint: Fingerprint = attrs.field(init=False)

    @fingerprint.default
    def _fingerprint(self) -> Fingerprint:
        return fingerprint((self.data,))

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer at the end."""
        return self.data[offset : offset + size]

    def progressed(self, stored: int) -> None:
        """Take note of nothing."""


class BucketKeeper(Protocol):
    """
    Buckets and everything that can be chosen about them; errors as of ``FileStore``.

    Nothing here deletes: neither a bucket nor a file in one is lost by any of these.
    """

    def bucket_settings(self, bucket_id: str) -> BucketSettings:
        """Return the settings of the bucket of exactly this ID."""

    def all_bucket_settings(self) -> Iterator[BucketSettings]:
        """Yield the settings of every bucket, each once."""

    def create_bucket_as(self, settings: BucketSettings) -> BucketSettings:
        """
        Create a bucket and return its settings as the server tells them.

        What is None is the server's to choose.

        Raises:
            BucketTaken: one of this ID, in any case, exists; it must be left alone.
            Rejected: the server does not take such settings; nothing must have been created.

        """

    def change_bucket(self, settings: BucketSettings) -> BucketSettings:
        """
        Give a bucket these settings, all of them, and return them as the server tells them.

        Its files must stay. What the server has chosen about it beyond these settings must stay,
        too; a size that is None becomes the server's largest.

        Raises:
            Rejected: the server does not take such settings; nothing must have changed.

        """


class FileStore(BucketKeeper, Protocol):
    """
    Files in buckets, each under an ID that is unique in its bucket whatever its case.

    Any method may raise ``AccessDenied``, ``Misconfigured`` or ``Unavailable``. Those that name a
    bucket must raise ``BucketMissing`` when there is none of this ID. All methods may be
    called from several threads at once.
    """

    def create(self, location: Location, title: str, content: Content) -> FileInfo:
        """
        Store a content at a free location, all of it and nothing else, and prove it.

        What this returns must be readable byte for byte, from then on, by anyone who asks the
        store. Of several concurrent creators of one location at most one must get an answer;
        a creator must never change or complete what another one began, as far as the server lets
        it (Appwrite before 1.9.5 replaces chunks that are sent again).

        Args:
            location: where to store it.
            title: the name to show to people, at most 509 bytes of UTF-8; must be kept, except
                that double quotes at its ends may be lost.
            content: what to store; read in pieces, as often as needed, and told when pieces are
                stored, at the latest when all are.

        Raises:
            FileTaken: something is at the location, be it a partial, at any size of either, or
                an ID that differs in case only; it must be left alone.
            Rejected: the store will never accept this content there.
            IntegrityError: what was stored is not the content.

        After any exception nothing of this content must be visible at the location, as far as
        the store can still be reached.

        """

    def stat(self, location: Location) -> FileInfo:
        """
        Return what is known of the file at exactly this location, complete or partial.

        Size and signature of a complete file must be those of its content; its creation time
        must have a time zone and must not move when the file is read.

        Raises:
            FileMissing: nothing is there, or only something whose ID differs in case.

        """

    def find(
        self, bucket_id: str, file_ids: Iterable[str], *, any_case: bool = False
    ) -> Mapping[str, FileInfo]:
        """
        Return those of a few files of one bucket that exist, by ID, in one request.

        Args:
            bucket_id: which bucket.
            file_ids: which files.
            any_case: whether an ID that differs in case only will do, where the server finds it;
                the file is then told by the ID that was asked for.

        """

    def read(self, location: Location, offset: int, size: int, total: int | None = None) -> Window:
        """
        Return a piece of a complete file.

        The window must begin at ``offset`` and must have ``size`` bytes, or all up to the end
        if fewer are left; it may have more where that costs nothing.

        Args:
            location: which file.
            offset: where to begin, in bytes.
            size: how many bytes are wanted, at least 1.
            total: the size of the file, if known; unknown only at offset 0.

        Raises:
            FileMissing: no complete file is there.
            IntegrityError: the answer is short, or the file no longer has ``total`` bytes.

        """

    def delete(self, location: Location) -> bool:
        """
        Remove the file, complete or partial, at this location and nothing else.

        Returns:
            Whether that is the end of it. If not, an attempt was given up in silence and may be
            carried out yet, upon whatever is there then.

        Raises:
            FileMissing: nothing was there.

        """

    def files(self, bucket_id: str, prefix: str = "") -> Iterator[FileInfo]:
        """
        Yield every file of a bucket whose title begins with ``prefix``, partials included.

        Files that exist from beginning to end of the iteration must come exactly once, however
        many there are.
        """

    def buckets(self, name: str | None = None) -> Iterator[BucketInfo]:
        """Yield every bucket, or every one of exactly this name."""

    def now(self) -> dt.datetime | None:
        """
        Return the time by the clock that tells when files were created; makes no request.

        It must have a time zone and must not be later than that clock; None if no answer of the
        store has told it yet.
        """

    def create_bucket(self, bucket_id: str, name: str, *, public: bool) -> None:
        """
        Create a bucket, readable by anyone if ``public``, else by the key's holders only.

        Raises:
            BucketTaken: one of this ID exists; it must be left alone.

        """

    def url(self, location: Location, showing: Showing = Showing(), mark: Mark = Mark()) -> str:  # noqa: B008 - values
        """
        Return the address of a file for browsers. Must make no request and never fail.

        Args:
            location: which file.
            showing: how it is to be seen.
            mark: the token of a private file, and a version that makes one address two.

        """

    def link(self, location: Location, expires: dt.datetime) -> FileToken:
        """
        Make a token that opens a file to whoever has its URL with the token in it.

        It must open this file only, not after it expires, and nothing that takes the place of
        the file once that is deleted. It needs no permission to read the file.

        Args:
            location: which file.
            expires: until when, with time zone; the token must not open anything later, and may
                expire up to a second earlier.

        Raises:
            FileMissing: nothing is there.
            Misconfigured: the server has no tokens.
            Rejected: the moment is past.

        """
