"""
The contract of Django's storages, for any storage; the only part of ``testing`` that knows Django.

``StorageConformance`` is the suite, ``verdicts`` runs it without a test runner, ``StorageMachine``
is the comparison with a dict, ``known_of`` tells what is known of a storage.
"""

from __future__ import annotations

from cloud_storages.testing.djangostorage.conformance import StorageConformance
from cloud_storages.testing.djangostorage.judging import Verdict, verdicts
from cloud_storages.testing.djangostorage.known import Known, known_of
from cloud_storages.testing.djangostorage.machine import StorageMachine, machine_of
from cloud_storages.testing.djangostorage.promises import Promise, promises_of
from cloud_storages.testing.djangostorage.trial import Trial

__all__ = [
    "Known",
    "Promise",
    "StorageConformance",
    "StorageMachine",
    "Trial",
    "Verdict",
    "known_of",
    "machine_of",
    "promises_of",
    "verdicts",
]
