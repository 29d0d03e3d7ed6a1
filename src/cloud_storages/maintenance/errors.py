"""What keeps a maintenance function from running at all."""

from __future__ import annotations

__all__ = ["CannotRun", "Problem", "reason_of"]

import attrs

from cloud_storages.domain.errors import CloudStorageError


class CannotRun(Exception):
    """The work cannot be begun, or gone on with: the text says why, and the way out."""


@attrs.frozen
class Problem:
    """
    A file that something is wrong with.

    Attributes:
        name: of the file.
        reason: what is wrong, for people.
        temporary: whether another try may succeed without any change.

    """

    name: str
    reason: str
    temporary: bool = False

    @classmethod
    def of(cls, name: str, error: BaseException) -> Problem:
        """Return the problem that an error is."""
        temporary = isinstance(error, CloudStorageError) and error.temporary
        return cls(name, reason_of(error), temporary)


def reason_of(error: BaseException) -> str:
    """Return what an error says on one line, never empty."""
    text = " ".join(str(error).split())
    if isinstance(error, (CloudStorageError, CannotRun)) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
