"""The storages of this package that a site uses, by what people call them."""

from __future__ import annotations

import contextlib
import shlex
from typing import TYPE_CHECKING

import attrs
from django.core.exceptions import ImproperlyConfigured
from django.core.files import storage as django_storage

from cloud_storages.backends.base import CloudStorage
from cloud_storages.checks import storages_of_site
from cloud_storages.maintenance.aliases import (
    is_same_place,
    options_of,
    storage_of,
    unwrapped,
)
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.references import file_fields, label_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.checks import CheckMessage
    from django.core.files.storage import Storage
    from django.db.models import FileField

__all__ = ["Site", "Target", "fields_of", "fields_of_project", "keeps", "target"]

_DEFAULT = "default"
_OF_FIELD = "the storage of "


@attrs.frozen
class Target:
    """
    A storage to look at.

    Attributes:
        alias: what people write to name it: an alias of STORAGES, or the label of a field.
        where: where the site names it, such as ``STORAGES['default']``.
        storage: the storage.

    """

    alias: str
    where: str
    storage: CloudStorage

    def command(self, action: str, bucket: str = "") -> str:
        """Return what a person types to do something with a bucket of it."""
        words = ["manage.py appwrite_buckets", action]
        words += [shlex.quote(bucket)] if bucket else []
        words += ["--storage", shlex.quote(self.alias)] if self.alias != _DEFAULT else []
        return " ".join(words)


@attrs.frozen
class Site:
    """
    What a site uses of this package.

    Attributes:
        targets: its storages.
        messages: what is wrong with the settings whichever storage is meant.

    """

    targets: tuple[Target, ...]
    messages: tuple[CheckMessage, ...]

    @classmethod
    def found(cls) -> Site:
        """Return what settings and models name; makes no request."""
        storages, messages = storages_of_site()
        targets = (Target(_alias(where), where, each) for where, each in storages.items())
        return cls(tuple(targets), tuple(messages))

    def about(self, alias: str) -> tuple[CheckMessage, ...]:
        """Return the messages that are about one alias."""
        where = _where(alias)
        return tuple(each for each in self.messages if str(each.msg).startswith(where))

    def target(self, name: str) -> Target:
        """
        Return the storage of a name.

        Args:
            name: an alias of STORAGES, the label of a field with a storage of its own, or the
                dotted path of a class.

        Raises:
            CannotRun: there is none, or it is of another kind.

        """
        for each in self.targets:
            if name in (each.alias, each.where):
                return each
        storage = storage_of(name)
        if not isinstance(storage, CloudStorage):
            raise CannotRun(f"The storage {name!r} is a {type(storage).__name__}, not Appwrite's.")
        return Target(name, _where(name), storage)


def target(storage: str | Storage | None = None) -> Target:
    """
    Return a storage with its names.

    Args:
        storage: an alias or a storage; if None, the default storage if it is of this package, else
            the only one that is.

    Raises:
        CannotRun: there is none, there are several, or it is of another kind.

    """
    if storage is None:
        return _usual(Site.found())
    if isinstance(storage, str):
        return Site.found().target(storage)
    real = unwrapped(storage)
    if not isinstance(real, CloudStorage):
        raise CannotRun(f"A {type(real).__name__} is no storage of Appwrite's.")
    for each in Site.found().targets:
        if type(each.storage) is type(real) and _is_one(each.storage, real):
            return attrs.evolve(each, storage=real)
    name = type(real).__name__
    return Target(name, name, real)


def fields_of(storage: CloudStorage) -> list[FileField]:
    """Return the file fields whose files a storage keeps."""
    return [field for field in file_fields() if keeps(field, storage)]


def fields_of_project(storage: CloudStorage) -> list[FileField]:
    """
    Return the file fields whose storage keeps files in the same project, whatever else differs.

    Endpoints are not compared: one server has many addresses, and IDs of projects are not shared.

    Raises:
        CannotRun: the settings of another storage in use are wrong.

    """
    project = storage.options.project_id
    found = []
    for field in file_fields():
        other = unwrapped(field.storage)
        if isinstance(other, CloudStorage):
            told = options_of(other, f"of {label_of(field)}")
            if told.project_id == project:
                found.append(field)
    return found


def keeps(field: FileField, storage: CloudStorage) -> bool:
    """Return whether a storage keeps the files of a field; not if that field's cannot be made."""
    # Another field's storage may be one that cannot be made.
    with contextlib.suppress(ImproperlyConfigured, ImportError):
        return _is_one(field.storage, storage)
    return False


def _is_one(one: Storage, other: Storage) -> bool:
    with contextlib.suppress(ImproperlyConfigured):
        return is_same_place(one, other)
    return False


def _usual(site: Site) -> Target:
    for each in site.targets:
        if each.alias == _DEFAULT:
            return each
    if len(site.targets) == 1:
        return site.targets[0]
    known = ", ".join(each.alias for each in site.targets)
    raise CannotRun(
        f"Say which storage is meant: {known}."
        if known
        else "The site uses no storage of this package: STORAGES names none, and no field has one."
    )


def _aliases() -> Iterable[str]:
    if hasattr(django_storage, "storages"):
        return django_storage.storages.backends
    return (_DEFAULT,)


def _where(alias: str) -> str:
    if not hasattr(django_storage, "storages"):
        return "DEFAULT_FILE_STORAGE" if alias == _DEFAULT else alias
    return f"STORAGES[{alias!r}]"


def _alias(where: str) -> str:
    if where.startswith(_OF_FIELD):
        return where[len(_OF_FIELD) :]
    return next((alias for alias in _aliases() if _where(alias) == where), where)
