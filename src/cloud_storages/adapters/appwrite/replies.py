"""What comes of a question to a server, whatever that is; needs no HTTP library."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SCOPES", "Reply", "ScopeAnswer"]

#: What Appwrite's storage knows of rights, in the order in which they are asked for.
SCOPES = (
    "files.read",
    "files.write",
    "buckets.read",
    "buckets.write",
    "tokens.read",
    "tokens.write",
)
_OK = 200
_NOT_FOUND = 404


@attrs.frozen
class Reply:
    """
    What came of a request.

    Attributes:
        status: of HTTP; 0 if there was no answer.
        failure: why there was none, for people; empty if there was one.
        kind: the server's own name for an error, or None.
        document: the answer's JSON if it is a mapping, else nothing.
        body: its first bytes.
        redirect: where it redirects to, without a query; empty if it does not.
        ahead: by how many seconds the server's clock is before this machine's; None if it is not
            told.
        slack: by how many seconds ``ahead`` may be wrong.

    """

    status: int = 0
    failure: str = ""
    kind: str | None = None
    document: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    redirect: str = ""
    ahead: float | None = None
    slack: float = 0.0

    @property
    def is_ok(self) -> bool:
        """Whether it is an answer of success."""
        return self.status == _OK

    @property
    def is_missing(self) -> bool:
        """Whether the server has nothing at this address."""
        return self.status == _NOT_FOUND


class ScopeAnswer(enum.Enum):
    """What is known of a right."""

    HELD = "held"
    LACKING = "lacking"
    UNKNOWN_TO_SERVER = "unknown to the server"
    NOT_TOLD = "not told"
