"""The reader behaves as a file, costs what it must, and never passes off damage as content."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.errors import FileMissing, IntegrityError
from cloud_storages.domain.values import Location, Window
from cloud_storages.ports import BytesContent
from cloud_storages.service.reader import FIRST_WINDOW, LARGEST_WINDOW, RemoteReader

from .stores import Recorded

THERE = Location("docs", "a.bin")


def store_with(data):
    store = MemoryStore(maximum_file_size=10**9)
    store.create_bucket("docs", "docs", public=True)
    store.create(THERE, "a.bin", BytesContent(data))
    return store


def counted(size):
    return (b"%07d\n" % (number * 8) for number in range(size // 8 + 1))


DATA = b"".join(counted(3 * FIRST_WINDOW))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, len(DATA))),
        st.tuples(st.just("seek"), st.integers(0, len(DATA) + 10)),
        st.tuples(st.just("readline"), st.just(-1)),
    ),
    max_size=12,
)
STORE = store_with(DATA)


@given(STEPS)
def test_it_reads_as_a_file_in_memory_does(steps):
    file, model = io.BufferedReader(RemoteReader(STORE, THERE)), io.BytesIO(DATA)

    for step, argument in steps:
        assert getattr(file, step)(argument) == getattr(model, step)(argument)
        assert file.tell() == model.tell()


@pytest.mark.parametrize("whence", [io.SEEK_SET, io.SEEK_CUR, io.SEEK_END])
def test_it_seeks_from_everywhere(whence):
    file, model = RemoteReader(STORE, THERE), io.BytesIO(DATA)
    file.seek(100)
    model.seek(100)

    assert file.seek(7, whence) == model.seek(7, whence)
    assert file.read(5) == model.read(5)


def test_it_does_not_seek_to_nowhere():
    with pytest.raises(ValueError, match="negative"):
        RemoteReader(STORE, THERE).seek(-1)
    with pytest.raises(ValueError, match="whence"):
        RemoteReader(STORE, THERE).seek(0, 9)


@pytest.mark.parametrize(
    ("size", "calls"),
    [
        (0, ["read"]),
        (1, ["read"]),
        (FIRST_WINDOW, ["read"]),
        (FIRST_WINDOW + 1, ["read", "read", "stat"]),
        (30 * 1024 * 1024, [*["read"] * 9, "stat"]),
    ],
)
def test_reading_it_all_takes_few_large_windows(size, calls):
    store = Recorded(store_with(bytes(size)))

    assert RemoteReader(store, THERE).readall() == bytes(size)
    assert store.calls == calls


def test_windows_grow_while_they_are_read_in_order_and_stay_bounded():
    sizes = []

    class Sized(MemoryStore):
        def read(self, location, offset, size, total=None):
            sizes.append(size)
            return super().read(location, offset, size, total)

    store = Sized(maximum_file_size=10**9)
    store.create_bucket("docs", "docs", public=True)
    store.create(THERE, "a.bin", BytesContent(bytes(24 * 1024 * 1024)))
    reader = RemoteReader(store, THERE)

    while reader.read(1000):
        pass

    assert sizes[0] == FIRST_WINDOW
    assert sizes == sorted(sizes)
    assert max(sizes) == LARGEST_WINDOW
    assert sum(sizes[:2]) <= 256 * 1024


def test_a_missing_file_is_missing_at_once():
    with pytest.raises(FileMissing):
        RemoteReader(STORE, Location("docs", "b.bin"))


def test_a_file_that_is_deleted_while_it_is_read_is_no_shorter_file():
    store = store_with(DATA)
    reader = RemoteReader(store, THERE)
    store.delete(THERE)

    with pytest.raises(IntegrityError, match=r"docs/a\.bin"):
        reader.readall()


@pytest.mark.parametrize("other", [DATA + b"x", DATA[:-1], b""])
def test_a_file_that_changes_its_size_while_it_is_read_raises(other):
    store = store_with(DATA)
    reader = RemoteReader(store, THERE)
    store.delete(THERE)
    store.create(THERE, "a.bin", BytesContent(other))

    with pytest.raises(IntegrityError):
        reader.readall()


@pytest.mark.parametrize("size", [FIRST_WINDOW + 1, 3 * LARGEST_WINDOW])
def test_a_file_that_changes_its_content_only_is_told_by_its_signature(size):
    data = bytes(size)
    store = store_with(data)
    reader = RemoteReader(store, THERE)
    reader.read(10)
    store.delete(THERE)
    store.create(THERE, "a.bin", BytesContent(b"\1" * len(data)))

    with pytest.raises(IntegrityError, match="signature"):
        reader.readall()


def test_damaged_windows_are_told_by_the_signature():
    class Damaged(MemoryStore):
        def read(self, location, offset, size, total=None):
            window = super().read(location, offset, size, total)
            data = window.data[:-1] + b"!" if offset else window.data
            return Window(offset, data, window.total)

    store = Damaged()
    store.create_bucket("docs", "docs", public=True)
    store.create(THERE, "a.bin", BytesContent(bytes(3 * LARGEST_WINDOW)))

    with pytest.raises(IntegrityError, match="signature"):
        RemoteReader(store, THERE).readall()


def test_after_closing_nothing_is_read():
    reader = RemoteReader(STORE, THERE)
    reader.close()

    with pytest.raises(ValueError, match="closed"):
        reader.read(1)
