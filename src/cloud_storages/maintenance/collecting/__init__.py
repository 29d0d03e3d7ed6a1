"""Finishing what was interrupted, and removing what nobody needs."""

from cloud_storages.maintenance.collecting.collecting import collect
from cloud_storages.maintenance.collecting.leftovers import Fate, Leftover, What
from cloud_storages.maintenance.collecting.limits import LEAST_GRACE, LEAST_IDLE
from cloud_storages.maintenance.collecting.outcome import Collection

__all__ = ["LEAST_GRACE", "LEAST_IDLE", "Collection", "Fate", "Leftover", "What", "collect"]
