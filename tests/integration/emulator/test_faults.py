"""Faults to order, of an emulator and of a proxy before one alike."""

from __future__ import annotations

import socket
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cloud_storages.emulator import Emulator, Fault, Proxy

from .wire import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = "/storage/buckets/b/files"


@pytest.fixture(params=["emulator", "proxy"])
def served(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[Emulator | Proxy]:
    if request.param == "emulator":
        yield emulator
    else:
        with Proxy(emulator.endpoint) as proxy:
            yield proxy


@pytest.fixture
def client(served: Emulator | Proxy) -> Iterator[Client]:
    with Client(served.endpoint, "demo", "k") as one:
        yield one


def test_a_connection_dropped_before_nothing_was_done(
    served: Emulator | Proxy, client: Client
) -> None:
    served.inject(Fault(method="POST", drop="before"))

    with pytest.raises((RemoteDisconnected, ConnectionError)):
        client.bucket("b")

    client.connection.close()
    assert client.send("GET", "/storage/buckets/b").status == 404


def test_a_connection_dropped_after_everything_was_done(
    served: Emulator | Proxy, client: Client
) -> None:
    served.inject(Fault(method="POST", drop="after"))

    with pytest.raises((RemoteDisconnected, ConnectionError)):
        client.bucket("b")

    client.connection.close()
    assert client.send("GET", "/storage/buckets/b").status == 200
    assert served.traffic.exchanges[0].status == 0


def test_an_answer_instead(served: Emulator | Proxy, client: Client) -> None:
    busy = Fault(path="/files$", status=429, headers={"Retry-After": "5"}, body=b"{}", times=2)
    served.inject(busy)
    client.bucket("b")

    statuses = [client.upload("b", "f", b"x").status for _ in range(3)]

    assert statuses == [429, 429, 201]


def test_an_answer_may_be_any(served: Emulator | Proxy, client: Client) -> None:
    served.inject(
        Fault(status=301, headers={"Location": "https://x/", "Content-Type": "text/html"})
    )

    answer = client.send("GET", "/health")

    assert (answer.status, answer.header("location")) == (301, "https://x/")
    assert answer.header("content-type") == "text/html"


def test_a_body_cut_short(served: Emulator | Proxy, client: Client) -> None:
    client.bucket("b")
    client.upload("b", "f", b"content")
    served.inject(Fault(path="/view$", truncate=3))

    with pytest.raises(IncompleteRead) as caught:
        client.send("GET", f"{FILES}/f/view")

    assert caught.value.partial == b"con"


def test_a_chunked_body_cut_short(served: Emulator | Proxy, client: Client) -> None:
    client.bucket("b")
    client.upload("b", "f", bytes(3_000_000))
    served.inject(Fault(path="/view$", truncate=1_000_000))

    with pytest.raises((IncompleteRead, BadStatusLine, ConnectionError)):
        client.send("GET", f"{FILES}/f/view")


def test_faults_are_taken_back(served: Emulator | Proxy, client: Client) -> None:
    served.inject(Fault(status=503))
    served.clear_faults()

    assert client.send("GET", "/health").status == 200


@pytest.mark.parametrize("body", [b"", bytes(3_000_000)])
def test_a_connection_reset_before_nothing_was_done(
    served: Emulator | Proxy, client: Client, body: bytes
) -> None:
    client.bucket("b")
    client.upload("b", "f", b"content")
    served.traffic.clear()
    served.inject(Fault(method="DELETE", drop="reset"))

    with pytest.raises(ConnectionError) as caught:
        client.send("DELETE", f"{FILES}/f", file=("f", body) if body else None)

    assert caught.type is not RemoteDisconnected
    client.connection.close()
    assert client.send("GET", f"{FILES}/f").status == 200
    assert [each.status for each in served.traffic.exchanges] == [0, 200]


@pytest.mark.parametrize("size", [7, 3_000_000])
def test_a_connection_is_dead_after_an_answer_in_full(
    served: Emulator | Proxy, client: Client, size: int
) -> None:
    client.bucket("b")
    client.upload("b", "f", bytes(size))
    served.inject(Fault(path="/view$", drop="stale"))

    answer = client.send("GET", f"{FILES}/f/view")

    assert (answer.body, answer.header("connection")) == (bytes(size), None)
    kept = client.connection.sock
    assert kept is not None
    with pytest.raises(ConnectionError):
        client.send("GET", f"{FILES}/f/view")
    client.connection.close()
    assert client.send("GET", f"{FILES}/f/view").body == bytes(size)


def test_an_answer_arrives_before_the_connection_dies_however_slowly_it_is_read(
    served: Emulator | Proxy, client: Client
) -> None:
    client.bucket("b")
    client.upload("b", "f", bytes(200_000))
    served.inject(Fault(path="/view$", drop="stale"))
    parts = urlsplit(served.endpoint)
    with socket.socket() as narrow:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect((parts.hostname, parts.port))
        head = f"GET /v1{FILES}/f/view HTTP/1.1\r\nX-Appwrite-Project: demo\r\nX-Appwrite-Key: k"
        narrow.sendall(head.encode() + b"\r\n\r\n")
        received = b""
        while not received.endswith(b"\r\n\r\n" + bytes(200_000)):
            received += narrow.recv(4096)
        with pytest.raises(ConnectionResetError):
            narrow.recv(1)


def test_an_answer_instead_may_be_followed_by_a_dead_connection(
    served: Emulator | Proxy, client: Client
) -> None:
    served.inject(Fault(status=503, body=b"busy", drop="stale"))

    answer = client.send("POST", FILES, file=("f", bytes(1_000_000)))

    assert (answer.status, answer.body) == (503, b"busy")
    with pytest.raises(ConnectionError):
        client.send("GET", "/health")


def test_what_a_fault_answers_to_a_head_has_no_body(
    served: Emulator | Proxy, client: Client
) -> None:
    served.inject(Fault(status=503, body=b"busy"))

    assert client.send("HEAD", "/health").status == 503
    assert client.send("GET", "/health").status == 200
    assert served.traffic.connections == 1
