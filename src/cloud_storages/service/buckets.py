"""
Which bucket a directory is: guessed from the name, asked only when the guess is wrong.

The guess is made without a request, and the server itself says when it is wrong. Answers are
remembered for the life of the process; one that turns out stale is asked for anew.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING, TypeVar

from cloud_storages.domain.errors import (
    BucketMissing,
    BucketTaken,
    CloudStorageError,
    Misconfigured,
)
from cloud_storages.domain.layouts import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cloud_storages.domain.layouts import BucketPlan
    from cloud_storages.domain.values import BucketInfo
    from cloud_storages.ports import FileStore

__all__ = ["QUIET_SECONDS", "Buckets"]

logger = logging.getLogger("cloud_storages")

#: How long, in seconds, a question without an answer is not asked again.
QUIET_SECONDS = 30.0

T = TypeVar("T")


class Buckets:
    """
    Finds, creates and remembers the buckets of directories.

    Args:
        store: where the buckets are.
        plan: which ID a directory's bucket should have.
        create: whether a write may create a missing bucket.
        public: whether a created bucket can be read by anyone.
        impatient: the same store, but one that gives up soon; for questions whose answer a page
            would rather do without than wait for.
        clock: seconds from any moment on, never going back.

    """

    def __init__(
        self,
        store: FileStore,
        plan: BucketPlan,
        *,
        create: bool,
        public: bool,
        impatient: FileStore | None = None,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._store = store
        self._plan = plan
        self._create = create
        self._public = public
        self._impatient = impatient or store
        self._clock = clock
        self._known: dict[str, str] = {}
        self._quiet_until: dict[str | None, float] = {}
        self._lock = threading.Lock()

    def known(self, directory: str) -> str | None:
        """Return the bucket ID of a directory if it needs no request, else None."""
        if self._plan.is_given(directory):
            return self._plan.bucket_id(directory)
        return self._known.get(directory)

    def guess(self, directory: str) -> str:
        """Return the most likely bucket ID of a directory, without a request."""
        return self.known(directory) or self._plan.bucket_id(directory)

    def goes_by_another(self, directory: str) -> bool:
        """Return whether the settings have another directory for a directory's bucket."""
        return self._plan.goes_by_another(directory)

    def reach(self, directory: str, act: Callable[[str], T], *, create: bool = False) -> T:
        """
        Call ``act`` with the ID of a directory's bucket and return its answer.

        Args:
            directory: which directory.
            act: may raise BucketMissing; it is then called again once the bucket is found or
                created, so it must be repeatable.
            create: whether a missing bucket should be created, if the settings allow it.

        Raises:
            BucketMissing: the directory has no bucket.
            Misconfigured: several buckets have the directory's name, or a bucket that the
                settings name is missing and may not be created.

        """
        bucket_id = self.guess(directory)
        try:
            answer = act(bucket_id)
        except BucketMissing as missing:
            self._forget(directory)
            bucket_id = self._found(directory, missing, create=create)
            answer = self._again(directory, bucket_id, act)
        self._remember(directory, bucket_id)
        return answer

    def _again(self, directory: str, bucket_id: str, act: Callable[[str], T]) -> T:
        try:
            return act(bucket_id)
        except BucketMissing as missing:
            raise Misconfigured(
                f"The bucket {bucket_id!r} of the directory {directory!r} can neither be found nor"
                " created: perhaps one has an ID that differs in case only. Say which bucket is"
                " meant in the option 'buckets' (setting APPWRITE_BUCKETS)."
            ) from missing

    def ask(self, directory: str) -> str:
        """
        Return the bucket ID of a directory, asking the server; the one it would get if none.

        Does not fail and does not wait long: when there is no answer, the likely ID is returned,
        and nothing is asked again for QUIET_SECONDS.
        """
        now = self._clock()
        if now < max(self._quiet_until.get(each, now) for each in (directory, None)):
            return self.guess(directory)
        bucket_id = self._plan.bucket_id(directory)
        try:
            found = (
                (bucket_id,) if self._exists(bucket_id) else self._named(self._impatient, directory)
            )
            if found:
                self._remember(directory, found[0])
                return found[0]
            self._quiet_until[directory] = now + QUIET_SECONDS
        except CloudStorageError as error:
            self._quiet_until[None] = now + QUIET_SECONDS
            logger.warning("cannot tell the bucket of %r, taking the likely: %s", directory, error)
        return bucket_id

    def directories(self) -> list[str]:
        """Return the directories that are buckets, the root bucket left out."""
        return self._plan.directory_names(self._store.buckets())

    def existing(self, directories: Iterable[str]) -> list[BucketInfo]:
        """
        Return the buckets there are for directories, for the root and for what is mapped.

        One request, which does not wait long.
        """
        wanted = {ROOT, *self._plan.mapping, *directories}
        there = {bucket.bucket_id: bucket for bucket in self._impatient.buckets()}
        found: dict[str, BucketInfo] = {}
        for directory in wanted:
            by_name: tuple[str, ...] = ()
            if not self._plan.is_given(directory):
                by_name = self._plan.found_by_name(directory, there.values())
            for bucket_id in (self._plan.bucket_id(directory), *by_name):
                if bucket_id in there:
                    found[bucket_id] = there[bucket_id]
        return [found[bucket_id] for bucket_id in sorted(found)]

    def _exists(self, bucket_id: str) -> bool:
        # Looking for a file in a bucket proves that it exists, and needs no right to list buckets.
        try:
            self._impatient.find(bucket_id, (bucket_id,))
        except BucketMissing:
            return False
        return True

    def _named(self, store: FileStore, directory: str) -> tuple[str, ...]:
        """
        Return the ID of the bucket that is named like a directory; nothing if there is none.

        Raises:
            Misconfigured: there are several.

        """
        named = self._plan.found_by_name(directory, store.buckets(name=directory))
        if len(named) > 1:
            raise Misconfigured(
                f"Buckets {', '.join(sorted(named))} are all named {directory!r}: say which one is"
                " meant in the option 'buckets' (setting APPWRITE_BUCKETS), such as"
                f" {{{directory!r}: {min(named)!r}}}."
            )
        return named

    def _found(self, directory: str, missing: BucketMissing, *, create: bool) -> str:
        """Return the ID of a bucket that is not where it was guessed to be."""
        expected = self._plan.bucket_id(directory)
        if self._plan.is_given(directory):
            if not self._create:
                raise _absent(directory, expected) from missing
        else:
            named = self._named(self._store, directory)
            if named:
                return named[0]
        if not create:
            raise missing
        if not self._create:
            raise BucketMissing(
                f"No bucket has the ID {expected!r} or the name {directory!r}, and the option"
                " 'create_buckets' (setting APPWRITE_CREATE_BUCKETS) is off: create the bucket, or"
                " map the directory in the option 'buckets' (setting APPWRITE_BUCKETS)."
            ) from missing
        # Another process may be faster, which serves as well.
        with contextlib.suppress(BucketTaken):
            self._store.create_bucket(expected, directory or expected, public=self._public)
        return expected

    def _remember(self, directory: str, bucket_id: str) -> None:
        if self._known.get(directory) != bucket_id:
            with self._lock:
                self._known[directory] = bucket_id

    def _forget(self, directory: str) -> None:
        with self._lock:
            self._known.pop(directory, None)


def _absent(directory: str, bucket_id: str) -> Misconfigured:
    setting = (
        "the option 'bucket_id' (setting APPWRITE_BUCKET_ID)"
        if directory == ROOT
        else f"the option 'buckets' (setting APPWRITE_BUCKETS) for {directory!r}"
    )
    return Misconfigured(
        f"There is no bucket {bucket_id!r}, which is named by {setting}, and the option"
        " 'create_buckets' (setting APPWRITE_CREATE_BUCKETS) is off."
    )
