"""Connections, threads, faults and what travels, over real sockets."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from cloud_storages.emulator import Emulator, Exchange

from .wire import Client, multipart

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = "/storage/buckets/b/files"
CEILING = 12 * 1024 * 1024
CLIENTS = 16


def test_one_connection_carries_many_requests(emulator: Emulator, client: Client) -> None:
    client.bucket("b")
    client.upload("b", "f", b"content")
    for method in ("GET", "HEAD", "GET"):
        assert client.send(method, f"{FILES}/f").status == 200
    assert client.send("DELETE", f"{FILES}/f").status == 204
    assert client.send("GET", "/nonsense").status == 404

    assert emulator.traffic.connections == 1


def test_traffic_tells_what_reached_the_server(emulator: Emulator, client: Client) -> None:
    client.bucket("b")
    client.upload("b", "f", b"content")
    emulator.traffic.clear()

    client.send("GET", f"{FILES}/f/view", query=[("width", "1")])

    assert emulator.traffic.exchanges == (Exchange("GET", f"/v1{FILES}/f/view", 200, 0, 7),)
    assert emulator.traffic.connections == 0


def test_a_clock_that_is_ahead_lets_a_token_expire_for_the_length_of_a_block(
    emulator: Emulator, client: Client
) -> None:
    client.bucket("b")
    client.upload("b", "f", b"content")
    soon = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    made = client.send("POST", "/tokens/buckets/b/files/f", json_body={"expire": soon})
    query = [("token", made.json["secret"]), ("project", "demo")]

    def shown() -> int:
        nobody: dict[str, str | None] = {"X-Appwrite-Key": None, "X-Appwrite-Project": None}
        return client.send("GET", f"{FILES}/f/view", query=query, headers=nobody).status

    with emulator.ahead(3000):
        assert shown() == 200
        with emulator.ahead(3000):
            assert shown() == 401
        assert shown() == 200
    assert shown() == 200


def test_traffic_counts_the_bytes_of_an_upload(emulator: Emulator, client: Client) -> None:
    client.bucket("b")
    body, headers = multipart({"fileId": "f"}, (b"f", b"x" * 1000))
    client.connection.request(
        "POST",
        f"/v1{FILES}",
        body,
        {**headers, "X-Appwrite-Project": "demo", "X-Appwrite-Key": "k"},
    )
    client.connection.getresponse().read()

    assert emulator.traffic.exchanges[-1].request_bytes == len(body)


def test_a_head_has_no_length_and_no_body(client: Client) -> None:
    client.bucket("b")
    client.upload("b", "f", b"content")

    whole = client.send("HEAD", f"{FILES}/f/view")
    part = client.send("HEAD", f"{FILES}/f/view", headers={"Range": "bytes=0-3"})

    assert (whole.status, whole.header("content-length"), whole.body) == (200, None, b"")
    assert (part.status, part.header("content-range")) == (206, "bytes 0-3/7")


def test_long_bodies_are_chunked_and_short_ones_have_a_length(client: Client) -> None:
    client.bucket("b")
    for identifier, size in (("short", 2_000_000), ("long", 2_000_001)):
        client.upload("b", identifier, bytes(size))

    short, long = (client.send("GET", f"{FILES}/{name}/view") for name in ("short", "long"))

    assert (short.header("content-length"), len(short.body)) == ("2000000", 2_000_000)
    assert (long.header("transfer-encoding"), len(long.body)) == ("chunked", 2_000_001)


def test_textual_answers_are_compressed_on_request(client: Client) -> None:
    client.bucket("b")
    client.upload("b", "f", b"text " * 400)
    accepting = {"Accept-Encoding": "gzip, deflate"}

    packed = client.send("GET", f"{FILES}/f/view", headers=accepting)
    part = client.send("GET", f"{FILES}/f/view", headers={**accepting, "Range": "bytes=0-1499"})
    plain = client.send("GET", f"{FILES}/f/view", headers={"Accept-Encoding": "identity"})

    assert gzip.decompress(packed.body) == plain.body == b"text " * 400
    assert packed.header("content-encoding") == "gzip"
    assert part.header("content-range") == "bytes 0-1499/2000"
    assert len(gzip.decompress(part.body)) == 1500


def test_a_body_over_the_ceiling_is_refused_without_a_word(client: Client) -> None:
    client.bucket("b")

    answer = client.upload("b", "f", bytes(CEILING))

    assert (answer.status, answer.lines, answer.body) == (413, (), b"")
    assert client.send("GET", f"{FILES}/f").status == 404


@pytest.mark.parametrize("name", [b"x" * 510, "é".encode() * 255])
def test_a_name_too_long_is_refused_without_a_word(client: Client, name: bytes) -> None:
    client.bucket("b")

    answer = client.upload("b", "f", b"x", name=name)

    assert (answer.status, answer.lines, answer.body) == (400, (), b"")


def test_a_damaged_form_is_refused_without_a_word(client: Client) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=here"}
    client.connection.request("POST", f"/v1{FILES}", b"--there\r\n", headers)
    response = client.connection.getresponse()

    assert (response.status, response.getheaders()) == (400, [])


def test_names_travel_as_they_were_sent(client: Client) -> None:
    client.bucket("b")
    stored = client.upload("b", "f", b"x", name='a;b%41".txt').json["name"]
    encoded = client.upload("b", "g", b"x", name="n%C3%A4%3B.txt").json["name"]

    shown = client.send("GET", f"{FILES}/g/view").header("content-disposition")

    assert (stored, encoded) == ("a", "nä;.txt")
    assert shown is not None
    assert shown.encode("latin-1").decode() == 'inline; filename="nä;.txt"'


def test_idle_connections_starve_nobody(emulator: Emulator) -> None:
    clients = [Client(emulator.endpoint, "demo", "k") for _ in range(150)]
    for client in clients:
        assert client.send("GET", "/health").status == 200

    with Client(emulator.endpoint, "demo", "k") as one_more:
        assert one_more.send("GET", "/health").status == 200
    for client in clients:
        assert client.send("GET", "/health").status == 200
        client.connection.close()

    assert emulator.traffic.connections == 151


def test_slow_clients_hold_up_nobody(emulator: Emulator, client: Client) -> None:
    parts = urlsplit(emulator.endpoint)
    slow = []
    for _ in range(CLIENTS):
        connection = socket.create_connection((parts.hostname, parts.port))
        connection.sendall(b"POST /v1/storage/buckets HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        slow.append(connection)

    assert client.send("GET", "/health").status == 200
    for connection in slow:
        connection.close()


def together(count: int, work: Callable[[int], int]) -> list[int]:
    """Return what `work` returns for each number, all of them begun at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> int:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_of_many_creators_of_one_file_exactly_one_wins(emulator: Emulator, client: Client) -> None:
    client.bucket("b")
    contents = [f"content {number}".encode() for number in range(CLIENTS)]

    def create(number: int) -> int:
        with Client(emulator.endpoint, "demo", "k") as mine:
            return mine.upload("b", "f", contents[number]).status

    statuses = together(CLIENTS, create)

    assert sorted(statuses) == [201] + [409] * (CLIENTS - 1)
    winner = contents[statuses.index(201)]
    assert client.send("GET", f"{FILES}/f/view").body == winner
    assert client.send("GET", f"{FILES}/f").json["signature"] == hashlib.md5(winner).hexdigest()


def test_of_many_creators_of_one_bucket_exactly_one_wins(emulator: Emulator) -> None:
    def create(_number: int) -> int:
        with Client(emulator.endpoint, "demo", "k") as mine:
            return mine.bucket("b").status

    assert sorted(together(CLIENTS, create)) == [201] + [409] * (CLIENTS - 1)


def test_chunks_may_arrive_at_once(emulator: Emulator, client: Client) -> None:
    client.bucket("b")
    size, step = 8 * 5_242_880, 5_242_880

    def send(number: int) -> int:
        place = f"bytes {number * step}-{(number + 1) * step - 1}/{size}"
        with Client(emulator.endpoint, "demo", "k") as mine:
            part = bytes([number]) * 1000
            headers = {"Content-Range": place, "X-Appwrite-ID": "f"}
            return mine.upload("b", "f", part, headers=headers).status

    # the bucket allows less than the declared size
    assert together(8, send) == [400] * 8
    client.send("PUT", "/storage/buckets/b", json_body={"name": "b", "maximumFileSize": 30_000_000})
    size = 5 * step

    assert together(5, send) == [201] * 5
    assert client.send("GET", f"{FILES}/f/view").body == b"".join(
        bytes([number]) * 1000 for number in range(5)
    )


def test_the_date_of_an_answer_is_that_of_its_clock() -> None:
    with Emulator(project="demo", key="k") as emulator:
        now, later = (_date_of(emulator, ahead) for ahead in (0, 7200))

    assert 7200 <= (later - now).total_seconds() < 7260


def _date_of(emulator: Emulator, seconds: float) -> datetime:
    with emulator.ahead(seconds), urlopen(f"{emulator.endpoint}/health/version") as answer:
        return parsedate_to_datetime(answer.headers["Date"])
