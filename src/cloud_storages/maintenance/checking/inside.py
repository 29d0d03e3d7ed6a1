"""The buckets of a storage: what they are, and whether what is in them opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.adapters.appwrite.replies import ScopeAnswer
from cloud_storages.domain.errors import BucketMissing, CloudStorageError
from cloud_storages.domain.values import BucketSettings
from cloud_storages.maintenance.buckets import fitness
from cloud_storages.maintenance.buckets.needs import needs_of, untold_fields
from cloud_storages.maintenance.checking import opening
from cloud_storages.maintenance.checking.opening import Doorway
from cloud_storages.maintenance.errors import reason_of
from cloud_storages.maintenance.findings import Finding, error, not_told, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cloud_storages.adapters.appwrite.replies import Reply
    from cloud_storages.maintenance.buckets.needs import Need
    from cloud_storages.maintenance.sites import Target
    from cloud_storages.ports import FileStore

__all__ = ["STEPS", "Inside"]

STEPS = (fitness.STEP, opening.STEP)
_HAS_TOKENS = {
    ScopeAnswer.HELD: True,
    ScopeAnswer.LACKING: False,
    ScopeAnswer.UNKNOWN_TO_SERVER: False,
}


class Inside:
    """
    What there is on a server that takes project and key.

    Args:
        target: which storage's.
        store: its files.
        visit: asks for a URL without credentials.
        known: what is known of each scope of the key.
        largest: bytes that a file must be allowed to have, if anybody says so.

    """

    def __init__(
        self,
        target: Target,
        store: FileStore,
        visit: Callable[[str], Reply],
        known: Mapping[str, ScopeAnswer],
        largest: int | None,
    ) -> None:
        self._target = target
        self._store = store
        self._visit = visit
        self._known = known
        self._largest = largest
        self._told = target.storage.options
        self._there: dict[str, BucketSettings] = {}
        self._why_unlisted = "without the scope buckets.read"

    def buckets(self) -> Iterator[Finding]:
        """Yield what is found of each bucket that the site would use."""
        listed = self._listed()
        for need in needs_of(self._target.storage, listed or ()):
            if listed is None:
                yield self._unlisted(need)
                continue
            yield self._present(need)
            if need.there is not None:
                self._there[need.bucket_id] = need.there
                yield from fitness.shortfalls(need, self._target, self._largest)
                yield from fitness.risks(need.there, self._target)
        for field in untold_fields(self._target.storage):
            why = "Which directories it uses cannot be told: a function names its files."
            yield not_told(fitness.STEP, why, field)

    def urls(self, *, dry_run: bool) -> Iterator[Finding]:
        """Yield whether a URL opens what is in each bucket; after ``buckets``."""
        has_tokens = _HAS_TOKENS.get(self._known["tokens.write"])
        doorway = Doorway(self._target, self._store, self._visit, has_tokens)
        look = doorway.look_only if dry_run else doorway.look
        for bucket in self._there.values():
            if not dry_run and self._lacks("files.write"):
                why = "The key may not store a file to try."
                yield not_told(opening.STEP, why, bucket.bucket_id)
            else:
                yield from look(bucket)
        if not self._there:
            yield not_told(opening.STEP, "There is no bucket yet to open a file of.")

    def _listed(self) -> list[BucketSettings] | None:
        """Return every bucket; None if the key may not list them."""
        if self._lacks("buckets.read"):
            return None
        try:
            return list(self._store.all_bucket_settings())
        except CloudStorageError as problem:
            self._why_unlisted = f"now: {reason_of(problem)}"
            return None

    def _present(self, need: Need) -> Finding:
        would_be_created = need.there is None and not need.rivals and self._told.create_buckets
        lacking = self._lacking_to_create(need)
        if would_be_created and lacking:
            return _not_to_be_created(need, lacking)
        return fitness.presence(need, self._target)

    def _lacking_to_create(self, need: Need) -> list[str]:
        """Return the scopes that the first file for a directory without a bucket would miss."""
        scopes = ["buckets.write"]
        if not self._told.plan.is_given(need.directory):
            # One of its name is looked for first.
            scopes.insert(0, "buckets.read")
        return [scope for scope in scopes if self._lacks(scope)]

    def _unlisted(self, need: Need) -> Finding:
        """Return what can be told of a bucket by a key that may not look at any."""
        bucket_id = need.bucket_id
        try:
            # Looking for a file in it proves that it is there.
            self._store.find(bucket_id, (bucket_id,))
        except BucketMissing:
            if self._lacks("buckets.read"):
                return self._present(need)
            why = f"Whether another bucket has its name cannot be told {self._why_unlisted}"
            return not_told(fitness.STEP, why, bucket_id)
        except CloudStorageError as problem:
            return not_told(fitness.STEP, reason_of(problem), bucket_id)
        self._there[bucket_id] = BucketSettings(bucket_id, need.name)
        why = f"Is there; what it takes cannot be told {self._why_unlisted.rstrip('.')}."
        return not_told(fitness.STEP, why, bucket_id)

    def _lacks(self, scope: str) -> bool:
        return self._known[scope] is ScopeAnswer.LACKING


def _not_to_be_created(need: Need, scopes: list[str]) -> Finding:
    tell = error if need.is_certain else warning
    return tell(
        fitness.STEP,
        f"Is not there for {need.users}, and the key may not create it.",
        "APPWRITE_API_KEY",
        f"Give the key {' and '.join(scopes)} in the Appwrite console, or create the bucket there.",
        need.bucket_id,
    )
