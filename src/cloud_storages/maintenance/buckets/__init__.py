"""
The buckets of a storage: listed, created, changed and compared with what the site needs.

Nothing here deletes a bucket, or anything in one.
"""

from cloud_storages.maintenance.buckets.changes import BucketChange, BucketChanges, Wishes
from cloud_storages.maintenance.buckets.keeping import (
    BucketList,
    Comparison,
    KnownBucket,
    change_bucket,
    compare_buckets,
    create_bucket,
    create_needed_buckets,
    list_buckets,
)

__all__ = [
    "BucketChange",
    "BucketChanges",
    "BucketList",
    "Comparison",
    "KnownBucket",
    "Wishes",
    "change_bucket",
    "compare_buckets",
    "create_bucket",
    "create_needed_buckets",
    "list_buckets",
]
