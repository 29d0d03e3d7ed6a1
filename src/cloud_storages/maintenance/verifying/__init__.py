"""Whether every file is there that rows refer to, and reads as it was stored."""

from cloud_storages.maintenance.verifying.findings import FileFinding, Trouble
from cloud_storages.maintenance.verifying.verifying import Verification, verify

__all__ = ["FileFinding", "Trouble", "Verification", "verify"]
