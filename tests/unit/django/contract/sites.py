"""Sites: settings as their owners write them, and the table of the test site's model."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from cloud_storages.backends import options as known
from tests.site.models import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

HAS_STORAGES = django.VERSION >= (4, 2)
HAS_DEFAULT_FILE_STORAGE = django.VERSION < (5, 1)
#: Before, an overridden STORAGES lost the OPTIONS of its default storage.
KEEPS_OVERRIDDEN_OPTIONS = django.VERSION >= (5, 1)

needs_storages = pytest.mark.skipif(not HAS_STORAGES, reason="STORAGES came with Django 4.2")


def default_storage_is(dotted: str, **options: Any) -> override_settings:
    """Return settings whose default storage is this one."""
    if KEEPS_OVERRIDDEN_OPTIONS:
        default = {"BACKEND": dotted, "OPTIONS": options}
        return override_settings(STORAGES={**settings.STORAGES, "default": default})
    names = {option.name: option.setting for option in known.OPTIONS}
    as_settings = {names[name]: value for name, value in options.items()}
    if HAS_STORAGES:
        as_settings["STORAGES"] = {**settings.STORAGES, "default": {"BACKEND": dotted}}
    else:
        as_settings["DEFAULT_FILE_STORAGE"] = dotted
    return override_settings(**as_settings)


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """Take settings away for the length of a block."""
    with override_settings():
        for name in names:
            delattr(settings, name)
        yield


@contextlib.contextmanager
def table_of_documents() -> Iterator[None]:
    """Create the table of the test site's model, and let go of the database afterwards."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    try:
        yield
    finally:
        # Django keeps a database in memory open for good, which Python 3.13 warns about.
        if connection.connection is not None:
            connection.connection.close()
            connection.connection = None


@contextlib.contextmanager
def no_documents() -> Iterator[None]:
    """Take the rows of the block out again."""
    try:
        yield
    finally:
        Document.objects.all().delete()
