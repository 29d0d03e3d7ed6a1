"""
Which files the database refers to, and which rows do.

Rows are read in batches by primary key, so that a million of them need no more memory than a
thousand, and rows that come, go or change meanwhile do no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import router, transaction
from django.db.models import FileField

from cloud_storages.maintenance.aliases import is_same_place
from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.core.files.storage import Storage
    from django.db.models import Model
    from django.db.models.query import QuerySet

__all__ = [
    "Reference",
    "field_of",
    "file_fields",
    "is_referenced",
    "label_of",
    "named_among",
    "names_now",
    "references",
    "repoint",
    "rows_of",
]

#: Rows read at once.
_BATCH = 1000


@attrs.frozen
class Reference:
    """
    A row that names a file.

    Attributes:
        field: label of its file field, such as ``"album.Photo.picture"``.
        pk: its primary key.
        name: what the field says.

    """

    field: str
    pk: Any
    name: str

    def __str__(self) -> str:
        return f"{self.field} of {self.pk}"


def label_of(field: FileField) -> str:
    """Return the label of a field: app, model, field."""
    return f"{field.model._meta.label}.{field.name}"  # noqa: SLF001 - documented by Django as _meta


def field_of(label: str) -> FileField:
    """
    Return the file field of a label such as ``"album.Photo.picture"``.

    Raises:
        CannotRun: there is no such field, or it is of another kind.

    """
    model, _, name = label.rpartition(".")
    try:
        field = apps.get_model(model)._meta.get_field(name)  # noqa: SLF001 - as above
    except (LookupError, ValueError, FieldDoesNotExist) as error:
        raise CannotRun(
            f"There is no field {label!r}; one is named like 'album.Photo.picture'. {error}"
        ) from error
    if not isinstance(field, FileField):
        raise CannotRun(f"The field {label!r} holds no files: it is a {type(field).__name__}.")
    return field


def file_fields(*storages: Storage) -> list[FileField]:
    """
    Return every file field of every model whose storage is one of these; all if none is given.

    Fields of proxies are those of the model they stand for, and come once.
    """
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or model._meta.swapped:  # noqa: SLF001 - as above
            continue
        for field in model._meta.local_fields:  # noqa: SLF001 - as above
            if not isinstance(field, FileField):
                continue
            if not storages or any(is_same_place(field.storage, each) for each in storages):
                found.append(field)
    return found


def references(fields: Iterable[FileField], batch: int = _BATCH) -> Iterator[Reference]:
    """
    Yield every row that names a file in one of these fields, by field and primary key.

    A row that is added or changed meanwhile may be told or not.

    Args:
        fields: which file fields.
        batch: rows read at once.

    """
    for field in fields:
        label = label_of(field)
        rows = _rows(field).order_by("pk").values_list("pk", field.attname)
        last: Any = None
        while True:
            more = rows if last is None else rows.filter(pk__gt=last)
            page = list(more[:batch])
            for pk, name in page:
                # Read as it is stored: an empty one, of any kind, names no file.
                if name:
                    yield Reference(label, pk, str(name))
            if len(page) < batch:
                break
            last = page[-1][0]


def rows_of(name: str, fields: Iterable[FileField]) -> Iterator[Reference]:
    """Yield every row that names exactly this file now."""
    for field in fields:
        label = label_of(field)
        found = _rows(field).filter(**{field.attname: name}).values_list("pk", field.attname)
        for pk, told in found.iterator():
            # Some databases compare texts whatever their case.
            if str(told) == name:
                yield Reference(label, pk, name)


def is_referenced(name: str, fields: Iterable[FileField]) -> bool:
    """Return whether any row names exactly this file now."""
    return next(rows_of(name, fields), None) is not None


def names_now(field: FileField, pks: Iterable[Any]) -> dict[Any, str]:
    """Return what rows say now, by primary key; rows that are gone are left out."""
    rows = _rows(field).filter(pk__in=list(pks)).values_list("pk", field.attname)
    return {pk: str(name) for pk, name in rows if name}


def named_among(field: FileField, names: Iterable[str]) -> set[str]:
    """Return which of a few names rows have now, by the database that is written to."""
    using = router.db_for_write(field.model)
    told = _rows(field, using).filter(**{f"{field.attname}__in": list(names)})
    return {str(name) for name in told.values_list(field.attname, flat=True)}


def repoint(reference: Reference, name: str) -> bool:
    """
    Let a row name another file, if it still names the one it did; return whether it did.

    Looking and changing are one transaction. Nothing but this column is written, and no signal
    is sent.

    Args:
        reference: the row, as it was read.
        name: of the file it shall name.

    Raises:
        CannotRun: the name is longer than the field allows.

    """
    field = field_of(reference.field)
    if field.max_length is not None and len(name) > field.max_length:
        raise CannotRun(
            f"{name!r} has {len(name)} characters, and {reference} takes {field.max_length}."
        )
    using = router.db_for_write(field.model)
    with transaction.atomic(using=using):
        rows = _rows(field, using).select_for_update().filter(pk=reference.pk)
        told = rows.values_list(field.attname, flat=True).first()
        if told is None or str(told) != reference.name:
            return False
        same = {"pk": reference.pk, field.attname: reference.name}
        return bool(_rows(field, using).filter(**same).update(**{field.attname: name}))


def _rows(field: FileField, using: str | None = None) -> QuerySet[Model]:
    # The base manager: a default one may hide rows, and their files are files all the same.
    model = field.model
    rows: QuerySet[Model] = model._base_manager.using(using or router.db_for_read(model))  # noqa: SLF001 - documented by Django
    return rows
