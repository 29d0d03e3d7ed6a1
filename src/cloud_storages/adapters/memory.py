"""
The fake: a store in memory that behaves like Appwrite wherever a caller can tell.

IDs are unique whatever their case and found in their exact spelling only; a bucket refuses
files over its size limit or of other extensions than its own; signatures are MD5; times have
time zones and millisecond precision; what is in a private bucket shows to nobody without a token.
What each call would cost of requests is told to ``cloud_storages.meter``.
"""

from __future__ import annotations

import base64
import datetime as dt
import mimetypes
import secrets
import threading
import urllib.parse
from typing import TYPE_CHECKING

import attrs

from cloud_storages import meter
from cloud_storages.domain.errors import (
    BucketMissing,
    BucketTaken,
    FileMissing,
    FileTaken,
    IntegrityError,
    Rejected,
)
from cloud_storages.domain.identifiers import is_legal
from cloud_storages.domain.showing import Mark, Showing
from cloud_storages.domain.signatures import CHUNK_SIZE, fingerprint
from cloud_storages.domain.values import (
    BucketInfo,
    BucketSettings,
    FileInfo,
    FileToken,
    Location,
    Secret,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cloud_storages.ports import Content, FileStore

__all__ = ["MemoryStore"]

#: Rows of one page of a list.
_PAGE = 1000
_LONGEST_NAME, _LONGEST_EXTENSION = 128, 64
_COMPRESSIONS = ("none", "gzip", "zstd")


@attrs.define
class _File:
    info: FileInfo
    data: bytes = attrs.field(repr=False)


@attrs.define
class _Bucket:
    settings: BucketSettings
    files: dict[str, _File] = attrs.field(factory=dict)

    @property
    def info(self) -> BucketInfo:
        told = self.settings
        draws = told.transformations is not False
        return BucketInfo(told.bucket_id, told.name, told.holders("read"), draws=draws)


@attrs.frozen(eq=False)
class _Token:
    opens: _File
    expires: dt.datetime


class MemoryStore:
    """
    Keeps buckets and files in memory.

    Args:
        now: tells the time, with time zone; the system's clock if not given.
        maximum_file_size: bytes a file may have in a bucket that is created without a limit
            of its own; Appwrite's own default.
        whole_up_to: a file up to this size, in bytes, comes whole when its first bytes are
            asked for.

    """

    def __init__(
        self,
        now: Callable[[], dt.datetime] | None = None,
        maximum_file_size: int = 30_000_000,
        whole_up_to: int = 0,
    ) -> None:
        self._now = now or (lambda: dt.datetime.now(dt.timezone.utc))
        self._maximum_file_size = maximum_file_size
        self._whole_up_to = whole_up_to
        self._lock = threading.RLock()
        self._buckets: dict[str, _Bucket] = {}
        self._tokens: dict[str, _Token] = {}

    def clear(self) -> None:
        """Forget every bucket and file."""
        with self._lock:
            self._buckets.clear()
            self._tokens.clear()

    # The port

    def create(self, location: Location, title: str, content: Content) -> FileInfo:
        """Store a content; see the port."""
        _tell("POST", "create", location)
        self._admit(location, title, content)
        _tell("POST", "create", location, content.fingerprint.chunks - 1)
        size = content.fingerprint.size
        data = b"".join(content.read(at, CHUNK_SIZE) for at in range(0, size, CHUNK_SIZE))
        stored = fingerprint((data,))
        if stored != content.fingerprint and stored.md5 not in content.fingerprint.signatures:
            raise IntegrityError(
                f"The content of {location} changed while it was stored.",
                location=location,
                operation="create",
            )
        content.progressed(size)
        with self._lock:
            # Another creator may have been faster while the content was read.
            files = self._admit(location, title, content).files
            now = self._now()
            created = now.replace(microsecond=now.microsecond // 1000 * 1000)
            # Appwrite's multipart parser strips them.
            info = FileInfo(location, title.strip('"'), size, stored.md5, created)
            files[location.file_id.lower()] = _File(info, data)
            return info

    def stat(self, location: Location) -> FileInfo:
        """Return what is known of a file; see the port."""
        _tell("GET", "stat", location)
        return self._file(location, "stat").info

    def find(
        self, bucket_id: str, file_ids: Iterable[str], *, any_case: bool = False
    ) -> Mapping[str, FileInfo]:
        """Return those of a few files that exist; see the port."""
        file_ids = list(file_ids)
        if file_ids:
            others = " and others" if len(file_ids) > 1 else ""
            _tell("GET", "find", f"{bucket_id}/{file_ids[0]}{others}")
        with self._lock:
            files = self._bucket(bucket_id, "find").files
            found = {each: files[each.lower()].info for each in file_ids if each.lower() in files}
        return {
            each: info for each, info in found.items() if any_case or info.location.file_id == each
        }

    def read(self, location: Location, offset: int, size: int, total: int | None = None) -> Window:
        """Return a piece of a file; see the port."""
        _tell("GET", "read", location)
        file = self._file(location, "read")
        if not file.info.complete:
            raise _file_missing(location, "read")
        if total is not None and total != file.info.size:
            raise IntegrityError(
                f"The file {location} now has {file.info.size} bytes instead of {total}.",
                location=location,
                operation="read",
            )
        if total is None and file.info.size <= 1:
            # Appwrite serves no range of so small a file, so it is looked at.
            _tell("GET", "stat", location)
        if total is None and file.info.size <= self._whole_up_to:
            size = max(size, file.info.size)
        return Window(offset, file.data[offset : offset + size], file.info.size)

    def delete(self, location: Location) -> bool:
        """Remove a file; see the port."""
        _tell("DELETE", "delete", location)
        with self._lock:
            self._file(location, "delete")
            del self._bucket(location.bucket_id, "delete").files[location.file_id.lower()]
            return True

    def files(self, bucket_id: str, prefix: str = "") -> Iterator[FileInfo]:
        """Yield the files of a bucket; see the port."""
        what = f"files of the bucket {bucket_id!r}"
        _tell("GET", "list", what)
        with self._lock:
            infos = [file.info for file in self._bucket(bucket_id, "list").files.values()]
        found = [info for info in infos if info.title.startswith(prefix)]
        _tell("GET", "list", what, len(found) // _PAGE)
        return iter(found)

    def buckets(self, name: str | None = None) -> Iterator[BucketInfo]:
        """Yield the buckets; see the port."""
        with self._lock:
            infos = [bucket.info for bucket in self._buckets.values()]
        found = [info for info in infos if name is None or info.name == name]
        what = "of the project" if name is None else f"named {name!r}"
        _tell("GET", "list buckets", what, len(found) // _PAGE + 1)
        return iter(found)

    def now(self) -> dt.datetime | None:
        """Return the time; see the port."""
        return self._now()

    def create_bucket(
        self,
        bucket_id: str,
        name: str,
        *,
        public: bool,
        maximum_file_size: int | None = None,
        allowed_file_extensions: Iterable[str] = (),
    ) -> None:
        """
        Create a bucket; see the port.

        Args:
            bucket_id: its ID.
            name: its name.
            public: whether anyone may read it.
            maximum_file_size: bytes a file may have; None for the default.
            allowed_file_extensions: extensions a file may have, without dot; none for any.

        """
        settings = BucketSettings(
            bucket_id,
            name,
            maximum_file_size=maximum_file_size,
            allowed_extensions=tuple(allowed_file_extensions),
        )
        self.create_bucket_as(settings.opened(public=public))

    def bucket_settings(self, bucket_id: str) -> BucketSettings:
        """Return the settings of a bucket; see the port."""
        _tell("GET", "look at bucket", bucket_id)
        with self._lock:
            return self._bucket(bucket_id, "look at bucket").settings

    def all_bucket_settings(self) -> Iterator[BucketSettings]:
        """Yield the settings of every bucket; see the port."""
        with self._lock:
            found = [bucket.settings for bucket in self._buckets.values()]
        _tell("GET", "list buckets", "of the project", len(found) // _PAGE + 1)
        return iter(found)

    def create_bucket_as(self, settings: BucketSettings) -> BucketSettings:
        """Create a bucket; see the port."""
        bucket_id = settings.bucket_id
        _tell("POST", "create bucket", f"{bucket_id} ({settings.name!r})")
        with self._lock:
            settings = self._acceptable(settings, "create bucket")
            if bucket_id.lower() in self._buckets:
                raise BucketTaken(f"The bucket {bucket_id!r} exists.", operation="create bucket")
            self._buckets[bucket_id.lower()] = _Bucket(settings)
            return settings

    def change_bucket(self, settings: BucketSettings) -> BucketSettings:
        """Give a bucket these settings; see the port."""
        _tell("GET", "look at bucket", settings.bucket_id)
        _tell("PUT", "change bucket", settings.bucket_id)
        with self._lock:
            bucket = self._bucket(settings.bucket_id, "change bucket")
            bucket.settings = self._acceptable(settings, "change bucket")
            return bucket.settings

    def _acceptable(self, settings: BucketSettings, operation: str) -> BucketSettings:
        """Return settings with what is left to the store chosen, if Appwrite would take them."""
        size = settings.maximum_file_size
        size = self._maximum_file_size if size is None else size
        faults = {
            f"{settings.bucket_id!r} is no legal ID": not is_legal(settings.bucket_id),
            "a name has 1 to 128 characters": not 1 <= len(settings.name) <= _LONGEST_NAME,
            f"{size} bytes is no limit up to {self._maximum_file_size}": not (
                1 <= size <= self._maximum_file_size
            ),
            "an extension has 1 to 64 characters": not all(
                1 <= len(each) <= _LONGEST_EXTENSION for each in settings.allowed_extensions
            ),
            f"{settings.compression!r} is no compression": settings.compression
            not in _COMPRESSIONS,
        }
        for fault, is_found in faults.items():
            if is_found:
                raise Rejected(f"Cannot {operation}: {fault}.", operation=operation)
        draws = settings.transformations is not False
        return attrs.evolve(settings, maximum_file_size=size, transformations=draws)

    def url(self, location: Location, showing: Showing = Showing(), mark: Mark = Mark()) -> str:  # noqa: B008 - values
        """
        Return an address that shows the content itself, if whoever has it may see it now.

        It tells in parameters of its media type which file is meant, and as what.
        """
        wishes = {"name": str(location)}
        if showing.download:
            wishes["download"] = "1"
        if showing.preview is not None:
            wishes |= showing.preview.chosen()
        wishes |= {"v": mark.version} if mark.version else {}
        wishes |= {"token": mark.token} if mark.token else {}
        told = "".join(f";{key}={urllib.parse.quote(value)}" for key, value in wishes.items())
        file = self._visible(location, mark.token)
        if file is None:
            return f"data:text/plain{told},"
        media_type = mimetypes.guess_type(file.info.title)[0] or "application/octet-stream"
        data = base64.b64encode(file.data).decode("ascii")
        return f"data:{media_type}{told};base64,{data}"

    def link(self, location: Location, expires: dt.datetime) -> FileToken:
        """Make a token that opens a file; see the port."""
        _tell("POST", "link to", location)
        with self._lock:
            file, now = self._file(location, "link to"), self._now()
            # As on Appwrite, with the whole second.
            expires = expires.astimezone(dt.timezone.utc).replace(microsecond=0)
            if expires <= now:
                raise Rejected(
                    f"Cannot link to {location}: the expiry is past.",
                    location=location,
                    operation="link to",
                )
            self._tokens = {
                secret: token for secret, token in self._tokens.items() if token.expires > now
            }
            secret = Secret(secrets.token_urlsafe(32))
            self._tokens[secret] = _Token(file, expires)
            return FileToken(secret, expires)

    # For tests

    def visit(self, url: str) -> bytes | None:
        """Return what a stranger would be shown at a URL of this store by now; None if nothing."""
        told = dict(
            part.partition("=")[::2] for part in url.partition(",")[0].split(";") if "=" in part
        )
        bucket_id, _, file_id = urllib.parse.unquote(told["name"]).partition("/")
        file = self._visible(Location(bucket_id, file_id), told.get("token", ""))
        return None if file is None else file.data

    def _visible(self, location: Location, secret: str) -> _File | None:
        """Return a file if a stranger who has this token may see it."""
        with self._lock:
            try:
                file = self._file(location, "url")
                bucket = self._bucket(location.bucket_id, "url")
            except (BucketMissing, FileMissing):
                return None
            if not bucket.settings.enabled:
                return None
            token = self._tokens.get(secret)
            if token is not None and token.expires > self._now():
                return file if token.opens is file else None
            return file if bucket.settings.is_public else None

    def begin_partial(self, location: Location, title: str, size: int) -> None:
        """Leave an unfinished upload at a location, as a crashed writer would."""
        with self._lock:
            files = self._bucket(location.bucket_id, "create").files
            info = FileInfo(location, title, size, "", self._now(), complete=False)
            files[location.file_id.lower()] = _File(info, b"")

    def _bucket(self, bucket_id: str, operation: str, location: Location | None = None) -> _Bucket:
        bucket = self._buckets.get(bucket_id.lower())
        if bucket is None or bucket.info.bucket_id != bucket_id:
            raise BucketMissing(
                f"There is no bucket {bucket_id!r}.", location=location, operation=operation
            )
        return bucket

    def _file(self, location: Location, operation: str) -> _File:
        with self._lock:
            bucket = self._bucket(location.bucket_id, operation, location)
            file = bucket.files.get(location.file_id.lower())
        if file is None or file.info.location != location:
            raise _file_missing(location, operation)
        return file

    def _admit(self, location: Location, title: str, content: Content) -> _Bucket:
        """Return the bucket that would take this content now."""
        with self._lock:
            if not is_legal(location.file_id):
                raise _rejected(location, f"{location.file_id!r} is no legal ID")
            bucket = self._bucket(location.bucket_id, "create", location)
            extension = title.rpartition("/")[2].rpartition(".")
            allowed = bucket.settings.allowed_extensions
            limit = bucket.settings.maximum_file_size or self._maximum_file_size
            if allowed and (not extension[1] or extension[2].lower() not in allowed):
                raise _rejected(location, f"the bucket takes {', '.join(sorted(allowed))} only")
            if content.fingerprint.size > limit:
                raise _rejected(
                    location,
                    f"its {content.fingerprint.size} bytes are more than the {limit} the bucket"
                    " allows",
                )
            if location.file_id.lower() in bucket.files:
                raise FileTaken(
                    f"The location {location} is taken.", location=location, operation="create"
                )
            return bucket


def _tell(method: str, operation: str, subject: object, times: int = 1) -> None:
    with meter.doing(operation, str(subject)):
        meter.tell(method, times)


def _file_missing(location: Location, operation: str) -> FileMissing:
    return FileMissing(f"There is no file {location}.", location=location, operation=operation)


def _rejected(location: Location, why: str) -> Rejected:
    return Rejected(f"{location} is refused: {why}.", location=location, operation="create")


def _is_a_store(store: MemoryStore) -> FileStore:
    return store
