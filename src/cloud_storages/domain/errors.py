"""
What can go wrong, by cause.

::

    CloudStorageError                        carries location, operation, temporary
    ├── InvalidName (ValueError)             refused before any request
    ├── NotFound (FileNotFoundError)
    │   ├── FileMissing                      no complete file at the location
    │   └── BucketMissing                    no such bucket
    ├── AlreadyExists (FileExistsError)
    │   ├── FileTaken                        the location is taken, maybe by a partial
    │   └── BucketTaken                      the bucket ID is taken
    ├── Rejected (ValueError)                the server will never take it: size, type, virus
    ├── AccessDenied (PermissionError)       the key is wrong or lacks a scope
    ├── Misconfigured (OSError)              wrong project, endpoint or answer: names the setting
    ├── IntegrityError (OSError)             what is stored is not what was sent, or changed
    └── Unavailable (OSError)                no answer, busy, broken: worth another try

Each is also the builtin that callers of a Django storage already catch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloud_storages.domain.values import Location

__all__ = [
    "AccessDenied",
    "AlreadyExists",
    "BucketMissing",
    "BucketTaken",
    "CloudStorageError",
    "FileMissing",
    "FileTaken",
    "IntegrityError",
    "InvalidName",
    "Misconfigured",
    "NotFound",
    "Rejected",
    "Unavailable",
]


class CloudStorageError(Exception):
    """
    The root of everything this package raises about stored files.

    Attributes:
        location: the (bucket ID, file ID) concerned, or None.
        operation: what was being done, such as ``"create"``.
        temporary: whether the same call may succeed later without any change.

    """

    temporary = False

    def __init__(
        self,
        message: str,
        *,
        location: Location | None = None,
        operation: str = "",
        temporary: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.location = location
        self.operation = operation
        if temporary is not None:
            self.temporary = temporary


class InvalidName(CloudStorageError, ValueError):
    """A name that no layout accepts: absolute, climbing, empty, or with control characters."""


class NotFound(CloudStorageError, FileNotFoundError):
    """Nothing there."""


class FileMissing(NotFound):
    """No complete file at the location."""


class BucketMissing(NotFound):
    """The bucket does not exist."""


class AlreadyExists(CloudStorageError, FileExistsError):
    """The ID is taken."""


class FileTaken(AlreadyExists):
    """Another file, or another writer's unfinished upload, is at the location."""


class BucketTaken(AlreadyExists):
    """A bucket of this ID exists already."""


class Rejected(CloudStorageError, ValueError):
    """The server will not store this content, today or tomorrow."""


class AccessDenied(CloudStorageError, PermissionError):
    """The API key is not accepted, or lacks a scope."""


class Misconfigured(CloudStorageError, OSError):
    """The answer cannot come from the Appwrite project that was meant."""


class IntegrityError(CloudStorageError, OSError):
    """What is stored, or was read, is not the content it should be."""

    @classmethod
    def while_reading(cls, location: Location, how: str) -> IntegrityError:
        """Return the error for a file that is no longer the one that was opened."""
        return cls(
            f"The file {location} {how}: it was replaced or damaged while it was read.",
            location=location,
            operation="read",
            temporary=True,
        )


class Unavailable(CloudStorageError, OSError):
    """The server did not answer, or asked to come back later."""

    temporary = True
