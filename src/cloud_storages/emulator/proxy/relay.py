"""One client's connection, and the one to the target that belongs to it."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from typing import TYPE_CHECKING

from attrs import frozen

from cloud_storages.emulator import answers, sockets
from cloud_storages.emulator.faults import NO_FAULT
from cloud_storages.emulator.proxy import heads
from cloud_storages.emulator.proxy.heads import AnswerHead, RequestHead
from cloud_storages.emulator.traffic import Moving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cloud_storages.emulator.faults import Fault, Faults
    from cloud_storages.emulator.traffic import WireTraffic

_CONNECT_SECONDS = 5
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@frozen
class Conditions:
    """Where requests go and what befalls them on the way; latencies are in seconds."""

    target: tuple[str, int]
    round_trip: float
    connection_cost: float
    faults: Faults
    traffic: WireTraffic


class Connections:
    """All open sockets, so that whoever waits on one can be woken for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.ending = threading.Event()

    def add(self, connection: socket.socket) -> None:
        """Take note of a socket."""
        with self._lock:
            self._open.add(connection)
            if self.ending.is_set():
                _shut(connection)

    def remove(self, connection: socket.socket) -> None:
        """Forget a socket, before it is closed."""
        with self._lock:
            self._open.discard(connection)

    def end(self) -> None:
        """Shut all sockets, and those still to come."""
        with self._lock:
            self.ending.set()
            for connection in self._open:
                _shut(connection)


class _Line:
    """A socket to read heads and pieces from, and to send to."""

    def __init__(self, connection: socket.socket, connections: Connections) -> None:
        self.socket = connection
        self.reader = io.BufferedReader(connection.makefile("rb", 0), heads.PIECE)
        self._connections = connections
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connections.add(connection)

    def send(self, data: bytes) -> int:
        """Send `data`; return how many bytes went out, all of them unless the peer is gone."""
        sent = 0
        with contextlib.suppress(OSError), memoryview(data) as view:
            while sent < len(data):
                sent += self.socket.send(view[sent:])
        return sent

    def is_dead(self) -> bool:
        """Return whether the peer closed it: nothing else is to be read between two answers."""
        self.socket.setblocking(False)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        else:
            return True
        finally:
            self.socket.setblocking(True)

    def reset(self) -> None:
        """Close it with a reset."""
        self._connections.remove(self.socket)
        sockets.reset(self.socket)

    def close(self) -> None:
        """Close it; a second time is harmless."""
        self._connections.remove(self.socket)
        self.reader.close()
        self.socket.close()


class Relay:
    """What goes on between a client that has just connected and the target."""

    def __init__(
        self, client: socket.socket, conditions: Conditions, connections: Connections
    ) -> None:
        self._client = _Line(client, connections)
        self._target: _Line | None = None
        self._connections = connections
        self._conditions = conditions
        self._traffic = conditions.traffic

    def run(self) -> None:
        """Handle requests until one side closes its connection."""
        try:
            self._pause(self._conditions.connection_cost)
            while not self._connections.ending.is_set() and self._handle_one():
                pass
        except ConnectionResetError:
            # what the target does to the proxy, the proxy does to the client
            self._break()
        except OSError:
            # a client that hangs up is no news, and one whose target did so shall see it
            pass
        finally:
            self._hang_up()
            self._client.close()

    def _handle_one(self) -> bool:
        """Handle one request; return whether the connection may carry another."""
        head = heads.read(self._client.reader, RequestHead)
        if head is None:
            return False
        self._traffic.note_received(len(bytes(head)))
        moving = Moving(head.method, head.path)
        self._traffic.note(moving)
        fault = self._conditions.faults.befalling(head.method, head.path) or NO_FAULT
        self._pause(fault.delay)
        self._pause(self._conditions.round_trip)
        if fault.drop == "before":
            return False
        if fault.drop == "reset":
            self._client.reset()
            return False
        if fault.status:
            return self._answer_instead(head, moving, fault)
        return self._forward(head, moving, fault)

    def _answer_instead(self, head: RequestHead, moving: Moving, fault: Fault) -> bool:
        _exhaust(self._incoming(head, moving))
        response = answers.instead(fault)
        is_bodiless = answers.is_bodiless(head.method, response.status)
        length = None if is_bodiless else response.length
        moving.status = response.status
        closes = fault.truncate is not None
        self._tell(answers.head(response, length=length, closes=closes))
        body = [] if is_bodiless else [(b"", fault.body)]
        return self._answer(body, moving, fault) and head.persists

    def _forward(self, head: RequestHead, moving: Moving, fault: Fault) -> bool:
        target = self._ask(head, moving)
        answer = self._answer_head(target)
        body = answer.body(target.reader, moving.method)
        is_framed = body is not None
        if body is None:
            body = heads.endless(target.reader)
        if fault.drop == "after":
            _exhaust(body)
            return False
        moving.status = answer.status
        self._tell(answer.passed_on())
        is_whole = self._answer(body, moving, fault)
        if not (is_framed and answer.persists):
            self._hang_up()
        return is_whole and is_framed and head.persists and not answer.is_old

    def _ask(self, head: RequestHead, moving: Moving) -> _Line:
        """Send a request to the target, all of it or as much as the target takes."""
        target = self._target
        if target is None or target.is_dead():
            self._hang_up()
            target = self._target = self._connect()
        onward = head.passed_on()
        takes_more = target.send(onward) == len(onward)
        for framing, data in self._incoming(head, moving):
            # a target that refuses early has its answer read, and its client reads it, too
            wire = framing + data
            takes_more = takes_more and target.send(wire) == len(wire)
        return target

    def _incoming(self, head: RequestHead, moving: Moving) -> Iterator[tuple[bytes, bytes]]:
        """Yield the body of a request, counted."""
        if head.expects_leave:
            self._tell(_CONTINUE)
        for framing, data in head.body(self._client.reader):
            self._traffic.note_received(len(framing) + len(data))
            moving.request_bytes += len(data)
            yield framing, data

    def _answer_head(self, target: _Line) -> AnswerHead:
        """Return the head of the final answer, and hand on those before it."""
        while True:
            answer = heads.read(target.reader, AnswerHead)
            if answer is None:
                raise heads.BrokenOffError("no answer")
            if not answer.is_interim:
                return answer
            self._tell(bytes(answer))

    def _answer(self, body: Iterable[tuple[bytes, bytes]], moving: Moving, fault: Fault) -> bool:
        """Send a body, as whole as the fault allows; return whether the client has all of it."""
        left = fault.truncate
        for framing, data in body:
            if left is None:
                self._tell(framing, data, moving)
                continue
            if left <= 0:
                break
            self._tell(framing, data[:left], moving)
            left -= len(data)
        if fault.drop == "stale":
            self._break()
            return False
        return left is None

    def _tell(self, framing: bytes, data: bytes = b"", moving: Moving | None = None) -> None:
        """
        Send something to the client, counted first: whoever has an answer finds it counted.

        Raises BrokenPipeError if the client is gone, when what did not go out is not counted.
        """
        wire = framing + data if framing else data
        self._traffic.note_sent(len(wire))
        if moving is not None:
            moving.response_bytes += len(data)
        kept_back = len(wire) - self._client.send(wire)
        if kept_back:
            self._traffic.note_sent(-kept_back)
            if moving is not None:
                moving.response_bytes -= min(kept_back, len(data))
            raise BrokenPipeError

    def _connect(self) -> _Line:
        connection = socket.create_connection(self._conditions.target, _CONNECT_SECONDS)
        connection.settimeout(None)
        return _Line(connection, self._connections)

    def _break(self) -> None:
        """Reset the client's connection, when everything sent has arrived."""
        sockets.settle(self._client.socket, self._connections.ending.wait)
        self._client.reset()

    def _hang_up(self) -> None:
        if self._target is not None:
            self._target.close()
            self._target = None

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._connections.ending.wait(seconds)


def _exhaust(pieces: Iterable[object]) -> None:
    for _ in pieces:
        pass


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
