"""Why a file cannot be copied."""

from __future__ import annotations

import errno

from cloud_storages.domain.errors import Unavailable

__all__ = [
    "FULL",
    "Conflict",
    "InTheWay",
    "Interrupted",
    "MissingAtSource",
    "NoRoomToRead",
    "Unable",
]

#: A disk that takes no more of any file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class MissingAtSource(Exception):
    """The source has no file of this name."""


class InTheWay(Unavailable):
    """An unfinished upload, or a piece of a file, that somebody may yet finish."""


class Interrupted(Exception):
    """Raised by ``on_progress``: the work is to end now."""


class Unable(Exception):
    """A file cannot be copied: the text says why, in this package's own words."""


class Conflict(Unable):
    """The target has something else under the name, and which counts is for people to say."""


class NoRoomToRead(Unable):
    """The temporary directory is full."""
