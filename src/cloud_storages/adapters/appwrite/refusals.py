"""Errors that matter between the modules of this adapter; each is one of the package's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.domain.errors import FileTaken, IntegrityError, Rejected, Unavailable

if TYPE_CHECKING:
    from cloud_storages.domain.values import Location

__all__ = [
    "CursorLost",
    "MaybeOurs",
    "RangeRefused",
    "ServerFailed",
    "content_changed",
    "taken",
]


class CursorLost(Rejected):
    """The file that marked the end of a page was deleted before the next page was asked for."""


class MaybeOurs(FileTaken):
    """The location is taken, perhaps by this very request: an attempt of it lost its answer."""


class RangeRefused(Rejected):
    """The file is too short for the range that was asked for."""


class ServerFailed(Unavailable):
    """The server answered that it failed, which it also does about things it did not foresee."""


def taken(location: Location) -> FileTaken:
    """Return the error for a location that another writer has."""
    return FileTaken(
        f"Another writer's file is at {location}.", location=location, operation="create"
    )


def content_changed(location: Location, read: int, size: int) -> IntegrityError:
    """Return the error for a content that ends after ``read`` bytes instead of ``size``."""
    return IntegrityError(
        f"The content for {location} changed while it was stored: {read} bytes instead of {size}.",
        location=location,
        operation="create",
    )
