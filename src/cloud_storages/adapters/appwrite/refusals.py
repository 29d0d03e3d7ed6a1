"""Errors that matter between the modules of this adapter; each is one of the package's own."""

from __future__ import annotations

from cloud_storages.domain.errors import FileTaken, Rejected, Unavailable

__all__ = ["CursorLost", "MaybeOurs", "RangeRefused", "ServerFailed"]


class CursorLost(Rejected):
    """The file that marked the end of a page was deleted before the next page was asked for."""


class MaybeOurs(FileTaken):
    """The location is taken, perhaps by this very request: an attempt of it lost its answer."""


class RangeRefused(Rejected):
    """The file is too short for the range that was asked for."""


class ServerFailed(Unavailable):
    """The server answered that it failed, which it also does about things it did not foresee."""
