"""A server that answers what it is told to, byte for byte, and keeps what it was asked."""

from __future__ import annotations

import re
import socket
import threading
from typing import TYPE_CHECKING

from attrs import field, frozen

from cloud_storages.emulator import sockets

if TYPE_CHECKING:
    from types import TracebackType


@frozen
class Reply:
    """One answer; after it the connection is kept, ``"closed"`` or ``"reset"``."""

    data: bytes
    then: str = ""
    # how many bytes of the request are read before answering, None for all
    reads: int | None = field(default=None)


OK = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class Target:
    """Serves `replies` in their order, and then no more."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.requests: list[bytes] = []
        self.connections = 0
        # released for each connection that it ended
        self.ended = threading.Semaphore(0)

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Target:  # noqa: PYI034 - nothing derives from it
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread.is_alive():
            # whatever it waits for, it gets it
            self._replies.clear()
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while self._replies:
            connection, _ = self._listener.accept()
            with connection:
                if self._replies:
                    self.connections += 1
                    self._converse(connection)
            self.ended.release()

    def _converse(self, connection: socket.socket) -> None:
        while self._replies:
            asked = _request(connection, self._replies[0].reads)
            if not asked:
                return
            reply = self._replies.pop(0)
            self.requests.append(asked)
            connection.sendall(reply.data)
            if reply.then == "reset":
                sockets.reset(connection)
            if reply.then:
                return


def _request(connection: socket.socket, most: int | None) -> bytes:
    data = b""
    while not _is_complete(data) and (most is None or len(data) < most):
        try:
            piece = connection.recv(65536 if most is None else most - len(data))
        except ConnectionError:
            return b""
        if not piece:
            return b""
        data += piece
    return data


def _is_complete(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if b"chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)
