"""The site that tests run in: its set-up, its storages, another default storage for a while."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files import storage as django_storage
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from django.core.files.storage import Storage

__all__ = ["NoSite", "default_storage_is", "set_up", "stand_in", "storage_of"]

_HAS_STORAGES = django.VERSION >= (4, 2)
#: Before, an overridden STORAGES lost the OPTIONS of its default storage.
_KEEPS_OPTIONS = django.VERSION >= (5, 1)
_DEFAULT = "default"
#: By their names, because this is below the backends.
_OURS = "cloud_storages.backends.base.CloudStorage"
_OPTIONS = "cloud_storages.backends.options.OPTIONS"


class NoSite(Exception):
    """There is no site to test in, or it has no such storage; says what to do about it."""


def set_up(place: Path | None = None) -> None:
    """
    Set Django up with the site's settings, unless it is.

    Args:
        place: a directory from which the settings may be imported, as ``manage.py`` would.

    Raises:
        NoSite: no settings are named, or they cannot be imported.

    """
    if not settings.configured and not os.environ.get("DJANGO_SETTINGS_MODULE"):
        raise NoSite(
            "there is no Django site: set DJANGO_SETTINGS_MODULE to the module of its settings,"
            " such as DJANGO_SETTINGS_MODULE=mysite.settings"
        )
    if place is not None and str(place) not in sys.path:
        sys.path.insert(0, str(place))
    try:
        if not apps.ready:
            django.setup()
    except (ImportError, ImproperlyConfigured) as error:
        raise NoSite(f"the Django site cannot be set up: {error}") from error


def storage_of(alias: str) -> Storage:
    """
    Return the storage of an alias of STORAGES; before Django 4.2, only the default one.

    Raises:
        NoSite: there is none, or it cannot be made.

    """
    known = sorted(django_storage.storages.backends) if _HAS_STORAGES else [_DEFAULT]
    if alias not in known:
        raise NoSite(
            f"the site has no storage {alias!r}: STORAGES has {', '.join(map(repr, known))}"
        )
    try:
        if _HAS_STORAGES:
            return django_storage.storages[alias]
        _ = default_storage.open  # makes it
    except (ImportError, ImproperlyConfigured, TypeError) as error:
        raise NoSite(f"the storage {alias!r} cannot be made: {error}") from error
    made: Storage = default_storage._wrapped  # type: ignore[attr-defined] # noqa: SLF001 - Django's own name for it
    return made


def stand_in(dotted: str) -> tuple[str, dict[str, Any]]:
    """
    Return the class of a storage that may stand for the site's default one, and its options.

    Where the site's class derives from the one that is asked for, it is the site's own. Where it is
    of this package at all, or derives from a class of it, the options are the site's: of another
    class those that both have.

    Args:
        dotted: the path of a class of this package.

    """
    backend, told = _default()
    try:
        theirs = import_string(backend)
    except ImportError:  # the site's own tests will say so
        return dotted, {}
    if not isinstance(theirs, type) or not issubclass(theirs, import_string(_OURS)):
        return dotted, {}
    if issubclass(theirs, import_string(dotted)):
        return backend, dict(told)
    known = {option.name for option in import_string(_OPTIONS)}
    return dotted, {name: value for name, value in told.items() if name in known}


def _default() -> tuple[str, Mapping[str, Any]]:
    """Return the dotted path and the options of the site's default storage."""
    if not _HAS_STORAGES:
        return settings.DEFAULT_FILE_STORAGE, {}
    told: Mapping[str, Any] = settings.STORAGES.get(_DEFAULT, {})
    return str(told.get("BACKEND", "")), told.get("OPTIONS", {})


@contextlib.contextmanager
def default_storage_is(dotted: str, **options: Any) -> Iterator[Any]:
    """
    Let a storage be the site's default while the block runs, and give it.

    Args:
        dotted: the path of its class.
        **options: what it is made of.

    """
    with override_settings(**_named(dotted, options)):
        if not _KEEPS_OPTIONS:
            _swap(import_string(dotted)(**options))
        _ = default_storage.open  # makes it
        yield default_storage._wrapped  # type: ignore[attr-defined] # noqa: SLF001 - Django's own name for it


def _named(dotted: str, options: dict[str, Any]) -> dict[str, Any]:
    if not _HAS_STORAGES:
        return {"DEFAULT_FILE_STORAGE": dotted}
    default = {"BACKEND": dotted, "OPTIONS": options}
    return {"STORAGES": {**settings.STORAGES, _DEFAULT: default}}


def _swap(storage: Storage) -> None:
    default_storage._wrapped = storage  # type: ignore[attr-defined] # noqa: SLF001 - as above
    if _HAS_STORAGES:
        django_storage.storages._storages[_DEFAULT] = storage  # type: ignore[attr-defined] # noqa: SLF001 - as above
