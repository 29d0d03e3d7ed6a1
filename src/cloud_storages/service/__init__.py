"""
The service: policy applied to a port.

Knows neither Django nor the SDK. ``StorageService`` is what a backend, a command or a script
uses.
"""

from __future__ import annotations

from cloud_storages.service.buckets import Buckets
from cloud_storages.service.links import NoMarks, Tokens, Versions
from cloud_storages.service.reader import RemoteReader
from cloud_storages.service.recent import Recent
from cloud_storages.service.storage import StorageService

__all__ = [
    "Buckets",
    "NoMarks",
    "Recent",
    "RemoteReader",
    "StorageService",
    "Tokens",
    "Versions",
]
