"""
A proxy before one HTTP server, to add latency, to count and to break what passes.

It understands no more of HTTP than where a message ends. Requests and answers pass as the bytes
they are, with two exceptions: headers that concern one connection only are not handed on, and an
``Expect: 100-continue`` is answered here.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import Any, final
from urllib.parse import urlsplit

from cloud_storages.emulator.proxy.relay import Conditions, Connections, Relay
from cloud_storages.emulator.served import Served
from cloud_storages.emulator.traffic import WireTraffic

_SEND_BUFFER = 64 * 1024
_POLL_SECONDS = 0.05
_HTTP_PORT = 80


@final
class Proxy(Served):
    """
    An address that leads to the HTTP server at the URL `target`, on threads of this process.

    It serves from entering the block until leaving it, on `host` and a free port unless `port`
    names one. Each request waits `round_trip` seconds, each new connection `connection_cost`
    seconds more before its first; bandwidth is not limited. One connection to the target belongs
    to each of a client's; one that the target closed after an answer is replaced at the next
    request, unnoticed by the client. Closing and resetting in the middle is passed on.

    `traffic` counts what really moved, also when a client breaks an answer off. Faults happen
    here; with ``drop="after"`` the target has answered, but the client gets nothing.

    Entering raises OSError where the port cannot be had; the constructor raises ValueError for a
    target that is no ``http://`` URL.
    """

    def __init__(
        self,
        target: str,
        *,
        round_trip: float = 0,
        connection_cost: float = 0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(host, port)
        parts = urlsplit(target)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError("the target of a proxy is an http:// URL")
        self._path = parts.path
        self.traffic = WireTraffic()
        self._conditions = Conditions(
            target=(parts.hostname, parts.port or _HTTP_PORT),
            round_trip=round_trip,
            connection_cost=connection_cost,
            faults=self._faults,
            traffic=self.traffic,
        )
        self._server: _Server | None = None

    def __repr__(self) -> str:
        host, port = self._conditions.target
        return f"<Proxy before {host}:{port}>"

    @property
    def endpoint(self) -> str:
        """The target's URL with this proxy's host and port."""
        if self._server is None:
            raise RuntimeError("the proxy is not running")
        return self._address(self._server.server_address[1], self._path)

    def start(self) -> None:
        """Begin to serve; raises OSError where the port cannot be had."""
        with self._lock:
            if self._server is not None:
                raise RuntimeError("the proxy is running already")
            self._server = _Server(self._host, self._port, self._conditions)

    def stop(self) -> None:
        """Stop serving and break off what is under way; stopping twice is harmless."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.stop()


class _Server(socketserver.ThreadingTCPServer):
    """A thread per connection: one that waits keeps nobody else waiting."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, conditions: Conditions) -> None:
        self._conditions = conditions
        self._connections = Connections()
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), socketserver.BaseRequestHandler)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="proxy", daemon=True
        )
        self._thread.start()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - inherited
        """Serve one connection until it ends."""
        self._conditions.traffic.note_connection()
        request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        Relay(request, self._conditions, self._connections).run()

    def stop(self) -> None:
        """Break off all connections and wait for their threads."""
        self.shutdown()
        self._thread.join()
        self._connections.end()
        self.server_close()
