"""
What tests of a storage need: the contract of Django's storages, fixtures, strategies, counts.

``StorageConformance`` holds any Django storage to what Django's documentation promises, and to what
else applications rely on, a named test for each. With ``pip install
'django-cloud-storages[testing]'``, a whole ``test_storage.py``::

    from django.core.files.storage import FileSystemStorage

    from cloud_storages.testing import StorageConformance


    class TestDisk(StorageConformance):
        cannot = {}  # such as {"the_created_time_is_told": "the server keeps none"}

        def make_storage(self):
            return FileSystemStorage("media", base_url="/media/")

is run by ``pytest``; with ``class TestDisk(StorageConformance, TestCase)`` by ``manage.py test``
and ``python -m unittest`` as well. In a site, ``DJANGO_SETTINGS_MODULE=mysite.settings pytest
--storage=default`` does the same to a storage of its STORAGES; ``cloud_storages.testing.plugin``
tells of that, and of the fixtures ``in_memory_storage``, ``appwrite_storage``,
``appwrite_emulator`` and ``appwrite_faults``. When the comparison with a dict fails, Hypothesis
prints the steps, and a line ``@reproduce_failure('6.100.0', b'...')``; with
``replay = ("6.100.0", b"...")`` in the class the same steps are played again.

``assertNumStorageRequests`` and ``StorageRequestsMixin`` tell what a page costs; they need nothing
but this package. ``FileStoreConformance`` holds a store to every promise of
``cloud_storages.ports``; the strategies serve tests of sites as well as those of this package.
What needs the extra ``testing`` is imported when it is first asked for. Nothing here imports
Appwrite's SDK, and nothing but ``cloud_storages.testing.djangostorage`` imports Django.
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
    from cloud_storages.testing.djangostorage import StorageConformance, StorageMachine
    from cloud_storages.testing.strategies import (
        LARGE_SIZES,
        SMALL_SIZES,
        bytes_of,
        colliding_names,
        contents,
        file_ids,
        filenames,
        hostile_names,
        names,
        refused_names,
        titles,
        windows,
    )
    from cloud_storages.testing.tables import (
        FILENAMES,
        HOSTILE,
        ILLEGAL_IDS,
        LEGAL_IDS,
        ODD,
        ONE_FILE,
        OUTSIDE,
        REFUSED,
        TITLES,
    )

__all__ = [
    "FILENAMES",
    "HOSTILE",
    "ILLEGAL_IDS",
    "LARGE_SIZES",
    "LEGAL_IDS",
    "ODD",
    "ONE_FILE",
    "OUTSIDE",
    "REFUSED",
    "SMALL_SIZES",
    "TITLES",
    "FileStoreConformance",
    "Harness",
    "StorageConformance",
    "StorageMachine",
    "StorageRequestsMixin",
    "assertNumStorageRequests",
    "bytes_of",
    "colliding_names",
    "contents",
    "file_ids",
    "filenames",
    "hostile_names",
    "names",
    "refused_names",
    "storage_requests",
    "titles",
    "windows",
]

#: Where what needs the extra is found.
_LATER = {
    "conformance": ("FileStoreConformance", "Harness"),
    "djangostorage": ("StorageConformance", "StorageMachine"),
    "strategies": (
        "LARGE_SIZES",
        "SMALL_SIZES",
        "bytes_of",
        "colliding_names",
        "contents",
        "file_ids",
        "filenames",
        "hostile_names",
        "names",
        "refused_names",
        "titles",
        "windows",
    ),
    "tables": (
        "FILENAMES",
        "HOSTILE",
        "ILLEGAL_IDS",
        "LEGAL_IDS",
        "ODD",
        "ONE_FILE",
        "OUTSIDE",
        "REFUSED",
        "TITLES",
    ),
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
