"""Which places a migration is between, so that its notes are never taken for those of others."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

from cloud_storages.backends.base import CloudStorage

if TYPE_CHECKING:
    from django.core.files.storage import Storage

__all__ = ["whereabouts"]

#: What tells where files are kept, by the names that storages of all kinds use.
_TELLING = (
    *("endpoint", "endpoint_url", "project_id", "bucket_id", "bucket_name", "azure_container"),
    *("container_name", "layout", "location", "legacy_ids", "buckets", "account_name"),
    *("region_name", "host", "_host", "port", "_port", "root_path", "_root_path"),
)
_CREDENTIALS = re.compile(r"(?<=//)[^/@]*@")


def whereabouts(storage: Storage) -> str:
    """Return what tells where a storage keeps its files, for people and without any secret."""
    told = [f"{type(storage).__module__}.{type(storage).__qualname__}"]
    known = storage.options if isinstance(storage, CloudStorage) else storage
    for attribute in _TELLING:
        value = None
        with contextlib.suppress(Exception):
            value = getattr(known, attribute, None)
        if isinstance(value, (str, os.PathLike, dict, bool, int)) and value:
            told.append(f"{attribute}={_CREDENTIALS.sub('', str(value))}")
    return " ".join(told)
