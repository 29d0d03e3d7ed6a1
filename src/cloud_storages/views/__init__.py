"""
Files served by the site itself, of any storage.

For what Appwrite labels plain text (SVG, CSS, JSON, fonts), and for files that only some may
see. What everyone may see is served faster by Appwrite, at ``storage.url(name)``.
"""

from __future__ import annotations

from cloud_storages.views.serving import Allowed, ServeFile, anyone

__all__ = ["Allowed", "ServeFile", "anyone"]
