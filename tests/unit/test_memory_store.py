"""The fake keeps every promise of the port."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from urllib.request import urlopen

import attrs
import pytest

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.values import Location
from cloud_storages.ports import BytesContent
from cloud_storages.testing import FileStoreConformance


@attrs.define
class MemoryHarness:
    """The fake, with an upload that can be left unfinished."""

    store: MemoryStore = attrs.field(init=False)
    page_size: int = 100
    _buckets: int = 0
    _ahead: dt.timedelta = dt.timedelta()

    def __attrs_post_init__(self) -> None:
        self.store = MemoryStore(self._now)

    def another(self) -> MemoryStore:
        return self.store

    def unreachable(self) -> MemoryStore:
        pytest.skip("memory is always in reach")

    def bucket(
        self,
        *,
        public: bool = False,
        maximum_size: int | None = None,
        extensions: Sequence[str] = (),
        compressed: bool = False,
    ) -> str:
        if compressed:
            pytest.skip("the fake compresses nothing")
        self._buckets += 1
        bucket_id = f"bucket-{self._buckets}"
        self.store.create_bucket(
            bucket_id,
            bucket_id,
            public=public,
            maximum_file_size=maximum_size,
            allowed_file_extensions=extensions,
        )
        return bucket_id

    def begin(self, location: Location, title: str, data: bytes) -> Callable[[], None]:
        self.store.begin_partial(location, title, len(data))

        def finish() -> None:
            self.store.delete(location)
            self.store.create(location, title, BytesContent(data))

        return finish

    def visit(self, url: str) -> bytes | None:
        return self.store.visit(url)

    @contextlib.contextmanager
    def ahead(self, seconds: float) -> Iterator[None]:
        self._ahead += dt.timedelta(seconds=seconds)
        yield
        self._ahead -= dt.timedelta(seconds=seconds)

    def needs_tokens(self) -> None:
        """The fake has them."""

    def _now(self) -> dt.datetime:
        return dt.datetime.now(dt.timezone.utc) + self._ahead


class TestMemoryStore(FileStoreConformance):
    @pytest.fixture
    def harness(self) -> MemoryHarness:
        return MemoryHarness()

    def test_a_url_holds_what_it_shows(self, harness: MemoryHarness) -> None:
        location = Location(harness.bucket(public=True), "a.txt")
        harness.store.create(location, "a.txt", BytesContent(b"content"))

        with urlopen(harness.store.url(location)) as shown:
            assert shown.read() == b"content"


def test_a_token_ends_with_the_whole_second_as_the_servers_do():
    noon = dt.datetime(2026, 11, 24, 12, tzinfo=dt.timezone.utc)
    store = MemoryStore(lambda: noon)
    store.create_bucket("docs", "docs", public=False)
    location = Location("docs", "a.txt")
    store.create(location, "a.txt", BytesContent(b"content"))

    token = store.link(location, noon + dt.timedelta(seconds=2.9))

    assert token.expires == noon + dt.timedelta(seconds=2)
