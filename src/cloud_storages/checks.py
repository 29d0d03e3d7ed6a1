"""
System checks: what would go wrong at the first upload, said at start-up.

They read settings and models. Only those of ``manage.py check --deploy`` make a request.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any, cast

import django
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name for it
from django.core.exceptions import ImproperlyConfigured
from django.core.files import storage as django_storage
from django.db.models import FileField
from django.utils.module_loading import import_string

from cloud_storages.backends import options
from cloud_storages.backends.appwrite import AppWriteStorage, is_installed
from cloud_storages.backends.base import CloudStorage
from cloud_storages.domain.errors import CloudStorageError
from cloud_storages.domain.values import STRANGERS, OnConflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cloud_storages.domain.values import BucketInfo

__all__ = [
    "TAG",
    "advice_on",
    "check_deployment",
    "check_storages",
    "faults_of",
    "storages_of_site",
]

TAG = "cloud_storages"
_HAS_STORAGES = django.VERSION >= (4, 2)
_IGNORES_DEFAULT_FILE_STORAGE = django.VERSION >= (5, 1)
#: Caches that keep to one process, or nothing at all.
_UNSHARED = frozenset({"LocMemCache", "DummyCache"})
_DEFAULT = "STORAGES['default']" if _HAS_STORAGES else "DEFAULT_FILE_STORAGE"


def check_storages(
    app_configs: Sequence[Any] | None,  # noqa: ARG001 - settings concern every application
    **_: object,
) -> list[CheckMessage]:
    """Return what is wrong with the storages of this package that the site uses."""
    storages: dict[str, CloudStorage] = {}
    messages = [*_dead_setting(), *_collected(storages)]
    uses = _used(storages)
    for where, storage in storages.items():
        faults = list(_faults(where, storage))
        messages += faults
        if not any(isinstance(fault, Error) for fault in faults):
            messages += _advice(where, storage)
        if isinstance(storage, AppWriteStorage) and not is_installed():
            messages.append(_not_installed(where))
    messages += _mixed(storages)
    return [*messages, *(_dated(field) for field, storage in uses if _is_dated(field, storage))]


def check_deployment(
    app_configs: Sequence[Any] | None,  # noqa: ARG001 - settings concern every application
    **_: object,
) -> list[CheckMessage]:
    """
    Return what a site should not be deployed with, as far as the server tells.

    Asks each server once, and does not wait long for an answer.
    """
    storages: dict[str, CloudStorage] = {}
    list(_collected(storages))  # what hinders it is told at start-up
    uses = _used(storages)
    messages: list[CheckMessage] = []
    for where, storage in storages.items():
        with contextlib.suppress(ImproperlyConfigured):  # told at start-up, too
            messages += _unshared(where, storage)
            messages += _contradictions(where, storage, uses)
    return messages


def storages_of_site() -> tuple[dict[str, CloudStorage], list[CheckMessage]]:
    """
    Return the storages of this package that settings and fields name, and what is wrong with all.

    The storages come by where they are named, such as ``STORAGES['default']``; one that cannot be
    made is among the messages instead.
    """
    storages: dict[str, CloudStorage] = {}
    messages = [*_dead_setting(), *_collected(storages)]
    _used(storages)
    return storages, [*messages, *_mixed(storages)]


def faults_of(where: str, storage: CloudStorage) -> list[CheckMessage]:
    """Return what keeps a storage from working, or from working well, whatever the server says."""
    faults = list(_faults(where, storage))
    if isinstance(storage, AppWriteStorage) and not is_installed():
        faults.append(_not_installed(where))
    return faults


def advice_on(where: str, storage: CloudStorage, fields: Iterable[FileField]) -> list[CheckMessage]:
    """
    Return what a site should not be deployed with.

    Args:
        where: what the storage is called.
        storage: one whose settings have no faults.
        fields: those whose files it keeps.

    """
    dated = (_dated(field) for field in fields if _is_dated(field, storage))
    return [*_advice(where, storage), *dated, *_unshared(where, storage)]


def _used(storages: dict[str, CloudStorage]) -> list[tuple[FileField, CloudStorage]]:
    """Return the file fields with their storages; add those that the settings do not name."""
    uses = list(_fields(storages.get(_DEFAULT)))
    known = [storage.deconstruct() for storage in storages.values()]
    for field, storage in uses:
        if storage.deconstruct() not in known:
            known.append(storage.deconstruct())
            storages[f"the storage of {field}"] = storage
    return uses


def _collected(storages: dict[str, CloudStorage]) -> Iterator[CheckMessage]:
    """Collect the storages of this package that the settings name; yield what hinders it."""
    for where, told in _named():
        try:
            backend = import_string(told.get("BACKEND", ""))
        except ImportError:
            continue  # Django itself says so as soon as the storage is used
        if not (isinstance(backend, type) and issubclass(backend, CloudStorage)):
            continue
        try:
            storages[where] = backend(**told.get("OPTIONS", {}))
        except ImproperlyConfigured as error:
            yield Error(
                f"{where}: {error}",
                hint="Correct the name of the option, or take it out of OPTIONS.",
                id="cloud_storages.E002",
            )


def _named() -> Iterator[tuple[str, dict[str, Any]]]:
    if _HAS_STORAGES:
        for alias, told in cast("dict[str, Any]", django_storage.storages.backends).items():
            yield f"STORAGES[{alias!r}]", told
    else:
        yield _DEFAULT, {"BACKEND": settings.DEFAULT_FILE_STORAGE}


def _fields(default: CloudStorage | None) -> Iterator[tuple[FileField, CloudStorage]]:
    """Yield the file fields whose storage is of this package, with that storage."""
    for model in apps.get_models():
        # A proxy has no fields of its own, and a child repeats those of its parent.
        for field in model._meta.local_fields:  # noqa: SLF001 - documented by Django as _meta
            if not isinstance(field, FileField):
                continue
            is_default = field.storage is django_storage.default_storage
            storage = default if is_default else field.storage
            if isinstance(storage, CloudStorage):
                yield field, storage


def _dead_setting() -> Iterator[CheckMessage]:
    if not _IGNORES_DEFAULT_FILE_STORAGE:
        return  # reading it would warn of its end
    dotted = str(getattr(settings, "DEFAULT_FILE_STORAGE", ""))
    if dotted.startswith("cloud_storages."):
        yield Warning(
            "DEFAULT_FILE_STORAGE is set, but this Django does not read it: uploads go to the"
            " default storage of STORAGES.",
            hint=f'Write STORAGES = {{"default": {{"BACKEND": "{dotted}"}}, ...}} instead.',
            id="cloud_storages.W003",
        )


def _faults(where: str, storage: CloudStorage) -> Iterator[CheckMessage]:
    """Yield what keeps a storage from working at all."""
    told: dict[str, Any] = {}
    for option in options.OPTIONS:
        try:
            told[option.name] = storage.told(option)
        except ImproperlyConfigured as error:
            yield Error(
                f"{where}: {error}",
                hint=f"Write {option.setting} = ... in the settings, or {option.name!r}: ... in"
                " the OPTIONS of this storage.",
                id="cloud_storages.E001",
            )
    shared = sorted(_shared(told.get("bucket_id", ""), told.get("buckets", {})))
    if shared:
        yield Warning(
            f"{where}: APPWRITE_BUCKETS gives {', '.join(shared)} to several directories, so files"
            " of one name in them are one file.",
            hint="Give every directory in APPWRITE_BUCKETS a bucket of its own.",
            id="cloud_storages.W006",
        )
    if told.get("layout") == "path" and told.get("buckets"):
        yield Error(
            f"{where}: APPWRITE_BUCKETS maps directories to buckets, but in the layout 'path'"
            " directories are no buckets.",
            hint="Take APPWRITE_BUCKETS out, or write APPWRITE_LAYOUT = 'last-directory'.",
            id="cloud_storages.E003",
        )
    if told.get("layout") == "last-directory" and told.get("location"):
        yield Error(
            f"{where}: {options.LOCATION_WITHOUT_PATH}",
            hint="Write APPWRITE_LAYOUT = 'path', or take APPWRITE_LOCATION out.",
            id="cloud_storages.E005",
        )


def _shared(root: str, buckets: dict[str, str]) -> set[str]:
    """Return the buckets that stand for several directories, the root among them."""
    taken = [root, *buckets.values()]
    return {repr(bucket) for bucket in taken if taken.count(bucket) > 1}


def _advice(where: str, storage: CloudStorage) -> list[CheckMessage]:
    """Return what a site should not be deployed with."""
    if settings.DEBUG or not isinstance(storage, AppWriteStorage):
        return []
    told = storage.options
    named = (
        ("APPWRITE_API_ENDPOINT", told.endpoint, "the API key travels"),
        ("APPWRITE_PUBLIC_ENDPOINT", told.public_endpoint or "", "private files travel"),
    )
    messages: list[CheckMessage] = [
        Warning(
            f"{where}: {setting} is {url}: {what} unencrypted.",
            hint=f"Write {setting} = 'https://{url.partition('://')[2]}'.",
            id="cloud_storages.W001",
        )
        for setting, url, what in named
        if url.startswith("http://")
    ]
    if not storage.is_chosen("access"):
        messages.append(
            Warning(
                f"{where}: it is not chosen whether anyone may read the files of new buckets;"
                " they will be public.",
                hint="Write APPWRITE_ACCESS = 'public' or APPWRITE_ACCESS = 'private'.",
                id="cloud_storages.W002",
            )
        )
    return messages


def _mixed(storages: dict[str, CloudStorage]) -> Iterator[CheckMessage]:
    """Yield a warning for every project in which both public and private storages make buckets."""
    told = []
    for where, storage in storages.items():
        with contextlib.suppress(ImproperlyConfigured):
            told.append((where, storage.options))
    for (one, ours), (other, theirs) in itertools.combinations(told, 2):
        same = (ours.endpoint, ours.project_id) == (theirs.endpoint, theirs.project_id)
        apart = {ours.layout, theirs.layout} == {"path"} and ours.bucket_id != theirs.bucket_id
        if same and not apart and ours.access != theirs.access:
            yield Warning(
                f"{one} and {other} share the buckets of one project, but one is public and one"
                " private: what is private is saved into a bucket that the other made public.",
                hint="Write APPWRITE_LAYOUT = 'path' and give each a 'bucket_id' of its own.",
                id="cloud_storages.W005",
            )


def _not_installed(where: str) -> CheckMessage:
    return Error(
        f"{where}: Appwrite's SDK is not installed.",
        hint="Run pip install 'django-cloud-storages[appwrite]'.",
        id="cloud_storages.E004",
    )


def _is_dated(field: FileField, storage: CloudStorage) -> bool:
    try:
        layout = storage.options.layout
    except ImproperlyConfigured:
        return False
    return (
        layout == "last-directory" and isinstance(field.upload_to, str) and "%" in field.upload_to
    )


def _dated(field: FileField) -> CheckMessage:
    return Warning(
        f"upload_to={field.upload_to!r} has date parts, and in the layout 'last-directory' the"
        " last directory is a bucket: one is made for every day of the month, files of all months"
        " meet in it, and free plans allow three buckets.",
        hint="Write APPWRITE_LAYOUT = 'path', or take the date parts out of upload_to.",
        obj=field,
        id="cloud_storages.W004",
    )


def _unshared(where: str, storage: CloudStorage) -> Iterator[CheckMessage]:
    """Yield a warning if every process keeps tokens, or versions, of its own."""
    told = storage.options
    if told.access != "private" and told.on_conflict is not OnConflict.OVERWRITE:
        return
    backend = str(settings.CACHES[told.cache].get("BACKEND", "")).rpartition(".")[2]
    if backend in _UNSHARED:
        yield Warning(
            f"{where}: the cache {told.cache!r} is a {backend}, which processes do not share: each"
            " makes links of its own, and those to a file that another process replaced stay"
            " wrong for a while.",
            hint="Write APPWRITE_CACHE = ... with the alias of a cache that is shared.",
            id="cloud_storages.W007",
        )


def _contradictions(
    where: str, storage: CloudStorage, uses: Iterable[tuple[FileField, CloudStorage]]
) -> Iterator[CheckMessage]:
    """Yield a warning for everything that a bucket does otherwise than the settings say."""
    if isinstance(storage, AppWriteStorage) and not is_installed():
        return
    names = (
        f"{field.upload_to}/x"
        for field, of in uses
        if of.deconstruct() == storage.deconstruct() and isinstance(field.upload_to, str)
    )
    try:
        buckets = storage.service.existing_buckets(names)
    except CloudStorageError as error:
        yield Warning(
            f"{where}: it cannot be told who may read the buckets that exist: {error}",
            hint="Give the key the scope 'buckets.read', or look at them in the Appwrite console.",
            id="cloud_storages.W009",
        )
        return
    for bucket in buckets:
        yield from _contradicts(where, storage.options, bucket)


def _contradicts(where: str, told: options.Options, bucket: BucketInfo) -> Iterator[CheckMessage]:
    """Yield what a bucket does otherwise than the settings say."""
    subject = f"the bucket {bucket.bucket_id!r}"
    is_private = told.access == "private"
    readers = bucket.readers & (STRANGERS if is_private else {"any"})
    if bool(readers) is is_private:
        roles = ", ".join(sorted(readers))
        may = f"may be read by {roles}" if is_private else "may not be read by any"
        yield Warning(
            f"{where}: APPWRITE_ACCESS is {told.access!r}, but {subject} {may}.",
            hint="Change that with manage.py appwrite_buckets, or in the Appwrite console.",
            id="cloud_storages.W008",
        )
    if told.transformations and not bucket.draws:
        yield Warning(
            f"{where}: {subject} shows no previews: its image transformations are off.",
            hint="Switch them on with manage.py appwrite_buckets, or write APPWRITE_TRANSFORMATIONS"
            " = False to show pictures as they are.",
            id="cloud_storages.W010",
        )
