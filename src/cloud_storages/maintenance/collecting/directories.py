"""Which directories are looked through, and whose unreferenced files are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation

from cloud_storages.domain.errors import Misconfigured
from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.maintenance.anystorage import CloudFiles
    from cloud_storages.maintenance.collecting.limits import Aims
    from cloud_storages.maintenance.inventory.catalogue import Catalogue, Held
    from cloud_storages.maintenance.inventory.places import CloudPlaces

__all__ = ["Directories"]

#: The root directory, as a person writes it.
_ROOT = "."
_WITHOUT_FILES = (
    "No row of this site refers to any file in {where} of {alias!r}: this is not the database of"
    " these files, so nothing can be told to be unreferenced."
)


class Directories:
    """
    The directories of one clearing up.

    Args:
        files: of which storage.
        places: where its names lead.
        aims: what is asked for; CannotRun if an empty text is to be a directory.

    """

    def __init__(self, files: CloudFiles, places: CloudPlaces, aims: Aims) -> None:
        self._files = files
        self._places = places
        self._aims = aims
        self._meant = tuple(dict.fromkeys(map(_plain, aims.unreferenced)))

    def is_meant(self, held: Held) -> bool:
        """Return whether something is in a directory whose unreferenced files shall go."""
        return any(self._is_of(held, directory) for directory in self._meant)

    def see_that_rows_refer_into_them(self, catalogue: Catalogue) -> None:
        """
        Refuse to call files unreferenced where rows refer to none at all.

        Raises:
            CannotRun: no row refers to any file of one of the directories.

        """
        missing = dict.fromkeys(self._meant)
        for held in catalogue.mentioned():
            if not missing:
                return
            for directory in [each for each in missing if self._is_of(held, each)]:
                del missing[directory]
        if missing:
            directory = next(iter(missing))
            where = f"the directory {directory!r}" if directory else "the root directory"
            raise CannotRun(_WITHOUT_FILES.format(where=where, alias=self._files.alias))

    def _is_of(self, held: Held, directory: str) -> bool:
        if self._places.has_buckets:
            return held.area == self._area(directory)
        return _is_below(held.name, directory)

    def own(self) -> Iterator[str]:
        """
        Yield the areas of the root and of the directories that the settings name.

        Raises:
            Misconfigured: a bucket of the settings is missing, and the site uses no other.

        """
        failed: Misconfigured | None = None
        for directory in ("", *self._files.cloud.options.buckets):
            try:
                yield self._area(directory)
            except Misconfigured as error:
                failed = error  # a bucket of the settings that nobody has ever needed
        if failed is not None and not self._places.directories():
            raise failed

    def named(self) -> Iterator[str]:
        """
        Yield the areas of the directories that the caller names.

        Raises:
            CannotRun: one of them is none.

        """
        for given in (*self._aims.unreferenced, *self._aims.directories):
            directory = _plain(given)
            if directory and self._canonical(directory) != directory:
                raise CannotRun(f"{given!r} is no directory of {self._files.alias!r}.")
            yield self._area(directory)
            if self._places.has_buckets and self._files.cloud.service.bucket_of(directory) is None:
                raise CannotRun(f"There is no directory {given!r} in {self._files.alias!r}.")

    def _canonical(self, directory: str) -> str:
        try:
            return self._files.canonical(f"{directory}/x").removesuffix("/x")
        except SuspiciousFileOperation:
            return ""

    def _area(self, directory: str) -> str:
        return self._places.spot(f"{directory}/x" if directory else "x")[1]


def _plain(directory: str) -> str:
    if not directory.strip("/"):
        # What an empty variable of a shell becomes.
        raise CannotRun(f"{directory!r} is no directory; '.' stands for files in no directory.")
    return "" if directory == _ROOT else directory.rstrip("/")


def _is_below(name: str, directory: str) -> bool:
    return name.startswith(f"{directory}/") if directory else "/" not in name
