"""Request bodies: JSON objects, forms, and multipart forms whose files go straight to disk."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from attrs import field, frozen
from multipart import (  # type: ignore[import-untyped]  # it ships no types
    MultipartError,
    PushMultipartParser,
    parse_options_header,
)

from cloud_storages.emulator import filenames, php
from cloud_storages.emulator.values import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from cloud_storages.emulator.store import Store

CEILING = 12 * 1024 * 1024
_PIECE = 256 * 1024


class BadBodyError(ValueError):
    """A body that the HTTP server itself refuses, without a word."""


class TooLargeError(ValueError):
    """A request of more bytes than the HTTP server takes."""


@frozen
class Body:
    """What a body holds: nested fields, and uploads by field name."""

    fields: dict[str, Any] = field(factory=dict)
    files: dict[str, Upload] = field(factory=dict)


class Incoming:
    """The bytes of a request's body, counted, up to a ceiling that includes its head."""

    def __init__(self, read: Callable[[int], bytes], head_bytes: int) -> None:
        self._read = read
        self._left = CEILING - head_bytes
        self.count = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the body piece by piece; raises TooLargeError past the ceiling."""
        while piece := self._read(_PIECE):
            self.count += len(piece)
            if self.count > self._left:
                raise TooLargeError
            yield piece

    def drain(self) -> None:
        """Read the rest and throw it away, so that the client gets to read the answer."""
        while piece := self._read(_PIECE):
            self.count += len(piece)


def read(incoming: Incoming, content_type: str, store: Store) -> Body:
    """
    Return what a body of that Content-Type holds; unknown types hold nothing.

    Raises BadBodyError and TooLargeError. Uploads lie in the store's spool.
    """
    kind, options = parse_options_header(content_type)
    if kind == "multipart/form-data":
        return _multipart(incoming, options.get("boundary", ""), store)
    whole = b"".join(incoming.pieces())
    if kind == "application/json":
        return Body(_json(whole))
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(whole.decode("utf-8", "replace"), keep_blank_values=True)
        return Body(php.nest(pairs))
    return Body()


def _json(whole: bytes) -> dict[str, Any]:
    try:
        value = json.loads(whole)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _multipart(incoming: Incoming, boundary: str, store: Store) -> Body:
    form, pieces = _Form(store), incoming.pieces()
    first = next(pieces, None)
    if first is None:
        return Body()
    try:
        # the server's own reading of a header needs its raw bytes, and latin-1 keeps them
        with PushMultipartParser(boundary, header_charset="latin1") as parser:
            for piece in itertools.chain([first], pieces):
                if parser.closed:
                    continue
                for event in parser.parse(piece):
                    form.take(event)
    except (MultipartError, filenames.UnusableFilenameError) as error:
        form.abandon()
        raise BadBodyError from error
    except BaseException:
        form.abandon()
        raise
    return Body(php.nest(form.fields), form.files)


class _Form:
    """Collects the parts of a multipart body as they arrive."""

    def __init__(self, store: Store) -> None:
        self.fields: list[tuple[str, str]] = []
        self.files: dict[str, Upload] = {}
        self._store = store
        self._name = ""
        self._filename: str | None = None
        self._value = bytearray()
        self._spool: BinaryIO | None = None
        self._digest = hashlib.md5(usedforsecurity=False)

    def take(self, event: Any) -> None:
        if event is None:
            self._end()
        elif isinstance(event, (bytes, bytearray)):
            self._add(event)
        else:
            self._begin(event.header("Content-Disposition", ""))

    def _begin(self, disposition: str) -> None:
        found = filenames.parameters(disposition.encode("latin-1"))
        self._name = filenames.unquoted(found.get("name", b""))
        self._filename = filenames.filename(found)
        self._value = bytearray()
        if self._filename is not None:
            self._spool = self._store.spool()
            self._digest = hashlib.md5(usedforsecurity=False)

    def _add(self, piece: bytes | bytearray) -> None:
        if self._spool is None:
            self._value += piece
            return
        self._spool.write(piece)
        self._digest.update(piece)

    def _end(self) -> None:
        if self._spool is None:
            self.fields.append((self._name, self._value.decode("utf-8", "replace")))
            return
        size = self._spool.tell()
        self._spool.close()
        path = Path(self._spool.name)
        self._spool = None
        previous = self.files.get(self._name)
        if previous is not None:
            self._store.discard(previous.path)
        self.files[self._name] = Upload(self._filename or "", path, size, self._digest.hexdigest())

    def abandon(self) -> None:
        """Remove everything that was spooled."""
        if self._spool is not None:
            self._spool.close()
            self._store.discard(Path(self._spool.name))
        for upload in self.files.values():
            self._store.discard(upload.path)
