"""What keeps a maintenance function from running at all."""

from __future__ import annotations

import re

import attrs
from django.core.exceptions import ImproperlyConfigured

from cloud_storages.domain.errors import CloudStorageError

__all__ = ["CannotRun", "Problem", "reason_of"]

#: Before the host of a URL: who asks, and the password.
_USER = re.compile(r"(\w://)[^/\s'\"<>]*@")
#: After the path of a URL: a signature, as like as not.
_QUERY = re.compile(r"(\w://[^\s'\"<>?#]*)[?#][^\s'\"<>]*")
#: The same where only the path is told, as HTTP libraries do.
_QUERY_OF_PATH = re.compile(r"\?[^\s'\"<>?]*=[^\s'\"<>]*")


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
    """
    Return what an error says on one line, never empty.

    URLs lose their queries, users and passwords: those of other storages are signed by them.
    """
    text = _QUERY.sub(r"\1", _USER.sub(r"\1", " ".join(str(error).split())))
    if isinstance(error, (CloudStorageError, CannotRun, ImproperlyConfigured)) and text:
        return text
    text = _QUERY_OF_PATH.sub("", text)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
