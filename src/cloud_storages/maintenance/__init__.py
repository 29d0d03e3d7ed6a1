"""
Moving in, checking and repairing: what the management commands do, for code to call.

Each function takes storages or their aliases, and returns a typed result whose ``ok`` says whether
all is well. ``check``, ``adopt``, ``collect`` and the functions of buckets are for storages of this
package, the others for any Django storage. Each name here is imported when it is first asked for:
the module itself may be imported anywhere, before Django is set up, too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloud_storages.maintenance.adopting import Adoption, Ids, adopt
    from cloud_storages.maintenance.aliases import cloud_storage_of, is_same_place, storage_of
    from cloud_storages.maintenance.anystorage import AnyStorage, files_of
    from cloud_storages.maintenance.buckets import (
        BucketChange,
        BucketChanges,
        BucketList,
        Comparison,
        KnownBucket,
        Wishes,
        change_bucket,
        compare_buckets,
        create_bucket,
        create_needed_buckets,
        list_buckets,
    )
    from cloud_storages.maintenance.checking import Report, Verdict, check
    from cloud_storages.maintenance.collecting import Collection, collect
    from cloud_storages.maintenance.errors import CannotRun, Problem
    from cloud_storages.maintenance.migration import (
        Enqueued,
        Migration,
        Renamed,
        Shard,
        enqueue,
        migrate,
        names_in_file,
    )
    from cloud_storages.maintenance.verifying import Verification, verify

__all__ = [
    "Adoption",
    "AnyStorage",
    "BucketChange",
    "BucketChanges",
    "BucketList",
    "CannotRun",
    "Collection",
    "Comparison",
    "Enqueued",
    "Ids",
    "KnownBucket",
    "Migration",
    "Problem",
    "Renamed",
    "Report",
    "Shard",
    "Verdict",
    "Verification",
    "Wishes",
    "adopt",
    "change_bucket",
    "check",
    "cloud_storage_of",
    "collect",
    "compare_buckets",
    "create_bucket",
    "create_needed_buckets",
    "enqueue",
    "files_of",
    "is_same_place",
    "list_buckets",
    "migrate",
    "names_in_file",
    "storage_of",
    "verify",
]

#: Which module has each name.
_MODULES = {
    "adopting": ("Adoption", "Ids", "adopt"),
    "aliases": ("cloud_storage_of", "is_same_place", "storage_of"),
    "anystorage": ("AnyStorage", "files_of"),
    "buckets": (
        *("BucketChange", "BucketChanges", "BucketList", "Comparison", "KnownBucket", "Wishes"),
        *("change_bucket", "compare_buckets", "create_bucket", "create_needed_buckets"),
        "list_buckets",
    ),
    "checking": ("Report", "Verdict", "check"),
    "collecting": ("Collection", "collect"),
    "errors": ("CannotRun", "Problem"),
    "migration": (
        *("Enqueued", "Migration", "Renamed", "Shard"),
        *("enqueue", "migrate", "names_in_file"),
    ),
    "verifying": ("Verification", "verify"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # a type checker is to know these names only

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
