"""
Asks Appwrite and says what went wrong in this package's own words.

An error is told by the ``type`` the server gives it, then by its status; never by its message.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs
import requests
import urllib3

from cloud_storages import meter
from cloud_storages.adapters.appwrite.folders import folder_of
from cloud_storages.adapters.appwrite.forms import Form
from cloud_storages.adapters.appwrite.refusals import (
    CursorLost,
    MaybeOurs,
    RangeRefused,
    ServerFailed,
)
from cloud_storages.adapters.appwrite.sessions import Sessions
from cloud_storages.adapters.appwrite.transport import (
    Garbled,
    Refusal,
    Transport,
    is_temporary,
    received,
)
from cloud_storages.domain.errors import (
    AccessDenied,
    BucketMissing,
    BucketTaken,
    CloudStorageError,
    FileMissing,
    FileTaken,
    IntegrityError,
    Misconfigured,
    Rejected,
    Unavailable,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cloud_storages.adapters.appwrite.connection import Connection
    from cloud_storages.adapters.appwrite.deadlines import Deadline
    from cloud_storages.domain.values import Location

__all__ = ["Chunk", "Gateway", "Piece"]

_KEY = "the setting APPWRITE_API_KEY (option 'api_key')"
_PROJECT = "the setting APPWRITE_PROJECT_ID (option 'project_id')"
_ENDPOINT = "the setting APPWRITE_API_ENDPOINT (option 'endpoint')"

_BY_KIND: dict[str, type[CloudStorageError]] = {
    "storage_file_not_found": FileMissing,
    "storage_bucket_not_found": BucketMissing,
    "storage_file_already_exists": FileTaken,
    "storage_bucket_already_exists": BucketTaken,
    "storage_file_empty": Rejected,
    "storage_invalid_range": RangeRefused,
    "general_cursor_not_found": CursorLost,
    "storage_file_type_unsupported": Rejected,
    "storage_invalid_file": Rejected,
    "storage_invalid_file_size": Rejected,
    "project_not_found": Misconfigured,
    "project_id_missing": Misconfigured,
    "general_route_not_found": Misconfigured,
    "general_protocol_unsupported": Misconfigured,
    "general_service_disabled": Misconfigured,
    "general_api_disabled": Misconfigured,
}
_BY_STATUS: dict[int, type[CloudStorageError]] = {
    400: Rejected,
    401: AccessDenied,
    403: AccessDenied,
    404: Misconfigured,
    405: Misconfigured,
    409: FileTaken,
    413: Rejected,
    416: Rejected,
    500: ServerFailed,
}
_SCOPES = {
    "create": "files.write",
    "delete": "files.write",
    "read": "files.read",
    "find": "files.read",
    "stat": "files.read",
    "list": "files.read",
    "list buckets": "buckets.read",
    "create bucket": "buckets.write",
    "look at bucket": "buckets.read",
    "change bucket": "buckets.write",
    "link to": "tokens.write",
}
_HINTS = {
    "project_not_found": f"Check {_PROJECT}.",
    "project_id_missing": f"Check {_PROJECT}.",
    "project_key_expired": f"Make a new key and put it into {_KEY}.",
    "user_unauthorized": f"The server does not accept the key in {_KEY} for this project.",
    "general_access_forbidden": f"Check {_ENDPOINT}.",
    "storage_invalid_file_size": "The bucket's maximum file size, which the Appwrite console"
    " shows and changes, is smaller than the file.",
    "storage_file_type_unsupported": "The bucket allows other file extensions only; the Appwrite"
    " console shows and changes them.",
}


_NO_TOKENS = (
    "File tokens came with Appwrite 1.7, and this server is older: private files, which the setting"
    " APPWRITE_ACCESS (option 'access') asks for, need a view of your own that serves them."
)


@attrs.frozen
class Piece:
    """
    Some bytes of a file.

    Attributes:
        offset: where they begin.
        data: the bytes.
        total: size of the whole file; None if the server did not say.

    """

    offset: int
    data: bytes = attrs.field(repr=False)
    total: int | None


@attrs.frozen
class Chunk:
    """
    What makes a request one chunk of an upload.

    Attributes:
        content_range: which bytes of the file it is, as HTTP has it; empty for a whole file.
        permission: one for the file to carry, if any.
        settled: tells whether the chunk has arrived although its answer was lost, by the status
            and the document to take for that answer.
        stopped: tells whether the rest of the file is not wanted any more.

    """

    content_range: str = ""
    permission: str = ""
    settled: Callable[[], tuple[int, Any] | None] = lambda: None
    stopped: Callable[[], bool] = lambda: False


class Gateway:
    """
    One project's Storage API.

    Args:
        connection: which server, project and key.
        sleep: waits for a number of seconds before a request is repeated.
        clock: seconds from any moment on, never going back.
        sessions: where connections come from; its own if not given.

    """

    def __init__(
        self,
        connection: Connection,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        sessions: Sessions | None = None,
    ) -> None:
        self._connection = connection
        self._sleep = sleep
        self._clock = clock
        self._sessions = sessions or Sessions(connection.endpoint, connection.pool_size)
        self._transport = Transport(connection, self._sessions, sleep, clock)

    def told(self, connection: Connection) -> Gateway:
        """Return a gateway to the same server that shares the connections of this one."""
        return Gateway(connection, self._sleep, self._clock, self._sessions)

    def get(
        self,
        path: str,
        operation: str,
        location: Location | None = None,
        *,
        queries: Sequence[Mapping[str, object]] = (),
        what: str = "",
    ) -> Any:
        """Return the document at a path; ``queries`` narrow a list."""
        params: dict[str, object] = {}
        if queries:
            # A list's total is capped and costs a count; only the digit 0 turns it off.
            params = {"queries": [json.dumps(query) for query in queries], "total": 0}
        with translated(self._connection, operation, location, what):
            return _json(self._transport.call("get", path, params=params))

    def post(
        self,
        path: str,
        operation: str,
        document: Mapping[str, object],
        what: str = "",
        location: Location | None = None,
    ) -> Any:
        """Create something from a document and return the answer."""
        with translated(self._connection, operation, location, what):
            return _json(self._transport.call("post", path, params=document))

    def put(self, path: str, operation: str, document: Mapping[str, object], what: str) -> Any:
        """Let something be as a document says and return the answer."""
        with translated(self._connection, operation, None, what):
            return _json(self._transport.call("put", path, params=document))

    def delete(self, path: str, location: Location) -> bool:
        """Delete the file at a path; return whether no attempt at it can come through yet."""
        with translated(self._connection, "delete", location):
            answer = self._transport.send("DELETE", path, json={})
            if answer.status != _NO_CONTENT:
                _json(answer.document)
                raise _Foreign("a document")
            return not answer.is_late

    def upload(
        self,
        path: str,
        location: Location,
        title: str,
        data: bytes,
        *,
        chunk: Chunk | None = None,
    ) -> tuple[int, Any]:
        """
        Send a file or one chunk of it; return the status and the document.

        Args:
            path: of the bucket's files.
            location: where to store it.
            title: the file's name; its slashes show as folders, where the server has them.
            data: the bytes.
            chunk: which chunk it is; None for a whole file.

        Raises:
            MaybeOurs: the location is taken, but an earlier attempt lost its answer.
            Stopped: the rest of the file is not wanted any more.

        """
        fields = [("fileId", location.file_id)]
        headers = {}
        chunk = chunk or Chunk()
        if chunk.permission:
            fields.append(("permissions[0]", chunk.permission))
        if chunk.content_range:
            headers = {"Content-Range": chunk.content_range, "X-Appwrite-ID": location.file_id}
        folder = folder_of(title)
        if folder:
            fields.append(("folder", folder))
        # The server decodes percent sequences and cuts names at semicolons.
        form = Form(fields, quote(title, safe=""), data, chunk.stopped)
        headers["Content-Type"] = form.content_type
        with translated(self._connection, "create", location):
            answer = self._transport.send(
                "POST",
                path,
                headers=headers,
                form=form,
                patience=self._connection.UPLOAD_PATIENCE,
                settled=chunk.settled,
                wanted=lambda: not chunk.stopped(),
            )
            return answer.status, _json(answer.document)

    def glance(self, path: str) -> dict[str, Any] | None:
        """Return the document at a path if the server has it and answers at once; else None."""
        try:
            with meter.doing("look at", path):
                document = self._transport.glance(path)
        except (Refusal, requests.RequestException, urllib3.exceptions.HTTPError):
            return None
        # An answer that is no document must not hide the error that made the caller look.
        return document if isinstance(document, dict) else None

    def moment(self) -> float:
        """Return this moment, for ``server_time``."""
        return self._transport.moment()

    def server_time(self, moment: float) -> dt.datetime | None:
        """Return a time the server's clock had reached then; None before its first answer."""
        return self._transport.server_time(moment)

    def view(
        self,
        path: str,
        location: Location,
        byte_range: str,
        size: int,
        wanted: Callable[[int | None], int],
    ) -> Piece:
        """
        Return bytes of a file.

        Args:
            path: of the file.
            location: which file.
            byte_range: value of the Range header.
            size: about how many bytes are to be moved.
            wanted: tells from the file's size, if known, how many bytes of the answer to take;
                the rest is not received.

        Raises:
            RangeRefused: the file is too short for the range.
            IntegrityError: the answer ended early.

        """
        headers = {"Range": byte_range}
        deadline = self._transport.deadline(size=size)
        with translated(self._connection, "read", location):
            for attempt in self._transport.attempts(_is_temporary, deadline):
                with attempt:
                    response = self._transport.send_once("GET", path, deadline, headers=headers)
                    with contextlib.closing(response):
                        return _piece(response, location, wanted, deadline)
        raise AssertionError("unreachable: the last attempt returns or raises")


class _Foreign(Exception):
    """An answer that no Appwrite gives; its text says what came instead."""


def _json(document: Any) -> Any:
    """Return a document, if it is one and not the bytes of something else."""
    if not isinstance(document, bytes):
        return document
    if document.lstrip()[:1] == b"<":
        raise _Foreign("a web page")
    raise _Foreign("something that is not JSON" if document else "nothing")


@contextlib.contextmanager
def translated(
    connection: Connection, operation: str, location: Location | None = None, what: str = ""
) -> Iterator[None]:
    """
    Turn what a request raises into the error of this package that says the cause.

    Args:
        connection: the server that was asked.
        operation: what was being done, such as ``"create"``.
        location: the file concerned, if one is.
        what: the thing concerned, if it is no file.

    """
    subject = str(location) if location else what
    handled = sys.exc_info()[1]
    try:
        with meter.doing(operation, subject):
            yield
    except Refusal as refusal:
        raise _error(refusal, connection, operation, location, subject) from _bare(refusal, handled)
    except _Foreign as error:
        raise Misconfigured(
            f"Cannot {operation} {subject}: {connection.endpoint} answered with {error}, which"
            f" Appwrite does not; check {_ENDPOINT}.",
            location=location,
            operation=operation,
        ) from None
    except requests.exceptions.SSLError as error:
        raise Misconfigured(
            f"Cannot {operation} {subject}: no secure connection to {connection.endpoint};"
            f" check {_ENDPOINT} and the server's certificate.",
            location=location,
            operation=operation,
        ) from _bare(error, handled)
    except Garbled as error:
        raise Unavailable(
            f"Cannot {operation} {subject}: {connection.endpoint} answered with {error}.",
            location=location,
            operation=operation,
        ) from _bare(error, handled)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise Unavailable(
            f"Cannot {operation} {subject}: no answer from {connection.endpoint}, which"
            f" {_ENDPOINT} names ({type(error).__name__}).",
            location=location,
            operation=operation,
        ) from _bare(error, handled)


def _bare(error: BaseException, handled: BaseException | None) -> BaseException:
    """
    Return the error, and what caused it, without tracebacks; what the caller handled keeps its own.

    The frames of the HTTP libraries hold the request as it was sent, key included, and error
    pages show the variables of every frame.
    """
    seen: BaseException | None = error
    while seen is not None and seen is not handled:
        seen.__traceback__ = None
        seen = seen.__cause__ or seen.__context__
    return error


def _error(
    refusal: Refusal,
    connection: Connection,
    operation: str,
    location: Location | None,
    subject: str,
) -> CloudStorageError:
    kind = _kind(refusal)
    message = f"Cannot {operation} {subject}: {refusal.message}"
    hint = _hint(refusal, connection, operation)
    return kind(
        f"{message.rstrip('.')}. {hint}".rstrip(),
        location=location,
        operation=operation,
        temporary=refusal.temporary,
    )


def _kind(refusal: Refusal) -> type[CloudStorageError]:
    if refusal.kind == "storage_file_already_exists" and refusal.is_repeated:
        return MaybeOurs
    if refusal.kind in _BY_KIND:
        return _BY_KIND[refusal.kind]
    if 300 <= refusal.status < 400:  # noqa: PLR2004 - the redirects of HTTP
        return Misconfigured
    return _BY_STATUS.get(refusal.status, Unavailable)


def _hint(refusal: Refusal, connection: Connection, operation: str) -> str:
    if refusal.kind == "general_unauthorized_scope":
        scope = _SCOPES.get(operation)
        return f"The key in {_KEY} needs the scope {scope!r}." if scope else f"Check {_KEY}."
    if operation == "link to" and refusal.kind == "general_route_not_found":
        return _NO_TOKENS
    if refusal.kind in _HINTS:
        return _HINTS[refusal.kind]
    if refusal.redirect is not None:
        target = refusal.redirect.partition("?")[0]
        return (
            f"{connection.endpoint} redirects to {target}, and no key is sent after a redirect:"
            f" put the final address into {_ENDPOINT}."
        )
    if refusal.status == 404 and refusal.kind is None:  # noqa: PLR2004 - the 404 of HTTP
        return f"{connection.endpoint} is not Appwrite's API: {_ENDPOINT} should end with '/v1'."
    return ""


_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_PARTIAL_CONTENT = 206
_NO_CONTENT = 204


def _piece(
    response: requests.Response,
    location: Location,
    wanted: Callable[[int | None], int],
    deadline: Deadline,
) -> Piece:
    offset, available, total = _extent(response, location)
    size = wanted(total)
    if available is not None:
        size = min(size, available)
    # Reading one byte past a body's announced end shows its end, and frees the connection.
    data = received(response, size + (1 if size == available else 0), deadline)
    if len(data) > size:
        raise _broken(location, f"sent more than the {size} bytes it announced")
    if available is not None and len(data) < size:
        raise _broken(location, f"sent {len(data)} of {size} bytes")
    return Piece(offset, data, total)


def _is_temporary(error: BaseException) -> bool:
    if isinstance(error, IntegrityError):
        return error.temporary
    return is_temporary(error)


def _extent(response: requests.Response, location: Location) -> tuple[int, int | None, int | None]:
    """Return where the body begins, how long it is, and how long the file is."""
    if response.status_code == _PARTIAL_CONTENT:
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None:
            raise _broken(location, "answered a range without saying which")
        first, last, total = map(int, found.groups())
        return first, last - first + 1, total
    if response.headers.get("Content-Type", "").startswith("text/html"):
        # Appwrite shows HTML files as text/plain, so this page is somebody else's.
        raise Misconfigured(
            f"Cannot read {location}: the answer is a web page, not a file; check {_ENDPOINT}.",
            location=location,
            operation="read",
        )
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None, None


def _broken(location: Location, how: str) -> IntegrityError:
    return IntegrityError(
        f"Cannot read {location}: the server {how}.",
        location=location,
        operation="read",
        temporary=True,
    )
