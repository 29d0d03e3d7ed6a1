"""One kept connection to a server, and as little as possible between it and the caller."""

from __future__ import annotations

import http.client
import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PATIENCE = 600


class Unexpected(Exception):
    """An answer that is neither success nor what the caller is prepared for."""


@attrs.frozen
class Answer:
    """Status and body of an answer."""

    status: int
    body: bytes = attrs.field(repr=False)

    @property
    def document(self) -> Any:
        """The JSON in the body."""
        return json.loads(self.body)


class Wire:
    """
    A connection, opened by the first request.

    Args:
        endpoint: address that paths are appended to.
        headers: to send with every request.

    """

    def __init__(self, endpoint: str, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(endpoint)
        self._base = parts.path
        self._headers = dict(headers or {})
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_PATIENCE
        )

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        expected: tuple[int, ...] = (),
    ) -> Answer:
        """
        Make a request and read its answer to the end.

        Raises:
            Unexpected: the status is an error that is not `expected`.

        """
        self._connection.request(
            method, self._base + path, body, {**self._headers, **(headers or {})}
        )
        response = self._connection.getresponse()
        answer = Answer(response.status, response.read())
        if answer.status >= http.client.BAD_REQUEST and answer.status not in expected:
            raise Unexpected(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
        return answer

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()


def appwrite(endpoint: str, project: str, key: str) -> Wire:
    """Return a connection to a project of Appwrite."""
    return Wire(endpoint, {"X-Appwrite-Project": project, "X-Appwrite-Key": key})


def form(file_id: str, name: str, content: bytes) -> tuple[list[bytes], dict[str, str]]:
    """Return the body, in pieces, and the headers of an upload to Appwrite."""
    boundary = uuid.uuid4().hex
    part = f"--{boundary}\r\nContent-Disposition: form-data; name="
    pieces = [
        f'{part}"fileId"\r\n\r\n{file_id}\r\n{part}"file"; filename="{name}"\r\n\r\n'.encode(),
        content,
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    return pieces, {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(sum(map(len, pieces))),
    }
