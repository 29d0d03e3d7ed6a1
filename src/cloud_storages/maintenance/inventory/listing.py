"""What rows refer to and what a storage has, written into a catalogue."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation

from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles
from cloud_storages.maintenance.inventory.catalogue import Held, Mention
from cloud_storages.maintenance.inventory.places import CloudPlaces, Places
from cloud_storages.maintenance.references import references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.models import FileField

    from cloud_storages.domain.layouts import Entry
    from cloud_storages.maintenance.inventory.places import Witness
    from cloud_storages.maintenance.inventory.watching import Steps
    from cloud_storages.service import StorageService

__all__ = ["asked", "listed", "upload_areas", "witnessed"]


def asked(
    fields: Iterable[FileField],
    places: Places,
    steps: Steps,
    areas: set[str],
    *,
    copies: bool = False,
) -> Iterator[Mention]:
    """
    Yield every row of the fields that are to be checked.

    Args:
        fields: which fields.
        places: where their names lead.
        steps: told of each row.
        areas: where the area of each is added.
        copies: whether databases that are only read count, too.

    """
    for reference in references(fields, copies=copies):
        steps.advance()
        try:
            key, area = places.spot(reference.name)
        except SuspiciousFileOperation:
            yield Mention(None, reference.name, reference.field, reference.pk, reference.using)
            continue
        areas.add(area)
        yield Mention(key, reference.name, reference.field, reference.pk, reference.using)


def witnessed(fields: Iterable[Witness], steps: Steps) -> Iterator[Mention]:
    """Yield every row of the site that may refer to a file; one that may mean two comes twice."""
    for witness in fields:
        # Of every database, those that are only read included: a row too many keeps a file.
        for reference in references((witness.field,), copies=True):
            steps.advance()
            row = (reference.name, reference.field, reference.pk, reference.using)
            for key in witness.keys(reference.name):
                yield Mention(key, *row, is_asked=False)


def upload_areas(fields: Iterable[FileField], places: Places) -> Iterator[str]:
    """Yield the area of each directory that fields store into, as far as ``upload_to`` tells."""
    for field in fields:
        if isinstance(field.upload_to, str) and "%" not in field.upload_to:
            name = f"{field.upload_to.rstrip('/')}/x" if field.upload_to else "x"
            with contextlib.suppress(SuspiciousFileOperation):
                yield places.spot(name)[1]


def listed(
    files: AnyStorage,
    places: Places,
    steps: Steps,
    directories: Iterable[str] | None,
    on_problem: Callable[[str, Exception], object],
) -> Iterator[Held]:
    """
    Yield what a storage has.

    Args:
        files: the storage.
        places: where its names lead.
        steps: told of each.
        directories: whose buckets; all there are, if not given. Other storages than those of
            this package are listed whole.
        on_problem: told of directories that cannot be listed.

    """
    if isinstance(files, CloudFiles) and isinstance(places, CloudPlaces):
        for entry in _entries(files.cloud.service, directories):
            steps.advance()
            yield places.held(entry)
        return
    for name in files.names(on_problem):
        steps.advance()
        if not files.may_be_file(name):
            continue
        key, area = places.spot(name)
        yield Held(key, key, name, area)


def _entries(service: StorageService, directories: Iterable[str] | None) -> Iterator[Entry]:
    """Yield what is in the buckets, once where two directories have one."""
    seen: set[str] = set()
    for directory in service.directories() if directories is None else dict.fromkeys(directories):
        entries = service.entries((directory,))
        first = next(entries, None)
        if first is not None and first.info.location.bucket_id not in seen:
            seen.add(first.info.location.bucket_id)
            yield from itertools.chain((first,), entries)
