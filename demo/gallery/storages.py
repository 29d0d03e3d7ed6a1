"""The storage of the private album; that of the public one is simply the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django
from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django.core.files.storage import Storage


def private() -> Storage:
    """
    Return the storage that the settings call ``private``.

    A function, so that migrations name it instead of holding its options.
    """
    if django.VERSION >= (4, 2):
        from django.core.files.storage import storages  # noqa: PLC0415 - new in Django 4.2

        return storages["private"]
    return import_string(settings.DEFAULT_FILE_STORAGE)(**settings.PRIVATE_STORAGE)
