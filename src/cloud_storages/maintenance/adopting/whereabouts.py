"""Where files are by the rules of 1.2.5, by today's with its IDs, and by today's with today's."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.errors import BucketMissing, InvalidName, NotFound
from cloud_storages.domain.layouts import ROOT
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.adopting.first import first_location
from cloud_storages.service.ahead import AT_ONCE, paged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.domain.values import BucketInfo, FileInfo
    from cloud_storages.service import StorageService

__all__ = ["Finder", "Ids", "Whereabouts"]


class Ids(enum.Enum):
    """Which IDs a storage gives: those of 1.2.5 where they are legal, or today's."""

    LEGACY = "legacy"
    CURRENT = "current"

    @property
    def other(self) -> Ids:
        """The other ones."""
        return Ids.CURRENT if self is Ids.LEGACY else Ids.LEGACY


@attrs.frozen
class Whereabouts:
    """
    Where a name leads.

    Attributes:
        name: as the database has it.
        first: what 1.2.5 would find, be it an unfinished upload; None for nothing.
        opened: what a storage opens, by the IDs it gives; None for nothing.

    """

    name: str
    first: FileInfo | None
    opened: Mapping[Ids, FileInfo | None]


class Finder:
    """
    Finds files by their names, many at once.

    Keeps the list of buckets in memory, once something is not where it should be.

    Args:
        storage: whose files.
        changes: whether interrupted replacements that are met may be finished, as whoever opens
            the file does; else nothing is changed.

    """

    def __init__(self, storage: CloudStorage, *, changes: bool = False) -> None:
        self._options = storage.options
        self._changes = changes
        self._views = {
            ids: (storage.service_with(legacy_ids=is_legacy), options)
            for ids, is_legacy in ((Ids.LEGACY, True), (Ids.CURRENT, False))
            for options in (attrs.evolve(self._options, legacy_ids=is_legacy),)
        }
        # The one that trusts no ID with capitals to be found in its own spelling only.
        self.store = self.service(Ids.LEGACY).store
        self._buckets: dict[str, BucketInfo] | None = None

    @property
    def configured(self) -> Ids:
        """Which IDs the storage itself gives."""
        return Ids.LEGACY if self._options.legacy_ids else Ids.CURRENT

    def service(self, ids: Ids) -> StorageService:
        """Return a service of the storage's files that gives these IDs."""
        return self._views[ids][0]

    def can_keep(self, name: str, ids: Ids, location: Location) -> bool:
        """
        Return whether a file that is at a location can be copied to where a name leads.

        It can if the directory of the name is the bucket, or one whose bucket the settings name; of
        others, such as ``my docs`` for the bucket ``mydocs``, a bucket would have to be made. And
        no two IDs differ in case only.
        """
        _, options = self._views[ids]
        try:
            place = options.laid_out.place(name)
        except InvalidName:
            return False
        plan, directory = options.plan, place.directory
        wanted = Location(plan.bucket_id(directory), place.file_id)
        is_taken = str(wanted).lower() == str(location).lower()
        return not is_taken and (directory == location.bucket_id or plan.is_given(directory))

    def find(self, names: Iterable[str]) -> list[Whereabouts]:
        """
        Return where names lead.

        Costs two requests or so for each hundred files that are found where 1.2.5 left them, and
        some more for those that are elsewhere.

        Raises:
            CloudStorageError: the server cannot be asked, or refuses to answer.

        """
        wanted = list(dict.fromkeys(names))
        first = self._first(wanted)
        opened = {ids: self._opened(ids, wanted, first) for ids in Ids}
        return [
            Whereabouts(name, first.get(name), {ids: opened[ids][name] for ids in Ids})
            for name in wanted
        ]

    def opened(self, ids: Ids, names: Iterable[str]) -> Mapping[str, FileInfo | None]:
        """
        Return what a storage that gives these IDs opens, by name; None for nothing.

        Raises:
            CloudStorageError: as ``find``.

        """
        return self._opened(ids, list(dict.fromkeys(names)), {})

    def bucket_of_first(self, name: str, ids: Ids) -> dict[str, str]:
        """
        Return the entry of APPWRITE_BUCKETS that keeps a directory in the bucket it had in 1.2.5.

        Empty if the directory has that bucket anyway, or never had one.

        Args:
            name: of any file in the directory.
            ids: the IDs that the storage gives.

        Raises:
            AccessDenied: the key may not list buckets.

        """
        location = first_location(name, self._options.bucket_id)
        plan = self._views[ids][1].plan
        try:
            directory = self._options.laid_out.place(name).directory
        except InvalidName:
            return {}
        if location is None or plan.is_given(directory):
            return {}
        bucket = self._known_buckets().get(location.bucket_id.lower())
        if bucket is None or bucket.bucket_id == plan.bucket_id(directory):
            return {}
        return {} if bucket.name == directory else {directory: bucket.bucket_id}

    def directories(self, bucket_id: str) -> list[str]:
        """Return the directories that may lead to a bucket."""
        plan = self._options.plan
        bucket = self._known_buckets().get(bucket_id.lower())
        named = {bucket.name} if bucket is not None and not plan.is_given(bucket.name) else set()
        by_id = (ROOT, bucket_id, *plan.mapping)
        return sorted(named | {each for each in by_id if plan.bucket_id(each) == bucket_id})

    # As 1.2.5 did

    def _first(self, names: Sequence[str]) -> dict[str, FileInfo]:
        locations = {
            name: location
            for name in names
            if (location := first_location(name, self._options.bucket_id)) is not None
        }
        found = self._looked_up(locations)
        absent = {name: each for name, each in locations.items() if name not in found}
        if absent:
            # The database of most servers finds IDs whatever their case, and so did 1.2.5.
            there = self._known_buckets()
            spelled = {
                name: Location(there[each.bucket_id.lower()].bucket_id, each.file_id)
                for name, each in absent.items()
                if each.bucket_id.lower() in there
            }
            found.update(self._looked_up(spelled, any_case=True))
        return found

    def _looked_up(
        self, locations: Mapping[str, Location], *, any_case: bool = False
    ) -> dict[str, FileInfo]:
        wanted: dict[str, dict[str, None]] = {}
        for location in locations.values():
            wanted.setdefault(location.bucket_id, {})[location.file_id] = None
        known: dict[Location, FileInfo] = {}
        for bucket_id, file_ids in wanted.items():
            for page in paged(list(file_ids), AT_ONCE):
                try:
                    there = self.store.find(bucket_id, page, any_case=any_case)
                except BucketMissing:
                    break
                known.update({Location(bucket_id, each): info for each, info in there.items()})
        return {name: known[each] for name, each in locations.items() if each in known}

    def _known_buckets(self) -> Mapping[str, BucketInfo]:
        if self._buckets is None:
            self._buckets = {each.bucket_id.lower(): each for each in self.store.buckets()}
        return self._buckets

    # As today's storage does

    def _opened(
        self, ids: Ids, names: Sequence[str], first: Mapping[str, FileInfo]
    ) -> dict[str, FileInfo | None]:
        service, options = self._views[ids]
        layout, plan = options.laid_out, options.plan
        told: dict[str, FileInfo | None] = {}
        asked = []
        for name in names:
            told[name] = None
            try:
                place = layout.place(name)
            except InvalidName:
                continue
            there = first.get(name)
            guess = Location(plan.bucket_id(place.directory), place.file_id)
            if there is not None and there.complete and there.location == guess:
                told[name] = there
            else:
                asked.append(name)
        with service.look_ahead(asked):
            for name in asked:
                try:
                    told[name] = service.info(name) if self._changes else service.peek(name)
                except NotFound:
                    continue
        return told
