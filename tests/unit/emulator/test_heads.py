"""What the proxy reads of a message: where it ends, and nothing else."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.emulator.proxy import heads
from cloud_storages.emulator.proxy.heads import AnswerHead, BrokenOffError, RequestHead


def stream(data: bytes, step: int = 7) -> io.BufferedReader:
    """Return a connection that delivers `step` bytes at a time."""

    class Raw(io.RawIOBase):
        source = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:
            return self.source.readinto(memoryview(buffer)[:step])

    return io.BufferedReader(Raw(), 16)


def request(data: bytes) -> RequestHead:
    head = heads.read(stream(data), RequestHead)
    assert head is not None
    return head


def answer(data: bytes) -> AnswerHead:
    head = heads.read(stream(data), AnswerHead)
    assert head is not None
    return head


def joined(pieces: object) -> tuple[bytes, bytes]:
    """Return a body as it travelled, and its data."""
    everything = list(pieces)  # type: ignore[call-overload]
    return (
        b"".join(framing + data for framing, data in everything),
        b"".join(data for _, data in everything),
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /v1/a%2Fb/..%2F?x=%2e&&y HTTP/1.1\r\nhost: h\r\nX-A:1\r\nx-a:  2 \r\n\r\n",
        b"GET /a b\xc3\xa9\x01 HTTP/1.1\r\nno colon\r\n: no name\r\nA: 1\r\n folded\r\n\r\n",
        b"HTTP/1.1 413 Request Entity Too Large\r\n\r\n",
    ],
)
def test_a_head_stays_the_bytes_it_was(raw: bytes) -> None:
    head = request(raw + b"what follows")

    assert bytes(head) == head.passed_on() == raw


def test_method_and_path_are_told_as_they_are_written() -> None:
    head = request(b"PUT /a%2F..//b;c?d/e HTTP/1.1\r\n\r\n")

    assert (head.method, head.path) == ("PUT", "/a%2F..//b;c")


def test_nothing_more_comes_from_a_closed_connection() -> None:
    assert heads.read(stream(b""), RequestHead) is None


@pytest.mark.parametrize("raw", [b"GET / HT", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nA: b\r\n"])
def test_half_a_head_is_none(raw: bytes) -> None:
    with pytest.raises(BrokenOffError):
        request(raw)


def test_what_is_between_two_neighbours_is_not_handed_on() -> None:
    head = request(
        b"GET / HTTP/1.1\r\nConnection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\n"
        b"TE: trailers\r\nUpgrade: h2c\r\nExpect: 100-continue\r\nX-Theirs: 2\r\n\r\n"
    )

    assert head.passed_on() == b"GET / HTTP/1.1\r\nX-Theirs: 2\r\n\r\n"


@pytest.mark.parametrize(
    ("version", "line", "persists"),
    [
        (b"HTTP/1.1", b"", True),
        (b"HTTP/1.1", b"Connection: close\r\n", False),
        (b"HTTP/1.0", b"", False),
        (b"HTTP/1.0", b"Connection: Keep-Alive\r\n", True),
    ],
)
def test_who_means_to_keep_the_connection(version: bytes, line: bytes, persists: bool) -> None:
    asking = request(b"GET /HTTP/1.0 " + version + b"\r\n" + line + b"\r\n")
    answering = answer(version + b" 200 OK\r\n" + line + b"\r\n")

    assert (asking.persists, answering.persists) == (persists, persists)


@given(
    chunks=st.lists(st.binary(min_size=1, max_size=200), max_size=5),
    extension=st.sampled_from([b"", b";a=b", b'; a="\xff"']),
    trailers=st.sampled_from([b"", b"X-Sum: 1\r\n", b"A: 1\r\nB: 2\r\n"]),
    step=st.integers(1, 300),
)
def test_a_chunked_body_travels_as_it_is_and_ends_where_it_ends(
    chunks: list[bytes], extension: bytes, trailers: bytes, step: int
) -> None:
    wire = b"".join(b"%X%b\r\n%b\r\n" % (len(each), extension, each) for each in chunks)
    wire += b"0" + extension + b"\r\n" + trailers + b"\r\n"
    reader = stream(wire + b"NEXT", step)

    assert joined(heads.chunked(reader)) == (wire, b"".join(chunks))
    assert reader.read() == b"NEXT"


@pytest.mark.parametrize(
    "wire", [b"", b"5\r\nab", b"5\r\nabcde", b"2\r\nab\r\n", b"0\r\n", b"0\r\nA: b\r\n", b"x\r\n"]
)
def test_a_chunked_body_that_breaks_off_is_told_apart_from_one_that_ends(wire: bytes) -> None:
    with pytest.raises(BrokenOffError):
        joined(heads.chunked(stream(wire)))


def test_a_body_with_a_length_ends_there() -> None:
    reader = stream(b"12345NEXT")

    assert joined(request(b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\n").body(reader)) == (
        b"12345",
        b"12345",
    )
    assert reader.read() == b"NEXT"


def test_a_body_shorter_than_its_length_is_told() -> None:
    head = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")

    with pytest.raises(BrokenOffError):
        joined(head.body(stream(b"1234"), "GET"))


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 103)]
)
def test_some_answers_have_no_body_whatever_they_say(method: str, status: int) -> None:
    head = answer(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status)

    assert joined(head.body(stream(b"HTTP/"), method)) == (b"", b"")


def test_an_answer_that_says_nothing_ends_with_the_connection() -> None:
    assert answer(b"HTTP/1.1 413 Too Large\r\n\r\n").body(stream(b""), "POST") is None


def test_an_answer_without_a_status_is_none() -> None:
    with pytest.raises(BrokenOffError):
        _ = answer(b"nonsense\r\n\r\n").status


def test_keys_do_not_show() -> None:
    assert "secret" not in repr(request(b"GET / HTTP/1.1\r\nX-Appwrite-Key: secret\r\n\r\n"))
