"""
The Appwrite adapter.

``connection`` says which server, ``transport`` carries requests to it (the only module here that
imports the SDK, and it is imported by the first request), ``answers`` reads what comes back, and
``store`` keeps the promises of the port.
"""

from __future__ import annotations

from cloud_storages.adapters.appwrite.connection import Connection
from cloud_storages.adapters.appwrite.store import AppwriteStore

__all__ = ["AppwriteStore", "Connection"]
