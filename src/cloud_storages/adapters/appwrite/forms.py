"""The body of an upload: a multipart form around bytes that are sent from where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cloud_storages.adapters.appwrite.deadlines import Deadline

__all__ = ["Body", "Form", "Stopped"]

#: Bytes handed to the network at once. Each piece may take as long as connecting may, so a
#: slow line needs small ones: a chunk that is sent whole has to be there in that time.
_PIECE = 64 * 1024
#: Stands for the file while the rest of the form is encoded; no field can contain it.
_HERE = b"\0file\0"


class Stopped(Exception):
    """Nobody wants the rest of this upload any more."""


class Form:
    """
    A form with a file in it.

    Args:
        fields: names and values of the fields before the file.
        filename: the file's name, percent-encoded.
        data: the file.
        stopped: whether to raise Stopped instead of sending more.

    """

    def __init__(
        self,
        fields: Sequence[tuple[str, str]],
        filename: str,
        data: bytes,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        file = RequestField("file", _HERE, filename)
        # Appwrite looks at the content for its type, not at what is said of it.
        file.make_multipart()
        encoded, self.content_type = encode_multipart_formdata([*fields, file])
        self._head, self._tail = encoded.split(_HERE)
        self._data = data
        self._stopped = stopped

    def __len__(self) -> int:
        return len(self._head) + len(self._data) + len(self._tail)

    def within(self, deadline: Deadline) -> Body:
        """Return the form as a body that breaks off when the deadline has passed."""
        return Body(self, deadline)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Yield the form from its beginning, or raise Stopped."""
        if len(self) <= _PIECE:
            yield self._head + self._data + self._tail
            return
        yield self._head
        view = memoryview(self._data)
        for at in range(0, len(view), _PIECE):
            if self._stopped():
                raise Stopped
            yield view[at : at + _PIECE]
        yield self._tail


class Body:
    """A form on its way: what requests takes for a body of known length."""

    def __init__(self, form: Form, deadline: Deadline) -> None:
        self._form = form
        self._deadline = deadline

    def __len__(self) -> int:
        return len(self._form)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        for piece in self._form.pieces():
            if self._deadline.has_passed:
                raise requests.Timeout("the request could not be sent by the deadline")
            yield piece
