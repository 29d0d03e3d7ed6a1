"""
The floor: the fewest requests that do a work on Appwrite, over one raw connection.

It checks nothing, retries nothing and keeps no promise; nobody should use it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from PIL import ImageFile

from benchmarks.worker import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.worker.access import Access

CHUNK = 5 * 1024 * 1024
_HEAD_OF_A_PICTURE = 64 * 1024
_JOINED_UP_TO = 64 * 1024


class Floor:
    """
    Does the works on one connection.

    Args:
        access: the server.
        reuse: whether a save looks for identical content first.

    """

    def __init__(self, access: Access, *, reuse: bool = False, **_policy: bool) -> None:
        self._access = access
        self._wire = wire.appwrite(access.endpoint, access.project, access.key)
        self._reuse = reuse

    def save(self, name: str, file: Any) -> str:
        """Store a file; under another name if it is taken."""
        folder, _, filename = name.partition("/")
        if file.size > CHUNK:
            self._save_chunks(folder, filename, file)
            return name
        content = file.read()
        if self._reuse and self._signature(name) == _md5(content):
            return name
        if self._create(folder, filename, content) == HTTPStatus.CONFLICT:
            filename = f"{secrets.token_hex(4)}-{filename}"
            self._create(folder, filename, content)
        return f"{folder}/{filename}"

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        answer = self._wire.send("GET", _path(name), expected=(HTTPStatus.NOT_FOUND,))
        return answer.status == HTTPStatus.OK

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        return int(self._wire.send("GET", _path(name)).document["sizeOriginal"])

    def url(self, name: str) -> str:
        """Return where a browser finds a file."""
        return f"{self._access.endpoint}{_path(name)}/view?project={self._access.project}"

    def listdir(self, folder: str) -> list[str]:
        """Return the names of up to a million files in a folder, by one request."""
        query = quote(json.dumps({"method": "limit", "values": [1_000_000]}))
        path = f"/storage/buckets/{folder}/files?queries[0]={query}&total=0"
        return [file["name"] for file in self._wire.send("GET", path).document["files"]]

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return self._wire.send("GET", f"{_path(name)}/view").body

    def dimensions(self, name: str) -> tuple[int, int]:
        """Return width and height of a picture from its first bytes."""
        parser = ImageFile.Parser()
        parser.feed(self._range(name, 0, _HEAD_OF_A_PICTURE))
        if parser.image is None:
            raise wire.Unexpected("the picture's size is not in its first bytes")
        return parser.image.size

    def download(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file, a chunk per request."""
        size = self.size(name)
        for start in range(0, size, CHUNK):
            yield self._range(name, start, min(start + CHUNK, size))

    def _range(self, name: str, start: int, stop: int) -> bytes:
        headers = {"Range": f"bytes={start}-{stop - 1}"}
        return self._wire.send("GET", f"{_path(name)}/view", headers=headers).body

    def _signature(self, name: str) -> str | None:
        answer = self._wire.send("GET", _path(name), expected=(HTTPStatus.NOT_FOUND,))
        return None if answer.status == HTTPStatus.NOT_FOUND else str(answer.document["signature"])

    def _create(self, folder: str, filename: str, content: bytes) -> int:
        pieces, headers = wire.form(filename, filename, content)
        body = b"".join(pieces) if len(content) <= _JOINED_UP_TO else pieces
        answer = self._wire.send(
            "POST", f"/storage/buckets/{folder}/files", body, headers, expected=(409,)
        )
        return answer.status

    def _save_chunks(self, folder: str, filename: str, file: Any) -> None:
        start = 0
        for chunk in iter(lambda: file.read(CHUNK), b""):
            stop = start + len(chunk)
            pieces, headers = wire.form(filename, filename, chunk)
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
            headers["X-Appwrite-ID"] = filename
            self._wire.send("POST", f"/storage/buckets/{folder}/files", pieces, headers)
            start = stop


def _path(name: str) -> str:
    folder, _, filename = name.partition("/")
    return f"/storage/buckets/{folder}/files/{filename}"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
