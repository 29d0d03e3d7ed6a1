"""Pieces of a file that was looked at: few requests, and all of the content that was seen."""

import threading

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.errors import IntegrityError
from cloud_storages.domain.values import Location
from cloud_storages.ports import BytesContent
from cloud_storages.service.reader import FIRST_WINDOW, LARGEST_WINDOW, RemoteReader

from .stores import Recorded

THERE = Location("docs", "a.bin")
SIZE = 4 * FIRST_WINDOW
DATA = bytes(range(256)) * (SIZE // 256)


def store_with(data):
    store = MemoryStore(maximum_file_size=10**9)
    store.create_bucket("docs", "docs", public=True)
    store.create(THERE, "a.bin", BytesContent(data))
    return store


def replaced(store, data):
    store.delete(THERE)
    store.create(THERE, "a.bin", BytesContent(data))


def looked_at(store):
    return RemoteReader(store, THERE, store.stat(THERE))


STORE = store_with(DATA)


@given(st.integers(0, SIZE), st.integers(0, SIZE))
def test_they_are_what_a_slice_would_be(start, end):
    assert b"".join(looked_at(STORE).pieces(start, end)) == DATA[start:end]


@given(st.integers(0, SIZE), st.integers(0, SIZE))
def test_so_are_those_of_a_file_that_was_opened(start, end):
    assert b"".join(RemoteReader(STORE, THERE).pieces(start, end)) == DATA[start:end]


@pytest.mark.parametrize("size", [0, 1, 2, FIRST_WINDOW, LARGEST_WINDOW])
def test_a_file_that_was_seen_is_read_with_a_request_for_each_window(size):
    store = Recorded(store_with(bytes(size)))

    assert b"".join(looked_at(store).pieces(0, size)) == bytes(size)

    assert store.calls == ["stat", *["read"] * (size > 0)]


@pytest.mark.parametrize(
    ("start", "end"), [(0, 10), (7, 8), (3 * FIRST_WINDOW, SIZE), (FIRST_WINDOW, 3 * FIRST_WINDOW)]
)
def test_a_piece_costs_one_window_between_two_looks(start, end):
    store = Recorded(store_with(DATA + b"and more"))

    assert b"".join(looked_at(store).pieces(start, end)) == DATA[start:end]

    assert store.calls == ["stat", "read", "stat"]


def test_a_long_piece_is_looked_at_once_more_and_not_after_each_window():
    store = Recorded(store_with(bytes(4 * LARGEST_WINDOW)))

    pieces = list(looked_at(store).pieces(10, 3 * LARGEST_WINDOW))

    assert sum(map(len, pieces)) == 3 * LARGEST_WINDOW - 10
    assert store.calls == ["stat", *["read"] * len(pieces), "stat"]
    assert len(pieces[0]) <= 2 * FIRST_WINDOW


def test_no_window_reaches_far_past_the_end_of_a_piece():
    received = []

    class Sized(MemoryStore):
        def read(self, *where):
            window = super().read(*where)
            received.append(len(window.data))
            return window

    store = Sized(maximum_file_size=10**9)
    store.create_bucket("docs", "docs", public=True)
    store.create(THERE, "a.bin", BytesContent(bytes(4 * LARGEST_WINDOW)))

    for end in (5, LARGEST_WINDOW + 5, 2 * LARGEST_WINDOW):
        received.clear()
        assert sum(map(len, looked_at(store).pieces(0, end))) == end
        assert sum(received) <= end + FIRST_WINDOW


@pytest.mark.parametrize(
    ("start", "end"), [(0, SIZE), (0, 10), (10, 20), (FIRST_WINDOW, SIZE), (SIZE - 1, SIZE)]
)
def test_a_file_that_was_replaced_since_it_was_seen_yields_nothing(start, end):
    store = store_with(DATA)
    reader = looked_at(store)
    replaced(store, DATA[::-1])

    with pytest.raises(IntegrityError):
        next(reader.pieces(start, end))


@pytest.mark.parametrize("start", [0, 10])
@pytest.mark.parametrize("end", [3 * LARGEST_WINDOW, 3 * LARGEST_WINDOW - 10])
def test_a_file_that_is_replaced_on_the_way_never_comes_to_its_end(start, end):
    store = store_with(bytes(3 * LARGEST_WINDOW))
    pieces = looked_at(store).pieces(start, end)
    received = [next(pieces)]
    replaced(store, b"\1" * 3 * LARGEST_WINDOW)

    with pytest.raises(IntegrityError):
        received.extend(pieces)

    assert sum(map(len, received)) < end - start


def test_a_file_that_is_deleted_on_the_way_never_comes_to_its_end():
    store = store_with(DATA)
    reader = looked_at(store)
    store.delete(THERE)

    with pytest.raises(IntegrityError, match="gone"):
        next(reader.pieces(5, 10))


def test_a_small_file_is_here_as_soon_as_it_is_opened():
    assert RemoteReader(store_with(b"small"), THERE).whole == b"small"
    assert RemoteReader(store_with(b""), THERE).whole == b""
    assert RemoteReader(STORE, THERE).whole is None
    assert looked_at(STORE).whole is None


def test_an_opened_file_is_identified_with_the_one_look_that_proves_its_end():
    store = Recorded(store_with(bytes(3 * LARGEST_WINDOW)))
    reader = RemoteReader(store, THERE)

    reader.identify()
    pieces = list(reader.pieces(0, 3 * LARGEST_WINDOW))

    assert sum(map(len, pieces)) == 3 * LARGEST_WINDOW
    assert store.calls == ["read", "stat", *["read"] * (len(pieces) - 1)]


@pytest.mark.parametrize("other", [None, b"", DATA + b"x"])
def test_an_opened_file_that_is_another_by_now_is_not_identified(other):
    store = store_with(DATA)
    reader = RemoteReader(store, THERE)
    store.delete(THERE)
    if other is not None:
        store.create(THERE, "a.bin", BytesContent(other))

    with pytest.raises(IntegrityError):
        reader.identify()


def test_an_upload_that_has_begun_in_place_of_an_opened_file_is_not_identified():
    class Begun(MemoryStore):
        def stat(self, location):
            return attrs.evolve(super().stat(location), complete=False)

    store = Begun()
    store.create_bucket("docs", "docs", public=True)
    store.create(THERE, "a.bin", BytesContent(DATA))

    with pytest.raises(IntegrityError):
        RemoteReader(store, THERE).identify()


def test_a_file_of_one_window_needs_no_thread_to_be_proven():
    before = set(threading.enumerate())
    reader = looked_at(STORE)

    assert b"".join(reader.pieces(0, SIZE)) == DATA

    assert not [each for each in set(threading.enumerate()) - before if "proof" in each.name]


def test_an_opened_file_is_held_to_what_was_seen_of_it():
    store = store_with(DATA)
    reader = RemoteReader(store, THERE)
    replaced(store, DATA[::-1])
    reader.identify()

    with pytest.raises(IntegrityError, match="signature"):
        list(reader.pieces(0, SIZE))
