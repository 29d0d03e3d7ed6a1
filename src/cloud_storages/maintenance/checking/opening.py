"""
Whether a URL really opens what is in a bucket: for anyone, or with its token only.

A file of a few bytes is stored, fetched as a browser without credentials does, and removed again
whatever happens.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.errors import CloudStorageError, FileMissing, Rejected
from cloud_storages.domain.showing import Mark, Showing
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.checking.answers import has_failed, said
from cloud_storages.maintenance.errors import reason_of
from cloud_storages.maintenance.findings import error, fine, not_told, warning
from cloud_storages.ports import BytesContent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.adapters.appwrite.replies import Reply
    from cloud_storages.backends.options import Options
    from cloud_storages.domain.values import BucketSettings, FileInfo
    from cloud_storages.maintenance.findings import Finding
    from cloud_storages.maintenance.sites import Target
    from cloud_storages.ports import FileStore

__all__ = ["STEP", "Doorway"]

STEP = "url"
_ACCESS = "APPWRITE_ACCESS"
_CONTENT = b"Stored for a moment by appwrite_check."
#: Bytes by which the beginning of a file is known again.
_ENOUGH = 512
#: Seconds that the token of the file is good for: longer than the check, and clocks differ.
_SECONDS = 300


@attrs.frozen
class Doorway:
    """
    How files of a storage are opened by strangers.

    Attributes:
        target: the storage.
        store: its files.
        visit: asks for a URL without credentials.
        has_tokens: whether the key may make tokens; None if that is not known.

    """

    target: Target
    store: FileStore
    visit: Callable[[str], Reply]
    has_tokens: bool | None = None

    @property
    def _told(self) -> Options:
        return self.target.storage.options

    def look(self, bucket: BucketSettings) -> Iterator[Finding]:
        """Yield whether a URL opens a file that is stored in a bucket for a moment."""
        if not bucket.enabled:
            yield not_told(STEP, "The bucket is disabled.", bucket.bucket_id)
            return
        # The server compares with the extension in lower case.
        useful = [each for each in bucket.allowed_extensions if each == each.lower()]
        if bucket.allowed_extensions and not useful:
            yield not_told(STEP, "The bucket takes no file at all.", bucket.bucket_id)
            return
        file_id = f"appwrite-check-{secrets.token_hex(8)}"
        title = f"{file_id}.{useful[0] if useful else 'txt'}"
        yield from self._tried(bucket, Location(bucket.bucket_id, file_id), title)

    def _tried(self, bucket: BucketSettings, location: Location, title: str) -> Iterator[Finding]:
        """Store a file, yield whether it opens, and remove it, be it that somebody interrupts."""
        content = _CONTENT[: bucket.maximum_file_size]
        left: Finding | None = None
        try:
            self.store.create(location, title, BytesContent(content))
        except CloudStorageError as problem:
            yield _unsaved(bucket, problem)
            # Only the answer may have been lost.
            left = self._removed(location) if problem.temporary else None
        except BaseException:
            self._removed(location)
            raise
        else:
            try:
                yield from self._opened(location, content)
            finally:
                left = self._removed(location)
        if left is not None:
            yield left

    def look_only(self, bucket: BucketSettings) -> Iterator[Finding]:
        """Yield whether a URL opens a file that is there already; changes nothing."""
        bucket_id = bucket.bucket_id
        try:
            file = next(filter(_is_whole, self.store.files(bucket_id)), None)
            shown = self._beginning(file) if file is not None else b""
        except CloudStorageError as problem:
            yield not_told(STEP, f"Its files cannot be read: {reason_of(problem)}", bucket_id)
            return
        if file is None:
            why = "The bucket has no content to open, and a dry run stores none in it."
            yield not_told(STEP, why, bucket_id)
            return
        yield self._without_token(file.location, lambda body: body.startswith(shown))
        if self._told.access == "private":
            message = "Whether a token opens a file is not tried: a dry run makes none."
            yield not_told(STEP, message, bucket_id)

    def _opened(self, location: Location, content: bytes) -> Iterator[Finding]:
        yield self._without_token(location, content.__eq__)
        if self._told.access == "private":
            yield self._with_token(location, content)

    def _beginning(self, file: FileInfo) -> bytes:
        content = self.target.storage.service.content_of(file)
        return content.read(0, min(file.size, _ENOUGH))

    def _without_token(self, location: Location, is_it: Callable[[bytes], bool]) -> Finding:
        subject = location.bucket_id
        reply = self.visit(self.store.url(location))
        if _unreachable(reply):
            return self._not_reached(reply, subject)
        if reply.is_ok and not is_it(reply.body):
            # A login page, or one for every address: neither tells whether the file opens.
            return self._another(subject)
        is_private = self._told.access == "private"
        if reply.is_ok and is_private:
            return error(
                STEP,
                "Anyone can open its files, without a token.",
                _ACCESS,
                f"Run {self.target.command('change', subject)} --private.",
                subject,
            )
        if is_private:
            return fine(STEP, "Its files do not open without a token.", subject)
        if reply.is_ok:
            return fine(STEP, "Its files open without credentials.", subject)
        return error(
            STEP,
            f"Its files do not open for everyone: {said(reply)}.",
            _ACCESS,
            f"Run {self.target.command('change', subject)} --public, or write {_ACCESS} ="
            " 'private'.",
            subject,
        )

    def _with_token(self, location: Location, content: bytes) -> Finding:
        subject = location.bucket_id
        if self.has_tokens is False:
            return not_told(STEP, "No token can be made.", subject)
        expires = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=_SECONDS)
        try:
            token = self.store.link(location, expires)
        except CloudStorageError as problem:
            return error(
                STEP,
                f"No token can be made: {reason_of(problem)}",
                "APPWRITE_API_KEY",
                "See what is told of scopes and clock above.",
                subject,
            )
        reply = self.visit(self.store.url(location, Showing(), Mark(token=token.secret)))
        if _unreachable(reply):
            return self._not_reached(reply, subject)
        if not reply.is_ok:
            return error(
                STEP,
                f"Its files do not open with their token: {said(reply)}.",
                self._address,
                "See what is told of the clock above, and whether something before the server"
                " takes parameters out of URLs.",
                subject,
            )
        if reply.body != content:
            return self._another(subject)
        return fine(STEP, "Its files open with their token.", subject)

    @property
    def _address(self) -> str:
        is_own = self._told.public_endpoint is not None
        return "APPWRITE_PUBLIC_ENDPOINT" if is_own else "APPWRITE_API_ENDPOINT"

    def _another(self, subject: str) -> Finding:
        url = self._told.public_endpoint or self._told.endpoint
        return error(
            STEP,
            f"{url} shows something else than the file.",
            self._address,
            f"Correct {self._address}: browsers must reach this very Appwrite there.",
            subject,
        )

    def _not_reached(self, reply: Reply, subject: str) -> Finding:
        url = self._told.public_endpoint or self._told.endpoint
        return warning(
            STEP,
            f"{url} cannot be reached from this machine, browsers may fare better: {said(reply)}.",
            self._address,
            f"Open a file's URL in a browser; if that fails, correct {self._address}.",
            subject,
        )

    def _removed(self, location: Location) -> Finding | None:
        """Remove the file; return what is to be said if that fails."""
        try:
            with contextlib.suppress(FileMissing):
                self.store.delete(location)
        except CloudStorageError as problem:
            return error(
                STEP,
                f"The file {location}, stored to try, could not be removed: {reason_of(problem)}",
                "",
                "Delete it in the Appwrite console.",
                location.bucket_id,
            )
        return None


def _unsaved(bucket: BucketSettings, problem: CloudStorageError) -> Finding:
    message = f"No file can be stored in it: {reason_of(problem)}"
    # The kind of file may be one that the bucket does not take, where that could not be told.
    is_guessed = bucket.maximum_file_size is None and isinstance(problem, Rejected)
    if problem.temporary or is_guessed:
        return not_told(STEP, message, bucket.bucket_id)
    way_out = "See what is told of scopes and of this bucket above."
    return error(STEP, message, "APPWRITE_API_KEY", way_out, bucket.bucket_id)


def _is_whole(file: FileInfo) -> bool:
    return file.complete and file.size > 0


def _unreachable(reply: Reply) -> bool:
    return bool(reply.failure) or has_failed(reply)
