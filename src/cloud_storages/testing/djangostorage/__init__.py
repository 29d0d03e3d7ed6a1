"""
The contract of Django's storages, for any storage; the only part of ``testing`` that knows Django.

A promise is documented, where Django's documentation makes it, or customary, where
``FileSystemStorage`` keeps it and applications rely on it. ``StorageConformance`` is the suite,
``verdicts`` runs it without a test runner, ``StorageMachine`` is the comparison with a dict,
``known_of`` tells what is known of a storage. What needs Hypothesis is imported when it is first
asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "Known": "known",
    "Promise": "promises",
    "StorageConformance": "conformance",
    "StorageMachine": "machine",
    "Trial": "trial",
    "Verdict": "judging",
    "known_of": "known",
    "machine_of": "machine",
    "promises_of": "promises",
    "verdicts": "judging",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
