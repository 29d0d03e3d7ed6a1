"""Many writers of one name, on threads and in processes that all start together."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from cloud_storages.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.storage import Storage

Saved = list[tuple[int, str]]

#: Seconds after which writers that wait for each other have failed.
_PATIENCE = 60.0


def content_of(seed: int, size: int) -> bytes:
    """Return the content that the writer of this number saves."""
    return random.Random(seed).randbytes(size)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@attrs.frozen
class Job:
    """
    A name, and the seeds and size of the contents that are saved under it at once.

    ``tries`` says how often a writer saves again when it is told that the others were too many.
    """

    name: str
    seeds: list[int]
    size: int
    tries: int = 1


def save_at_once(storages: Sequence[Storage], job: Job, ready: Any = None) -> Saved:
    """
    Save one name on as many threads as there are seeds, all at once.

    Returns:
        the seed and the name returned, for each of them.

    """
    from django.core.files.base import ContentFile

    contents = [content_of(seed, job.size) for seed in job.seeds]
    barrier = ready or threading.Barrier(len(job.seeds))

    def save(n: int) -> tuple[int, str]:
        content = ContentFile(contents[n])
        barrier.wait(_PATIENCE)
        for _ in range(job.tries - 1):
            with contextlib.suppress(Unavailable):
                return job.seeds[n], storages[n % len(storages)].save(job.name, content)
        return job.seeds[n], storages[n % len(storages)].save(job.name, content)

    with ThreadPoolExecutor(len(job.seeds)) as pool:
        return list(pool.map(save, range(len(job.seeds))))


def save_in_processes(
    options: dict[str, Any], jobs: Sequence[Job], *, processes: int
) -> list[Saved]:
    """Do one job after the other; each process has an equal share of the seeds of each."""
    context = multiprocessing.get_context("spawn")
    barriers = [context.Barrier(len(job.seeds)) for job in jobs]
    answers = context.Queue()
    workers = []
    for n in range(processes):
        share = [attrs.evolve(job, seeds=job.seeds[n::processes]) for job in jobs]
        work = (options, share, barriers, answers)
        workers.append(context.Process(target=_work, args=work))
    for worker in workers:
        worker.start()
    try:
        results = [answers.get(timeout=_PATIENCE) for _ in workers]
    finally:
        for worker in workers:
            worker.join(_PATIENCE)
    broken = [result for result in results if isinstance(result, str)]
    if broken:
        pytest.fail(f"writers raised: {broken}")
    return [[saved for result in results for saved in result[n]] for n in range(len(jobs))]


def _work(options: dict[str, Any], jobs: list[Job], barriers: list[Any], answers: Any) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.site.settings")
    import django

    django.setup()
    from cloud_storages.backends.appwrite import AppWriteStorage

    storage = AppWriteStorage(**options)
    try:
        # What a process loads with its first request must not decide who comes first.
        assert not storage.exists("nobody-has-this")
        saved = [
            save_at_once([storage], job, ready) for job, ready in zip(jobs, barriers, strict=True)
        ]
        answers.put(saved)
    except BaseException as error:
        for ready in barriers:
            ready.abort()
        answers.put(f"{type(error).__name__}: {error}")
        raise
