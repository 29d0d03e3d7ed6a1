"""
Moving a site's files from one storage to another.

A run first notes every name, and which name it gets at the target (``planning``), in a file of its
own (``journal``); then copies and proves what is not there yet (``running``, ``copying``, from
``sources`` to ``targets``); then lets the rows name what they now mean (``rows``). ``tasks``
copies on the workers of Django's Tasks framework instead. Nothing is ever deleted from the source.
"""

from cloud_storages.maintenance.migration.enqueueing import enqueue
from cloud_storages.maintenance.migration.naming import Shard, names_in_file
from cloud_storages.maintenance.migration.results import Enqueued, Migration, Renamed
from cloud_storages.maintenance.migration.running import migrate

__all__ = ["Enqueued", "Migration", "Renamed", "Shard", "enqueue", "migrate", "names_in_file"]
