"""What visitors are told when the storage refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.domain.errors import Rejected

if TYPE_CHECKING:
    from cloud_storages.domain.errors import CloudStorageError


def explained(error: CloudStorageError) -> str:
    """
    Return a sentence for the page.

    The storage's own words come last: they name settings, never secrets, and whoever tries the
    demo is also the one who can correct a setting.
    """
    if isinstance(error, Rejected):
        return f"Appwrite does not accept this file, so nothing was saved. {error}"
    if error.temporary:
        return f"Appwrite cannot be reached, so nothing was saved. Please try again soon. {error}"
    return f"Appwrite did not let the site store the file, so nothing was saved. {error}"
