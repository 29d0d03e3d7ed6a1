"""
Whether a site's storages would work: settings, server, project, key, rights, buckets, URLs.

Each thing is looked at in the order in which it depends on the others, and what a failure
makes unknowable is told as such.
"""

from __future__ import annotations

from cloud_storages.maintenance.checking.running import Report, check
from cloud_storages.maintenance.findings import Finding, Verdict

__all__ = ["Finding", "Report", "Verdict", "check"]
