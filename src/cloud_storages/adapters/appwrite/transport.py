"""
Carries requests to Appwrite: one pooled session, timeouts, no redirects, patient but not blind.

Appwrite's SDK opens a connection for every request, waits for ever, follows redirects with the
key in hand and prints warnings to stderr. Its ``Client`` is subclassed so that nothing of that
remains, for its generated services neither.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.cookiejar
import logging
import os
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import requests
import tenacity
from appwrite.client import Client
from appwrite.exception import AppwriteException
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloud_storages.adapters.appwrite.connection import Connection

__all__ = ["Refusal", "Transport", "is_temporary"]

logger = logging.getLogger("cloud_storages")

_CONNECT_TIMEOUT = 5.0
#: Appwrite asks for 5 seconds when an upload waits behind another; no answer may ask for more.
_LONGEST_PAUSE = 30.0
#: Statuses of a passing trouble; 408 is a database that took too long.
_TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})
_SUCCESS = range(200, 300)
#: What is raised when no answer came, or not all of it.
_NO_ANSWER = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.JSONDecodeError,
)
_noted: set[str] = set()


class Refusal(AppwriteException):  # type: ignore[misc]  # the SDK has no types
    """
    An answer that is an error.

    Attributes:
        status: the HTTP status.
        kind: the server's own name for the error, or None.
        retry_after: seconds the server asks to wait, or 0.
        redirect: where it redirects to, or None.
        attempts: how many times the request was sent.

    """

    def __init__(self, response: requests.Response) -> None:
        document = _document(response)
        self.status = response.status_code
        self.kind: str | None = _text(document.get("type"))
        self.retry_after = _seconds(response.headers.get("Retry-After", ""))
        self.redirect = response.headers.get("Location")
        self.attempts = 1
        message = _text(document.get("message")) or f"HTTP {self.status} {response.reason}"
        super().__init__(message, self.status, self.kind, None)

    @property
    def temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in _TEMPORARY


class Transport(Client):  # type: ignore[misc]  # the SDK has no types
    """
    A client of one project.

    Args:
        connection: which server, project and key.
        sleep: waits for a number of seconds before a request is repeated.

    """

    def __init__(self, connection: Connection, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self.set_endpoint(connection.endpoint)
        self.set_project(connection.project_id)
        self.set_key(connection.api_key)
        # Newer SDKs leave this header to their services.
        self.add_header("X-Appwrite-Project", connection.project_id)
        self._connection = connection
        self._sleep = sleep
        self._lock = threading.Lock()
        self._session: requests.Session | None = None
        self._clock_ahead: float | None = None
        self._session_of = 0

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
            return self.send("GET", path, headers=headers, params=self.flatten(given))[1]
        return self.send(method.upper(), path, headers=headers, json=given)[1]

    def chunked_upload(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: the SDK's chunked upload reports files as stored that are not."""
        raise NotImplementedError("Upload through a storage of cloud_storages instead.")

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        patience: float = 0.0,
        **body: Any,
    ) -> tuple[int, Any]:
        """
        Make a request, repeat it while that is worth it, and return status and document.

        Every request of this package may be repeated: the IDs of what it creates are its own.

        Args:
            method: HTTP method.
            path: below the endpoint.
            headers: to add.
            patience: seconds to wait longer than usual.
            **body: ``params``, ``json``, ``data`` or ``files`` as of requests.

        Raises:
            Refusal: the server answered with an error or a redirect.
            requests.RequestException: it did not answer.

        """
        for attempt in self.attempts(is_temporary):
            with attempt:
                try:
                    response = self.send_once(
                        method, path, headers=headers, patience=patience, **body
                    )
                    return response.status_code, _document_of(response)
                except Refusal as refusal:
                    refusal.attempts = attempt.retry_state.attempt_number
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def attempts(self, worth_another: Callable[[BaseException], bool]) -> tenacity.Retrying:
        """Return the attempts to make at something, with growing pauses between them."""
        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(1 + self._connection.retries),
            wait=_pause,
            retry=tenacity.retry_if_exception(worth_another),
            sleep=self._sleep,
            reraise=True,
        )

    def send_once(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        patience: float = 0.0,
        **body: Any,
    ) -> requests.Response:
        """Make a request as ``send`` does, once; a streamed body is the caller's to read."""
        connection = self._connection
        response = self._pooled().request(
            method,
            self._endpoint + path,
            headers={**_own(self._global_headers), **(headers or {})},
            timeout=(min(_CONNECT_TIMEOUT, connection.timeout), connection.timeout + patience),
            stream=stream,
            allow_redirects=False,
            **body,
        )
        _note_warnings(response)
        self._note_time(response)
        if response.status_code not in _SUCCESS:
            with contextlib.closing(response):
                raise Refusal(response)
        return response

    def server_time(self) -> dt.datetime | None:
        """Return a time the server's clock has certainly reached; None before its first answer."""
        if self._clock_ahead is None:
            return None
        return dt.datetime.fromtimestamp(time.monotonic() + self._clock_ahead, dt.timezone.utc)

    def _note_time(self, response: requests.Response) -> None:
        try:
            told = parsedate_to_datetime(response.headers.get("Date", ""))
        except (TypeError, ValueError):
            return
        if told.tzinfo is None:
            told = told.replace(tzinfo=dt.timezone.utc)
        # The header is cut to seconds, so no answer runs ahead of the server; the most advanced
        # one is the closest.
        ahead = told.timestamp() - time.monotonic()
        self._clock_ahead = max(ahead, self._clock_ahead or ahead)

    def _pooled(self) -> requests.Session:
        """Return this process's session: connections must not be shared across a fork."""
        with self._lock:
            if self._session is None or self._session_of != os.getpid():
                session = requests.Session()
                adapter = HTTPAdapter(
                    pool_connections=1, pool_maxsize=self._connection.pool_size, max_retries=0
                )
                session.mount("https://", adapter)
                session.mount("http://", adapter)
                session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
                self._session = session
                self._session_of = os.getpid()
            return self._session


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


def _document_of(response: requests.Response) -> Any:
    """Return the JSON of an answer, or its bytes if it is something else."""
    if response.headers.get("Content-Type", "").startswith("application/json"):
        return response.json()
    return response.content


def is_temporary(error: BaseException) -> bool:
    """Whether the same request may succeed when it is made again."""
    if isinstance(error, Refusal):
        return error.temporary
    if isinstance(error, (requests.exceptions.SSLError, requests.exceptions.InvalidURL)):
        return False
    return isinstance(error, _NO_ANSWER)


_backoff = tenacity.wait_exponential(multiplier=0.1, max=5.0) + tenacity.wait_random(0, 0.1)


def _pause(state: tenacity.RetryCallState) -> float:
    """Return the seconds to wait: as the server asks, else longer each time, with jitter."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, Refusal) else 0.0
    return max(_backoff(state), min(asked, _LONGEST_PAUSE))


def _document(response: requests.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except (ValueError, requests.RequestException):
        return {}
    return document if isinstance(document, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _seconds(value: str) -> float:
    return float(value) if value.isdigit() else 0.0
