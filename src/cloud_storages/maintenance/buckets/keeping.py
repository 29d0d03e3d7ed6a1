"""Lists, creates, changes and compares buckets; see the package."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.errors import BucketTaken, CloudStorageError, Rejected
from cloud_storages.domain.identifiers import is_legal
from cloud_storages.domain.layouts import ROOT
from cloud_storages.domain.values import BucketSettings
from cloud_storages.maintenance.buckets import fitness
from cloud_storages.maintenance.buckets.changes import (
    BucketChange,
    BucketChanges,
    Wishes,
    confirmed,
)
from cloud_storages.maintenance.buckets.needs import located, needs_of
from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.maintenance.findings import Finding, Verdict, error
from cloud_storages.maintenance.sites import target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.core.files.storage import Storage

    from cloud_storages.maintenance.buckets.needs import Need
    from cloud_storages.maintenance.sites import Target

__all__ = [
    "BucketList",
    "Comparison",
    "KnownBucket",
    "change_bucket",
    "compare_buckets",
    "create_bucket",
    "create_needed_buckets",
    "list_buckets",
]


@attrs.frozen
class KnownBucket:
    """
    A bucket that is there.

    Attributes:
        settings: everything about it.
        used_by: the fields whose files it keeps, and the directory that the settings map to it.

    """

    settings: BucketSettings
    used_by: tuple[str, ...] = ()


@attrs.frozen
class BucketList:
    """
    The buckets of a project.

    Attributes:
        storage: the alias of the storage they were asked for through.
        buckets: by ID.

    """

    storage: str
    buckets: tuple[KnownBucket, ...]

    @property
    def ok(self) -> bool:
        """Always: a list is no judgement."""
        return True


@attrs.frozen
class Comparison:
    """
    What the site needs against what is there.

    Attributes:
        storage: the alias of the storage they were asked for through.
        findings: for each bucket whether it is there, and what it lacks.

    """

    storage: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every bucket is there and lacks nothing."""
        return all(each.verdict is Verdict.FINE for each in self.findings)


def list_buckets(storage: str | Storage | None = None) -> BucketList:
    """
    Return every bucket of the project of a storage, with who uses it.

    Args:
        storage: which storage, or its alias; the site's usual one if None.

    Raises:
        CannotRun: there is no such storage.
        CloudStorageError: the server does not tell.

    """
    found = target(storage)
    there = _there(found)
    users: dict[str, list[str]] = {}
    for need in needs_of(found.storage, there.values()):
        users.setdefault(need.bucket_id, []).extend(_users(need))
    known = (KnownBucket(there[each], tuple(users.get(each, ()))) for each in sorted(there))
    return BucketList(found.alias, tuple(known))


def create_bucket(
    storage: str | Storage | None,
    bucket: str,
    wishes: Wishes = Wishes(),  # noqa: B008 - a value
    *,
    dry_run: bool = False,
) -> BucketChanges:
    """
    Create a bucket.

    Args:
        storage: which storage, or its alias; the site's usual one if None.
        bucket: its ID, or the directory whose bucket it shall be.
        wishes: how it shall be. If not said, anyone may read it if the setting APPWRITE_ACCESS is
            ``"public"``, it is named like the directory, and all else is the server's choice.
        dry_run: whether to tell only what would be done.

    Raises:
        CannotRun: it is there already, or the server does not take such settings.
        CloudStorageError: the server cannot be reached, or the key may not.

    """
    found = target(storage)
    there = _there(found)
    bucket_id, directory = _meant(found, bucket, there)
    if bucket_id in there:
        raise CannotRun(
            f"There is a bucket {bucket_id!r} already; 'change' changes it, and keeps its files."
        )
    _refuse_rivals(there, bucket_id, directory, found)
    made = _create(found, bucket_id, directory or bucket_id, wishes, there, dry_run=dry_run)
    return BucketChanges(found.alias, (made,), dry_run)


def create_needed_buckets(
    storage: str | Storage | None = None,
    wishes: Wishes = Wishes(),  # noqa: B008 - a value
    *,
    dry_run: bool = False,
) -> BucketChanges:
    """
    Create every bucket that the site needs and that is not there.

    Args:
        storage: which storage, or its alias; the site's usual one if None.
        wishes: how they shall be, as of ``create_bucket``.
        dry_run: whether to tell only what would be done.

    Raises:
        CannotRun: another bucket is in the way of one, and none was created; or one could not be
            created: the message names those that were.
        CloudStorageError: the server cannot be reached, or the key may not, and none was created.

    """
    found = target(storage)
    there = _there(found)
    missing = {
        need.bucket_id: need
        for need in needs_of(found.storage, there.values())
        if need.there is None
    }
    for need in missing.values():
        _refuse_rivals(there, need.bucket_id, need.directory, found)
    made: list[BucketChange] = []
    for need in missing.values():
        with _telling_of(made, need.bucket_id):
            made.append(_create(found, need.bucket_id, need.name, wishes, there, dry_run=dry_run))
    return BucketChanges(found.alias, tuple(made), dry_run)


def change_bucket(
    storage: str | Storage | None,
    bucket: str,
    wishes: Wishes,
    *,
    dry_run: bool = False,
) -> BucketChanges:
    """
    Change some settings of a bucket; all others stay, and so do its files.

    The server puts to its defaults what an update leaves out, so that everything is read, given
    back with the change in it, and read again to make sure.

    Args:
        storage: which storage, or its alias; the site's usual one if None.
        bucket: its ID, or the directory whose bucket it is.
        wishes: what shall be otherwise.
        dry_run: whether to tell only what would be done.

    Raises:
        CannotRun: there is no such bucket, the server does not take such settings or has no choice
            of them, or it was changed by somebody else meanwhile.
        CloudStorageError: the server cannot be reached, or the key may not.

    """
    found = target(storage)
    there = _there(found)
    bucket_id, _ = _meant(found, bucket, there)
    before = there.get(bucket_id)
    if before is None:
        raise CannotRun(
            f"There is no bucket {bucket_id!r}; 'list' shows those there are, 'create' makes one."
        )
    _refuse_unknown(wishes, before)
    wanted = wishes.upon(before)
    if wanted == before:
        return BucketChanges(found.alias, (), dry_run)
    if not dry_run:
        store = found.storage.service.store
        with _explained(wanted):
            store.change_bucket(wanted)
        wanted = confirmed(store.bucket_settings(bucket_id), wanted)
    return BucketChanges(found.alias, (BucketChange(bucket_id, before, wanted),), dry_run)


def compare_buckets(
    storage: str | Storage | None = None, *, largest: int | None = None
) -> Comparison:
    """
    Return what the site needs of its buckets against what is there.

    Args:
        storage: which storage, or its alias; the site's usual one if None.
        largest: bytes that a file must be allowed to have in every bucket.

    Raises:
        CannotRun: there is no such storage.
        CloudStorageError: the server does not tell.

    """
    found = target(storage)
    findings: list[Finding] = []
    for need in needs_of(found.storage, _there(found).values()):
        findings.append(_missing(need, found) or fitness.presence(need, found))
        findings += fitness.shortfalls(need, found, largest)
    return Comparison(
        found.alias, tuple(attrs.evolve(each, storage=found.alias) for each in findings)
    )


def _there(found: Target) -> dict[str, BucketSettings]:
    listed = found.storage.service.store.all_bucket_settings()
    return {bucket.bucket_id: bucket for bucket in listed}


def _users(need: Need) -> list[str]:
    fields = [use.field for use in need.uses]
    return fields or [need.users]


def _missing(need: Need, found: Target) -> Finding | None:
    if need.there is not None or need.rivals:
        return None
    return error(
        fitness.STEP,
        f"Is not there, for {need.users}.",
        "APPWRITE_BUCKETS" if need.directory else "APPWRITE_BUCKET_ID",
        f"Run {found.command('create --needed')}.",
        need.bucket_id,
    )


def _meant(found: Target, bucket: str, there: Mapping[str, BucketSettings]) -> tuple[str, str]:
    """Return the ID that is meant by an ID or a directory, and the directory; empty if none."""
    told = found.storage.options
    if bucket == told.bucket_id:
        return bucket, ROOT
    if bucket not in told.buckets and (bucket in there or bucket in told.buckets.values()):
        return bucket, ROOT
    if not told.laid_out.buckets_are_directories:
        if not is_legal(bucket):
            raise CannotRun(
                f"{bucket!r} is no ID of a bucket: 1 to 36 of A-Z, a-z, 0-9, '.', '_' and '-', the"
                " first a letter or digit."
            )
        return bucket, ROOT
    directory = told.laid_out.bucket_directory(bucket)
    if not directory:
        raise CannotRun("Say which bucket is meant, by its ID or its directory.")
    return located(directory, told.plan, there)[0], directory


def _refuse_rivals(
    there: Mapping[str, BucketSettings], bucket_id: str, directory: str, found: Target
) -> None:
    rivals = located(directory, found.storage.options.plan, there)[1] if directory else ()
    rivals = rivals or tuple(each for each in there if each.lower() == bucket_id.lower())
    if rivals:
        raise CannotRun(
            f"The bucket {bucket_id!r} cannot be created: {', '.join(rivals)} has its name, or its"
            " ID in another case. Say which one is meant in the setting APPWRITE_BUCKETS."
        )


def _create(
    found: Target,
    bucket_id: str,
    name: str,
    wishes: Wishes,
    there: Mapping[str, BucketSettings],
    *,
    dry_run: bool,
) -> BucketChange:
    if wishes.transformations is not None:
        for other in there.values():
            _refuse_unknown(wishes, other)
    is_public = found.storage.options.access == "public"
    usual = BucketSettings(bucket_id, name).opened(public=is_public)
    wanted = wishes.upon(usual)
    if not dry_run:
        store = found.storage.service.store
        try:
            with _explained(wanted):
                made = store.create_bucket_as(wanted)
        except BucketTaken as taken:
            raise CannotRun(
                f"Somebody else has created the bucket {bucket_id!r} meanwhile; look at it with"
                " 'list'."
            ) from taken
        wanted = confirmed(made, wanted)
    return BucketChange(bucket_id, None, wanted)


@contextlib.contextmanager
def _telling_of(made: Sequence[BucketChange], bucket_id: str) -> Iterator[None]:
    """Say what was created already if the next bucket cannot be."""
    try:
        yield
    except (CannotRun, CloudStorageError) as error:
        if not made:
            raise
        done = ", ".join(each.bucket_id for each in made)
        why = reason_of(error).rstrip(".")
        raise CannotRun(
            f"Created: {done}. The bucket {bucket_id} could not be: {why}. Run this again once that"
            " is mended; what is there is left as it is."
        ) from error


def _refuse_unknown(wishes: Wishes, known: BucketSettings) -> None:
    if wishes.transformations is not None and known.transformations is None:
        raise CannotRun(
            "This server has no choice of image transformations: it came with Appwrite 1.8.1."
        )


@contextlib.contextmanager
def _explained(wanted: BucketSettings) -> Iterator[None]:
    """Say where to look if the server does not take such settings."""
    try:
        yield
    except Rejected as refusal:
        hint = ""
        if wanted.maximum_file_size is not None:
            hint = (
                f" The server may allow no file of {wanted.maximum_file_size:,} bytes at all: say"
                " --max-size, or raise its _APP_STORAGE_LIMIT."
            )
        raise CannotRun(f"{refusal}{hint}") from refusal
