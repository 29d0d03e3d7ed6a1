"""
What reached the server: one exchange per request, and how many connections carried them.

An exchange is noted before its answer is sent, so that whoever has the answer finds it here.
"""

from __future__ import annotations

import threading

from attrs import define, frozen


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


@define(eq=False)
class Moving:
    """An exchange still under way: one thread changes it, any other may look how far it is."""

    method: str
    path: str
    status: int = 0
    request_bytes: int = 0
    response_bytes: int = 0

    def so_far(self) -> Exchange:
        """Return what has moved until now."""
        return Exchange(
            self.method, self.path, self.status, self.request_bytes, self.response_bytes
        )


class Traffic:
    """The exchanges so far, in the order in which they were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: list[Exchange | Moving] = []
        self._connections = 0

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges since the start or the last `clear`."""
        with self._lock:
            return tuple(
                each.so_far() if isinstance(each, Moving) else each for each in self._exchanges
            )

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

    def note(self, exchange: Exchange | Moving) -> None:
        """Add an exchange, over or under way."""
        with self._lock:
            self._exchanges.append(exchange)

    def note_connection(self) -> None:
        """Count one more connection."""
        with self._lock:
            self._connections += 1


class WireTraffic(Traffic):
    """
    Traffic that also knows what it weighs on the wire, heads and framing included.

    Its exchanges are in the order of their requests; those under way have status 0 until they are
    answered.
    """

    def __init__(self) -> None:
        super().__init__()
        self._received = self._sent = 0

    @property
    def received_bytes(self) -> int:
        """The bytes of requests since the start or the last `clear`."""
        with self._lock:
            return self._received

    @property
    def sent_bytes(self) -> int:
        """The bytes of answers since the start or the last `clear`."""
        with self._lock:
            return self._sent

    def clear(self) -> None:
        """Forget everything so far."""
        super().clear()
        with self._lock:
            self._received = self._sent = 0

    def note_received(self, size: int) -> None:
        """Count `size` more bytes of requests."""
        with self._lock:
            self._received += size

    def note_sent(self, size: int) -> None:
        """Count `size` more bytes of answers; fewer, if it is negative."""
        with self._lock:
            self._sent += size
