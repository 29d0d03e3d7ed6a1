"""What a Range header means, by RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.views.ranges import ByteRange, Unsatisfiable, chosen, is_current

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "piece"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-499", (0, 500)),
        ("bytes=500-", (500, 1000)),
        ("bytes=999-", (999, 1000)),
        ("bytes=999-999", (999, 1000)),
        ("bytes=500-5000", (500, 1000)),
        ("bytes=-1", (999, 1000)),
        ("bytes=-5", (995, 1000)),
        ("bytes=-1000", (0, 1000)),
        ("bytes=-4000", (0, 1000)),
        ("BYTES=1-2", (1, 3)),
        ("bytes= 1-2 ", (1, 3)),
        ("bytes=0001-0002", (1, 3)),
        (f"bytes={'0' * 5000}1-2", (1, 3)),
        (f"bytes=1-{'9' * 5000}", (1, 1000)),
        (f"bytes=-{'9' * 5000}", (0, 1000)),
    ],
)
def test_one_range_is_a_piece(header, piece):
    assert chosen(header, SIZE) == ByteRange(*piece)


@pytest.mark.parametrize(
    "header",
    [
        *(
            None,
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5",
            "bytes=--5",
            "bytes=+1-2",
        ),
        *("bytes=2-1", "bytes=1-2-3", "bytes 1-2", "bytes=1.5-2", "bytes=0x1-0x2", "lines=1-2"),
        *(
            "bytes=0-1,5-9",
            "bytes=0-1,",
            ",bytes=0-1",
            "bytes=\u0661-\u0662",
            "bytes=1-2\n",
            "x-bytes=1-2",
        ),
    ],
)
def test_what_is_no_single_range_of_bytes_gets_the_whole_file(header):
    assert chosen(header, SIZE) is None


@pytest.mark.parametrize(
    "header", ["bytes=1000-", "bytes=1000-1001", f"bytes={'9' * 5000}-", "bytes=-0"]
)
def test_a_range_past_the_end_is_refused(header):
    with pytest.raises(Unsatisfiable):
        chosen(header, SIZE)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=7-"])
def test_an_empty_file_is_served_whole(header):
    assert chosen(header, 0) is None


@given(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 40)), st.integers(1, 30))
def test_it_is_what_python_would_slice(first, last, size):
    header = f"bytes={first}-{'' if last is None else last}"
    data = bytes(range(size))
    if last is not None and last < first:
        assert chosen(header, size) is None
    elif first >= size:
        with pytest.raises(Unsatisfiable):
            chosen(header, size)
    else:
        piece = chosen(header, size)
        assert data[piece.start : piece.end] == data[first : None if last is None else last + 1]
        assert piece.length == len(data[piece.start : piece.end])


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        (None, True),
        ('"abc"', True),
        ("Tue, 24 Nov 2026 10:00:00 GMT", True),
        ('W/"abc"', False),
        ('"other"', False),
        ("abc", False),
        ("Tue, 24 Nov 2026 10:00:01 GMT", False),
        ("", False),
    ],
)
def test_a_range_counts_only_for_the_content_the_asker_has(condition, counts):
    date = "Tue, 24 Nov 2026 10:00:00 GMT"

    assert is_current(condition, etag='"abc"', last_modified=date) is counts


def test_without_validators_a_conditional_range_never_counts():
    assert not is_current('"abc"', etag=None, last_modified=None)
