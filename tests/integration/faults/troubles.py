"""What can go wrong with a request, and for how long."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.domain.errors import IntegrityError, Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ENOUGH", "RETRIES", "SPANS", "TROUBLES", "Span", "Trouble"]

#: How often the storages of the matrix repeat a request.
RETRIES = 1
#: More requests than any operation makes.
ENOUGH = 1000
_PAGE = b"<!DOCTYPE html><html><title>Please log in</title><body>Nothing to see here.</body></html>"
_HTML = MappingProxyType({"Content-Type": "text/html"})
_ASKED = MappingProxyType({"Content-Type": "application/json", "Retry-After": "5"})
_FAILED = b'{"message":"Server Error","code":500,"type":"general_unknown","version":"1.9.6"}'
_BUSY = (
    b'{"message":"File upload is busy. Try again.","code":429,'
    b'"type":"general_rate_limit_exceeded","version":"1.9.6"}'
)


@attrs.frozen
class Trouble:
    """
    Something that goes wrong with a request.

    Attributes:
        title: what it is.
        fault: what the server, or the proxy before it, is told to do.
        passing: whether trying again is the right thing to do.
        errors: what an operation may raise that does not get over it.
        only: the method of the requests it can befall; empty for any.
        silent: whether it is noticed by waiting for an answer in vain.
        akin: whether another trouble looks the same to a client, or all but the same.

    """

    title: str
    fault: Mapping[str, Any]
    passing: bool = True
    errors: tuple[type[Exception], ...] = (Unavailable, IntegrityError)
    only: str = ""
    silent: bool = False
    akin: bool = False

    @property
    def is_late(self) -> bool:
        """Whether a request has its effect when nobody waits for it any more."""
        return self.silent and not self.fault

    def allows(self, error: BaseException) -> bool:
        """Whether an error is of the kind that tells this trouble."""
        if not isinstance(error, self.errors):
            return False
        # What passes must be told from what somebody has to mend.
        return error.temporary is not isinstance(error, Misconfigured)


def _answer(status: int, body: bytes, **headers: str) -> Mapping[str, Any]:
    return {"status": status, "body": body, "headers": headers or _HTML}


def _lasting(title: str, fault: Mapping[str, Any], *, only: str = "") -> Trouble:
    return Trouble(title, fault, passing=False, errors=(Misconfigured,), only=only)


PASSING = (
    Trouble("dropped before", {"drop": "before"}),
    Trouble("dropped after", {"drop": "after"}),
    Trouble("reset", {"drop": "reset"}),
    Trouble("stale", {"drop": "stale"}),
    Trouble("cut at once", {"truncate": 0}),
    Trouble("cut in the middle", {"truncate": 30}),
    Trouble("never heard of", {"drop": "before"}, silent=True),
    Trouble("done too late", {}, silent=True),
    Trouble("429", {"status": 429, "body": _BUSY}, akin=True),
    Trouble("429 with Retry-After", _answer(429, _BUSY, **_ASKED)),
    Trouble("500", {"status": 500, "body": _FAILED}),
    Trouble("502 as a page", _answer(502, _PAGE), akin=True),
    Trouble("503 as a page", _answer(503, _PAGE)),
)
LASTING = (
    _lasting("a page", _answer(200, _PAGE)),
    _lasting("a page that says created", _answer(201, _PAGE), only="POST"),
    _lasting("a page that says missing", _answer(404, _PAGE)),
    attrs.evolve(
        _lasting("nothing at all", {"status": 200, "body": b""}),
        errors=(Misconfigured, Unavailable, IntegrityError),
    ),
    _lasting("a redirect", _answer(302, b"", Location="http://127.0.0.1:9/v1/elsewhere")),
)
TROUBLES = (*PASSING, *LASTING)


@attrs.frozen
class Span:
    """
    How long it goes on, from one request of an operation.

    Attributes:
        title: how it is called.
        times: how many requests it befalls.

    """

    title: str
    times: int


#: One attempt, every attempt at one request, everything from there on.
SPANS = (Span("once", 1), Span("until given up", 1 + RETRIES), Span("from then on", ENOUGH))
