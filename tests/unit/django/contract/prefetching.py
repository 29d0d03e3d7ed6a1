"""What a block knows of files that it asked for ahead."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from cloud_storages.testing import storage_requests

if TYPE_CHECKING:
    from collections.abc import Callable


Make = "Callable[..., CloudStorage]"
Cost = "Callable[[Callable[[], Any]], int]"


class Prefetching:
    @pytest.fixture
    def cost(self) -> Cost:
        """Return how many requests something takes."""

        def cost_of(act: Callable[[], Any]) -> int:
            with storage_requests() as made:
                act()
            return len(made)

        return cost_of

    @pytest.fixture
    def names(self, make: Make, folder: str) -> list[str]:
        storage = make()
        return [
            storage.save(f"{folder}/{number}.txt", ContentFile(b"x" * number))
            for number in range(5)
        ]

    def test_nothing_is_asked_in_the_block(self, make: Make, names: list[str], cost: Cost) -> None:
        storage = make()
        told: list[Any] = []

        def look() -> None:
            told.extend(
                (
                    storage.exists(name),
                    storage.size(name),
                    storage.signature(name),
                    storage.get_created_time(name),
                    storage.get_modified_time(name),
                )
                for name in names
            )

        with storage.prefetch_metadata(names):
            assert cost(look) == 0

        ahead, told = told, []
        assert cost(look) == 5 * len(names)
        assert ahead == told
        assert [size for _, size, *_ in ahead] == [0, 1, 2, 3, 4]
        assert ahead[1][2] == "9dd4e461268c8034f5c8564e155c67a6"

    def test_many_files_are_asked_for_with_one_request_a_hundred(
        self, make: Make, folder: str, cost: Cost
    ) -> None:
        storage = make()
        names = [storage.save(f"{folder}/{n}.txt", ContentFile(b"x")) for n in range(101)]

        def block(some: list[str]) -> None:
            with storage.prefetch_metadata(some):
                assert all(storage.exists(name) for name in some)

        assert cost(lambda: block(names[:1])) == 1
        assert cost(lambda: block([*names[:100], *names[:100]])) == 1
        assert cost(lambda: block(names)) == 2

    def test_every_bucket_is_asked_once(self, make: Make, folder: str, cost: Cost) -> None:
        storage = make()
        names = [
            storage.save(f"{folder}-{directory}/{number}.txt", ContentFile(b"x"))
            for number in range(3)
            for directory in "ab"
        ]

        def block() -> None:
            with storage.prefetch_metadata(names):
                assert all(storage.size(name) == 1 for name in names)

        assert cost(block) == 2

    def test_what_does_not_exist_is_known_not_to(
        self, make: Make, names: list[str], folder: str, cost: Cost
    ) -> None:
        storage = make()
        missing = [f"{folder}/missing.txt", f"{folder}-missing/a.txt"]

        def look() -> None:
            for name in missing:
                assert not storage.exists(name)
                for ask in (storage.size, storage.signature, storage.get_created_time):
                    with pytest.raises(FileNotFoundError):
                        ask(name)

        with storage.prefetch_metadata([*missing, *names]):
            assert cost(look) == 0
            assert storage.exists(names[0])

    def test_what_was_not_prefetched_is_asked_as_usual(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage = make()

        with storage.prefetch_metadata(names[:2]):
            assert cost(lambda: storage.size(names[2])) == 1
            assert storage.size(names[2]) == 2

    def test_nothing_is_known_after_the_block_even_if_it_raised(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage = make()

        with pytest.raises(KeyError), storage.prefetch_metadata(names):
            raise KeyError

        assert cost(lambda: storage.exists(names[0])) == 1

    @pytest.mark.parametrize(
        "policy", [{}, {"overwrite": True}, {"create_new_if_same_content": False}]
    )
    def test_what_is_written_within_the_block_is_seen(
        self, make: Make, names: list[str], folder: str, policy: dict[str, bool]
    ) -> None:
        storage = make(**policy)
        fresh = f"{folder}/fresh.txt"

        with storage.prefetch_metadata([*names, fresh]):
            assert storage.save(fresh, ContentFile(b"fresh")) == fresh
            with storage.open(names[0], "wb") as file:
                file.write(b"written")
            storage.delete(names[1])
            with storage.open(names[2], "ab") as file:
                file.write(b"!")
            again = storage.save(names[3], ContentFile(b"again"))

            assert storage.exists(fresh)
            assert storage.size(fresh) == 5
            assert storage.size(names[0]) == 7
            assert not storage.exists(names[1])
            with pytest.raises(FileNotFoundError):
                storage.size(names[1])
            assert storage.size(names[2]) == 3
            assert storage.size(again) == 5
            assert storage.size(names[4]) == 4

    @pytest.mark.parametrize("policy", [{"overwrite": True}, {"create_new_if_same_content": False}])
    def test_a_twin_that_another_stored_meanwhile_is_seen_by_who_saves_it(
        self, make: Make, folder: str, names: list[str], policy: dict[str, bool]
    ) -> None:
        storage, other = make(**policy), make()
        name = f"{folder}/twin.txt"

        with storage.prefetch_metadata([*names, name]):
            other.save(name, ContentFile(b"twin"))
            assert not storage.exists(name)

            assert storage.save(name, ContentFile(b"twin")) == name

            assert storage.exists(name)

    def test_blocks_may_be_nested(self, make: Make, names: list[str], cost: Cost) -> None:
        storage = make()

        with storage.prefetch_metadata(names[:2]):
            with storage.prefetch_metadata(names[1:3]):
                assert cost(lambda: [storage.size(name) for name in names[:3]]) == 0
                storage.delete(names[0])
            assert not storage.exists(names[0])
            assert cost(lambda: storage.size(names[1])) == 0
            assert cost(lambda: storage.size(names[2])) == 1

    def test_an_inner_block_asks_only_for_what_the_outer_does_not_know(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage = make()

        def inner() -> None:
            with storage.prefetch_metadata(names[:3]):
                assert storage.size(names[2]) == 2

        with storage.prefetch_metadata(names):
            assert cost(inner) == 0

    def test_another_storage_is_not_concerned(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage, other = make(), make()

        with storage.prefetch_metadata(names):
            assert cost(lambda: other.size(names[0])) == 1
            other.delete(names[0])

        assert not storage.exists(names[0])

    def test_another_thread_is_not_concerned(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage = make()

        def elsewhere() -> None:
            thread = threading.Thread(target=storage.size, args=(names[0],))
            thread.start()
            thread.join()

        with storage.prefetch_metadata(names):
            assert cost(elsewhere) == 1

    def test_tasks_share_a_block_with_what_they_start_and_with_nobody_else(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage, other = make(), make()
        size = sync_to_async(storage.size)

        async def page(inside: asyncio.Event, seen: asyncio.Event) -> Any:
            with storage.prefetch_metadata(names):
                inside.set()
                await seen.wait()
                return await size(names[1]), asyncio.ensure_future(late())

        async def late() -> bool:
            for _ in range(3):
                await asyncio.sleep(0)
            # The block is over, so what another has done is seen.
            other.delete(names[0])
            return storage.exists(names[0])

        async def both() -> None:
            inside, seen = asyncio.Event(), asyncio.Event()
            task = asyncio.ensure_future(page(inside, seen))
            await inside.wait()
            assert cost(lambda: storage.size(names[1])) == 1
            seen.set()
            told, later = await task
            assert told == 1
            assert await later is False

        asyncio.run(both())

    def test_names_may_be_written_in_any_way_and_empty_ones_are_skipped(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage = make()
        spelled = names[3].replace("/", "//")

        with storage.prefetch_metadata(iter([None, "", spelled])):
            assert cost(lambda: storage.size(names[3])) == 0
            assert cost(lambda: storage.size(spelled)) == 0

    def test_no_names_cost_nothing(self, make: Make, cost: Cost) -> None:
        storage = make()

        def block() -> None:
            with storage.prefetch_metadata([]), storage.prefetch_metadata([None, ""]):
                pass

        assert cost(block) == 0

    def test_a_name_that_no_storage_takes_is_refused_before_any_request(
        self, make: Make, names: list[str], cost: Cost
    ) -> None:
        storage = make()

        def block() -> None:
            with (
                pytest.raises(SuspiciousFileOperation),
                storage.prefetch_metadata([*names, "../x.txt"]),
            ):
                raise AssertionError("the block was entered")

        assert cost(block) == 0

    def test_an_endless_stream_of_names_is_not_remembered_without_end(
        self, make: Make, names: list[str], monkeypatch: pytest.MonkeyPatch, cost: Cost
    ) -> None:
        from cloud_storages.service import storage as service

        monkeypatch.setattr(service, "MOST", 3)
        storage = make()

        def forever() -> Any:
            yield from names
            raise AssertionError("asked for more names than are remembered")

        with storage.prefetch_metadata(forever()):
            assert cost(lambda: storage.size(names[2])) == 0
            assert cost(lambda: storage.size(names[3])) == 1

    @pytest.mark.usefixtures("documents")
    def test_values_of_file_fields_can_be_prefetched(self, cost: Cost) -> None:
        from tests.site.models import Document

        for content in (b"one", b"three"):
            Document.objects.create(file=ContentFile(content, "a.txt"))
        Document.objects.create()
        files = [each.file for each in Document.objects.order_by("pk")]

        with files[0].storage.prefetch_metadata(files):
            sizes: list[int] = []
            assert cost(lambda: sizes.extend(file.size for file in files if file)) == 0
        assert sizes == [3, 5]
