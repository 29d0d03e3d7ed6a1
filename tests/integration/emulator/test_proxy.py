"""The proxy between a client and a server: what passes, what it counts, what it does on demand."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cloud_storages.emulator import Emulator, Exchange, Fault, Proxy
from cloud_storages.emulator.proxy.relay import Connections, Relay

from .targets import OK, Reply, Target
from .wire import Answer, Client, multipart

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = "/storage/buckets/b/files"
CHUNK = 5_242_880
LARGE = 20_000_000
HOUR = 3600
LEAVE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(project="demo", key="k") as running:
        yield running


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    with Proxy(emulator.endpoint) as running:
        yield running


@pytest.fixture
def client(proxy: Proxy) -> Iterator[Client]:
    with Client(proxy.endpoint, "demo", "k") as one:
        yield one


def connect(proxy: Proxy) -> socket.socket:
    parts = urlsplit(proxy.endpoint)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def exchange(proxy: Proxy, sent: bytes) -> bytes:
    """Send bytes, and return all that comes until the connection ends."""
    with connect(proxy) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)


def everything(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as stream:
        return stream.read()


def read(connection: socket.socket, size: int) -> bytes:
    """Return the next `size` bytes, and leave what follows."""
    received = b""
    while piece := connection.recv(size - len(received)):
        received += piece
    return received


def upload_large(client: Client, size: int = LARGE) -> bytes:
    """Store a file `f` in chunks."""
    content = bytes(range(250)) * (size // 250)
    for start in range(0, size, CHUNK):
        part = content[start : start + CHUNK]
        headers = {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{size}"}
        if start:
            headers["X-Appwrite-ID"] = "f"
        assert client.upload("b", "f", part, headers=headers).status in {200, 201}
    return content


def ask_for_all_of_f() -> bytes:
    head = f"GET /v1{FILES}/f/view HTTP/1.1\r\nX-Appwrite-Project: demo\r\nX-Appwrite-Key: k"
    return head.encode() + b"\r\n\r\n"


def send_in_chunks(client: Client) -> Answer:
    body, headers = multipart({"fileId": "g"}, (b"g", b"content"))
    client.connection.request(
        "POST",
        f"/v1{FILES}",
        iter([body[:20], body[20:]]),
        {**headers, "X-Appwrite-Project": "demo", "X-Appwrite-Key": "k"},
        encode_chunked=True,
    )
    response = client.connection.getresponse()
    return Answer(response.status, tuple(response.getheaders()), response.read())


def conversation(client: Client) -> list[Answer]:
    """Say everything to a server that a test might, and return its answers."""
    answers = [client.bucket("b"), client.bucket("b"), client.upload("b", "a", b"content")]
    content = upload_large(client, 11_000_000)
    answers.append(send_in_chunks(client))
    for headers in ({}, {"Range": "bytes=1-3"}, {"Range": "bytes=11000000-"}):
        for method in ("GET", "HEAD"):
            answers += [
                client.send(method, f"{FILES}/{name}/{view}", headers=headers)
                for name in ("a", "f", "missing")
                for view in ("view", "download")
            ]
    assert content in [answer.body for answer in answers]
    for path in ("/..%2F", "/%2e%2e", "//a", "/a%00", "/%C3%A9", "/a;b?queries[]=%7B&&="):
        answers.append(client.send("GET", f"{FILES}{path}"))
        # a server may close after what it cannot read
        client.connection.close()
    answers += [client.upload("b", "h", bytes(13_000_000)), client.upload("b", "i", b"x" * 2_000)]
    answers += [client.send(method, f"{FILES}/a") for method in ("DELETE", "DELETE", "PATCH")]
    return answers


def timeless(answer: Answer) -> tuple[object, ...]:
    """Return what is the same whenever it is asked."""
    time = rb"\d{4}-\d\d-\d\dT[\d:.]+"
    passing = {"Date", "X-Debug-Speed", "X-RateLimit-Reset"}
    lines = [line for line in answer.lines if line[0] not in passing]
    return answer.status, lines, re.sub(time, b"then", answer.body)


class TestPassing:
    def test_a_client_cannot_tell_it_from_the_server(self) -> None:
        with (
            Emulator(project="demo", key="k") as one,
            Emulator(project="demo", key="k") as other,
            Proxy(other.endpoint) as proxy,
            Client(one.endpoint, "demo", "k") as direct,
            Client(proxy.endpoint, "demo", "k") as through,
        ):
            expected = [timeless(answer) for answer in conversation(direct)]

            assert [timeless(answer) for answer in conversation(through)] == expected
            assert other.traffic.exchanges == one.traffic.exchanges
            assert other.traffic.connections == one.traffic.connections

    def test_requests_arrive_byte_for_byte(self) -> None:
        sent = (
            b"POST /v1/a%2F..%2f/../\xc3\xa9?q=%2E&&q HTTP/1.1\r\nhOST: some.where\r\nB: 1\r\n"
            b"Transfer-Encoding: chunked\r\nb:2\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n"
        )
        with Target(OK) as target, Proxy(target.url) as proxy:
            exchange(proxy, sent)

        assert target.requests == [sent]

    @pytest.mark.parametrize(
        ("method", "answer"),
        [
            (b"GET", b"HTTP/1.1 200 Fine\r\na: 1\r\nA: 2\r\n\r\nuntil the end"),
            (b"GET", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            (b"GET", b"HTTP/1.1 413 Request Entity Too Large\r\n\r\n"),
            (b"GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
            (b"GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
            (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
            (b"HEAD", b"HTTP/1.1 200 OK\r\n\r\n"),
            (b"GET", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok"),
            (b"GET", CHUNKED + b"2;x\r\nab\r\n1\r\nc\r\n0\r\nSum: 1\r\n\r\n"),
        ],
    )
    def test_answers_arrive_byte_for_byte(self, method: bytes, answer: bytes) -> None:
        with Target(Reply(answer, then="closed")) as target, Proxy(target.url) as proxy:
            received = exchange(proxy, method + b" /v1 HTTP/1.1\r\nHost: h\r\n\r\n")

        assert received == answer

    def test_a_client_that_waits_for_leave_to_send_a_body_gets_it(self) -> None:
        with Target(OK) as target, Proxy(target.url) as proxy, connect(proxy) as connection:
            head = b"PUT /v1 HTTP/1.1\r\nContent-Length: 4\r\n"
            connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
            leave = read(connection, len(LEAVE))
            connection.sendall(b"body")
            answer = read(connection, len(OK.data))

        assert (leave, answer) == (LEAVE, OK.data)
        assert target.requests == [head + b"\r\nbody"]

    def test_a_refusal_before_the_body_was_read_reaches_the_client(self) -> None:
        refusal = Reply(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", "closed", 100)
        with Target(refusal) as target, Proxy(target.url) as proxy:
            head = b"PUT /v1 HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n"
            received = exchange(proxy, head + bytes(9_000_000))

        assert received == refusal.data
        assert proxy.traffic.exchanges == (Exchange("PUT", "/v1", 413, 9_000_000, 0),)


class TestKeeping:
    def test_one_connection_to_the_target_belongs_to_each_of_a_clients(
        self, emulator: Emulator, proxy: Proxy
    ) -> None:
        for _ in range(2):
            with Client(proxy.endpoint, "demo", "k") as client:
                for _ in range(3):
                    assert client.send("GET", "/health").status == 200

        assert emulator.traffic.connections == proxy.traffic.connections == 2

    def test_a_connection_the_target_closed_meanwhile_is_replaced_unnoticed(self) -> None:
        replies = [Reply(OK.data, then="closed"), Reply(OK.data, then="reset"), OK]
        with Target(*replies) as target, Proxy(target.url) as proxy, connect(proxy) as connection:
            for body in (b"1", b"2", b"3"):
                connection.sendall(b"PUT /v1 HTTP/1.1\r\nContent-Length: 1\r\n\r\n" + body)
                assert read(connection, len(OK.data)) == OK.data
                if body != b"3":
                    assert target.ended.acquire(timeout=60)

        assert (target.connections, proxy.traffic.connections) == (3, 1)

    def test_a_server_that_closes_after_each_answer_costs_its_client_no_connection(self) -> None:
        closing = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        replies = [Reply(closing, then="closed")] * 3
        with Target(*replies) as target, Proxy(target.url) as proxy, connect(proxy) as connection:
            for _ in replies:
                connection.sendall(b"GET /v1 HTTP/1.1\r\n\r\n")
                assert read(connection, len(OK.data)) == OK.data

        assert (target.connections, proxy.traffic.connections) == (3, 1)

    def test_a_client_that_says_it_closes_is_believed(self) -> None:
        with Target(OK) as target, Proxy(target.url) as proxy, connect(proxy) as connection:
            connection.sendall(b"GET /v1 HTTP/1.1\r\nConnection: close\r\n\r\n")
            received = everything(connection)

        assert received == OK.data
        assert target.requests == [b"GET /v1 HTTP/1.1\r\n\r\n"]

    def test_a_server_that_breaks_its_answer_off_breaks_it_off_for_the_client(self) -> None:
        half = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", then="closed")
        with (
            Target(half) as target,
            Proxy(target.url) as proxy,
            Client(proxy.endpoint) as client,
            pytest.raises(IncompleteRead) as caught,
        ):
            client.send("GET", "/")

        assert caught.value.partial == b"half"
        assert proxy.traffic.exchanges == (Exchange("GET", "/v1/", 200, 0, 4),)

    def test_a_server_that_resets_the_connection_resets_the_clients(self) -> None:
        with (
            Target(Reply(b"", then="reset")) as target,
            Proxy(target.url) as proxy,
            Client(proxy.endpoint) as client,
            pytest.raises(ConnectionResetError) as caught,
        ):
            client.send("GET", "/")

        assert caught.type is ConnectionResetError
        assert proxy.traffic.exchanges == (Exchange("GET", "/v1/", 0, 0, 0),)

    def test_a_server_that_is_down_is_a_connection_that_ends(self) -> None:
        with Target() as target:
            url = target.url
        with (
            Proxy(url) as proxy,
            Client(proxy.endpoint) as client,
            pytest.raises(ConnectionError),
        ):
            client.send("GET", "/")

    def test_an_answer_that_is_lost_was_given_in_full(self) -> None:
        # the target would complain if it could not get rid of it
        large = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + bytes(9_000_000))
        with Target(large) as target, Proxy(target.url) as proxy:
            proxy.inject(Fault(drop="after"))
            received = exchange(proxy, b"GET /v1 HTTP/1.1\r\n\r\n")

        assert received == b""
        assert target.requests == [b"GET /v1 HTTP/1.1\r\n\r\n"]
        assert proxy.traffic.exchanges == (Exchange("GET", "/v1", 0, 0, 0),)


class TestCounting:
    def test_exchanges_are_those_of_the_server(
        self, emulator: Emulator, proxy: Proxy, client: Client
    ) -> None:
        client.bucket("b")
        upload_large(client, 6_000_000)
        client.send("GET", f"{FILES}/f/view", query=[("a", "b")])
        client.send("HEAD", f"{FILES}/f/view")
        client.send("DELETE", f"{FILES}/f")

        assert proxy.traffic.exchanges == emulator.traffic.exchanges

    def test_every_byte_on_the_wire_is_counted(self, proxy: Proxy) -> None:
        asked = b"GET /v1/health HTTP/1.1\r\nHost: h\r\nX-Appwrite-Project: demo\r\n\r\n"

        received = exchange(proxy, asked * 3)

        assert proxy.traffic.received_bytes == 3 * len(asked)
        assert proxy.traffic.sent_bytes == len(received)

    def test_counts_begin_anew(self, proxy: Proxy, client: Client) -> None:
        client.send("GET", "/health")
        proxy.traffic.clear()

        assert (proxy.traffic.received_bytes, proxy.traffic.sent_bytes) == (0, 0)
        assert (proxy.traffic.exchanges, proxy.traffic.connections) == ((), 0)

    def test_an_answer_broken_off_by_the_client_counts_as_far_as_it_came(
        self, emulator: Emulator, client: Client
    ) -> None:
        client.bucket("b")
        upload_large(client)
        with Proxy(emulator.endpoint) as proxy, connect(proxy) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
            connection.sendall(ask_for_all_of_f())
            read(connection, 1_000_000)
        # the threads of a stopped proxy have ended, and so has their counting
        broken_off = proxy.traffic.exchanges[0]

        assert 1_000_000 <= broken_off.response_bytes < 1_500_000
        assert 0 < proxy.traffic.sent_bytes - broken_off.response_bytes < 2_000

    def test_an_upload_broken_off_by_the_client_counts_as_far_as_it_came(self) -> None:
        with Target(OK) as target, Proxy(target.url) as proxy:
            received = exchange(proxy, b"PUT /v1 HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")

        assert received == b""
        assert proxy.traffic.exchanges == (Exchange("PUT", "/v1", 0, 4, 0),)
        assert target.requests == []


class TestWaiting:
    def test_each_request_takes_a_round_trip_and_each_connection_its_cost(
        self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pauses: list[float] = []
        monkeypatch.setattr(Relay, "_pause", lambda _, seconds: pauses.append(seconds))
        with Proxy(emulator.endpoint, round_trip=2, connection_cost=4) as proxy:
            proxy.inject(Fault(nth=2, delay=8))
            for requests in (2, 1):
                with Client(proxy.endpoint, "demo", "k") as client:
                    for _ in range(requests):
                        client.send("GET", "/health")

        assert [pause for pause in pauses if pause] == [4, 2, 8, 2, 4, 2]

    def test_clients_that_wait_keep_nobody_else_waiting(self, proxy: Proxy, client: Client) -> None:
        proxy.inject(Fault(path="/slow", times=100, delay=HOUR))
        waiting = [connect(proxy) for _ in range(100)]
        for connection in waiting:
            connection.sendall(b"GET /v1/slow HTTP/1.1\r\n\r\n")

        assert client.send("GET", "/health").status == 200
        proxy.stop()
        for connection in waiting:
            assert connection.recv(1000) == b""
            connection.close()

    def test_many_clients_at_once_get_their_own_answers(
        self, emulator: Emulator, client: Client
    ) -> None:
        client.bucket("b")
        barrier = threading.Barrier(24)

        def work(number: int) -> bool:
            content = bytes([number]) * 100_000
            barrier.wait()
            with Client(proxy.endpoint, "demo", "k") as mine:
                for turn in range(5):
                    name = f"f{number}-{turn}"
                    assert mine.upload("b", name, content).status == 201
                    assert mine.send("GET", f"{FILES}/{name}/view").body == content
            return True

        with Proxy(emulator.endpoint, round_trip=0.001) as proxy, ThreadPoolExecutor(24) as pool:
            assert all(pool.map(work, range(24)))

        assert len(proxy.traffic.exchanges) == 24 * 5 * 2
        assert proxy.traffic.connections == 24


class TestStopping:
    def test_nothing_is_left_of_it_whatever_its_clients_do(
        self, emulator: Emulator, client: Client
    ) -> None:
        client.bucket("b")
        upload_large(client)
        before = set(threading.enumerate())
        proxy = Proxy(emulator.endpoint)
        proxy.start()
        proxy.inject(Fault(path="/slow", delay=HOUR))
        sent = [
            b"",
            b"GET /v1/he",
            b"PUT /v1 HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
            b"GET /v1/slow HTTP/1.1\r\n\r\n",
            ask_for_all_of_f(),
        ]
        clients = [connect(proxy) for _ in sent]
        for each, data in zip(clients, sent, strict=True):
            each.sendall(data)
        # it is in the middle of the answer that nobody reads
        clients[-1].recv(1000)

        proxy.stop()

        assert set(threading.enumerate()) == before
        for each in clients:
            each.close()

    def test_a_connection_made_at_the_last_moment_is_ended_too(self) -> None:
        connections = Connections()
        one, other = socket.socketpair()
        with one, other:
            connections.end()
            connections.add(one)

            assert other.recv(1) == b""

    def test_it_can_be_stopped_twice_and_started_again(self, emulator: Emulator) -> None:
        proxy = Proxy(emulator.endpoint)
        for _ in range(2):
            with proxy, Client(proxy.endpoint, "demo", "k") as client:
                assert client.send("GET", "/health").status == 200
            proxy.stop()

        with pytest.raises(RuntimeError, match="not running"):
            _ = proxy.endpoint

    def test_a_port_that_is_taken_is_an_error(self, emulator: Emulator) -> None:
        port = urlsplit(emulator.endpoint).port or 0

        with pytest.raises(OSError, match="in use"):
            Proxy(emulator.endpoint, port=port).start()

    @pytest.mark.parametrize("target", ["https://a/v1", "a:80", "", "http:///v1"])
    def test_a_target_it_cannot_reach_is_refused(self, target: str) -> None:
        with pytest.raises(ValueError, match="http://"):
            Proxy(target)


def test_it_runs_as_a_process_of_its_own(emulator: Emulator) -> None:
    command = [sys.executable, "-W", "error", "-m", "cloud_storages.emulator.proxy"]
    command += ["--target", emulator.endpoint, "--round-trip", "0.001"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().removeprefix("listening on ").strip()
        with Client(url, "demo", "k") as client:
            status = client.send("GET", "/health").status
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=60)

    assert (status, process.returncode, complaints) == (200, 0, b"")
    assert url.endswith("/v1")


def test_arguments_it_cannot_serve_are_told_in_one_line() -> None:
    command = [sys.executable, "-m", "cloud_storages.emulator.proxy", "--target", "https://a"]
    done = subprocess.run(command, capture_output=True, check=False)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
