"""The fake keeps every promise of the port."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit
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

    store: MemoryStore = attrs.field(factory=MemoryStore)
    page_size: int = 100
    _buckets: int = 0
    _public: set[str] = attrs.field(factory=set)

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
        if public:
            self._public.add(bucket_id)
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
        if urlsplit(url).fragment.partition("/")[0] not in self._public:
            pytest.skip("the fake's URLs are the content itself, for whoever has them")
        with urlopen(url) as shown:
            return shown.read()


class TestMemoryStore(FileStoreConformance):
    @pytest.fixture
    def harness(self) -> MemoryHarness:
        return MemoryHarness()
