# ruff: noqa: S101, PLR2004
# Asserts are what a test is, and the numbers are its expectation.
"""
The promises of ``cloud_storages.ports.FileStore``, one test each.

An adapter's author writes a harness, subclasses the suite, and gives it a fixture::

    class TestMyStore(FileStoreConformance):
        @pytest.fixture
        def harness(self):
            return MyHarness()

Law of this module: whatever it knows of a store it learned from the port.
"""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs
import pytest
from hypothesis import example, given, settings

from cloud_storages.domain.errors import (
    BucketMissing,
    BucketTaken,
    CloudStorageError,
    FileMissing,
    FileTaken,
    IntegrityError,
    Rejected,
)
from cloud_storages.domain.showing import Mark, Preview, Showing
from cloud_storages.domain.signatures import CHUNK_SIZE, Fingerprint, fingerprint
from cloud_storages.domain.values import BucketInfo, BucketSettings, Location
from cloud_storages.ports import BytesContent
from cloud_storages.testing.strategies import (
    LARGE_SIZES,
    SMALL_SIZES,
    bytes_of,
    file_ids,
    titles,
    windows,
)
from cloud_storages.testing.tables import ILLEGAL_IDS, LEGAL_IDS, TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from cloud_storages.ports import Content, FileStore

__all__ = ["FileStoreConformance", "Harness"]

T = TypeVar("T")

#: Rows that Appwrite sends of a list when it is not told how many.
_DEFAULT_PAGE = 25
_LARGE = CHUNK_SIZE + 1
#: A bucket of which everything is otherwise than a server would choose.
_UNUSUAL = BucketSettings(
    "unusual",
    "everything unusual",
    permissions=('read("users")', 'create("any")'),
    file_security=True,
    enabled=False,
    maximum_file_size=1_000_000,
    allowed_extensions=("png", "pdf"),
    compression="gzip",
    encryption=False,
    antivirus=False,
)
_SETTINGS = (BucketSettings("usual", "the server's choice"), _UNUSUAL)
_CREATORS = 8


class Harness(Protocol):
    """
    A store under test, and what the suite needs beside it.

    A harness that cannot stage something calls ``pytest.skip`` with the reason.
    """

    @property
    def store(self) -> FileStore:
        """The store under test."""

    @property
    def page_size(self) -> int:
        """How many rows of a list the store asks for at once."""

    def another(self) -> FileStore:
        """Return a new store for the same files, without a lock or connection in common."""

    def unreachable(self) -> FileStore:
        """Return a store that gives the same URLs, but whose server does not answer."""

    def bucket(
        self,
        *,
        public: bool = False,
        maximum_size: int | None = None,
        extensions: Sequence[str] = (),
        compressed: bool = False,
    ) -> str:
        """
        Create an empty bucket and return its ID, lower-case and never used before.

        Args:
            public: whether anyone may read it.
            maximum_size: bytes a file in it may have; None for the usual, 21 MB or more.
            extensions: those that files in it may have; none for any.
            compressed: whether the server compresses what it stores in it.

        """

    def begin(self, location: Location, title: str, data: bytes) -> Callable[[], None]:
        """
        Begin another writer's upload and leave it unfinished; return what finishes it.

        Args:
            location: where.
            title: the name for people.
            data: the content, of two chunks or more; all but the last are sent.

        """

    def visit(self, url: str) -> bytes | None:
        """Return what a browser without any key is shown at a URL; None if it is refused."""

    def ahead(self, seconds: float) -> AbstractContextManager[None]:
        """Let the store's clock be ahead while a block runs."""

    def needs_tokens(self) -> None:
        """Skip if the server has no file tokens."""


@attrs.frozen
class _Breaking:
    """A content that cannot be read beyond a position."""

    data: bytes = attrs.field(repr=False)
    at: int

    @property
    def fingerprint(self) -> Fingerprint:
        return fingerprint((self.data,))

    def read(self, offset: int, size: int) -> bytes:
        if offset + size > self.at:
            raise _Broken
        return self.data[offset : offset + size]

    def progressed(self, stored: int) -> None:
        """Take note of nothing."""


@attrs.frozen
class _Lying:
    """A content that is not the one its fingerprint is of."""

    data: bytes = attrs.field(repr=False)
    fingerprint: Fingerprint

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]

    def progressed(self, stored: int) -> None:
        """Take note of nothing."""


@attrs.define
class _Listening:
    """A content that is told how much of it is stored, and may have enough of it."""

    data: bytes = attrs.field(repr=False)
    enough: int | None = None
    told: list[int] = attrs.field(factory=list)

    @property
    def fingerprint(self) -> Fingerprint:
        return fingerprint((self.data,))

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size]

    def progressed(self, stored: int) -> None:
        self.told.append(stored)
        if self.enough is not None and stored >= self.enough:
            raise _Broken


class _Broken(OSError):
    """The caller's own file broke while it was read."""


class FileStoreConformance:
    """
    Holds a store to the promises of its port.

    A subclass overrides the fixture ``harness``, and only that.
    """

    @pytest.fixture
    def harness(self) -> Harness:
        """Return the harness of the store under test."""
        raise NotImplementedError("a subclass gives its harness")

    @pytest.fixture
    def store(self, harness: Harness) -> FileStore:
        """Return the store under test."""
        return harness.store

    @pytest.fixture
    def bucket(self, harness: Harness) -> str:
        """Return the ID of an empty bucket."""
        return harness.bucket()

    @pytest.fixture
    def location(self, bucket: str) -> Location:
        """Return a free location."""
        return Location(bucket, "photo.png")

    # Creating

    @pytest.mark.parametrize("size", [*SMALL_SIZES, *LARGE_SIZES])
    def test_what_is_created_is_read_back_byte_for_byte(
        self, harness: Harness, location: Location, size: int
    ) -> None:
        """What create stores is readable byte for byte, by anyone who asks the store."""
        data = bytes_of(size)
        harness.store.create(location, "photo.png", BytesContent(data))
        assert _content(harness.store, location) == data
        assert _content(harness.another(), location) == data

    @pytest.mark.parametrize("size", [0, 1, 1000, _LARGE])
    def test_what_is_known_of_a_file_is_what_was_stored(
        self, store: FileStore, location: Location, size: int
    ) -> None:
        """Size and signature are those of the content; create, stat, find and files agree."""
        content = BytesContent(bytes_of(size))
        created = store.create(location, "photo.png", content)
        assert (created.location, created.title) == (location, "photo.png")
        assert (created.size, created.complete) == (size, True)
        assert created.signature in content.fingerprint.signatures
        assert store.stat(location) == created
        assert store.find(location.bucket_id, [location.file_id]) == {location.file_id: created}
        assert list(store.files(location.bucket_id)) == [created]

    def test_the_creation_time_has_a_time_zone_and_does_not_move_when_the_file_is_read(
        self, store: FileStore, location: Location
    ) -> None:
        """The creation time tells when, in which time zone, and reading does not change it."""
        created = store.create(location, "photo.png", BytesContent(b"photo")).created
        assert created.utcoffset() is not None
        # The store's clock need not be this machine's, but both tell the same day.
        assert abs(created - dt.datetime.now(dt.timezone.utc)) < dt.timedelta(days=1)
        _content(store, location)
        assert store.stat(location).created == created

    def test_files_created_one_after_the_other_have_times_in_that_order(
        self, store: FileStore, bucket: str
    ) -> None:
        """A file that was created later never tells an earlier time."""
        created = [
            store.create(Location(bucket, f"f{n}"), "f", BytesContent(b"f")).created
            for n in range(5)
        ]
        assert created == sorted(created)

    def test_the_store_tells_the_time_by_the_clock_that_dates_files(
        self, store: FileStore, bucket: str
    ) -> None:
        """The time is told without a request once something was asked, and is never too late."""
        store.create(Location(bucket, "before"), "f", BytesContent(b"f"))
        now = store.now()
        assert now is not None
        assert now.utcoffset() is not None
        created = store.create(Location(bucket, "after"), "f", BytesContent(b"f")).created
        # Times of files are cut to milliseconds.
        assert now - dt.timedelta(milliseconds=1) <= created < now + dt.timedelta(days=1)

    @pytest.mark.parametrize("new", [0, 10, 20, _LARGE, _LARGE + 9])
    @pytest.mark.parametrize("old", [0, 10, _LARGE])
    def test_a_taken_location_is_refused_at_every_size_and_left_alone(
        self, store: FileStore, location: Location, old: int, new: int
    ) -> None:
        """Creating where a file is raises FileTaken at any size of either, and changes nothing."""
        data = bytes_of(old, seed=1)
        before = store.create(location, "old.png", BytesContent(data))
        with pytest.raises(FileTaken) as caught:
            store.create(location, "new.png", BytesContent(bytes_of(new, seed=2)))
        assert caught.value.location == location
        assert store.stat(location) == before
        assert _content(store, location) == data

    @pytest.mark.parametrize("size", [10, _LARGE])
    def test_a_location_taken_by_the_same_content_is_taken(
        self, store: FileStore, location: Location, size: int
    ) -> None:
        """Creating never answers for a file that somebody else stored, be it a twin."""
        content = BytesContent(bytes_of(size))
        before = store.create(location, "old.png", content)
        with pytest.raises(FileTaken):
            store.create(location, "new.png", content)
        assert store.stat(location) == before

    @pytest.mark.parametrize("size", [0, 10, _LARGE, 2 * CHUNK_SIZE, 2 * CHUNK_SIZE + 1])
    def test_an_unfinished_upload_is_taken_and_never_ends_in_a_result(
        self, harness: Harness, location: Location, size: int
    ) -> None:
        """A location with somebody's partial is taken, for contents of every size."""
        harness.begin(location, "theirs.png", bytes_of(2 * CHUNK_SIZE, seed=1))
        with pytest.raises(FileTaken):
            harness.store.create(location, "ours.png", BytesContent(bytes_of(size, seed=2)))
        info = harness.store.stat(location)
        assert (info.complete, info.size, info.title) == (False, 2 * CHUNK_SIZE, "theirs.png")

    @pytest.mark.parametrize("size", [10, _LARGE, 2 * CHUNK_SIZE])
    def test_an_unfinished_upload_can_be_finished_by_who_began_it(
        self, harness: Harness, location: Location, size: int
    ) -> None:
        """A refused creator changes nothing of what another one began."""
        theirs = bytes_of(2 * CHUNK_SIZE, seed=1)
        finish = harness.begin(location, "theirs.png", theirs)
        with pytest.raises(FileTaken):
            harness.store.create(location, "ours.png", BytesContent(bytes_of(size, seed=2)))
        finish()
        assert _content(harness.store, location) == theirs

    def test_an_unfinished_upload_is_seen_by_writers_only(
        self, harness: Harness, location: Location
    ) -> None:
        """A partial is in stat, find and files as such, with the size announced; not in read."""
        store = harness.store
        harness.begin(location, "theirs.png", bytes_of(_LARGE))
        info = store.stat(location)
        assert (info.complete, info.size, info.signature) == (False, _LARGE, "")
        assert store.find(location.bucket_id, [location.file_id]) == {location.file_id: info}
        assert list(store.files(location.bucket_id)) == [info]
        with pytest.raises(FileMissing):
            store.read(location, 0, 10)
        with pytest.raises(FileMissing):
            store.read(location, 2, 10, _LARGE)

    @pytest.mark.parametrize("size", [10, _LARGE])
    def test_a_deleted_unfinished_upload_leaves_nothing_to_mix_with(
        self, harness: Harness, location: Location, size: int
    ) -> None:
        """What takes the place of a deleted partial is the new content only."""
        harness.begin(location, "theirs.png", bytes_of(2 * CHUNK_SIZE, seed=1))
        harness.store.delete(location)
        ours = bytes_of(size, seed=2)
        harness.store.create(location, "ours.png", BytesContent(ours))
        assert _content(harness.store, location) == ours

    @pytest.mark.parametrize(
        ("size", "at"), [(10, 5), (_LARGE, 10), (_LARGE, CHUNK_SIZE), (2 * CHUNK_SIZE + 1, -1)]
    )
    def test_a_content_that_breaks_while_it_is_read_leaves_nothing(
        self, store: FileStore, location: Location, size: int, at: int
    ) -> None:
        """What the content's own read raises comes through, and nothing is left behind."""
        data = bytes_of(size)
        with pytest.raises(_Broken):
            store.create(location, "photo.png", _Breaking(data, at % size))
        _assert_free(store, location)

    @pytest.mark.parametrize("size", [0, 10, _LARGE, 3 * CHUNK_SIZE + 1])
    def test_a_content_is_told_how_much_of_it_is_stored(
        self, store: FileStore, location: Location, size: int
    ) -> None:
        """The numbers never fall, and the last is all of it."""
        content = _Listening(bytes_of(size))
        store.create(location, "photo.png", content)
        assert content.told == sorted(content.told)
        assert content.told[-1] == size

    @pytest.mark.parametrize(("size", "enough"), [(10, 10), (_LARGE, 1), (_LARGE, _LARGE)])
    def test_a_content_that_has_enough_of_its_upload_ends_it(
        self, store: FileStore, location: Location, size: int, enough: int
    ) -> None:
        """What ``progressed`` raises comes through, and nothing is left behind."""
        with pytest.raises(_Broken):
            store.create(location, "photo.png", _Listening(bytes_of(size), enough))
        _assert_free(store, location)

    @pytest.mark.parametrize(
        ("announced", "sent"),
        [
            (bytes_of(1000), bytes_of(1000, seed=1)),
            (bytes_of(1000), bytes_of(999)),
            (bytes_of(1000), b""),
            (bytes_of(_LARGE), bytes_of(_LARGE, seed=1)),
            (bytes_of(_LARGE), bytes_of(CHUNK_SIZE)),
            (bytes_of(_LARGE), bytes_of(9)),
        ],
        ids=["other", "shorter", "nothing", "large-other", "large-shorter", "large-short"],
    )
    def test_a_content_that_is_not_what_was_announced_is_never_stored(
        self, store: FileStore, location: Location, announced: bytes, sent: bytes
    ) -> None:
        """A content that changed since its fingerprint was taken raises, and leaves nothing."""
        with pytest.raises(IntegrityError) as caught:
            store.create(location, "photo.png", _Lying(sent, fingerprint((announced,))))
        assert caught.value.location == location
        _assert_free(store, location)

    @pytest.mark.parametrize("size", [1001, _LARGE])
    def test_a_content_over_the_limit_is_rejected_and_leaves_nothing(
        self, harness: Harness, size: int
    ) -> None:
        """A content that the bucket's size limit forbids raises Rejected; at the limit it fits."""
        location = Location(harness.bucket(maximum_size=1000), "photo.png")
        with pytest.raises(Rejected) as caught:
            harness.store.create(location, "photo.png", BytesContent(bytes_of(size)))
        assert caught.value.location == location
        _assert_free(harness.store, location)
        harness.store.create(location, "photo.png", BytesContent(bytes_of(1000)))
        assert _content(harness.store, location) == bytes_of(1000)

    @pytest.mark.parametrize("size", [10, _LARGE])
    @pytest.mark.parametrize("title", ["script.exe", "script", "jpg", "photo.jpg.exe"])
    def test_a_refused_extension_is_rejected_and_leaves_nothing(
        self, harness: Harness, title: str, size: int
    ) -> None:
        """A title whose extension the bucket does not allow raises Rejected."""
        location = Location(harness.bucket(extensions=["jpg", "png"]), "photo")
        with pytest.raises(Rejected) as caught:
            harness.store.create(location, title, BytesContent(bytes_of(size)))
        assert caught.value.location == location
        _assert_free(harness.store, location)

    @pytest.mark.parametrize("title", ["photo.jpg", "Photo.JPG", "script.exe.png"])
    def test_an_allowed_extension_is_stored_in_any_case(self, harness: Harness, title: str) -> None:
        """A bucket that allows an extension takes it in capitals too."""
        location = Location(harness.bucket(extensions=["jpg", "png"]), "photo")
        harness.store.create(location, title, BytesContent(b"photo"))
        assert _content(harness.store, location) == b"photo"

    @pytest.mark.parametrize(
        "sizes",
        [(1000,), (CHUNK_SIZE,), (_LARGE,), (_LARGE, 2 * CHUNK_SIZE + 1), (1000, _LARGE)],
        ids=["small", "one chunk", "large", "two large sizes", "small and large"],
    )
    def test_of_several_concurrent_creators_exactly_one_wins(
        self, harness: Harness, location: Location, sizes: Sequence[int]
    ) -> None:
        """One of the creators of a location gets an answer; the others' bytes are nowhere."""
        contents = [bytes_of(sizes[n % len(sizes)], seed=n) for n in range(_CREATORS)]
        stores = [harness.another() for _ in contents]

        def create(n: int) -> bytes | None:
            try:
                stores[n].create(location, f"{n}.png", BytesContent(contents[n]))
            except FileTaken:
                return None
            return contents[n]

        winners = [data for data in _at_once(create, _CREATORS) if data is not None]
        assert len(winners) == 1
        assert _content(harness.store, location) == winners[0]

    def test_a_store_serves_many_threads_at_once(self, store: FileStore, bucket: str) -> None:
        """Threads that share a store never see each other's files."""

        def work(n: int) -> bool:
            location = Location(bucket, f"file-{n}")
            data = bytes_of(1000, seed=n)
            store.create(location, f"{n}.bin", BytesContent(data))
            return _content(store, location) == data

        assert _at_once(work, _CREATORS) == [True] * _CREATORS
        assert len(list(store.files(bucket))) == _CREATORS

    # Identifiers and titles

    @pytest.mark.parametrize("file_id", LEGAL_IDS)
    def test_every_legal_id_names_a_file_of_its_own(
        self, store: FileStore, bucket: str, file_id: str
    ) -> None:
        """An ID of 1 to 36 characters, with any punctuation, can be created, read and deleted."""
        location = Location(bucket, file_id)
        store.create(location, "photo.png", BytesContent(file_id.encode()))
        assert store.stat(location).location == location
        assert _content(store, location) == file_id.encode()
        store.delete(location)
        _assert_free(store, location)

    def test_generated_ids_never_share_a_file(self, store: FileStore, bucket: str) -> None:
        """Two IDs are two files."""
        known: dict[str, bytes] = {}

        @settings(deadline=None, max_examples=50)
        @given(file_ids())
        def check(file_id: str) -> None:
            location = Location(bucket, file_id)
            if file_id in known:
                with pytest.raises(FileTaken):
                    store.create(location, "again", BytesContent(b"again"))
            else:
                known[file_id] = file_id.encode() * 2
                store.create(location, "file", BytesContent(known[file_id]))
            assert _content(store, location) == known[file_id]

        check()
        assert {info.location.file_id for info in store.files(bucket)} == set(known)

    @pytest.mark.parametrize("file_id", ILLEGAL_IDS)
    def test_an_illegal_id_reaches_nothing(
        self, store: FileStore, bucket: str, file_id: str
    ) -> None:
        """What is no ID is refused by every method, and is never taken for another path."""
        kept = Location(bucket, "kept")
        store.create(kept, "kept", BytesContent(b"kept"))
        wrong = Location(bucket, file_id)
        attempts: list[Callable[[], object]] = [
            lambda: store.create(wrong, "wrong", BytesContent(b"wrong")),
            lambda: store.stat(wrong),
            lambda: store.read(wrong, 0, 1),
            lambda: store.delete(wrong),
        ]
        for attempt in attempts:
            with pytest.raises(CloudStorageError):
                attempt()
        assert [info.location for info in store.files(bucket)] == [kept]
        assert _content(store, kept) == b"kept"

    @pytest.mark.parametrize("size", [10, _LARGE])
    @pytest.mark.parametrize(("there", "asked"), [("readme", "README"), ("Readme", "readme")])
    def test_ids_that_differ_in_case_are_one_location_for_creation(
        self, store: FileStore, bucket: str, there: str, asked: str, size: int
    ) -> None:
        """An ID is taken whatever its case, and what has it is left alone."""
        store.create(Location(bucket, there), "old", BytesContent(b"old"))
        with pytest.raises(FileTaken):
            store.create(Location(bucket, asked), "new", BytesContent(bytes_of(size)))
        assert [info.location.file_id for info in store.files(bucket)] == [there]
        assert _content(store, Location(bucket, there)) == b"old"

    @pytest.mark.parametrize(("there", "asked"), [("readme", "README"), ("Readme", "readme")])
    def test_a_file_is_known_by_the_exact_case_of_its_id_only(
        self, store: FileStore, bucket: str, there: str, asked: str
    ) -> None:
        """Stat and find do not know a file by its ID in another case."""
        info = store.create(Location(bucket, there), "old", BytesContent(b"old"))
        with pytest.raises(FileMissing):
            store.stat(Location(bucket, asked))
        assert store.find(bucket, [asked]) == {}
        assert store.find(bucket, [asked, there]) == {there: info}

    @pytest.mark.parametrize(("there", "asked"), [("readme", "README"), ("Readme", "readme")])
    def test_an_id_in_another_case_is_found_only_if_that_is_asked_for(
        self, store: FileStore, bucket: str, there: str, asked: str
    ) -> None:
        """Find in any case answers by the ID asked for, and with the ID as it is spelled."""
        info = store.create(Location(bucket, there), "old", BytesContent(b"old"))
        assert store.find(bucket, [there, "other"], any_case=True) == {there: info}
        # Not every server can find it.
        assert store.find(bucket, [asked], any_case=True) in ({asked: info}, {})

    @pytest.mark.parametrize(("there", "asked"), [("readme", "README"), ("Readme", "readme")])
    def test_a_file_is_read_by_the_exact_case_of_its_id_only(
        self, store: FileStore, bucket: str, there: str, asked: str
    ) -> None:
        """Read does not give a file's bytes for its ID in another case."""
        store.create(Location(bucket, there), "old", BytesContent(b"the old content"))
        with pytest.raises(FileMissing):
            store.read(Location(bucket, asked), 0, 10)

    @pytest.mark.parametrize(("there", "asked"), [("readme", "README"), ("Readme", "readme")])
    def test_a_file_is_deleted_by_the_exact_case_of_its_id_only(
        self, store: FileStore, bucket: str, there: str, asked: str
    ) -> None:
        """Delete removes the file at this location and nothing else."""
        store.create(Location(bucket, there), "old", BytesContent(b"old"))
        with pytest.raises(FileMissing):
            store.delete(Location(bucket, asked))
        assert _content(store, Location(bucket, there)) == b"old"

    @pytest.mark.parametrize("title", TITLES)
    def test_a_title_is_kept(self, store: FileStore, bucket: str, title: str) -> None:
        """The name for people is kept, up to double quotes at its ends."""
        location = Location(bucket, "file")
        created = store.create(location, title, BytesContent(b"file"))
        assert created.title.strip('"') == title.strip('"')
        assert store.stat(location).title == created.title
        assert [info.title for info in store.files(bucket)] == [created.title]

    def test_generated_titles_are_kept(self, store: FileStore, bucket: str) -> None:
        """Any text without control characters can be a title."""
        count = iter(range(1000))

        @settings(deadline=None, max_examples=50)
        @given(titles())
        @example("a;b")
        @example("50%41")
        def check(title: str) -> None:
            location = Location(bucket, f"file-{next(count)}")
            store.create(location, title, BytesContent(b"file"))
            assert store.stat(location).title.strip('"') == title.strip('"')

        check()

    @pytest.mark.parametrize("size", [10, _LARGE])
    def test_an_id_in_another_bucket_is_another_file(self, harness: Harness, size: int) -> None:
        """One ID in two buckets is two files."""
        store = harness.store
        here, there = (Location(harness.bucket(), "photo.png") for _ in range(2))
        store.create(here, "photo.png", BytesContent(bytes_of(size, seed=1)))
        store.create(there, "photo.png", BytesContent(bytes_of(size, seed=2)))
        store.delete(there)
        assert _content(store, here) == bytes_of(size, seed=1)

    # Reading

    def test_a_window_is_what_a_slice_would_be(self, store: FileStore, bucket: str) -> None:
        """A window begins where it was asked to, and has all the bytes asked for or left."""
        data = bytes_of(1000)
        location = Location(bucket, "small")
        store.create(location, "small", BytesContent(data))
        self._check_windows(store, location, data, examples=80)

    def test_a_window_of_a_large_file_is_what_a_slice_would_be(
        self, store: FileStore, bucket: str
    ) -> None:
        """Windows across the bounds of chunks have the right bytes."""
        data = bytes_of(2 * CHUNK_SIZE + 1)
        location = Location(bucket, "large")
        store.create(location, "large", BytesContent(data))
        self._check_windows(store, location, data, examples=20)

    @pytest.mark.parametrize("data", [b"x", b"xy", b"xyz"])
    def test_a_window_of_a_tiny_file_is_what_a_slice_would_be(
        self, store: FileStore, bucket: str, data: bytes
    ) -> None:
        """The last byte, the only byte and everything are windows like others."""
        location = Location(bucket, "tiny")
        store.create(location, "tiny", BytesContent(data))
        self._check_windows(store, location, data, examples=20)

    def _check_windows(
        self, store: FileStore, location: Location, data: bytes, *, examples: int
    ) -> None:
        total = len(data)

        @settings(deadline=None, max_examples=examples)
        @given(windows(total))
        @example((total - 1, 1))
        @example((0, 1))
        @example((0, total))
        @example((total, 1))
        def check(window: tuple[int, int]) -> None:
            offset, size = window
            found = store.read(location, offset, size, total)
            least = data[offset : offset + size]
            assert (found.offset, found.total) == (offset, total)
            assert len(found.data) >= len(least)
            assert found.data == data[offset : offset + len(found.data)]

        check()

    @pytest.mark.parametrize("wanted", [1, 2, 999, 1000, 1001, CHUNK_SIZE])
    @pytest.mark.parametrize("size", [0, 1, 2, 1000, 300_000, _LARGE])
    def test_the_first_window_tells_the_size_of_the_file(
        self, store: FileStore, location: Location, size: int, wanted: int
    ) -> None:
        """At offset 0 nothing need be known of a file to read it."""
        data = bytes_of(size)
        store.create(location, "photo.png", BytesContent(data))
        window = store.read(location, 0, wanted)
        assert (window.offset, window.total) == (0, size)
        assert len(window.data) >= min(wanted, size)
        assert window.data == data[: len(window.data)]

    @pytest.mark.parametrize("data", [b"", b"0", b"\x00", b"\n", b"00"])
    @pytest.mark.parametrize("compressed", [False, True], ids=["default", "compressed"])
    def test_the_smallest_contents_are_read_back_from_every_kind_of_bucket(
        self, harness: Harness, compressed: bool, data: bytes
    ) -> None:
        """No content is so empty that a server's encoding of it could be mistaken for it."""
        location = Location(harness.bucket(compressed=compressed), "tiny")
        info = harness.store.create(location, "tiny.txt", BytesContent(data))
        assert info.size == len(data)
        assert harness.store.read(location, 0, 64).data == data
        assert harness.store.read(location, 0, 64, len(data)).data == data

    @pytest.mark.parametrize("size", [1000, 100_000, _LARGE])
    def test_a_compressed_bucket_gives_the_content_back(self, harness: Harness, size: int) -> None:
        """Where the server compresses, windows still count the bytes of the content."""
        data = b"compress me " * (size // 12)
        location = Location(harness.bucket(compressed=True), "text")
        harness.store.create(location, "text.txt", BytesContent(data))
        assert _content(harness.store, location) == data
        middle = harness.store.read(location, 501, 77, len(data))
        assert middle.data[:77] == data[501:578]

    def test_a_window_beyond_twenty_megabytes_is_whole(
        self, store: FileStore, location: Location
    ) -> None:
        """One call gives all that it was asked for, however much that is."""
        data = bytes_of(20_500_000)
        store.create(location, "film.mp4", BytesContent(data))
        window = store.read(location, 3, len(data), len(data))
        assert (window.offset, window.total) == (3, len(data))
        assert window.data == data[3:]
        assert store.read(location, 0, len(data)).data == data

    @pytest.mark.parametrize(
        ("size", "believed"),
        [
            (size, believed)
            for size in (0, 1, 2, 10)
            for believed in (0, 1, 2, 9, 10, 11, 1000)
            if size != believed
        ],
    )
    def test_a_file_that_no_longer_has_the_size_believed_is_not_read(
        self, store: FileStore, location: Location, size: int, believed: int
    ) -> None:
        """A reader of a file that was replaced meanwhile is told so."""
        store.create(location, "photo.png", BytesContent(bytes_of(size)))
        with pytest.raises(IntegrityError) as caught:
            store.read(location, 0, 20, believed)
        assert caught.value.location == location

    # What is absent

    def test_an_absent_file_is_missing_for_every_method(
        self, store: FileStore, location: Location
    ) -> None:
        """Stat, read and delete of nothing raise FileMissing, which says where; find is empty."""
        attempts: list[Callable[[], object]] = [
            lambda: store.stat(location),
            lambda: store.read(location, 0, 10),
            lambda: store.read(location, 5, 10, 1000),
            lambda: store.read(location, 0, 10, 0),
            lambda: store.read(location, 0, 10, 1),
            lambda: store.delete(location),
        ]
        for attempt in attempts:
            with pytest.raises(FileMissing) as caught:
                attempt()
            assert caught.value.location == location
        assert store.find(location.bucket_id, [location.file_id]) == {}

    def test_an_absent_bucket_is_missing_for_every_method(
        self, store: FileStore, bucket: str
    ) -> None:
        """Every method that names a bucket raises BucketMissing when there is none of this ID."""
        location = Location(f"no{bucket[:30]}", "photo.png")
        attempts: list[Callable[[], object]] = [
            lambda: store.create(location, "small", BytesContent(b"small")),
            lambda: store.create(location, "large", BytesContent(bytes_of(_LARGE))),
            lambda: store.stat(location),
            lambda: store.read(location, 0, 10),
            lambda: store.read(location, 5, 10, 1000),
            lambda: store.delete(location),
        ]
        for attempt in attempts:
            with pytest.raises(BucketMissing) as caught:
                attempt()
            assert caught.value.location == location
        with pytest.raises(BucketMissing):
            store.find(location.bucket_id, ["photo.png"])
        with pytest.raises(BucketMissing):
            list(store.files(location.bucket_id))
        with pytest.raises(BucketMissing):
            list(store.files(location.bucket_id, "photo"))

    # Finding and listing

    def test_find_knows_those_that_exist_and_no_others(self, harness: Harness, bucket: str) -> None:
        """Find answers by ID, for files complete and partial of this bucket only."""
        store = harness.store
        other = harness.bucket()
        infos = {
            file_id: store.create(Location(bucket, file_id), file_id, BytesContent(b"file"))
            for file_id in ("a", "b", "a.b", "ab")
        }
        store.create(Location(other, "c"), "c", BytesContent(b"file"))
        assert store.find(bucket, ["a", "b", "c"]) == {"a": infos["a"], "b": infos["b"]}
        assert store.find(bucket, ["a.b"]) == {"a.b": infos["a.b"]}
        assert store.find(bucket, ["c", "a%", "a_b", "aa"]) == {}

    @pytest.mark.parametrize("count", [1, 9, 30])
    def test_find_takes_any_iterable_of_ids(
        self, store: FileStore, bucket: str, count: int
    ) -> None:
        """A tuple, a generator and repeated IDs are fine, past the default page too."""
        ids = [f"file-{n}" for n in range(count)]
        infos = {
            file_id: store.create(Location(bucket, file_id), "file", BytesContent(b"file"))
            for file_id in ids
        }
        assert store.find(bucket, tuple(ids)) == infos
        assert store.find(bucket, (file_id for file_id in ids)) == infos
        assert store.find(bucket, [ids[0], ids[0], "none"]) == {ids[0]: infos[ids[0]]}

    def test_find_of_no_ids_is_empty(self, store: FileStore, bucket: str) -> None:
        """Who looks for nothing finds nothing."""
        store.create(Location(bucket, "file"), "file", BytesContent(b"file"))
        assert store.find(bucket, []) == {}

    def test_an_empty_bucket_has_no_files(self, store: FileStore, bucket: str) -> None:
        """Listing a new bucket yields nothing, with a prefix too."""
        assert list(store.files(bucket)) == []
        assert list(store.files(bucket, "photo")) == []

    def test_every_file_is_listed_once_past_the_default_page(
        self, harness: Harness, bucket: str
    ) -> None:
        """A list of more files than the server sends by default has all, partials included."""
        store = harness.store
        made = {
            store.create(Location(bucket, f"f{n}"), f"{n}.txt", BytesContent(b"%d" % n))
            for n in range(2 * _DEFAULT_PAGE + 1)
        }
        harness.begin(Location(bucket, "partial"), "partial.txt", bytes_of(_LARGE))
        listed = list(store.files(bucket))
        assert len(listed) == len(made) + 1
        assert {info for info in listed if info.complete} == made
        assert [info.title for info in listed if not info.complete] == ["partial.txt"]

    def test_every_file_is_listed_once_past_the_page_the_store_asks_for(
        self, harness: Harness, bucket: str
    ) -> None:
        """Where the list takes several requests it still has each file once, whole or by prefix."""
        made = self._fill(harness, bucket)
        assert sorted(info.location.file_id for info in harness.store.files(bucket)) == made
        some = harness.store.files(bucket, "file-1")
        assert sorted(info.location.file_id for info in some) == [
            file_id for file_id in made if file_id.startswith("file-1")
        ]

    def test_files_deleted_and_created_during_a_listing_do_not_disturb_it(
        self, harness: Harness, bucket: str
    ) -> None:
        """What exists from beginning to end of a listing comes exactly once."""
        made = self._fill(harness, bucket)
        listing = harness.store.files(bucket)
        seen = [next(listing).location.file_id for _ in range(harness.page_size)]
        # The last row of the first page is where the next one would begin.
        writer = harness.another()
        writer.delete(Location(bucket, seen[-1]))
        writer.delete(Location(bucket, seen[0]))
        writer.create(Location(bucket, "new"), "new", BytesContent(b"new"))
        seen += [info.location.file_id for info in listing]
        assert sorted(set(seen) - {"new"}) == made
        assert len(seen) == len(set(seen))

    def _fill(self, harness: Harness, bucket: str) -> list[str]:
        made = [f"file-{n:05}" for n in range(harness.page_size + 3)]
        content = BytesContent(b"file")
        for file_id in made:
            harness.store.create(Location(bucket, file_id), file_id, content)
        return made

    @pytest.mark.parametrize(
        "prefix",
        [
            "", "p", "P", "photo", "photos/", "Photos/", "photos/b", "Photos/b", "photos%",
            "photos_", "%", "_", "é", "e", "e\u0301", "ß", "ss", "日", "日本", "photos/a b", " ",
            "zzz", '"', "'", "-", "0",
        ],
    )  # fmt: skip
    def test_a_prefix_narrows_a_listing_exactly(
        self, store: FileStore, bucket: str, prefix: str
    ) -> None:
        """Case, accents, blanks and characters special to databases count as they are."""
        titles = [
            "photo", "photos", "photos/a", "photos/b.png", "Photos/b.png", "photos%/b", "photos_/b",
            "photosX/b", "PHOTOS/b.png", "%", "_", "x", "été", "ete", "e\u0301te", "ßa", "ssa",
            "日本.jpg", "日.jpg", "photos/a b", " blank", "'single", "-dash", "0", "00",
        ]  # fmt: skip
        for n, title in enumerate(titles):
            store.create(Location(bucket, f"f{n}"), title, BytesContent(b"file"))
        found = [info.title for info in store.files(bucket, prefix)]
        assert sorted(found) == sorted(title for title in titles if title.startswith(prefix))

    # Deleting

    @pytest.mark.parametrize("size", [0, 10, _LARGE])
    def test_delete_removes_that_file_and_nothing_else(
        self, store: FileStore, bucket: str, size: int
    ) -> None:
        """A deleted file is missing at once, and its neighbours are not."""
        neighbours = ["photo", "photo.pn", "photo.png.", "photo.pngx"]
        for file_id in neighbours:
            store.create(Location(bucket, file_id), file_id, BytesContent(file_id.encode()))
        location = Location(bucket, "photo.png")
        store.create(location, "photo.png", BytesContent(bytes_of(size)))
        store.delete(location)
        _assert_free(store, location)
        with pytest.raises(FileMissing):
            store.delete(location)
        for file_id in neighbours:
            assert _content(store, Location(bucket, file_id)) == file_id.encode()

    @pytest.mark.parametrize("old", [10, _LARGE])
    @pytest.mark.parametrize("new", [20, 2 * CHUNK_SIZE])
    def test_a_deleted_location_is_free_for_another_content(
        self, store: FileStore, location: Location, old: int, new: int
    ) -> None:
        """What is created after a delete is the new content, not the old."""
        store.create(location, "old.png", BytesContent(bytes_of(old, seed=1)))
        store.delete(location)
        info = store.create(location, "new.png", BytesContent(bytes_of(new, seed=2)))
        assert (info.title, info.size) == ("new.png", new)
        assert _content(store, location) == bytes_of(new, seed=2)

    def test_an_unfinished_upload_can_be_deleted(
        self, harness: Harness, location: Location
    ) -> None:
        """Delete removes partials too, and nothing else."""
        kept = Location(location.bucket_id, "kept")
        harness.store.create(kept, "kept", BytesContent(b"kept"))
        harness.begin(location, "theirs.png", bytes_of(_LARGE))
        harness.store.delete(location)
        _assert_free(harness.store, location)
        assert _content(harness.store, kept) == b"kept"

    # Buckets

    def test_a_created_bucket_is_listed_once(self, store: FileStore, bucket: str) -> None:
        """A new bucket is in the list of all, and in that of its name."""
        made = BucketInfo(f"n{bucket[:30]}", f"My Photos {bucket}")
        store.create_bucket(made.bucket_id, made.name, public=False)
        assert [found for found in store.buckets() if found.bucket_id == made.bucket_id] == [made]
        assert list(store.buckets(made.name)) == [made]
        assert list(store.files(made.bucket_id)) == []

    @pytest.mark.parametrize("public", [True, False], ids=["public", "private"])
    def test_a_bucket_tells_who_may_read_it(
        self, store: FileStore, bucket: str, public: bool
    ) -> None:
        """A bucket in a list says whether strangers are among its readers."""
        store.create_bucket(f"n{bucket[:30]}", "made here", public=public)
        (found,) = (each for each in store.buckets() if each.bucket_id == f"n{bucket[:30]}")
        assert ("any" in found.readers) is public

    def test_buckets_are_listed_past_the_default_page(self, store: FileStore, bucket: str) -> None:
        """A list of more buckets than the server sends by default has each once."""
        made = {f"{n}-{bucket[:30]}" for n in range(_DEFAULT_PAGE + 2)}
        for bucket_id in made:
            store.create_bucket(bucket_id, "one of many", public=False)
        listed = [found.bucket_id for found in store.buckets()]
        assert len(listed) == len(set(listed))
        assert made <= set(listed)

    def test_a_bucket_is_found_by_its_exact_name_only(self, store: FileStore, bucket: str) -> None:
        """Case, accents and blanks at the end make another name."""
        names = [f"media {bucket}{end}" for end in ("", " ", "é", "e", "E", "%", "_", "x")]
        names += [names[0].upper(), names[0].capitalize()]
        for n, name in enumerate(names):
            store.create_bucket(f"{n}-{bucket[:30]}", name, public=False)
        for n, name in enumerate(names):
            assert list(store.buckets(name)) == [BucketInfo(f"{n}-{bucket[:30]}", name)]
        assert list(store.buckets(f"media {bucket}?")) == []

    def test_buckets_of_one_name_are_all_found(self, store: FileStore, bucket: str) -> None:
        """Names of buckets need not be unique."""
        ids = {f"{n}-{bucket[:30]}" for n in range(2)}
        for bucket_id in ids:
            store.create_bucket(bucket_id, f"twins {bucket}", public=False)
        assert {found.bucket_id for found in store.buckets(f"twins {bucket}")} == ids

    @pytest.mark.parametrize("recase", [str, str.upper], ids=["same", "other case"])
    def test_a_bucket_cannot_be_created_twice(
        self, store: FileStore, location: Location, recase: Callable[[str], str]
    ) -> None:
        """A bucket of a taken ID, in any case, raises BucketTaken; the old one is left alone."""
        before = [found for found in store.buckets() if found.bucket_id == location.bucket_id]
        store.create(location, "photo.png", BytesContent(b"photo"))
        with pytest.raises(BucketTaken):
            store.create_bucket(recase(location.bucket_id), "another", public=True)
        assert before == [f for f in store.buckets() if f.bucket_id == location.bucket_id]
        assert _content(store, location) == b"photo"

    def test_of_several_concurrent_creators_of_a_bucket_one_wins(
        self, harness: Harness, bucket: str
    ) -> None:
        """The others are told that it is taken, and find it usable."""
        bucket_id = f"n{bucket[:30]}"
        stores = [harness.another() for _ in range(_CREATORS)]

        def create(n: int) -> bool:
            try:
                stores[n].create_bucket(bucket_id, "contended", public=False)
            except BucketTaken:
                return False
            return True

        assert _at_once(create, _CREATORS).count(True) == 1
        assert list(harness.store.files(bucket_id)) == []

    # Settings of buckets

    @pytest.mark.parametrize("asked", _SETTINGS, ids=lambda asked: asked.name)
    def test_a_bucket_has_the_settings_it_is_created_with(
        self, store: FileStore, bucket: str, asked: BucketSettings
    ) -> None:
        """They are told by the creation, by a look at the bucket and in the list of all."""
        asked = attrs.evolve(asked, bucket_id=f"n{bucket[:30]}")
        made = store.create_bucket_as(asked)
        chosen = attrs.evolve(asked, transformations=made.transformations)
        if asked.maximum_file_size is None:
            assert made.maximum_file_size is not None
            chosen = attrs.evolve(chosen, maximum_file_size=made.maximum_file_size)
        assert made == chosen
        assert made.transformations is not False
        assert store.bucket_settings(asked.bucket_id) == made
        assert [each for each in store.all_bucket_settings() if each == made] == [made]

    def test_settings_of_every_bucket_are_told_past_the_default_page(
        self, store: FileStore, bucket: str
    ) -> None:
        """A list of more buckets than the server sends by default has each once."""
        made = {f"{n}-{bucket[:30]}" for n in range(_DEFAULT_PAGE + 2)}
        for bucket_id in made:
            store.create_bucket(bucket_id, "one of many", public=False)
        listed = [found.bucket_id for found in store.all_bucket_settings()]
        assert len(listed) == len(set(listed))
        assert made <= set(listed)

    @pytest.mark.parametrize(
        "change",
        [
            {"name": "another"},
            {"permissions": ('read("any")',)},
            {"file_security": False},
            {"enabled": True},
            {"maximum_file_size": 1234},
            {"allowed_extensions": ("pdf",)},
            {"compression": "none"},
            {"encryption": True},
            {"antivirus": True},
        ],
        ids=lambda change: str(*change),
    )
    def test_changing_one_setting_keeps_all_others_and_the_files(
        self, store: FileStore, bucket: str, change: dict[str, Any]
    ) -> None:
        """Settings that are read, changed in one place and given back change in that place only."""
        before = store.create_bucket_as(attrs.evolve(_UNUSUAL, bucket_id=f"n{bucket[:30]}"))
        location = Location(before.bucket_id, "photo.png")
        store.create(location, "photo.png", BytesContent(b"photo"))
        wanted = attrs.evolve(store.bucket_settings(before.bucket_id), **change)
        assert wanted != before
        assert store.change_bucket(wanted) == wanted
        assert store.bucket_settings(before.bucket_id) == wanted
        assert _content(store, location) == b"photo"

    def test_settings_of_a_bucket_hold_for_its_files(self, store: FileStore, bucket: str) -> None:
        """A size or an extension that is taken away is refused, and one that is given taken."""
        at = Location(bucket, "photo.png")
        before = store.bucket_settings(bucket)
        store.change_bucket(attrs.evolve(before, allowed_extensions=("pdf",)))
        with pytest.raises(Rejected):
            store.create(at, "photo.png", BytesContent(b"photo"))
        store.change_bucket(attrs.evolve(before, maximum_file_size=4))
        with pytest.raises(Rejected):
            store.create(at, "photo.png", BytesContent(b"photo"))
        store.change_bucket(attrs.evolve(before, maximum_file_size=5, allowed_extensions=("png",)))
        store.create(at, "photo.png", BytesContent(b"photo"))

    def test_an_extension_in_capitals_lets_nothing_in(self, store: FileStore, bucket: str) -> None:
        """What a bucket allows is compared with the extension in lower case."""
        before = store.bucket_settings(bucket)
        store.change_bucket(attrs.evolve(before, allowed_extensions=("PNG",)))
        for n, title in enumerate(("photo.png", "photo.PNG")):
            with pytest.raises(Rejected):
                store.create(Location(bucket, f"f{n}"), title, BytesContent(b"photo"))

    def test_a_bucket_is_opened_and_closed_to_strangers(self, harness: Harness) -> None:
        """Permissions and ``enabled`` decide at once who sees what is in a bucket already."""
        store, location = harness.store, Location(harness.bucket(public=False), "photo.png")
        store.create(location, "photo.png", BytesContent(b"photo"))
        url = store.url(location)
        settings = store.bucket_settings(location.bucket_id).opened(public=True)
        for wanted, shown in (
            (settings, b"photo"),
            (attrs.evolve(settings, enabled=False), None),
            (settings, b"photo"),
            (settings.opened(public=False), None),
        ):
            store.change_bucket(wanted)
            assert harness.visit(url) == shown

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "n" * 129},
            {"maximum_file_size": 0},
            {"maximum_file_size": 2**62},
            {"allowed_extensions": ("",)},
            {"compression": "rar"},
        ],
        ids=repr,
    )
    def test_settings_that_the_server_does_not_take_are_rejected_and_change_nothing(
        self, store: FileStore, bucket: str, wrong: dict[str, Any]
    ) -> None:
        """Neither a bucket is created with them nor one changed."""
        before = store.bucket_settings(bucket)
        with pytest.raises(Rejected):
            store.change_bucket(attrs.evolve(before, **wrong))
        assert store.bucket_settings(bucket) == before
        with pytest.raises(Rejected):
            store.create_bucket_as(attrs.evolve(before, bucket_id=f"n{bucket[:30]}", **wrong))
        with pytest.raises(BucketMissing):
            store.bucket_settings(f"n{bucket[:30]}")

    def test_settings_of_an_absent_bucket_are_missing(self, store: FileStore, bucket: str) -> None:
        """Looking at it and changing it raise BucketMissing, whatever the case of the ID."""
        settings = store.bucket_settings(bucket)
        for bucket_id in (f"no{bucket[:30]}", bucket.upper()):
            with pytest.raises(BucketMissing):
                store.bucket_settings(bucket_id)
            with pytest.raises(BucketMissing):
                store.change_bucket(attrs.evolve(settings, bucket_id=bucket_id, name="changed"))
        assert store.bucket_settings(bucket) == settings

    def test_a_bucket_that_is_there_is_not_created_with_other_settings(
        self, store: FileStore, bucket: str
    ) -> None:
        """A taken ID raises BucketTaken; the old bucket is left alone."""
        before = store.bucket_settings(bucket)
        with pytest.raises(BucketTaken):
            store.create_bucket_as(attrs.evolve(before, name="another", encryption=False))
        assert store.bucket_settings(bucket) == before

    # Addresses

    @pytest.mark.parametrize("title", ["photo.png", "日本語.txt", "a b.json"])
    def test_a_url_shows_the_content_of_a_public_file_to_anyone(
        self, harness: Harness, title: str
    ) -> None:
        """The address of a file in a public bucket works without any key."""
        location = Location(harness.bucket(public=True), "photo-_.1")
        harness.store.create(location, title, BytesContent(b"for everyone"))
        assert harness.visit(harness.store.url(location)) == b"for everyone"

    def test_a_url_shows_nothing_of_a_private_file_to_strangers(self, harness: Harness) -> None:
        """The address of a file in a private bucket is no way around its permissions."""
        location = Location(harness.bucket(public=False), "secret.png")
        harness.store.create(location, "secret.png", BytesContent(b"for few"))
        assert harness.visit(harness.store.url(location)) is None

    @pytest.mark.parametrize("public", [True, False], ids=["public", "private"])
    def test_a_bucket_created_by_the_store_is_as_public_as_asked(
        self, harness: Harness, bucket: str, public: bool
    ) -> None:
        """What create_bucket is told decides whether strangers can read."""
        location = Location(f"n{bucket[:30]}", "photo.png")
        harness.store.create_bucket(location.bucket_id, "made here", public=public)
        harness.store.create(location, "photo.png", BytesContent(b"photo"))
        shown = harness.visit(harness.store.url(location))
        assert shown == (b"photo" if public else None)

    def test_a_url_makes_no_request(self, harness: Harness, location: Location) -> None:
        """An address can be told while the server is down."""
        harness.store.create(location, "photo.png", BytesContent(b"photo"))
        assert harness.unreachable().url(location) == harness.store.url(location)

    def test_a_url_is_told_of_what_is_missing_too(self, store: FileStore, bucket: str) -> None:
        """Nobody asks whether the file, or its bucket, is there; two locations differ."""
        urls = {
            store.url(Location(bucket, "none")),
            store.url(Location(bucket, "nothing")),
            store.url(Location(f"no{bucket[:30]}", "none")),
        }
        assert len(urls) == 3

    def test_addresses_of_one_file_differ_by_what_they_show_and_carry(
        self, store: FileStore, location: Location
    ) -> None:
        """A download, each preview and each version have an address of their own."""
        store.create(location, "photo.png", BytesContent(b"photo"))
        wanted = [
            (Showing(), Mark()),
            (Showing(), Mark(version="1a2b3c4d")),
            (Showing(download=True), Mark()),
            *((Showing(preview=Preview(width=width)), Mark()) for width in (320, 640)),
        ]
        assert len({store.url(location, *each) for each in wanted}) == len(wanted)

    def test_a_version_changes_nothing_of_what_is_shown(self, harness: Harness) -> None:
        """Whatever version an address carries, it shows the file there is."""
        location = Location(harness.bucket(public=True), "photo.png")
        harness.store.create(location, "photo.png", BytesContent(b"photo"))
        url = harness.store.url(location, Showing(), Mark(version="1a2b3c4d"))
        assert harness.visit(url) == b"photo"

    def test_a_token_opens_its_private_file_to_anyone(self, harness: Harness) -> None:
        """With a token in it the address of a private file works, to see and to download."""
        location = _private(harness)
        token = harness.store.link(location, _soon())
        for showing in (Showing(), Showing(download=True)):
            url = harness.store.url(location, showing, Mark(token=token.secret))
            assert harness.visit(url) == b"for few"
        assert harness.visit(harness.store.url(location)) is None

    def test_a_token_opens_no_other_file(self, harness: Harness) -> None:
        """A token for one file is none for its neighbour, nor for one in another bucket."""
        location = _private(harness)
        neighbour = Location(location.bucket_id, "neighbour.png")
        harness.store.create(neighbour, "neighbour.png", BytesContent(b"for others"))
        elsewhere = _private(harness)
        token = Mark(token=harness.store.link(location, _soon()).secret)
        for other in (neighbour, elsewhere):
            assert harness.visit(harness.store.url(other, Showing(), token)) is None

    def test_a_token_opens_nothing_after_it_expires(self, harness: Harness) -> None:
        """A token says when it ends, and does."""
        location = _private(harness)
        asked = dt.datetime.now(dt.timezone.utc) + dt.timedelta(seconds=600)
        token = harness.store.link(location, asked)
        assert dt.timedelta() <= asked - token.expires <= dt.timedelta(seconds=1)
        url = harness.store.url(location, Showing(), Mark(token=token.secret))
        with harness.ahead(500):
            assert harness.visit(url) == b"for few"
        with harness.ahead(601):
            assert harness.visit(url) is None

    def test_a_token_dies_with_its_file(self, harness: Harness) -> None:
        """A token opens neither the place of a deleted file nor what is stored there next."""
        location = _private(harness)
        url = harness.store.url(
            location, Showing(), Mark(token=harness.store.link(location, _soon()).secret)
        )
        harness.store.delete(location)
        assert harness.visit(url) is None
        harness.store.create(location, "secret.png", BytesContent(b"for fewer"))
        assert harness.visit(url) is None

    def test_a_file_has_as_many_tokens_as_it_is_asked_for(self, harness: Harness) -> None:
        """One token takes nothing from another."""
        location = _private(harness)
        tokens = [harness.store.link(location, _soon()) for _ in range(3)]
        assert len({token.secret for token in tokens}) == 3
        for token in tokens:
            url = harness.store.url(location, Showing(), Mark(token=token.secret))
            assert harness.visit(url) == b"for few"

    def test_there_is_no_token_for_what_is_not_there(
        self, harness: Harness, location: Location
    ) -> None:
        """A missing file or bucket is told as such."""
        harness.needs_tokens()
        with pytest.raises(FileMissing):
            harness.store.link(location, _soon())
        with pytest.raises(BucketMissing):
            harness.store.link(Location(f"no{location.bucket_id[:30]}", "a.png"), _soon())

    def test_there_is_no_token_for_the_past(self, harness: Harness) -> None:
        """A token that would have ended already is not made."""
        location = _private(harness)
        with pytest.raises(Rejected):
            harness.store.link(location, _soon() - dt.timedelta(days=1))

    def test_a_token_shows_nothing_of_its_secret(self, harness: Harness) -> None:
        """Neither the text nor the representation of a token is worth stealing."""
        token = harness.store.link(_private(harness), _soon())
        shown = f"{token!r} {token.secret!r} {Mark(token=token.secret)!r}"
        assert str.__str__(token.secret) not in shown


def _private(harness: Harness) -> Location:
    """Return a file in a private bucket of its own."""
    harness.needs_tokens()
    location = Location(harness.bucket(public=False), "secret.png")
    harness.store.create(location, "secret.png", BytesContent(b"for few"))
    return location


def _soon() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1)


def _content(store: FileStore, location: Location) -> bytes:
    """Read a file to its end as a careful reader would: a small piece, then the rest."""
    window = store.read(location, 0, 64)
    pieces, total = [window.data], window.total
    at = window.end
    while at < total:
        window = store.read(location, at, CHUNK_SIZE, total)
        assert (window.offset, window.total) == (at, total)
        assert window.data, f"nothing at {at} of {total} bytes"
        pieces.append(window.data)
        at = window.end
    return b"".join(pieces)


def _assert_free(store: FileStore, location: Location) -> None:
    """Make sure that nothing is at a location, for readers and writers alike."""
    with pytest.raises(FileMissing):
        store.stat(location)
    with pytest.raises(FileMissing):
        store.read(location, 0, 1)
    assert store.find(location.bucket_id, [location.file_id]) == {}
    listed = [info.location for info in store.files(location.bucket_id)]
    assert location not in listed


def _at_once(work: Callable[[int], T], count: int) -> list[T]:
    """Return what ``work`` answers to 0, 1, 2, … on as many threads that start together."""
    ready = threading.Barrier(count)

    def start(n: int) -> T:
        ready.wait()
        return work(n)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def _is_a_content(breaking: _Breaking, lying: _Lying) -> Sequence[Content]:
    return breaking, lying
