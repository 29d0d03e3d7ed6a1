"""
Which files the database refers to, and which rows do.

Rows are read in batches by primary key, so that a million of them need no more memory than a
thousand, and rows that come, go or change meanwhile do no harm. They are read from every database
that has the table of a model, and always from those that are written to: a replica may be behind.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import attrs
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import Error, connections, router, transaction
from django.db.models import FileField
from django.db.models.query import QuerySet

from cloud_storages.maintenance.aliases import is_same_place
from cloud_storages.maintenance.errors import CannotRun, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.core.files.storage import Storage
    from django.db.models import Model

__all__ = [
    "Reference",
    "databases_of",
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
#: How often a router is asked where it reads: many draw lots among their replicas.
_DRAWS = 64
#: Databases that tell texts apart by case.
_EXACT = frozenset({"oracle", "postgresql", "sqlite"})


@attrs.frozen
class Reference:
    """
    A row that names a file.

    Attributes:
        field: label of its file field, such as ``"album.Photo.picture"``.
        pk: its primary key.
        name: what the field says.
        using: alias of the database it is in; empty for the one that its model is written to.

    """

    field: str
    pk: Any
    name: str
    using: str = ""

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

    Fields of proxies are those of the model they stand for, and come once; so does a column that
    an unmanaged model shares with another.

    Raises:
        CannotRun: the storage of a field cannot be made, or its settings are wrong.

    """
    found: dict[tuple[str, ...], FileField] = {}
    for field in _all_file_fields():
        if not storages or _is_any_of(field, storages):
            model = field.model
            place = (router.db_for_write(model), model._meta.db_table, str(field.column))  # noqa: SLF001 - as above
            found.setdefault(place, field)
    return list(found.values())


def _all_file_fields() -> Iterator[FileField]:
    """Yield them in the order of models, those of unmanaged ones last."""
    models = apps.get_models(include_auto_created=True)
    for model in sorted(models, key=lambda each: not each._meta.managed):  # noqa: SLF001 - as above
        if model._meta.proxy or model._meta.swapped:  # noqa: SLF001 - as above
            continue
        yield from (each for each in model._meta.local_fields if isinstance(each, FileField))  # noqa: SLF001 - as above


def _is_any_of(field: FileField, storages: Iterable[Storage]) -> bool:
    try:
        return any(is_same_place(field.storage, each) for each in storages)
    except (ImproperlyConfigured, ImportError) as error:
        raise CannotRun(f"The storage of {label_of(field)}: {error}") from error


def databases_of(field: FileField, *, copies: bool = False) -> list[str]:
    """
    Return the aliases of the databases that have rows of a field, the one written to first.

    These are all that have the table and where the router allows the model. Databases that are
    only read are left out: those whose ``TEST`` settings name a ``MIRROR``, and those the router
    reads the model from though it writes it elsewhere.

    Args:
        field: which file field.
        copies: whether to return those, too. Where files are deleted, a row too many is better
            than one too few.

    Raises:
        CannotRun: a database cannot be asked whether it has the table.

    """
    model = field.model
    writing = router.db_for_write(model)
    reading = {router.db_for_read(model) for _ in range(_DRAWS)} - {writing}
    others = [
        alias
        for alias in dict.fromkeys((*connections, *sorted(reading)))
        if alias != writing
        and (alias in reading or router.allow_migrate_model(alias, model))
        and _has_table(alias, field)
    ]
    found = [writing]
    if others and not _has_table(writing, field):
        # One that is only read, such as an archive: then it is no copy of anything.
        return others
    if copies:
        return found + others
    return found + [each for each in others if each not in reading and not _is_mirror(each)]


def _has_table(alias: str, field: FileField) -> bool:
    """Return whether a database can be asked for rows of a field."""
    try:
        # A savepoint, where the site has begun a transaction: a failure must not end it.
        with transaction.atomic(using=alias):
            _rows(field, alias).values_list("pk", field.attname).first()
    except (Error, ImproperlyConfigured) as error:
        try:
            with connections[alias].cursor() as cursor:
                tables = connections[alias].introspection.table_names(cursor, include_views=True)
        except (Error, ImproperlyConfigured):
            raise CannotRun(
                f"{_unreadable(field, alias, error)}. If that database has no rows of this model,"
                " let a router's allow_migrate say so."
            ) from error
        if field.model._meta.db_table in tables:  # noqa: SLF001 - as above
            raise _unreadable(field, alias, error) from error
        return False
    return True


def _is_mirror(alias: str) -> bool:
    return bool(connections[alias].settings_dict.get("TEST", {}).get("MIRROR"))


def references(
    fields: Iterable[FileField], batch: int = _BATCH, *, copies: bool = False
) -> Iterator[Reference]:
    """
    Yield every row that names a file in one of these fields: by field, database and primary key.

    A row that is added or changed meanwhile may be told or not.

    Args:
        fields: which file fields.
        batch: rows read at once.
        copies: see ``databases_of``.

    Raises:
        CannotRun: a database cannot be read, or has no such table.

    """
    for field in fields:
        label = label_of(field)
        for using in databases_of(field, copies=copies):
            rows = _rows(field, using).order_by("pk").values_list("pk", field.attname)
            last: Any = None
            while True:
                more = rows if last is None else rows.filter(pk__gt=last)
                with _reading(field, using):
                    page = list(more[:batch])
                for pk, name in page:
                    # Read as it is stored: an empty one, of any kind, names no file.
                    if name:
                        yield Reference(label, pk, str(name), using)
                if len(page) < batch:
                    break
                last = page[-1][0]


def rows_of(name: str, fields: Iterable[FileField], *, copies: bool = False) -> Iterator[Reference]:
    """
    Yield every row that names exactly this file now.

    Args:
        name: of the file.
        fields: which file fields.
        copies: see ``databases_of``.

    Raises:
        CannotRun: a database cannot be read, or has no such table.

    """
    for field in fields:
        label = label_of(field)
        for using in databases_of(field, copies=copies):
            found = _rows(field, using).filter(**{field.attname: name})
            with _reading(field, using):
                pks = [
                    pk
                    for pk, told in found.values_list("pk", field.attname)
                    # Some databases compare texts whatever their case.
                    if str(told) == name
                ]
            yield from (Reference(label, pk, name, using) for pk in pks)


def is_referenced(name: str, fields: Iterable[FileField]) -> bool:
    """Return whether any row of any database names exactly this file now."""
    return next(rows_of(name, fields, copies=True), None) is not None


def names_now(field: FileField, pks: Iterable[Any], using: str = "") -> dict[Any, str]:
    """
    Return what rows of one database say now, by primary key; rows that are gone are left out.

    Args:
        field: of which field.
        pks: primary keys of the rows.
        using: alias of the database; the one that the model is written to, if empty.

    """
    alias = using or router.db_for_write(field.model)
    rows = _rows(field, alias).filter(pk__in=list(pks)).values_list("pk", field.attname)
    with _reading(field, alias):
        return {pk: str(name) for pk, name in rows if name}


def named_among(field: FileField, names: Iterable[str]) -> set[str]:
    """Return which of a few names rows of any database have now."""
    wanted, found = list(names), set[str]()
    for using in databases_of(field, copies=True):
        told = _rows(field, using).filter(**{f"{field.attname}__in": wanted})
        with _reading(field, using):
            found.update(map(str, told.values_list(field.attname, flat=True)))
    return found


def repoint(reference: Reference, name: str) -> bool:
    """
    Let a row name another file, if it still names the one it did; return whether it did.

    Looking and changing are one statement, in the database of the row, or one transaction where
    it may compare texts whatever their case. Nothing but this column is written, and no signal is
    sent.

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
    using = reference.using or router.db_for_write(field.model)
    row = _rows(field, using).filter(pk=reference.pk)
    same = row.filter(**{field.attname: reference.name})
    if connections[using].vendor in _EXACT:
        return bool(same.update(**{field.attname: name}))
    with transaction.atomic(using=using):
        told = row.select_for_update().values_list(field.attname, flat=True).first()
        return str(told) == reference.name and bool(same.update(**{field.attname: name}))


def _rows(field: FileField, using: str) -> QuerySet[Model]:
    # No manager: one may hide rows, even the base manager, and their files are files all the same.
    return QuerySet(field.model, using=using)


@contextlib.contextmanager
def _reading(field: FileField, using: str) -> Iterator[None]:
    try:
        yield
    except (Error, ImproperlyConfigured) as error:
        raise _unreadable(field, using, error) from error


def _unreadable(field: FileField, using: str, error: Exception) -> CannotRun:
    return CannotRun(
        f"The rows of {label_of(field)} in the database {using!r} cannot be read:"
        f" {reason_of(error)}"
    )
