"""
Carries requests to Appwrite: one pooled session, timeouts, no redirects, patient but not blind.

Appwrite's SDK opens a connection for every request, waits for ever, follows redirects with the
key in hand and prints warnings to stderr. Its ``Client`` is subclassed so that nothing of that
remains, for its generated services neither.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import logging
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import attrs
import requests
import tenacity
import urllib3
from appwrite.client import Client
from appwrite.exception import AppwriteException

from cloud_storages import meter
from cloud_storages.adapters.appwrite.deadlines import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cloud_storages.adapters.appwrite.connection import Connection
    from cloud_storages.adapters.appwrite.forms import Form
    from cloud_storages.adapters.appwrite.sessions import Sessions

__all__ = [
    "Answer",
    "Garbled",
    "Refusal",
    "Transport",
    "is_stale",
    "is_temporary",
    "parsed_date",
    "received",
]

logger = logging.getLogger("cloud_storages")

#: Seconds to connect, and to hand the network one piece of a body: enough for a packet that is
#: lost three times in a row.
_CONNECT_TIMEOUT = 10.0
#: Appwrite asks for 5 seconds when an upload waits behind another; no answer may ask for more.
_LONGEST_PAUSE = 30.0
#: Statuses of a passing trouble besides those of servers that fail; 408 is a slow database.
_TEMPORARY = frozenset({408, 425, 429})
#: Failures of a server that the next request meets again: not implemented, no such HTTP.
_FOR_GOOD = frozenset({501, 505})
#: A failure in status only: the request came over http where https is enforced.
_FOR_GOOD_KINDS = frozenset({"general_protocol_unsupported"})
_SUCCESS = range(200, 300)
_NO_CONTENT = 204
_TOO_MANY = 429
#: The first of the statuses of servers that fail, of whose work nothing is known.
_FAILED = 500
#: What is received of a body at once, in bytes; a body in many small pieces meets its deadline.
_PIECE = 256 * 1024
#: Bytes of an error's body that are looked at: Appwrite's are short, a proxy's page may not be.
_REFUSAL = 64 * 1024
#: Bytes of JSON that are looked at: a page of a listing has half a megabyte.
_DOCUMENT = 64 * 1024 * 1024
#: What is raised when no answer came, or not all of it.
_NO_ANSWER = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
)
#: What a kept connection raises that the server has closed meanwhile.
_STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
_noted: set[str] = set()


class Refusal(AppwriteException):  # type: ignore[misc]  # the SDK has no types
    """
    An answer that is an error.

    Attributes:
        status: the HTTP status.
        kind: the server's own name for the error, or None.
        retry_after: seconds the server asks to wait, or 0.
        redirect: where it redirects to, or None.
        is_repeated: whether an attempt before may have had its effect, unseen.

    """

    def __init__(self, response: requests.Response, body: bytes) -> None:
        document = _mapping(body)
        self.status = response.status_code
        self.kind: str | None = _text(document.get("type"))
        self.retry_after = _seconds(response.headers)
        self.redirect = response.headers.get("Location")
        self.is_repeated = False
        message = _text(document.get("message")) or f"HTTP {self.status} {response.reason}"
        super().__init__(message, self.status, self.kind, None)

    @property
    def temporary(self) -> bool:
        """Whether the same request may succeed later."""
        if self.kind in _FOR_GOOD_KINDS or self.status in _FOR_GOOD:
            return False
        return self.status in _TEMPORARY or self.status >= _FAILED


class Garbled(requests.RequestException):
    """An answer that calls itself JSON and is not, or not all of it."""


class CutShort(requests.RequestException):
    """A refusal that ends before it says why; what was asked for was not done."""


@attrs.frozen
class Answer:
    """
    An answer to a request.

    Attributes:
        status: the HTTP status.
        document: its JSON, or its bytes if it is something else.
        is_late: whether an attempt before it was given up in silence, and may come through yet.

    """

    status: int
    document: Any
    is_late: bool = False


class Transport(Client):  # type: ignore[misc]  # the SDK has no types
    """
    A client of one project.

    Args:
        connection: which server, project and key.
        sessions: where connections come from.
        sleep: waits for a number of seconds before a request is repeated.
        clock: seconds from any moment on, never going back.

    """

    def __init__(
        self,
        connection: Connection,
        sessions: Sessions,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.set_endpoint(connection.endpoint)
        self.set_project(connection.project_id)
        self.set_key(connection.api_key)
        # Newer SDKs leave this header to their services.
        self.add_header("X-Appwrite-Project", connection.project_id)
        self._connection = connection
        self._sessions = sessions
        self._sleep = sleep
        self._clock = clock
        self._clock_ahead: float | None = None

    def call(
        self,
        method: str,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        response_type: str = "json",  # noqa: ARG002 - the content type of the answer tells
    ) -> Any:
        """
        Make a request without a file and return its JSON, or its bytes if it is something else.

        Args:
            method: HTTP method in any case.
            path: below the endpoint, with every ID in it checked or percent-encoded.
            headers: to add.
            params: for the query string of a GET, for a JSON body otherwise.
            response_type: accepted for the SDK's services.

        Raises:
            Refusal: the server answered with an error or a redirect.
            requests.RequestException: it did not answer.

        """
        given = {key: value for key, value in (params or {}).items() if value is not None}
        if method.lower() == "get":
            return self.send("GET", path, headers=headers, params=self.flatten(given)).document
        return self.send(method.upper(), path, headers=headers, json=given).document

    def chunked_upload(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: the SDK's chunked upload reports files as stored that are not."""
        raise NotImplementedError("Upload through a storage of cloud_storages instead.")

    def send(
        self,
        method: str,
        path: str,
        *,
        form: Form | None = None,
        patience: float = 0.0,
        settled: Callable[[], tuple[int, Any] | None] = lambda: None,
        wanted: Callable[[], bool] = lambda: True,
        **request: Any,
    ) -> Answer:
        """
        Make a request, repeat it while that is worth it, and return the answer.

        Every request of this package may be repeated: the IDs of what it creates are its own.

        Args:
            method: HTTP method.
            path: below the endpoint.
            form: to send, with a file in it.
            patience: seconds to wait longer than usual.
            settled: asked before each repetition whether an attempt has arrived although its
                answer was lost; what it returns, if anything, is the answer.
            wanted: whether a repetition is still wanted.
            **request: ``headers`` to add; ``params`` or ``json`` as of requests.

        Raises:
            Refusal: the server answered with an error or a redirect.
            Garbled: it answered with broken JSON.
            requests.RequestException: it did not answer, or not in time.

        """
        deadline = self.deadline(patience, len(form) if form else 0)
        if form is not None:
            request["data"] = form.within(deadline)
        is_lost = is_late = False
        for attempt in self.attempts(lambda error: is_temporary(error) and wanted(), deadline):
            with attempt:
                found = settled() if is_lost else None
                if found is not None:
                    return Answer(*found, is_late)
                try:
                    response = self.send_once(method, path, deadline, patience=patience, **request)
                    with contextlib.closing(response):
                        document = _document_of(response, deadline)
                        return Answer(response.status_code, document, is_late)
                except Refusal as refusal:
                    refusal.is_repeated = is_lost
                    # A server that fails, or a gateway that lost patience, may have been at it.
                    is_lost = is_lost or (refusal.temporary and refusal.status != _TOO_MANY)
                    raise
                except CutShort:
                    raise
                except BaseException as error:
                    is_lost = True
                    # A connection that broke took the request with it.
                    is_late = is_late or isinstance(error, requests.Timeout)
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def glance(self, path: str) -> Any:
        """Return the document at a path, asked for once; raise as ``send`` does."""
        deadline = self.deadline()
        with contextlib.closing(self.send_once("GET", path, deadline)) as response:
            return _document_of(response, deadline)

    def deadline(self, patience: float = 0.0, size: int = 0) -> Deadline:
        """
        Return the moment by which a request, with all its repetitions, has failed.

        Args:
            patience: seconds to wait longer than usual.
            size: bytes that are to be moved.

        """
        return Deadline(self._connection.deadline + patience, size, self._clock)

    def attempts(
        self, worth_another: Callable[[BaseException], bool], deadline: Deadline
    ) -> tenacity.Retrying:
        """
        Return the attempts to make at something, with growing pauses between them.

        A kept connection that the server has closed meanwhile is no reason to fail, or to wait:
        the first such failure costs neither a retry nor a pause.
        """
        stale = False

        def pause(state: tenacity.RetryCallState) -> float:
            nonlocal stale
            error = state.outcome.exception() if state.outcome is not None else None
            if error is not None and not stale and is_stale(error):
                stale = True
                return 0.0
            # As the server asks, else longer each time, with jitter.
            asked = error.retry_after if isinstance(error, Refusal) else 0.0
            return max(_backoff(state), min(asked, _LONGEST_PAUSE))

        def stop(state: tenacity.RetryCallState) -> bool:
            made = state.attempt_number - stale
            return made > self._connection.retries or deadline.left <= state.upcoming_sleep

        return tenacity.Retrying(
            stop=stop,
            wait=pause,
            retry=tenacity.retry_if_exception(worth_another),
            sleep=self._sleep,
            reraise=True,
        )

    def send_once(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        patience: float = 0.0,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> requests.Response:
        """Make a request as ``send`` does, once; the body of the answer is the caller's to read."""
        left = deadline.left
        if left <= 0:
            raise _too_late()
        timeout = self._connection.timeout
        meter.tell(method)
        response = self._sessions.session().request(
            method,
            self._endpoint + path,
            headers={**_own(self._global_headers), **(headers or {})},
            timeout=(min(_CONNECT_TIMEOUT, timeout, left), min(timeout + patience, left)),
            stream=True,
            allow_redirects=False,
            **body,
        )
        _note_warnings(response)
        self._note_time(response)
        if response.status_code not in _SUCCESS:
            with contextlib.closing(response):
                raise Refusal(response, _reason(response, deadline))
        if "Content-Type" not in response.headers and response.status_code != _NO_CONTENT:
            # Appwrite always says what it sends: this head was cut off, which HTTP cannot tell.
            with contextlib.closing(response):
                raise Garbled("an answer that ends early")
        return response

    def moment(self) -> float:
        """Return this moment, for ``server_time``."""
        return self._clock()

    def server_time(self, moment: float) -> dt.datetime | None:
        """Return a time the server's clock had reached then; None before its first answer."""
        if self._clock_ahead is None:
            return None
        return dt.datetime.fromtimestamp(moment + self._clock_ahead, dt.timezone.utc)

    def _note_time(self, response: requests.Response) -> None:
        told = parsed_date(response.headers.get("Date", ""))
        if told is None:
            return
        # The header is cut to seconds, so no answer runs ahead of the server; the most advanced
        # one is the closest.
        ahead = told.timestamp() - self._clock()
        self._clock_ahead = max(ahead, self._clock_ahead or ahead)


def received(response: requests.Response, size: int, deadline: Deadline) -> bytes:
    """
    Return the next bytes of an answer's body, fewer than ``size`` only at its end.

    Raises:
        requests.Timeout: they did not come in time.

    """
    return b"".join(_pieces(response, size, deadline))


def _pieces(response: requests.Response, size: int, deadline: Deadline) -> Iterator[bytes]:
    while size > 0:
        # Whatever has come, be it little: a body that trickles must meet its deadline.
        piece = response.raw.read1(min(size, _PIECE), decode_content=True)
        if not piece:
            return
        yield piece
        size -= len(piece)
        if deadline.has_passed:
            raise _too_late()


def _too_late() -> requests.Timeout:
    return requests.Timeout("the answer was not there by the deadline")


def is_stale(error: BaseException) -> bool:
    """Return whether a connection broke before anything of an answer came."""
    while not isinstance(error, _STALE):
        causes = [each for each in error.args if isinstance(each, BaseException)]
        if not causes:
            return False
        error = causes[0]
    return True


def _note_warnings(response: requests.Response) -> None:
    """Log what the SDK would print on every single request, once in a process."""
    warning = response.headers.get("X-Appwrite-Warning")
    if warning and warning not in _noted:
        _noted.add(warning)
        logger.info("Appwrite warns: %s", warning)


def _own(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the SDK's headers without its empty content type, which hides the true one."""
    own = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    # Ranges and sizes count the bytes as stored, so no answer may come compressed.
    own["Accept-Encoding"] = "identity"
    return own


def _reason(response: requests.Response, deadline: Deadline) -> bytes:
    """Return the body of a refusal."""
    try:
        return received(response, _REFUSAL, deadline)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        if response.status_code >= _FAILED:
            raise
        raise CutShort(f"HTTP {response.status_code} that ends early") from error


def _document_of(response: requests.Response, deadline: Deadline) -> Any:
    """Return the JSON of an answer, or its bytes if it is something else."""
    body = received(response, _DOCUMENT, deadline)
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return body
    try:
        return json.loads(body)
    except ValueError as error:
        raise Garbled("broken JSON" if body else "nothing instead of JSON") from error


def is_temporary(error: BaseException) -> bool:
    """Whether the same request may succeed when it is made again."""
    if isinstance(error, Refusal):
        return error.temporary
    if isinstance(error, (requests.exceptions.SSLError, requests.exceptions.InvalidURL)):
        return False
    return isinstance(error, (*_NO_ANSWER, Garbled, CutShort))


_backoff = tenacity.wait_exponential(multiplier=0.1, max=5.0) + tenacity.wait_random(0, 0.1)


def _mapping(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(headers: Mapping[str, str]) -> float:
    """Return the seconds that ``Retry-After`` asks for, which may name a moment instead."""
    asked = headers.get("Retry-After", "")
    if asked.isdigit():
        return float(asked)
    moment, now = parsed_date(asked), parsed_date(headers.get("Date", ""))
    if moment is None or now is None:
        return 0.0
    return max(0.0, (moment - now).total_seconds())


def parsed_date(text: str) -> dt.datetime | None:
    """Return the moment that a header tells, with time zone; None if it tells none."""
    try:
        told = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=dt.timezone.utc)
