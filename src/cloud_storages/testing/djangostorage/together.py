# ruff: noqa: S101
# Asserts are what a test is.
"""What a storage promises to threads that use it at once."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from unittest import mock

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import same, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import Storage

    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Together"]

_WRITERS = 4
#: Seconds that a writer waits for the others: a storage may well let them take turns.
_PATIENCE = 1.0
#: More than one of the pieces that Django reads.
_SIZE = 100_000


class Together:
    """Threads that share the storage, as those of a server do."""

    @promise(sources.storage("save"), sources.custom("get_available_name"), kind="customary")
    def test_threads_saving_one_name_keep_their_files_apart(self, tried: Trial) -> None:
        """Every name that simultaneous saves report opens one whole content: that saved there."""
        names, contents = self._save_at_once(tried, ["shared.txt"] * _WRITERS)
        if tried.overwrites:
            left = tried.content(names[0])
            assert left in contents, f"the content left was {shown(left)}, which nobody saved"
            return
        same(len(set(names)), _WRITERS, f"the number of names of {_WRITERS} files")
        self._check(tried, names, contents)

    @promise(sources.storage("save"), sources.storage("open"), kind="customary")
    def test_threads_saving_other_names_get_their_own(self, tried: Trial) -> None:
        """Simultaneous saves of different names store each its own content."""
        filenames = [f"{number}.txt" for number in range(_WRITERS)]
        self._check(tried, *self._save_at_once(tried, filenames))

    def _save_at_once(self, tried: Trial, filenames: list[str]) -> tuple[list[str], list[bytes]]:
        contents = [f"{number}".encode() * _SIZE for number in range(_WRITERS)]
        with _meeting(tried.storage), ThreadPoolExecutor(_WRITERS) as pool:
            return list(pool.map(tried.save, filenames, contents)), contents

    def _check(self, tried: Trial, names: list[str], contents: list[bytes]) -> None:
        for name, data in zip(names, contents, strict=True):
            same(tried.content(name), data, f"the content of {name!r}")


@contextlib.contextmanager
def _meeting(storage: Storage) -> Iterator[None]:
    """
    Let every writer have its name before any stores a byte.

    Threads can always meet so; left to chance, they hardly ever do while somebody looks.
    """
    gate = threading.Barrier(_WRITERS)
    met = threading.local()
    choose = storage.get_available_name

    def meet(name: str, max_length: int | None = None) -> str:
        chosen = choose(name, max_length=max_length)
        if not getattr(met, "once", False):
            met.once = True
            with contextlib.suppress(threading.BrokenBarrierError):
                gate.wait(_PATIENCE)
        return chosen

    with mock.patch.object(storage, "get_available_name", meet):
        yield
