"""From what a person writes to a storage, and whether two storages are one place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.files import storage as django_storage
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.functional import LazyObject
from django.utils.module_loading import import_string

from cloud_storages.backends.base import CloudStorage
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.maintenance.errors import CannotRun, reason_of

if TYPE_CHECKING:
    from cloud_storages.backends.options import Options

__all__ = ["cloud_storage_of", "is_same_place", "known_aliases", "storage_of", "unwrapped"]

_HAS_STORAGES = django.VERSION >= (4, 2)
_DEFAULT = "default"


def storage_of(alias: str) -> Storage:
    """
    Return the storage of an alias of STORAGES, or one of a class without options.

    Args:
        alias: such as ``"default"``, or the dotted path of a class, such as
            ``"django.core.files.storage.FileSystemStorage"``: before Django 4.2, which has no
            STORAGES, all but the default storage are named so.

    Raises:
        CannotRun: there is no such alias or class, or it cannot be made.

    """
    try:
        if _HAS_STORAGES and alias in django_storage.storages.backends:
            return unwrapped(django_storage.storages[alias])
        if not _HAS_STORAGES and alias == _DEFAULT:
            return unwrapped(django_storage.default_storage)
        if "." in alias:
            return _made(alias)
    except (ImportError, ImproperlyConfigured, TypeError) as error:
        raise CannotRun(f"The storage {alias!r} cannot be made: {reason_of(error)}") from error
    known = ", ".join(map(repr, known_aliases()))
    raise CannotRun(
        f"There is no storage {alias!r}: STORAGES has {known}; a class is named by its dotted path."
    )


def known_aliases() -> list[str]:
    """Return the aliases of STORAGES, sorted."""
    return sorted(django_storage.storages.backends) if _HAS_STORAGES else [_DEFAULT]


def cloud_storage_of(alias: str) -> CloudStorage:
    """
    Return the storage of an alias, if it is of this package and its settings are right.

    Raises:
        CannotRun: there is no such storage, it is of another kind, or a setting is wrong.

    """
    storage = storage_of(alias)
    if not isinstance(storage, CloudStorage):
        raise CannotRun(f"The storage {alias!r} is a {type(storage).__name__}, not Appwrite's.")
    _ = options_of(storage, alias)
    return storage


def options_of(storage: CloudStorage, alias: str) -> Options:
    """
    Return the options of a storage.

    Raises:
        CannotRun: one is missing or wrong; the message names the setting.

    """
    try:
        return storage.options
    except ImproperlyConfigured as error:
        raise CannotRun(f"The storage {alias!r}: {reason_of(error)}") from error


def unwrapped(storage: Any) -> Storage:
    """Return the storage behind a lazy one, such as ``default_storage``."""
    if isinstance(storage, LazyObject):
        _ = storage.open  # makes it
        storage = storage._wrapped  # noqa: SLF001 - Django's own name for it
    found: Storage = storage
    return found


def is_same_place(one: Storage, other: Storage) -> bool:
    """
    Return whether a name opens the same file in both storages.

    A site's subclass keeps its files where its base does. Other storages, which say nothing
    of where that is, are taken for the same if they are one object, or are of one class and were
    made of equal arguments.
    """
    one, other = unwrapped(one), unwrapped(other)
    if one is other:
        return True
    if isinstance(one, CloudStorage) and isinstance(other, CloudStorage):
        in_memory = isinstance(one, InMemoryStorage), isinstance(other, InMemoryStorage)
        return len(set(in_memory)) == 1 and _whereabouts(one) == _whereabouts(other)
    if isinstance(one, FileSystemStorage) and isinstance(other, FileSystemStorage):
        return os.path.realpath(one.location) == os.path.realpath(other.location)
    if type(one) is not type(other):
        return False
    if type(one).__name__ == "InMemoryStorage":
        return False  # Django's own: each object has files of its own
    made_of = getattr(one, "deconstruct", None), getattr(other, "deconstruct", None)
    return all(made_of) and made_of[0]() == made_of[1]()  # type: ignore[misc]


def _whereabouts(storage: CloudStorage) -> tuple[object, ...]:
    told = storage.options
    return (
        *(told.endpoint, told.project_id, told.bucket_id, told.layout, told.location),
        *(told.legacy_ids, tuple(sorted(told.buckets.items()))),
    )


def _made(dotted: str) -> Storage:
    cls = import_string(dotted)
    if not (isinstance(cls, type) and issubclass(cls, Storage)):
        raise CannotRun(f"{dotted!r} is no class of storages.")
    made: Storage = cls()
    return made
