"""What answers of a server say to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloud_storages.adapters.appwrite.replies import Reply

__all__ = ["has_failed", "said"]

_FAILED = 500


def has_failed(reply: Reply) -> bool:
    """Return whether the server itself says that it fails."""
    return reply.status >= _FAILED


def said(reply: Reply) -> str:
    """Return what came instead of what was asked for."""
    return reply.failure or f"HTTP {reply.status}" + (f", {reply.kind}" if reply.kind else "")
