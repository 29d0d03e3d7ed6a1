"""What is known of storages without trying: which overwrite, and what ours do not do."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Known", "known_of"]

_OURS = "cloud_storages.backends.base"
#: Where storages keep whether they overwrite: those of django-storages, and Django's own.
_OVERWRITING = ("file_overwrite", "overwrite_files", "_allow_overwrite")

_ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "an_available_name_is_free": (
            "a name is settled when the file is stored: asking first would be a race"
        ),
    }
)
_LAST_DIRECTORY: Mapping[str, str] = MappingProxyType(
    {
        "directories_in_directories_are_listed": (
            "in the layout last-directory only the last directory counts; path has trees"
        ),
    }
)


@attrs.frozen
class Known:
    """
    What a storage is known to do otherwise.

    Attributes:
        cannot: promises it does not keep, with reasons.
        overwrites: whether saving a taken name replaces the file.
        reuses: whether a content that is there under its name is not stored again.

    """

    cannot: Mapping[str, str] = attrs.field(factory=dict)
    overwrites: bool = False
    reuses: bool = False


def known_of(storage: Any) -> Known:
    """
    Return what is known of a storage.

    Raises:
        ImproperlyConfigured: it is of this package, and a setting is missing or wrong.

    """
    if any(cls.__module__ == _OURS for cls in type(storage).__mro__):
        return _known_of_ours(storage.options)
    return Known(overwrites=any(getattr(storage, name, False) is True for name in _OVERWRITING))


def _known_of_ours(told: Any) -> Known:
    cannot = {} if told.overwrite else dict(_ALWAYS)
    if told.layout != "path":
        cannot |= _LAST_DIRECTORY
    return Known(cannot, told.overwrite, not told.create_new_if_same_content)
