"""The head of an answer as it travels, and the answer that a fault gives."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from cloud_storages.emulator.values import Response

if TYPE_CHECKING:
    from cloud_storages.emulator.faults import Fault


def instead(fault: Fault) -> Response:
    """Return what a fault with a `status` answers instead of the server."""
    headers = dict(fault.headers)
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json; charset=UTF-8"
    return Response(fault.status, tuple(headers.items()), fault.body)


def is_bodiless(method: str, status: int) -> bool:
    """Return whether an answer ends with its head, whatever that says."""
    return (
        method == "HEAD"
        or status < HTTPStatus.OK
        or status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
    )


def status_line(status: int) -> str:
    """Return the first line of an answer, without its end."""
    return f"HTTP/1.1 {int(status)} {_reason(status)}"


def head(
    response: Response,
    *,
    length: int | None,
    is_chunked: bool = False,
    closes: bool = False,
    now: datetime | None = None,
) -> bytes:
    """
    Return an answer's head up to the empty line that ends it.

    `length` is what it says about its body in bytes, None for nothing; a chunked one says none.
    `now` is the moment its date tells, in UTC; the system's if not given.
    """
    lines = [status_line(response.status)]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines.append(f"Date: {format_datetime(now or datetime.now(timezone.utc), usegmt=True)}")
    if is_chunked:
        lines.append("Transfer-Encoding: chunked")
    elif length is not None:
        lines.append(f"Content-Length: {length}")
    if closes:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogatepass")


def _reason(status: int) -> str:
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return "Request Entity Too Large"
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
