"""
What tests of a storage need: hostile and odd names, strategies, and the suite for a store.

``FileStoreConformance`` holds a store to every promise of ``cloud_storages.ports``; the strategies
serve tests of sites as well as those of this package. Needs the extra ``testing``; imports neither
Django nor Appwrite's SDK.
"""

from __future__ import annotations

import pytest

# The suite's asserts should explain themselves wherever it runs.
pytest.register_assert_rewrite("cloud_storages.testing.conformance")

from cloud_storages.testing.conformance import FileStoreConformance, Harness  # noqa: E402 - after the line above
from cloud_storages.testing.names import (  # noqa: E402 - after the line above
    HOSTILE,
    ILLEGAL_IDS,
    LEGAL_IDS,
    ODD,
    ONE_FILE,
    TITLES,
)
from cloud_storages.testing.strategies import (  # noqa: E402 - after the line above
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
    "bytes_of",
    "colliding_names",
    "contents",
    "file_ids",
    "hostile_names",
    "names",
    "titles",
    "windows",
]
