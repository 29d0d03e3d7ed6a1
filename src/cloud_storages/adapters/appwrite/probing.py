"""
Finding out how a server, a project and a key are set up, without changing anything.

Each question is one request, asked once; an answer of any kind is told, and so is that there was
none. Whatever a key may do is told by requests that no key can carry out: Appwrite checks the
scope before it looks at the parameters, and these have none that are right.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import requests
import urllib3

from cloud_storages import meter
from cloud_storages.adapters.appwrite.deadlines import Deadline
from cloud_storages.adapters.appwrite.replies import Reply, ScopeAnswer
from cloud_storages.adapters.appwrite.sessions import Sessions
from cloud_storages.adapters.appwrite.transport import is_stale, parsed_date, received

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloud_storages.adapters.appwrite.connection import Connection

__all__ = ["Prober"]

#: Seconds that an answer may take: whoever checks would rather know.
_PATIENCE = 10.0
#: Bytes of an answer that are looked at.
_ENOUGH = 64 * 1024
#: An ID longer than any can be: Appwrite refuses it before it looks for anything.
_NO_ID = "x" * 37
_BAD_REQUEST = 400
_UNAUTHORIZED = 401

#: For each scope a request that takes it, and that is refused by everyone who has it.
_PROBES: Mapping[str, tuple[str, str]] = {
    "files.read": ("GET", f"/storage/buckets/{_NO_ID}/files"),
    "files.write": ("POST", f"/storage/buckets/{_NO_ID}/files"),
    "buckets.read": ("GET", f"/storage/buckets/{_NO_ID}"),
    "buckets.write": ("POST", "/storage/buckets"),
    "tokens.read": ("GET", f"/tokens/buckets/{_NO_ID}/files/{_NO_ID}"),
    "tokens.write": ("POST", f"/tokens/buckets/{_NO_ID}/files/{_NO_ID}"),
}
#: Scopes that older servers do not know, nor what they are for.
_NEWER = frozenset({"tokens.read", "tokens.write"})


class Prober:
    """
    Asks one server.

    Args:
        connection: which server, project and key.
        seconds: how long to wait for an answer.

    """

    def __init__(self, connection: Connection, seconds: float = _PATIENCE) -> None:
        self._connection = connection
        self._seconds = min(seconds, connection.timeout)
        self._sessions = Sessions(connection.endpoint, 1)

    def version(self, endpoint: str = "") -> Reply:
        """Ask for the server's version, which it tells to everyone and to no holder of a key."""
        return self._ask("GET", (endpoint or self._connection.endpoint) + "/health/version")

    def health(self) -> Reply:
        """Ask for the server's health, which it tells to every holder of a key of the project."""
        return self._ask("GET", self._connection.endpoint + "/health", self._key())

    def scope(self, name: str) -> ScopeAnswer:
        """Find out whether the key has a right; changes nothing, whether it has."""
        method, path = _PROBES[name]
        reply = self._ask(method, self._connection.endpoint + path, self._key())
        if reply.status == _BAD_REQUEST:
            return ScopeAnswer.HELD
        if reply.status == _UNAUTHORIZED and reply.kind == "general_unauthorized_scope":
            return ScopeAnswer.LACKING
        has_no_route = reply.is_missing and reply.kind in (None, "general_route_not_found")
        if has_no_route and name in _NEWER:
            return ScopeAnswer.UNKNOWN_TO_SERVER
        return ScopeAnswer.NOT_TOLD

    def visit(self, url: str) -> Reply:
        """Ask for an address as a browser does that has neither key nor cookie."""
        with _unlogged():
            return self._ask("GET", url, follow=True)

    def _key(self) -> dict[str, str]:
        return {
            "X-Appwrite-Project": self._connection.project_id,
            "X-Appwrite-Key": self._connection.api_key,
        }

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        follow: bool = False,
    ) -> Reply:
        for is_last in (False, True):
            try:
                return self._ask_once(method, url, headers, follow=follow)
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                # A kept connection may turn out to be closed by the server meanwhile.
                if is_last or not is_stale(error):
                    return Reply(failure=_why(error))
        raise AssertionError("unreachable: the last attempt returns")

    def _ask_once(
        self, method: str, url: str, headers: Mapping[str, str] | None, *, follow: bool
    ) -> Reply:
        meter.tell(method)
        deadline = Deadline(self._seconds, 0, time.monotonic)
        began = time.time()
        response = self._sessions.session().request(
            method,
            url,
            headers={"Accept-Encoding": "identity", **(headers or {})},
            timeout=self._seconds,
            stream=True,
            allow_redirects=follow,
            json={} if method == "POST" else None,
        )
        ended = time.time()
        with contextlib.closing(response):
            return _reply(response, received(response, _ENOUGH, deadline), began, ended)


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Keep an address out of urllib3's log, for there may be a token in it."""
    logger = logging.getLogger("urllib3.connectionpool")
    thread = threading.get_ident()

    def is_of_another(record: logging.LogRecord) -> bool:
        return record.thread != thread

    logger.addFilter(is_of_another)
    try:
        yield
    finally:
        logger.removeFilter(is_of_another)


def _reply(response: requests.Response, body: bytes, began: float, ended: float) -> Reply:
    document = _mapping(body)
    kind = document.get("type")
    ahead = None
    told = parsed_date(response.headers.get("Date", ""))
    if told is not None:
        # The header is cut to whole seconds, and told somewhere between question and answer.
        ahead = told.timestamp() + 0.5 - (began + ended) / 2
    is_redirect = 300 <= response.status_code < 400  # noqa: PLR2004 - the redirects of HTTP
    return Reply(
        status=response.status_code,
        kind=kind if isinstance(kind, str) and kind else None,
        document=document,
        body=body,
        redirect=_address(response.headers.get("Location", "")) if is_redirect else "",
        ahead=ahead,
        slack=0.5 + (ended - began) / 2,
    )


def _address(location: str) -> str:
    """Return where a redirect leads, without what could be secret in it."""
    return location.partition("?")[0].partition("#")[0]


def _mapping(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _why(error: BaseException) -> str:
    """Return why there was no answer, never with the request in it."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted, or it does not speak TLS"
    for kind, why in _REASONS:
        if any(isinstance(cause, kind) for cause in _causes(error)):
            return why
    return f"the connection failed ({type(error).__name__})"


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "no host of this name is known"),
    (ConnectionRefusedError, "nothing listens there"),
    (requests.Timeout, "no answer came in time"),
    (TimeoutError, "no answer came in time"),
    (ConnectionResetError, "the connection was closed without an answer"),
)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error and all that it says it comes from."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.append(one)
        nearby = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [each for each in nearby if isinstance(each, BaseException)]
    return found
