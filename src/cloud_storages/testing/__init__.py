"""
What tests of a storage need: request counts, odd names, strategies, and the suite for a store.

``assertNumStorageRequests`` and ``StorageRequestsMixin`` tell what a page costs; they need nothing
but this package. ``FileStoreConformance`` holds a store to every promise of
``cloud_storages.ports``; the strategies serve tests of sites as well as those of this package.
These need the extra ``testing``, and are imported when they are first asked for. Nothing here
imports Django or Appwrite's SDK.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from cloud_storages.testing.counting import (
    StorageRequestsMixin,
    assertNumStorageRequests,
    storage_requests,
)

if TYPE_CHECKING:
    from cloud_storages.testing.conformance import FileStoreConformance, Harness
    from cloud_storages.testing.strategies import (
        LARGE_SIZES,
        SMALL_SIZES,
        bytes_of,
        colliding_names,
        contents,
        file_ids,
        hostile_names,
        names,
        titles,
        windows,
    )
    from cloud_storages.testing.tables import (
        HOSTILE,
        ILLEGAL_IDS,
        LEGAL_IDS,
        ODD,
        ONE_FILE,
        TITLES,
    )

__all__ = [
    "HOSTILE",
    "ILLEGAL_IDS",
    "LARGE_SIZES",
    "LEGAL_IDS",
    "ODD",
    "ONE_FILE",
    "SMALL_SIZES",
    "TITLES",
    "FileStoreConformance",
    "Harness",
    "StorageRequestsMixin",
    "assertNumStorageRequests",
    "bytes_of",
    "colliding_names",
    "contents",
    "file_ids",
    "hostile_names",
    "names",
    "storage_requests",
    "titles",
    "windows",
]

#: Where what needs the extra is found.
_LATER = {
    "conformance": ("FileStoreConformance", "Harness"),
    "strategies": (
        "LARGE_SIZES",
        "SMALL_SIZES",
        "bytes_of",
        "colliding_names",
        "contents",
        "file_ids",
        "hostile_names",
        "names",
        "titles",
        "windows",
    ),
    "tables": ("HOSTILE", "ILLEGAL_IDS", "LEGAL_IDS", "ODD", "ONE_FILE", "TITLES"),
}


def __getattr__(name: str) -> Any:
    for module, names_in_it in _LATER.items():
        if name in names_in_it:
            return getattr(_imported(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _imported(module: str) -> Any:
    if module.endswith(".conformance") and module not in sys.modules:
        import pytest  # noqa: PLC0415 - only the suite needs it

        # The suite's asserts should explain themselves wherever it runs.
        pytest.register_assert_rewrite(module)
    return importlib.import_module(module)
