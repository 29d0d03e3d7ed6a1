"""
Keeps the promises of the port on an Appwrite server.

Appwrite answers 200 or 201 to uploads that it did not store, mixes the chunks of two writers into
one file, and refuses ranges that any other server would serve. Nothing here takes a status
for an answer: what was stored is compared by ID, completeness, size and signature.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from cloud_storages.adapters.appwrite.answers import (
    bucket_document,
    bucket_info,
    bucket_settings,
    file_info,
    file_token,
    other_settings,
    rows,
)
from cloud_storages.adapters.appwrite.passed import Passed
from cloud_storages.adapters.appwrite.refusals import (
    CursorLost,
    MaybeOurs,
    RangeRefused,
    ServerFailed,
    content_changed,
    taken,
)
from cloud_storages.domain.errors import (
    AccessDenied,
    BucketMissing,
    CloudStorageError,
    FileMissing,
    IntegrityError,
    Misconfigured,
    Rejected,
    Unavailable,
)
from cloud_storages.domain.identifiers import is_legal
from cloud_storages.domain.showing import Mark, Showing
from cloud_storages.domain.signatures import byte_of
from cloud_storages.domain.values import Location, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cloud_storages.adapters.appwrite.connection import Connection
    from cloud_storages.adapters.appwrite.gateway import Gateway
    from cloud_storages.adapters.appwrite.probing import Prober
    from cloud_storages.domain.values import BucketInfo, BucketSettings, FileInfo, FileToken
    from cloud_storages.ports import Content, FileStore

__all__ = ["AppwriteStore"]

#: Rows asked for at once: a thousand are half a megabyte of JSON.
PAGE_SIZE = 1000
#: A file up to this size, in bytes, is taken whole when its first bytes are asked for.
WHOLE_UP_TO = 256 * 1024
_BUCKETS = "/storage/buckets"
_ONE = 1
#: How often an upload that was damaged, or a listing that lost its place, is begun anew.
_TRIES = 3
#: Files that are looked for at once, to find one that a listing can go on from.
_LOOKED_FOR = 100


class AppwriteStore:
    """
    Files in the buckets of one Appwrite project.

    Nothing of the SDK is imported before the first request.

    Args:
        connection: which server, project and key.
        mixed_case: whether IDs with capitals are in use. MariaDB finds an ID in any case, so a
            file is then looked at before it is read or deleted, one request more.
        sleep: waits for a number of seconds before a request is repeated.
        clock: seconds from any moment on, never going back.

    """

    def __init__(
        self,
        connection: Connection,
        *,
        mixed_case: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._mixed_case = mixed_case
        self._sleep = sleep
        self._clock = clock
        self._opened: dict[int, Gateway] = {}
        self._patient: AppwriteStore | None = None
        self._key_is_proven = False

    def in_haste(self, seconds: float) -> AppwriteStore:
        """Return a store of the same files that gives up soon, over the same connections."""
        timeout = min(seconds, self._connection.timeout)
        connection = attrs.evolve(self._connection, timeout=timeout, deadline=timeout, retries=0)
        hasty = AppwriteStore(
            connection, mixed_case=self._mixed_case, sleep=self._sleep, clock=self._clock
        )
        hasty._patient = self
        return hasty

    def prober(self) -> Prober:
        """Return what finds out how this server, project and key are set up."""
        from cloud_storages.adapters.appwrite.probing import Prober  # noqa: PLC0415 - loads requests

        return Prober(self._connection)

    @property
    def _gateway(self) -> Gateway:
        # No lock is taken, since a fork could leave it locked for ever; the first one made counts.
        return self._opened.get(_ONE) or self._opened.setdefault(_ONE, self._opens())

    def _opens(self) -> Gateway:
        if self._patient is not None:
            return self._patient._gateway.told(self._connection)  # noqa: SLF001 - one of its own kind
        # The first request is what loads the SDK.
        from cloud_storages.adapters.appwrite.gateway import Gateway  # noqa: PLC0415

        return Gateway(self._connection, self._sleep, self._clock)

    # The port: writing

    def create(self, location: Location, title: str, content: Content) -> FileInfo:
        """Store a content and prove it; see the port."""
        _checked(location.file_id)
        create = self._create_in_chunks if content.fingerprint.chunks > 1 else self._create_at_once
        for tries in range(1, _TRIES + 1):
            try:
                info = create(location, title, content)
                break
            except IntegrityError as error:
                # Two creators can damage each other's file; what was stored is gone again.
                if not error.temporary or tries == _TRIES:
                    raise
            except ServerFailed as failed:
                # Servers before 1.9.5 fail when an upload meets an unfinished one.
                if self._found(location) is not None:
                    raise taken(location) from failed
                raise
        try:
            content.progressed(info.size)
        except BaseException:
            self._discard(location)
            raise
        return info

    def delete(self, location: Location) -> bool:
        """Remove a file; see the port."""
        if self._mixed_case:
            self.stat(location)
        try:
            return self._gateway.delete(_file(location), location)
        except FileMissing:
            self._prove_key()
            raise
        except ServerFailed as failed:
            # Appwrite also fails when another delete was faster, or the bytes are gone already.
            try:
                self.stat(location)
            except FileMissing:
                raise
            except CloudStorageError:
                raise failed from None
            raise

    def create_bucket(self, bucket_id: str, name: str, *, public: bool) -> None:
        """Create a bucket with the server's defaults; see the port."""
        document = {
            "bucketId": _checked(bucket_id),
            "name": name,
            "permissions": ['read("any")'] if public else [],
        }
        self._gateway.post(_BUCKETS, "create bucket", document, f"{bucket_id} ({name!r})")
        self._key_is_proven = True

    # The port: reading

    def stat(self, location: Location) -> FileInfo:
        """Return what is known of a file; see the port."""
        try:
            document = self._gateway.get(_file(location), "stat", location)
        except FileMissing:
            self._prove_key()
            raise
        info = file_info(document, location.bucket_id)
        if info.location != location:
            # MariaDB finds an ID in any case; only the exact spelling is this file.
            raise FileMissing(f"There is no file {location}.", location=location, operation="stat")
        return info

    def find(
        self, bucket_id: str, file_ids: Iterable[str], *, any_case: bool = False
    ) -> Mapping[str, FileInfo]:
        """Return those of a few files that exist; see the port."""
        wanted = list(file_ids)
        if not wanted:
            return {}
        queries = (_equal("$id", *wanted), _limit(len(wanted)))
        others = " and others" if len(wanted) > 1 else ""
        found = self._listed(bucket_id, queries, "find", f"{bucket_id}/{wanted[0]}{others}")
        if not found:
            self._prove_key()
        spelled = str.lower if any_case else str
        by_id = {spelled(info.location.file_id): info for info in found}
        return {each: by_id[spelled(each)] for each in wanted if spelled(each) in by_id}

    def read(self, location: Location, offset: int, size: int, total: int | None = None) -> Window:
        """Return a piece of a file; see the port."""
        try:
            if total is None and self._mixed_case:
                total = self._size(location)
            if total is None:
                return self._read_first(location, size)
            return self._read_range(location, offset, min(size, total - offset), total)
        except FileMissing:
            self._prove_key()
            raise

    def files(self, bucket_id: str, prefix: str = "") -> Iterator[FileInfo]:
        """Yield the files of a bucket; see the port."""
        narrowed = (_starts_with("name", prefix),) if prefix else ()
        is_empty = True
        for info in self._paged(bucket_id, narrowed):
            # Databases compare prefixes loosely.
            if info.title.startswith(prefix):
                is_empty = False
                yield info
        if is_empty:
            self._prove_key()

    def buckets(self, name: str | None = None) -> Iterator[BucketInfo]:
        """Yield the buckets; see the port."""
        for document in self._bucket_documents(name):
            bucket = bucket_info(document)
            # Databases compare names loosely.
            if name is None or bucket.name == name:
                yield bucket

    def _bucket_documents(self, name: str | None = None) -> Iterator[Any]:
        narrowed = () if name is None else (_equal("name", name),)
        cursor: tuple[Mapping[str, object], ...] = ()
        while True:
            document = self._gateway.get(
                _BUCKETS,
                "list buckets",
                queries=(*narrowed, _limit(PAGE_SIZE), *cursor),
                what="of the project" if name is None else f"named {name!r}",
            )
            page = rows(document, "buckets")
            self._key_is_proven = True
            yield from page
            if len(page) < PAGE_SIZE:
                return
            cursor = (_after(bucket_info(page[-1]).bucket_id),)

    # The port: settings of buckets

    def bucket_settings(self, bucket_id: str) -> BucketSettings:
        """Return the settings of a bucket; see the port."""
        return self._exactly_this(bucket_id, self._bucket_document(bucket_id))

    def all_bucket_settings(self) -> Iterator[BucketSettings]:
        """Yield the settings of every bucket; see the port."""
        return map(bucket_settings, self._bucket_documents())

    def create_bucket_as(self, settings: BucketSettings) -> BucketSettings:
        """Create a bucket; see the port."""
        document = {"bucketId": _checked(settings.bucket_id), **bucket_document(settings)}
        what = f"{settings.bucket_id} ({settings.name!r})"
        answer = self._gateway.post(_BUCKETS, "create bucket", document, what)
        self._key_is_proven = True
        return bucket_settings(answer)

    def change_bucket(self, settings: BucketSettings) -> BucketSettings:
        """Give a bucket these settings; see the port."""
        # What an update leaves out, the server puts back to its defaults.
        before = self._bucket_document(settings.bucket_id)
        self._exactly_this(settings.bucket_id, before)
        document = {**other_settings(before), **bucket_document(settings)}
        path = f"{_BUCKETS}/{_checked(settings.bucket_id)}"
        return bucket_settings(
            self._gateway.put(path, "change bucket", document, settings.bucket_id)
        )

    def _bucket_document(self, bucket_id: str) -> Any:
        path = f"{_BUCKETS}/{_checked(bucket_id)}"
        document = self._gateway.get(path, "look at bucket", what=bucket_id)
        self._key_is_proven = True
        return document

    def _exactly_this(self, bucket_id: str, document: Any) -> BucketSettings:
        settings = bucket_settings(document)
        if settings.bucket_id != bucket_id:
            # MariaDB finds an ID in any case.
            raise BucketMissing(
                f"There is no bucket {bucket_id!r}, but one with the ID {settings.bucket_id!r}.",
                operation="look at bucket",
            )
        return settings

    def now(self) -> dt.datetime | None:
        """Return the server's time; see the port."""
        return self._gateway.server_time(self._gateway.moment())

    # The port: addresses

    def url(self, location: Location, showing: Showing = Showing(), mark: Mark = Mark()) -> str:  # noqa: B008 - values
        """Return the address at which a browser sees a file, if it may."""
        return self._connection.url(location, showing, mark)

    def link(self, location: Location, expires: dt.datetime) -> FileToken:
        """Make a token that opens a file; see the port."""
        if self._mixed_case:
            self.stat(location)
        bucket_id, file_id = _checked(location.bucket_id), _checked(location.file_id)
        # A token expires with the whole second it is told.
        until = expires.astimezone(dt.timezone.utc).replace(microsecond=0)
        document = self._gateway.post(
            f"/tokens/buckets/{bucket_id}/files/{file_id}",
            "link to",
            {"expire": until.isoformat(timespec="milliseconds")},
            location=location,
        )
        self._key_is_proven = True
        return file_token(document)

    # Uploading

    def _create_at_once(self, location: Location, title: str, content: Content) -> FileInfo:
        size = content.fingerprint.size
        data = content.read(0, size)
        if len(data) != size:
            raise content_changed(location, len(data), size)
        began = self._gateway.moment()
        try:
            _, document = self._gateway.upload(_files(location), location, title, data)
        except (MaybeOurs, Unavailable):
            # An attempt may have arrived although its answer did not.
            info = self._stored_since(began, location, content)
            if info is None:
                raise
            return info
        self._key_is_proven = True
        info = self._info(document, location)
        if info.location != location or not info.complete or info.size != size:
            # A small file sent to somebody's unfinished upload becomes a part of it, answer 201.
            raise taken(location)
        return self._proven(info, content)

    def _stored_since(self, began: float, location: Location, content: Content) -> FileInfo | None:
        """Return what is at a location if it is this content and was stored since a moment."""
        document = self._gateway.glance(_file(location))
        since = self._gateway.server_time(began)
        if since is None or document is None:
            return None
        try:
            info = file_info(document, location.bucket_id)
        except CloudStorageError:
            return None  # nothing that this upload can have stored
        is_ours = info.location == location and content.fingerprint.matches(info)
        return info if is_ours and info.created >= since else None

    def _info(self, document: Any, location: Location) -> FileInfo:
        """Return what the answer to an upload says; undo it if it went to another bucket."""
        try:
            return file_info(document, location.bucket_id)
        except BucketMissing:
            self._discard(location)
            raise

    def _create_in_chunks(self, location: Location, title: str, content: Content) -> FileInfo:
        # The first chunk is what loads the SDK, if nothing has before.
        from cloud_storages.adapters.appwrite.uploads import ChunkedUpload  # noqa: PLC0415

        paths = (_files(location), _file(location))
        workers = self._connection.workers
        upload = ChunkedUpload(self._gateway, paths, location, title, content, workers)
        try:
            document = upload.run()
        except BaseException:
            # Remove what the upload left, if it is certainly this upload's.
            there = self._gateway.glance(_file(location))
            if there and upload.left_behind(there):
                self._discard(location)
            raise
        self._key_is_proven = True
        return self._proven(self._info(document, location), content)

    def _proven(self, info: FileInfo, content: Content) -> FileInfo:
        """Return the info of what was stored, if it is the content; else remove it."""
        if content.fingerprint.matches(info):
            return info
        self._discard(info.location)
        raise IntegrityError(
            f"What the server stored at {info.location} is not what was sent"
            f" ({info.size} bytes, signature {info.signature}); it was removed.",
            location=info.location,
            operation="create",
            temporary=True,
        )

    def _discard(self, location: Location) -> None:
        """Remove a leftover of ours; if that fails, it stays a partial that no reader sees."""
        with contextlib.suppress(CloudStorageError):
            self.delete(location)

    def _found(self, location: Location) -> FileInfo | None:
        try:
            return self.stat(location)
        except FileMissing:
            return None

    # Downloading

    def _read_first(self, location: Location, size: int) -> Window:
        """Read from the beginning without knowing the size: a small file in one request."""

        def wanted(total: int | None) -> int:
            if total is None or total > WHOLE_UP_TO:
                return size
            return max(size, total)

        try:
            # An open range tells the size of the file; a closed one past its end is refused.
            piece = self._gateway.view(_view(location), location, "bytes=0-", size, wanted)
        except RangeRefused:
            return self._read_tiny(location)
        if piece.total is None:
            return self._read_unranged(location, piece.data, size)
        if piece.offset != 0 or len(piece.data) < min(size, piece.total):
            return self._read_range(location, 0, min(size, piece.total), piece.total)
        return Window(0, piece.data, piece.total)

    def _size(self, location: Location) -> int:
        """Return the size of the file at exactly this location."""
        info = self.stat(location)
        if not info.complete:
            raise FileMissing(f"There is no file {location}.", location=location, operation="read")
        return info.size

    def _read_tiny(self, location: Location) -> Window:
        """
        Read a file of no or one byte, of which Appwrite serves no range.

        Nor are its bodies to be trusted: from encrypted and compressed buckets come the stored
        forms of nothing and of the byte 0. The metadata is right.
        """
        info = self.stat(location)
        if info.complete and info.size == 0:
            return Window(0, b"", 0)
        byte = byte_of(info.signature)
        if info.complete and info.size == 1 and byte is not None:
            return Window(0, byte, 1)
        raise _changed(location, f"of {info.size} bytes has no range")

    def _read_unranged(self, location: Location, data: bytes, size: int) -> Window:
        """Make sense of a whole file where a range was asked for, as some proxies answer."""
        info = self.stat(location)
        if not info.complete or len(data) < min(size, info.size) or len(data) > info.size:
            raise _changed(location, f"has {info.size} bytes, but {len(data)} were sent")
        return Window(0, data, info.size)

    def _read_range(self, location: Location, offset: int, size: int, total: int) -> Window:
        if total <= 1:
            window = self._read_tiny(location)
            if window.total != total:
                raise _changed(location, f"now has {window.total} bytes instead of {total}")
            return Window(offset, window.data[offset : offset + size], total)
        pieces: list[bytes] = []
        at, end = offset, offset + size
        while at < end:
            # A range of one byte is refused, so the last byte is read with the one before it.
            first = min(at, end - 2) if end >= 2 else 0  # noqa: PLR2004 - one byte and another
            last = max(end - 1, first + 1)
            length = last - first + 1
            try:
                piece = self._gateway.view(
                    _view(location), location, f"bytes={first}-{last}", length, _exactly(length)
                )
            except RangeRefused as error:
                raise _changed(location, f"is shorter than its {total} bytes") from error
            if piece.total is None:
                raise Misconfigured(
                    f"Cannot read {location}: the server, or a proxy before it, ignores ranges;"
                    " check the setting APPWRITE_API_ENDPOINT (option 'endpoint').",
                    location=location,
                    operation="read",
                )
            if piece.total != total or piece.offset != first:
                raise _changed(location, f"now has {piece.total} bytes instead of {total}")
            fresh = piece.data[at - first :]
            if not fresh:
                raise _changed(location, f"has nothing at {at} of {total} bytes")
            pieces.append(fresh)
            at += len(fresh)
        return Window(offset, b"".join(pieces)[:size], total)

    # Listing

    def _paged(
        self, bucket_id: str, narrowed: tuple[Mapping[str, object], ...]
    ) -> Iterator[FileInfo]:
        """Yield what is listed, page by page, each file once; remembers the IDs of two pages."""
        what = f"files of the bucket {bucket_id!r}"
        passed, cursor, losses = Passed(2 * PAGE_SIZE), "", 0
        while losses < _TRIES:
            behind = (_after(cursor),) if cursor else ()
            queries = (*narrowed, _limit(PAGE_SIZE), *behind)
            try:
                page = self._listed(bucket_id, queries, "list", what)
            except CursorLost:
                # The file that marked the page's end was deleted meanwhile.
                losses += 1
                cursor = self._still_there(bucket_id, passed)
                continue
            losses = 0
            yield from passed.new(page)
            if len(page) < PAGE_SIZE:
                return
            cursor = page[-1].location.file_id
        raise _too_lively(bucket_id)

    def _still_there(self, bucket_id: str, passed: Passed) -> str:
        """Return the last ID passed that still exists; empty to begin anew."""
        for batch in passed.backwards(_LOOKED_FOR):
            there = self.find(bucket_id, batch)
            for file_id in batch:
                if file_id in there:
                    return file_id
        if not passed.is_whole:
            raise _too_lively(bucket_id)
        return ""

    def _listed(
        self, bucket_id: str, queries: tuple[Mapping[str, object], ...], operation: str, what: str
    ) -> list[FileInfo]:
        document = self._gateway.get(
            f"{_BUCKETS}/{_checked(bucket_id)}/files",
            operation,
            queries=queries,
            what=what,
        )
        return [file_info(row, bucket_id) for row in rows(document, "files")]

    def _prove_key(self) -> None:
        """
        Make sure, once, that nothing was found because nothing is there.

        A key of an unknown kind is silently a guest, to whom private files do not exist. Every
        valid key may ask for the server's health, and no guest may.
        """
        if self._key_is_proven:
            return
        try:
            self._gateway.get("/health", "use the key", what="of the project")
        except AccessDenied as error:
            raise AccessDenied(
                "The server takes this site for a guest: check the key in the setting"
                " APPWRITE_API_KEY (option 'api_key').",
                operation="use the key",
            ) from error
        self._key_is_proven = True


def _checked(identifier: str) -> str:
    """Return an ID as it may stand in a path: HTTP clients resolve ``..`` to the parent."""
    if not is_legal(identifier):
        raise Rejected(f"{identifier!r} is not the ID of a bucket or file.")
    return quote(identifier, safe="")


def _files(location: Location) -> str:
    return f"{_BUCKETS}/{_checked(location.bucket_id)}/files"


def _file(location: Location) -> str:
    return f"{_files(location)}/{_checked(location.file_id)}"


def _view(location: Location) -> str:
    return f"{_file(location)}/view"


def _too_lively(bucket_id: str) -> Unavailable:
    return Unavailable(
        f"The bucket {bucket_id!r} changes faster than it can be listed.", operation="list"
    )


def _exactly(size: int) -> Callable[[int | None], int]:
    return lambda _: size


def _equal(attribute: str, *values: str) -> Mapping[str, object]:
    return {"method": "equal", "attribute": attribute, "values": list(values)}


def _starts_with(attribute: str, value: str) -> Mapping[str, object]:
    return {"method": "startsWith", "attribute": attribute, "values": [value]}


def _limit(count: int) -> Mapping[str, object]:
    return {"method": "limit", "values": [count]}


def _after(identifier: str) -> Mapping[str, object]:
    return {"method": "cursorAfter", "values": [identifier]}


_changed = IntegrityError.while_reading


def _is_a_store(store: AppwriteStore) -> FileStore:
    return store
