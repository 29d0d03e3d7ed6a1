"""
Where version 1.2.5 of this package looked for a file.

It took the last directory of a name, cut it to 30 characters, dropped whatever no ID of Appwrite
may have, and used the rest as the ID of the bucket. The filename was the ID of the file, as it
was. Names without a directory were in the bucket of APPWRITE_BUCKET_ID, whose ID went the same
way.
"""

from __future__ import annotations

import re

from cloud_storages.domain.identifiers import is_legal
from cloud_storages.domain.values import Location

__all__ = ["first_location"]

_LONGEST_DIRECTORY = 30
_BEFORE = re.compile(r"^\W+|^_+")
_DROPPED = re.compile(r"[^a-zA-Z0-9._-]")


def first_location(name: str, root: str) -> Location | None:
    """
    Return where 1.2.5 looked for a file of this name.

    Args:
        name: as the database has it.
        root: ID of the bucket for names without a directory.

    Returns:
        The location; None if it is none of Appwrite's, so that 1.2.5 could not open the name.

    """
    *above, filename = name.replace("\\", "/").split("/")
    directory = above[-1] if above else root
    bucket_id = _DROPPED.sub("", _BEFORE.sub("", directory[:_LONGEST_DIRECTORY]))
    if not (is_legal(bucket_id) and is_legal(filename)):
        return None
    return Location(bucket_id, filename)
