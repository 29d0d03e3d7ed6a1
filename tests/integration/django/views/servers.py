"""Real servers on a loopback port, and clients that read as much of an answer as they like."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SERVERS", "Finished", "Leaver", "finished"]

#: Bytes that a client's end of a connection holds, so that it is the reader who sets the pace.
_BUFFER = 64 * 1024


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def log_exception(self, *_: object) -> None:
        pass


class _Threading(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients of these tests leave."""


@contextlib.contextmanager
def wsgi() -> Iterator[int]:
    """Run the site under WSGI while the block runs; yield the port."""
    with make_server("127.0.0.1", 0, WSGIHandler(), _Threading, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def asgi() -> Iterator[int]:
    """Run the site under ASGI while the block runs; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            ASGIHandler(), lifespan="off", ws="none", log_level="critical", access_log=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


SERVERS = {"wsgi": wsgi, "asgi": asgi}


class Leaver:
    """
    A client that reads what it likes of an answer and then leaves without a word.

    Args:
        port: of the server.
        path: what to ask for.

    """

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def read(self, size: int) -> bytes:
        """Return so many bytes of the answer, its head included."""
        received = b""
        while len(received) < size:
            piece = self._socket.recv(size - len(received))
            assert piece, "the server left first"
            received += piece
        return received

    def leave(self) -> None:
        """Reset the connection."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


class Finished:
    """Counts the answers that Django is done with, whether they were read to the end or not."""

    def __init__(self) -> None:
        self._count = threading.Semaphore(0)

    def note(self, **_: object) -> None:
        """Be told of one."""
        self._count.release()

    def wait(self) -> None:
        """Wait until one more answer is done with."""
        assert self._count.acquire(timeout=60)


@contextlib.contextmanager
def finished() -> Iterator[Finished]:
    """Count answers while the block runs."""
    counted = Finished()
    request_finished.connect(counted.note)
    try:
        yield counted
    finally:
        request_finished.disconnect(counted.note)
