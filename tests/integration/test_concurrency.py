"""Who saves one name at the same moment, on threads, through two storages and in processes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from cloud_storages.backends.appwrite import AppWriteStorage
from tests.writers import Job, Saved, content_of, digest, save_at_once, save_in_processes

SMALL = 10_000
LARGE = 12_000_000
TWO_CHUNKS = 6_000_000
NAME = "media/photo.png"
OTHER = "films/film.mp4"

ON_THREADS = pytest.mark.parametrize(
    ("storages", "writers", "size"),
    [(1, 16, SMALL), (2, 16, SMALL), (2, 6, LARGE)],
    ids=["one storage, 16 small", "two storages, 16 small", "two storages, 6 of 12 MB"],
)

Make = Callable[..., AppWriteStorage]


def several(make_storage: Make, count: int, **options: Any) -> list[AppWriteStorage]:
    """Make storages of one bucket that share no connection."""
    first = make_storage(**options)
    same = {**options, "bucket_id": first.options.bucket_id, "buckets": dict(first.options.buckets)}
    return [first, *(make_storage(**same) for _ in range(count - 1))]


def own(make_storage: Make) -> dict[str, Any]:
    """Return options for buckets of the test's own behind the directories of the names."""
    media, films = (make_storage().options.bucket_id for _ in range(2))
    return {"buckets": {"media": media, "films": films}}


def read(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return bytes(file.read())


def shared(storage: AppWriteStorage, policy: dict[str, Any]) -> dict[str, Any]:
    """Return options with which another process makes the same storage."""
    told = storage.options
    return {
        "endpoint": told.endpoint,
        "project_id": told.project_id,
        "api_key": str(told.api_key),
        "bucket_id": told.bucket_id,
        "buckets": dict(told.buckets),
        **policy,
    }


def listed(storage: Storage, name: str) -> list[str]:
    directory = name.partition("/")[0]
    return [f"{directory}/{found}" for found in storage.listdir(directory)[1]]


def assert_all_are_kept(storage: Storage, name: str, saved: Saved, size: int) -> None:
    names = [returned for _, returned in saved]
    assert len(set(names)) == len(names)
    assert name in names
    for seed, returned in saved:
        assert digest(read(storage, returned)) == digest(content_of(seed, size))
    assert sorted(listed(storage, name)) == sorted(names)


def assert_twins_are_shared(storage: Storage, name: str, saved: Saved, size: int) -> None:
    for seed, returned in saved:
        assert digest(read(storage, returned)) == digest(content_of(seed, size))
    seeds = {seed for seed, _ in saved}
    names = {returned for _, returned in saved}
    assert len(names) == len(set(saved)) == len(seeds)
    assert name in names
    assert sorted(listed(storage, name)) == sorted(names)


def assert_one_is_left_whole(storage: Storage, name: str, saved: Saved, size: int) -> None:
    assert {returned for _, returned in saved} == {name}
    written = {digest(content_of(seed, size)) for seed, _ in saved}
    assert digest(read(storage, name)) in written
    assert listed(storage, name) == [name]


@ON_THREADS
def test_keep_both_gives_every_writer_a_name_of_its_own(
    make_storage: Make, storages: int, writers: int, size: int
) -> None:
    made = several(make_storage, storages, **own(make_storage))
    saved = save_at_once(made, Job(NAME, list(range(writers)), size))
    assert_all_are_kept(made[0], NAME, saved, size)


@ON_THREADS
def test_reuse_stores_one_content_once_however_many_save_it(
    make_storage: Make, storages: int, writers: int, size: int
) -> None:
    reuse = {"create_new_if_same_content": False, **own(make_storage)}
    made = several(make_storage, storages, **reuse)
    saved = save_at_once(made, Job(NAME, [7] * writers, size))
    assert {name for _, name in saved} == {NAME}
    assert_twins_are_shared(made[0], NAME, saved, size)


@ON_THREADS
def test_reuse_gives_each_of_several_contents_one_name(
    make_storage: Make, storages: int, writers: int, size: int
) -> None:
    reuse = {"create_new_if_same_content": False, **own(make_storage)}
    made = several(make_storage, storages, **reuse)
    saved = save_at_once(made, Job(NAME, [n % 3 for n in range(writers)], size))
    assert_twins_are_shared(made[0], NAME, saved, size)


@ON_THREADS
def test_overwrite_leaves_one_of_the_contents_whole(
    make_storage: Make, storages: int, writers: int, size: int
) -> None:
    made = several(make_storage, storages, overwrite=True, **own(make_storage))
    saved = save_at_once(made, Job(NAME, list(range(writers)), size))
    assert_one_is_left_whole(made[0], NAME, saved, size)


def test_keep_both_holds_between_processes(make_storage: Make) -> None:
    storage = make_storage(**own(make_storage))
    jobs = [Job(NAME, list(range(16)), SMALL), Job(OTHER, list(range(4)), TWO_CHUNKS)]
    small, large = save_in_processes(shared(storage, {}), jobs, processes=4)
    assert_all_are_kept(storage, NAME, small, SMALL)
    assert_all_are_kept(storage, OTHER, large, TWO_CHUNKS)


def test_reuse_holds_between_processes(make_storage: Make) -> None:
    policy = {"create_new_if_same_content": False}
    storage = make_storage(**policy, **own(make_storage))
    # Neighbours in the list are in different processes.
    jobs = [Job(NAME, [n // 4 for n in range(16)], SMALL), Job(OTHER, [0, 0, 1, 1], TWO_CHUNKS)]
    small, large = save_in_processes(shared(storage, policy), jobs, processes=4)
    assert_twins_are_shared(storage, NAME, small, SMALL)
    # What another process is still uploading in chunks is not known to be a twin yet.
    before = listed(storage, OTHER)
    for seed, returned in large:
        data = content_of(seed, TWO_CHUNKS)
        assert digest(read(storage, returned)) == digest(data)
        assert digest(read(storage, storage.save(OTHER, ContentFile(data)))) == digest(data)
    assert listed(storage, OTHER) == before


def test_overwrite_holds_between_processes(make_storage: Make) -> None:
    policy = {"overwrite": True}
    storage = make_storage(**policy, **own(make_storage))
    # Without a lock in common, a writer may be told that the others were too many.
    small_one = Job(NAME, list(range(16)), SMALL, tries=8)
    large_one = Job(OTHER, list(range(4)), TWO_CHUNKS, tries=8)
    small, large = save_in_processes(shared(storage, policy), [small_one, large_one], processes=4)
    assert_one_is_left_whole(storage, NAME, small, SMALL)
    assert_one_is_left_whole(storage, OTHER, large, TWO_CHUNKS)
