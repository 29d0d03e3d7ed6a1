"""
The HTTP shell: cheroot's connections and threads around the application.

Answers are written here, not by cheroot, because Appwrite's are particular: two lines of one
header, no length for HEAD, chunked transfer from 2,000,000 bytes on, and refusals of a bare status
line after which the connection closes.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cheroot.server import Gateway, HTTPConnection, HTTPServer

from cloud_storages.emulator import answers, bodies, php, sockets
from cloud_storages.emulator.faults import NO_FAULT
from cloud_storages.emulator.traffic import Exchange
from cloud_storages.emulator.values import Request, Response, Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from cloud_storages.emulator.app import Application
    from cloud_storages.emulator.faults import Fault, Faults
    from cloud_storages.emulator.store import Store
    from cloud_storages.emulator.traffic import Traffic

THREADS = 64
IDLE_SECONDS = 60
_CONNECTIONS = 10_000
_POLL_SECONDS = 0.05
_IN_ONE_PIECE = 2_000_000
_COMPRESSED_FROM = 1024
_COMPRESSED_UP_TO = 20_000_000
_PIECE = 256 * 1024
_TEXTUAL = re.compile(
    r"text/(plain|html|css|xml|csv|javascript)|application/(json|xml|javascript)|image/svg\+xml"
)


class Shell:
    """
    A server on `host` and `port` (0: any free one), from construction until `close`.

    Raises OSError if the port cannot be had.
    """

    def __init__(  # noqa: PLR0917 - the collaborators of one object, all required
        self,
        application: Application,
        store: Store,
        traffic: Traffic,
        faults: Faults,
        host: str,
        port: int,
        *,
        compresses: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._application = application
        self._store = store
        self._traffic = traffic
        self._faults = faults
        self._compresses = compresses
        self._clock = clock
        self._server = _server(self, host, port)
        self._server.prepare()
        self.port: int = self._server.bind_addr[1]
        self._thread = threading.Thread(target=self._server.serve, name="emulator", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving: no new requests, and a moment for those under way."""
        self._server.stop()
        self._thread.join()

    def note_connection(self) -> None:
        """Count a connection that was accepted."""
        self._traffic.note_connection()

    def answer(self, req: Any) -> None:
        """Answer one request of cheroot's."""
        method = req.method.decode("latin-1")
        target = req.uri.decode("latin-1")
        path, _, query = target.partition("?")
        headers = _headers(req.inheaders)
        incoming = bodies.Incoming(req.rfile.read, _head_size(target, headers))
        exchange = _Sending(req, self._traffic, method, path, incoming, self._clock)
        fault = self._faults.befalling(method, path) or NO_FAULT
        time.sleep(fault.delay)
        if fault.drop == "before":
            exchange.drop()
            return
        if fault.drop == "reset":
            exchange.reset()
            return
        if fault.status:
            incoming.drain()
            exchange.send(answers.instead(fault), fault)
            return
        self._answer(exchange, _request(method, path, query, headers), fault)

    def _answer(self, exchange: _Sending, bare: Request, fault: Fault) -> None:
        incoming = exchange.incoming
        try:
            body = bodies.read(incoming, bare.header("content-type"), self._store)
        except bodies.TooLargeError:
            incoming.drain()
            exchange.send_bare(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        except bodies.BadBodyError:
            incoming.drain()
            exchange.send_bare(HTTPStatus.BAD_REQUEST)
            return
        request = Request(
            method=bare.method,
            path=bare.path,
            query=bare.query,
            headers=bare.headers,
            fields=body.fields,
            files=body.files,
            host=bare.host,
        )
        try:
            response = self._application.handle(request)
        finally:
            for upload in body.files.values():
                self._store.discard(upload.path)
        if self._compresses:
            response = _compressed(response, request.header("accept-encoding"))
        if fault.drop == "after":
            _close(response)
            exchange.drop()
            return
        exchange.send(response, fault)


class _Sending:
    """One answer on its way out, and its note in the traffic."""

    def __init__(  # noqa: PLR0917 - as above
        self,
        req: Any,
        traffic: Traffic,
        method: str,
        path: str,
        incoming: bodies.Incoming,
        clock: Callable[[], datetime],
    ) -> None:
        self._req = req
        self._traffic = traffic
        self._method = method
        self._path = path
        self.incoming = incoming
        self._clock = clock
        req.sent_headers = True

    def drop(self) -> None:
        """Close the connection without an answer."""
        self._note(0, 0)
        self._hang_up()

    def reset(self) -> None:
        """Reset the connection without an answer."""
        self._note(0, 0)
        self._break()

    def send_bare(self, status: HTTPStatus) -> None:
        """Answer a status line and nothing else, and close the connection."""
        self._note(status, 0)
        self._write(f"{answers.status_line(status)}\r\n\r\n".encode())
        self._hang_up()

    def send(self, response: Response, fault: Fault) -> None:
        """Send an answer, as whole as the fault allows."""
        truncate = fault.truncate
        is_bodiless = answers.is_bodiless(self._method, response.status)
        length = 0 if is_bodiless else response.length
        is_chunked = length > _IN_ONE_PIECE and self._req.response_protocol == "HTTP/1.1"
        if self._req.response_protocol != "HTTP/1.1" or truncate is not None:
            self._req.close_connection = True
        self._note(response.status, length if truncate is None else min(truncate, length))
        head = answers.head(
            response,
            length=None if self._method == "HEAD" else length,
            is_chunked=is_chunked,
            closes=self._req.close_connection,
            now=self._clock(),
        )
        if is_bodiless:
            _close(response)
            self._write(head)
        else:
            self._stream(head, _limited(_pieces(response), truncate), is_chunked=is_chunked)
            if truncate is not None:
                self._hang_up()
            elif is_chunked:
                self._write(b"0\r\n\r\n")
        if fault.drop == "stale":
            sockets.settle(self._req.conn.socket)
            self._break()

    def _stream(self, head: bytes, pieces: Iterator[bytes], *, is_chunked: bool) -> None:
        with contextlib.closing(pieces):  # type: ignore[type-var]  # an iterator here is a generator
            for piece in pieces:
                framed = b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece
                self._write(head + framed)
                head = b""
        if head:
            self._write(head)

    def _write(self, data: bytes) -> None:
        writer = self._req.conn.wfile
        try:
            writer.write(data)
        except OSError:
            # Python 3.13 complains when a writer that is collected cannot send what is left in it
            writer._write_buf.clear()  # noqa: SLF001 - cheroot has no other way to forget it
            raise

    def _note(self, status: int, size: int) -> None:
        self._traffic.note(
            Exchange(self._method, self._path, int(status), self.incoming.count, size)
        )

    def _hang_up(self) -> None:
        self._req.close_connection = True
        with contextlib.suppress(OSError):
            self._req.conn.socket.shutdown(socket.SHUT_RDWR)

    def _break(self) -> None:
        self._req.close_connection = True
        sockets.reset(self._req.conn.socket)


def _server(shell: Shell, host: str, port: int) -> Any:
    class Connection(HTTPConnection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            shell.note_connection()

        def close(self) -> None:
            # one that was reset is closed already
            if self.socket.fileno() != -1:
                super().close()

    class Door(Gateway):
        def respond(self) -> None:
            shell.answer(self.req)

    class Quiet(HTTPServer):
        # a client that hangs up in the middle is no news, and a traceback could show a header
        def error_log(self, *_args: Any, **_kwargs: Any) -> None:
            """Keep what cheroot has to say to itself."""

        @staticmethod
        def bind_socket(socket_: Any, bind_addr: Any) -> Any:
            """Bind, and close a socket that cannot be bound, which cheroot leaves open."""
            try:
                socket_.bind(bind_addr)
            except OSError:
                socket_.close()
                raise
            return socket_

    server = Quiet((host, port), Door, minthreads=THREADS, maxthreads=THREADS)
    server.ConnectionClass = Connection
    server.keep_alive_conn_limit = _CONNECTIONS
    server.timeout = IDLE_SECONDS
    server.expiration_interval = _POLL_SECONDS
    server.shutdown_timeout = 1
    server.request_queue_size = 128
    return server


def _headers(raw: dict[bytes, bytes]) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("utf-8", "replace")
        for name, value in raw.items()
    }


def _head_size(target: str, headers: dict[str, str]) -> int:
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers.items())


def _request(method: str, path: str, query: str, headers: dict[str, str]) -> Request:
    pairs = parse_qsl(query, keep_blank_values=True)
    host = headers.get("host", "localhost")
    return Request(
        method=method,
        path=path,
        query=php.nest(pairs),
        headers=headers,
        host=re.sub(r":\d+$", "", host),
    )


def _compressed(response: Response, accepted: str) -> Response:
    """Return the answer as Appwrite compresses it: textual, more than 1024 bytes, in one piece."""
    kind = (response.header("content-type") or "").partition(";")[0]
    fits = _COMPRESSED_FROM < response.length <= _COMPRESSED_UP_TO
    if "gzip" not in accepted or not fits or _TEXTUAL.fullmatch(kind) is None:
        return response
    body = response.body
    content = body.read() if isinstance(body, Slice) else body
    lines = (
        ("Content-Encoding", "gzip"),
        ("X-Utopia-Compression", "true"),
        ("Vary", "Accept-Encoding"),
    )
    packed = gzip.compress(content, compresslevel=1, mtime=0)
    return Response(response.status, (*response.headers, *lines), packed)


def _pieces(response: Response) -> Iterator[bytes]:
    body = response.body
    if isinstance(body, bytes):
        if body:
            yield body
        return
    left = body.length
    with body.file:
        body.file.seek(body.start)
        while left > 0 and (piece := body.file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece


def _limited(pieces: Iterator[bytes], most: int | None) -> Iterator[bytes]:
    if most is None:
        yield from pieces
        return
    for piece in pieces:
        if most <= 0:
            return
        yield piece[:most]
        most -= len(piece)


def _close(response: Response) -> None:
    if isinstance(response.body, Slice):
        response.body.file.close()
