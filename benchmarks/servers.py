"""The servers, filled and looked at from outside of any contender."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import attrs

from benchmarks.processes import Process
from benchmarks.worker import wire
from benchmarks.worker.access import Access
from benchmarks.worker.floor import Floor

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.contenders import Environment

_LISTENING = "listening on "
_BUCKET = "bench"
_SIGNED_BY = "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/s3/aws4_request"


class Server(Protocol):
    """A server that contenders of one kind use."""

    access: Access

    def make_folder(self, folder: str) -> None:
        """Make a folder that can be written to at once."""

    def remove_folder(self, folder: str) -> None:
        """Remove a folder and what is in it."""

    def put(self, folder: str, filename: str, content: bytes) -> None:
        """Store a file."""

    def put_file(self, folder: str, path: Path) -> None:
        """Store a file of this disk under its own name."""

    def size_of(self, folder: str, filename: str) -> int:
        """Return the size in bytes of what is stored."""


class Appwrite:
    """
    The emulator. Folders are buckets that anyone may read.

    Args:
        access: where it listens.

    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._wire = wire.appwrite(access.endpoint, access.project, access.key)

    def make_folder(self, folder: str) -> None:
        """Make a bucket."""
        self._wire.close()
        fields = {"bucketId": folder, "name": folder, "permissions": ['read("any")']}
        self._send_json("POST", "/storage/buckets", fields)

    def remove_folder(self, folder: str) -> None:
        """Delete a bucket."""
        self._wire.close()
        self._wire.send("DELETE", f"/storage/buckets/{folder}")

    def put(self, folder: str, filename: str, content: bytes) -> None:
        """Store a file of at most one chunk."""
        pieces, headers = wire.form(filename, filename, content)
        self._wire.send("POST", f"/storage/buckets/{folder}/files", pieces, headers)

    def put_file(self, folder: str, path: Path) -> None:
        """Store a file of this disk under its own name."""
        with path.open("rb") as source:
            Floor(self.access).save(f"{folder}/{path.name}", _Sized(source, path.stat().st_size))

    def size_of(self, folder: str, filename: str) -> int:
        """Return the size in bytes of what is stored."""
        return Floor(self.access).size(f"{folder}/{filename}")

    def _send_json(self, method: str, path: str, fields: dict[str, Any]) -> None:
        self._wire.send(
            method, path, json.dumps(fields).encode(), {"Content-Type": "application/json"}
        )


class S3:
    """
    Moto. Folders are prefixes in one bucket.

    Args:
        access: where it listens.

    """

    def __init__(self, access: Access) -> None:
        self.access = access
        # moto looks at who asks, not at the signature
        self._wire = wire.Wire(
            access.endpoint, {"Authorization": _SIGNED_BY.format(access.project)}
        )
        self._wire.send("PUT", f"/{access.bucket}")

    def make_folder(self, folder: str) -> None:
        """Do nothing: a prefix needs no making."""

    def remove_folder(self, folder: str) -> None:
        """Delete every key under a prefix."""
        self._wire.close()
        listed = self._wire.send("GET", f"/{self.access.bucket}?prefix={folder}/")
        for key in re.findall(rb"<Key>([^<]+)</Key>", listed.body):
            self._wire.send("DELETE", f"/{self.access.bucket}/{quote(key)}")

    def put(self, folder: str, filename: str, content: bytes) -> None:
        """Store a file."""
        self._put(folder, filename, [content], len(content))

    def put_file(self, folder: str, path: Path) -> None:
        """Store a file of this disk under its own name."""
        with path.open("rb") as source:
            pieces = iter(lambda: source.read(1024 * 1024), b"")
            self._put(folder, path.name, pieces, path.stat().st_size)

    def size_of(self, folder: str, filename: str) -> int:
        """Return the size in bytes of what is stored."""
        self._wire.close()
        path = f"/{self.access.bucket}?prefix={folder}/{filename}"
        (size,) = re.findall(rb"<Size>(\d+)</Size>", self._wire.send("GET", path).body)
        return int(size)

    def _put(self, folder: str, filename: str, pieces: Iterable[bytes], size: int) -> None:
        path = f"/{self.access.bucket}/{folder}/{filename}"
        self._wire.send("PUT", path, pieces, {"Content-Length": str(size)})


@attrs.frozen
class _Sized:
    """A file together with its size, as a storage is given it."""

    _file: Any
    size: int

    def read(self, count: int = -1) -> bytes:
        return bytes(self._file.read(count))


def appwrite(stack: contextlib.ExitStack, here: Environment, key: str) -> Appwrite:
    """Start the emulator."""
    process = Process(here, "benchmarks.serve.appwrite", _BUCKET, variables={"KEY": key})
    stack.enter_context(process)
    return Appwrite(Access(_address(process), _BUCKET, key, _BUCKET))


def s3(stack: contextlib.ExitStack, there: Environment, key: str) -> S3:
    """Start moto."""
    process = Process(there, "benchmarks.serve.s3")
    stack.enter_context(process)
    return S3(Access(_address(process), _BUCKET, key, _BUCKET))


def _address(process: Process) -> str:
    line = process.line()
    if not line.startswith(_LISTENING):
        raise RuntimeError(f"a server says {line!r} instead of where it listens")
    return line[len(_LISTENING) :]
