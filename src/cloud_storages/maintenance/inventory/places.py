"""Which names are one file, and which part of a storage is the site's."""

from __future__ import annotations

import contextlib
import posixpath
from typing import TYPE_CHECKING

import attrs
from django.core.exceptions import SuspiciousFileOperation

from cloud_storages.backends.base import CloudStorage
from cloud_storages.backends.errors import django_errors
from cloud_storages.domain.layouts import Kind
from cloud_storages.maintenance.aliases import options_of, unwrapped
from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles
from cloud_storages.maintenance.inventory.catalogue import Held
from cloud_storages.maintenance.references import file_fields, label_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.storage import Storage
    from django.db.models import FileField

    from cloud_storages.domain.layouts import Entry
    from cloud_storages.domain.values import Location

__all__ = ["CloudPlaces", "Places", "Witness", "places_of", "witnesses"]


class Places:
    """
    Where names lead in a storage that tells nothing of it: to themselves.

    Two names that differ may still be one file there, as on a disk that ignores case.
    """

    def spot(self, name: str) -> tuple[str, str]:
        """
        Return what is the same for all names of one file, and the area it is in.

        An area is a part of the storage that a site uses or does not: a first directory.

        Raises:
            SuspiciousFileOperation: the storage refuses the name.

        """
        key = posixpath.normpath(name.replace("\\", "/"))
        return key, _first_directory(key)


class CloudPlaces(Places):
    """
    Where names lead in a storage of this package: to a location.

    Asks once for each directory which bucket it is.

    Args:
        cloud: the storage.

    """

    def __init__(self, cloud: CloudStorage) -> None:
        self._service = cloud.service
        told = cloud.options
        #: Whether directories are buckets.
        self.has_buckets = told.layout == "last-directory"
        self._above = f"{told.location}/" if told.location else ""
        self._asked: set[str] = set()

    def spot(self, name: str) -> tuple[str, str]:
        """Return the location of a file and its bucket or, in the layout ``path``, as above."""
        canonical, location = self._led(name)
        return str(location), self._area(canonical, location)

    def location(self, name: str) -> Location:
        """
        Return where a file is or would be.

        Raises:
            SuspiciousFileOperation: the storage refuses the name.

        """
        return self._led(name)[1]

    def directories(self) -> list[str]:
        """Return the directories of all names so far."""
        return sorted(self._asked)

    def held(self, entry: Entry) -> Held:
        """Return an entry as a catalogue has it."""
        info = entry.info
        own = str(info.location)
        opens = self.spot(entry.name)[0] if entry.kind is Kind.STAGED else own
        area = self._area(entry.name or info.title.removeprefix(self._above), info.location)
        return Held(own, opens, entry.name, area, entry.kind, info.size, info)

    def _led(self, name: str) -> tuple[str, Location]:
        with django_errors():
            canonical, directory, location = self._service.whereabouts(name)
            if directory not in self._asked:
                self._service.bucket_of(directory)
                self._asked.add(directory)
                canonical, _, location = self._service.whereabouts(name)
            return canonical, location

    def _area(self, name: str, location: Location) -> str:
        return location.bucket_id if self.has_buckets else _first_directory(name)


def places_of(files: AnyStorage) -> Places:
    """Return where names lead in a storage."""
    return CloudPlaces(files.cloud) if isinstance(files, CloudFiles) else Places()


@attrs.frozen
class Witness:
    """
    A file field whose rows may refer to files of a storage.

    Attributes:
        field: the field.
        places: each a way to understand its names.
        is_own: whether its own storage is this very place.

    """

    field: FileField
    places: tuple[Places, ...]
    is_own: bool

    def keys(self, name: str) -> Iterator[str]:
        """Yield the key of each file a name may mean; none for one that is refused."""
        for places in self.places:
            with contextlib.suppress(SuspiciousFileOperation):
                yield places.spot(name)[0]


def witnesses(files: AnyStorage, places: Places) -> Iterator[Witness]:
    """
    Yield every file field of the site, and how its names may lead into a storage.

    To be on the safe side a field of any other storage counts, too: what it names may be on its
    way here. One of another storage in the same project is understood as that storage does.

    Raises:
        CannotRun: the settings of another storage in use are wrong.

    """
    own = {label_of(field) for field in file_fields(files.storage)}
    others: dict[int, tuple[Places, ...]] = {}
    for field in file_fields():
        storage = unwrapped(field.storage)
        if label_of(field) in own:
            yield Witness(field, (places,), is_own=True)
            continue
        if id(storage) not in others:
            others[id(storage)] = (places, *_neighbours(files, storage, label_of(field)))
        yield Witness(field, others[id(storage)], is_own=False)


def _neighbours(files: AnyStorage, storage: Storage, field: str) -> Iterator[Places]:
    """Yield how another storage understands names, if it is in the same project."""
    if isinstance(files, CloudFiles) and isinstance(storage, CloudStorage):
        project = options_of(storage, f"of {field}").project_id
        if project == files.cloud.options.project_id:
            yield CloudPlaces(storage)


def _first_directory(name: str) -> str:
    first, slash, _ = name.partition("/")
    return first if slash else ""
