"""The reader behaves as a file, costs what it must, and never passes off damage as content."""

import gc
import io
import threading

import attrs
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
        (30 * 1024 * 1024, ["read", "read", "stat", *["read"] * 5]),
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


def replaced(store, data):
    store.delete(THERE)
    store.create(THERE, "a.bin", BytesContent(data))


@pytest.mark.parametrize("sought", [FIRST_WINDOW * 2, len(DATA) - 10])
def test_what_is_read_here_and_there_is_of_one_content(sought):
    store = store_with(DATA)
    reader = RemoteReader(store, THERE)
    assert reader.read(10) == DATA[:10]
    replaced(store, DATA[::-1])
    reader.seek(sought)

    with pytest.raises(IntegrityError, match="changed"):
        reader.read(10)


def test_a_change_after_a_jump_is_told_when_reading_goes_on():
    store = store_with(bytes(8 * FIRST_WINDOW))
    reader = RemoteReader(store, THERE)
    reader.seek(3 * FIRST_WINDOW)
    reader.read(10)
    replaced(store, b"\1" * 8 * FIRST_WINDOW)
    reader.seek(5 * FIRST_WINDOW)

    with pytest.raises(IntegrityError, match="changed"):
        reader.read(10)


def test_a_change_between_two_looks_is_told():
    """The content is the same, but who knows what was there in between."""
    store = store_with(bytes(8 * FIRST_WINDOW))
    reader = RemoteReader(store, THERE)
    for window in (2, 4):
        reader.seek(window * FIRST_WINDOW)
        reader.read(10)
    replaced(store, bytes(8 * FIRST_WINDOW + 1)[:-1] + b"\1")

    reader.seek(6 * FIRST_WINDOW)
    with pytest.raises(IntegrityError):
        reader.read(10)


def test_a_change_before_the_first_look_is_told_at_the_first_jump():
    store = store_with(b"a" * 40 * FIRST_WINDOW)
    reader = io.BufferedReader(RemoteReader(store, THERE))
    assert reader.read(3 * FIRST_WINDOW) == b"a" * 3 * FIRST_WINDOW
    replaced(store, b"b" * 40 * FIRST_WINDOW)
    # In order, so what tells is the signature, at the end.
    reader.read(10)
    reader.seek(35 * FIRST_WINDOW)

    with pytest.raises(IntegrityError, match="changed"):
        reader.read(10)


@pytest.mark.filterwarnings("error")
def test_a_missing_file_leaves_nothing_to_close(capsys):
    with pytest.raises(FileMissing):
        RemoteReader(STORE, Location("docs", "b.bin"))

    gc.collect()
    assert capsys.readouterr().err == ""


def test_one_window_anywhere_needs_no_proof():
    store = Recorded(store_with(DATA))
    reader = RemoteReader(store, THERE)
    reader.seek(-100, io.SEEK_END)

    assert reader.read(100) == DATA[-100:]

    assert store.calls == ["read", "read"]


def test_windows_here_and_there_cost_a_look_each():
    store = Recorded(store_with(bytes(20 * FIRST_WINDOW)))
    reader = RemoteReader(store, THERE)
    for window in (18, 9, 4):
        reader.seek(window * FIRST_WINDOW)
        reader.read(10)

    # The first window goes unseen; before the third is read the second is compared.
    assert store.calls == ["read", "read", "stat", "read", "read", "stat", "read", "stat"]


@pytest.mark.parametrize("composite", [False, True])
def test_a_long_file_is_proven_by_whichever_signature_its_server_gave_it(composite):
    data = b"".join(counted(3 * LARGEST_WINDOW))
    store = store_with(data)
    told = store.stat(THERE)
    signatures = BytesContent(data).fingerprint.signatures

    class Signed(MemoryStore):
        def stat(self, _location):
            return attrs.evolve(told, signature=signatures[composite])

        def read(self, *where):
            window = store.read(*where)
            damaged = window.data[:-1] + b"!" if damage and window.offset > 10**7 else window.data
            return Window(window.offset, damaged, window.total)

    damage = False
    assert RemoteReader(Signed(), THERE).readall() == data
    damage = True
    with pytest.raises(IntegrityError, match="signature"):
        RemoteReader(Signed(), THERE).readall()


def test_a_reader_that_is_left_half_way_leaves_no_thread():
    reader = RemoteReader(store_with(bytes(4 * LARGEST_WINDOW)), THERE)
    reader.read(LARGEST_WINDOW)
    while reader.tell() < 3 * LARGEST_WINDOW:
        reader.read(LARGEST_WINDOW)
    threads = [each for each in threading.enumerate() if each.name.startswith("proof")]
    assert threads

    reader.close()

    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


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
