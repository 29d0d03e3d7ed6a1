"""
What reached the server: one exchange per request, and how many connections carried them.

An exchange is noted before its answer is sent, so that whoever has the answer finds it here.
"""

from __future__ import annotations

import threading

from attrs import frozen


@frozen
class Exchange:
    """
    One request and what was answered to it.

    `path` is raw and without the query string; `status` is 0 where no answer was sent. The sizes
    are those of the bodies, in bytes; that of the answer is the one on the wire.
    """

    method: str
    path: str
    status: int
    request_bytes: int
    response_bytes: int


class Traffic:
    """The exchanges so far, in the order in which they were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: list[Exchange] = []
        self._connections = 0

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges since the start or the last `clear`."""
        with self._lock:
            return tuple(self._exchanges)

    @property
    def connections(self) -> int:
        """The number of TCP connections accepted since the start or the last `clear`."""
        with self._lock:
            return self._connections

    def clear(self) -> None:
        """Forget everything so far."""
        with self._lock:
            self._exchanges.clear()
            self._connections = 0

    def note(self, exchange: Exchange) -> None:
        """Add an exchange."""
        with self._lock:
            self._exchanges.append(exchange)

    def note_connection(self) -> None:
        """Count one more connection."""
        with self._lock:
            self._connections += 1
