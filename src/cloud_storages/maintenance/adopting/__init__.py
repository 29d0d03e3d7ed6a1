"""For sites that come from version 1.2.5: which files open, and moving those that do not."""

from cloud_storages.maintenance.adopting.adopting import adopt
from cloud_storages.maintenance.adopting.outcome import Adoption, RowFinding
from cloud_storages.maintenance.adopting.steps import State
from cloud_storages.maintenance.adopting.whereabouts import Ids

__all__ = ["Adoption", "Ids", "RowFinding", "State", "adopt"]
