"""Errors that matter between the modules of this adapter; each is one of the package's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.domain.errors import FileTaken, Rejected, Unavailable

if TYPE_CHECKING:
    import datetime as dt

    from cloud_storages.domain.values import Location

__all__ = ["CursorLost", "MaybeOurs", "RangeRefused", "ServerFailed"]


class CursorLost(Rejected):
    """The file that marked the end of a page was deleted before the next page was asked for."""


class MaybeOurs(FileTaken):
    """
    The location is taken, perhaps by this very request: it was sent before and lost its answer.

    Attributes:
        not_before: server time before which no attempt of this request can have arrived.

    """

    def __init__(self, location: Location, not_before: dt.datetime) -> None:
        super().__init__(f"The location {location} is taken.", location=location)
        self.operation = "create"
        self.not_before = not_before


class RangeRefused(Rejected):
    """The file is too short for the range that was asked for."""


class ServerFailed(Unavailable):
    """The server answered that it failed, which it also does about things it did not foresee."""
