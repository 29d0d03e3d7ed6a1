"""How a worker reaches its server, and what it needs to know of it."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen
class Access:
    """
    A server, as one contender is told about it.

    Attributes:
        endpoint: its address.
        project: project of Appwrite; access key of S3.
        key: secret of either.
        bucket: where names without a directory go; with S3 everything.

    """

    endpoint: str
    project: str
    key: str = attrs.field(repr=False)
    bucket: str

    @classmethod
    def told(cls, document: dict[str, Any]) -> Access:
        """Return what a task says about the server, at the address it is measured at."""
        return cls(*(document[name] for name in ("endpoint", "project", "key", "bucket")))

    def at(self, endpoint: str) -> Access:
        """Return the same server under another address."""
        return attrs.evolve(self, endpoint=endpoint)
