from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.emulator.rules.ranges import (
    ContentRange,
    UnsatisfiableRangeError,
    Window,
    content_range,
    window,
)

VIEW, DOWNLOAD = 20_000_000, 10_485_760


def served(header: str, size: int, limit: int = VIEW, *, cuts: bool = True) -> Window | None:
    return window(header, size, open_limit=limit, cuts_long=cuts)


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        ("bytes=0-99", 1000, Window(0, 99)),
        ("bytes=0-9", 10, Window(0, 9)),
        ("bytes=5-", 10, Window(5, 9)),
        ("bytes=8-", 10, Window(8, 9)),
        ("bytes=0-", 23_000_000, Window(0, 19_999_999)),
        ("bytes=1000-22999999", 23_000_000, Window(1000, 20_000_999)),
        ("bytes=0-20000000", 23_000_000, Window(0, 20_000_000)),
        ("bytes=0-99999999", 23_000_000, Window(0, 19_999_999)),
    ],
)
def test_windows_that_are_served(header: str, size: int, expected: Window) -> None:
    assert served(header, size) == expected


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("bytes=5-5", 10),
        ("bytes=9-", 10),
        ("bytes=10-11", 10),
        ("bytes=5-100", 10),
        ("bytes=4-2", 10),
        ("bytes=-3", 10),
        ("bytes=3", 10),
        ("bytes=", 10),
        ("bytes=0-1,4-5", 10),
        ("items=0-1", 10),
        ("bytes= 0-1", 10),
        ("bytes=a-b", 10),
        ("nonsense", 10),
        ("bytes=0-", 1),
        ("bytes=0-0", 1),
        ("bytes=0-", 0),
    ],
)
def test_windows_that_are_refused(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        served(header, size)


@pytest.mark.parametrize("header", ["", "0"])
def test_no_header_is_the_whole_file(header: str) -> None:
    assert served(header, 10) is None


def test_a_download_stops_earlier_than_a_view() -> None:
    assert served("bytes=0-", 30_000_000, DOWNLOAD) == Window(0, DOWNLOAD - 1)


def test_older_servers_do_not_cut_closed_windows() -> None:
    assert served("bytes=0-22999999", 23_000_000, cuts=False) == Window(0, 22_999_999)


@given(st.binary(min_size=2, max_size=60), st.integers(0, 70), st.integers(0, 70))
def test_a_served_window_is_a_slice_of_two_bytes_or_more(
    content: bytes, start: int, end: int
) -> None:
    try:
        got = served(f"bytes={start}-{end}", len(content))
    except UnsatisfiableRangeError:
        assert len(content[start : end + 1]) != end - start + 1 or end <= start
    else:
        assert got is not None
        assert content[got.start : got.end + 1] == content[start : end + 1]
        assert got.length == end - start + 1 > 1


@given(st.integers(0, 10**9), st.integers(2, 10**9))
def test_an_open_window_reaches_the_end_or_the_limit(start: int, size: int) -> None:
    if start >= size - 1:
        with pytest.raises(UnsatisfiableRangeError):
            served(f"bytes={start}-", size)
    else:
        assert served(f"bytes={start}-", size) == Window(start, min(start + VIEW, size) - 1)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes 0-5242879/12000000", ContentRange(0, 5_242_879, 12_000_000)),
        ("anything 0-9/10", ContentRange(0, 9, 10)),
        ("bytes 0-10/10", ContentRange(0, 10, 10)),
        ("bytes 0-0/0", ContentRange(0, 0, 0)),
    ],
)
def test_places_of_chunks(header: str, expected: ContentRange) -> None:
    assert content_range(header) == expected


@pytest.mark.parametrize(
    "header",
    ["bytes 0-9", "nonsense", "bytes 5-20/10", "bytes 9-0/10", "bytes */10", "bytes 0-9/*", ""],
)
def test_places_that_are_refused(header: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        content_range(header)
