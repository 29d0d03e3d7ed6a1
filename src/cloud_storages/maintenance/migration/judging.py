"""When what befalls one file after the other would befall every other, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloud_storages.maintenance.migration.copying import Failed

__all__ = ["Judge"]

#: Files in a row that failed by the server: it is gone for all of them.
_OUTAGES = 10
#: Files in a row that failed by one kind of error that a foreign storage raised, such as that of
#: a key that has expired.
_ALIKE = 50


class Judge:
    """Learns what came of each file, and tells when to go on is of no use."""

    def __init__(self) -> None:
        self._outages = 0
        self._kind = ""
        self._alike = 0

    def succeeded(self) -> None:
        """Learn that one is where it should be."""
        self._outages = self._alike = 0

    def failed(self, failed: Failed) -> str:
        """Learn that one is not; return why the work should end, or nothing."""
        reason = failed.problem.reason
        if failed.fails_all:
            return f"{failed.problem.name!r}: {reason}"
        self._outages = self._outages + 1 if failed.is_outage else 0
        if self._outages >= _OUTAGES:
            return f"{_OUTAGES} files in a row: {reason}"
        self._alike = self._alike + 1 if failed.kind and failed.kind == self._kind else 1
        self._kind = failed.kind
        if failed.kind and self._alike >= _ALIKE:
            return f"{_ALIKE} files in a row: {reason}"
        return ""
