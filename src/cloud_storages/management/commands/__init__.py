"""One module for each command; the work itself is in ``cloud_storages.maintenance``."""
