"""The tests of storages by their aliases, and which of them ``pytest --storage`` asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import TestCase

from cloud_storages.testing.djangostorage.conformance import StorageConformance
from cloud_storages.testing.djangostorage.sites import storage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.storage import Storage

__all__ = ["suite_of", "tests"]

#: The tests that were asked for, by alias.
tests: dict[str, type[TestCase]] = {}


def suite_of(
    alias: str, cannot: Mapping[str, str], replay: tuple[str, bytes] | None = None
) -> type[TestCase]:
    """
    Return the tests of one alias.

    Args:
        alias: of STORAGES.
        cannot: promises it does not keep, with reasons.
        replay: the walk to play again, as ``StorageConformance`` has it.

    Raises:
        TypeError: ``cannot`` names what is no promise.

    """

    def make_storage(_self: Any) -> Storage:
        return storage_of(alias)

    body = {
        "cannot": dict(cannot),
        "make_storage": make_storage,
        "replay": replay,
        "__module__": __name__,
    }
    # A test case is found whatever pytest is told about the names of classes and functions.
    return type(alias, (StorageConformance, TestCase), body)
