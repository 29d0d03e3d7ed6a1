"""
Creating files, at once or in chunks: what is stored when, and what a client is told.

A simple upload is one chunk. The first chunk of an identifier creates the file's row, the last
one to arrive joins them all. A chunk that is there already stays as it is, an unfinished file
keeps the name and size of its first request, and a finished one answers any further chunk with
itself. Nothing compares what arrived with what was declared.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import math
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from cloud_storages.emulator import mime
from cloud_storages.emulator.errors import refuse
from cloud_storages.emulator.filenames import extension
from cloud_storages.emulator.records import Bucket, File
from cloud_storages.emulator.rules import ranges
from cloud_storages.emulator.rules.identifiers import effective, is_identifier
from cloud_storages.emulator.store import Blob, Part, Store, TakenError

if TYPE_CHECKING:
    from cloud_storages.emulator.settings import Settings
    from cloud_storages.emulator.values import Upload

ENCODED_UP_TO = 20_000_000
SNIFFED = 1024 * 1024
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@frozen
class Chunk:
    """One request's place in its file: chunk `number` of `total`, of `size` declared bytes."""

    number: int
    total: int
    size: int
    is_ranged: bool
    is_last: bool = False


@frozen
class Wanted:
    """The file a request wants to create or to go on with."""

    bucket: Bucket
    identifier: str
    upload: Upload
    chunk: Chunk
    permissions: tuple[str, ...]
    folder: str
    now: str

    @property
    def path(self) -> str:
        """Where the device keeps the bytes: the identifier and the name's extension."""
        return f"{self.bucket.id}/{self.identifier}.{extension(self.upload.name)}"


def place(
    identifier: str, upload: Upload, content_range: str, header_id: str, settings: Settings
) -> tuple[str, Chunk]:
    """
    Return the identifier and the place in the file that a request means.

    `identifier` is the body's, `header_id` that of X-Appwrite-ID, which counts with a
    Content-Range only. Raises Refusal for a range or an identifier that is not acceptable.
    """
    if content_range in ("", "0"):
        chunk = Chunk(number=1, total=1, size=upload.size, is_ranged=False)
        return effective(identifier), chunk
    try:
        asked = ranges.content_range(content_range)
    except ValueError:
        raise refuse("storage_invalid_content_range") from None
    wanted = header_id if header_id not in ("", "0") else identifier
    # only the body's identifier may ask for a generated one
    wanted = effective(wanted) if not header_id else wanted
    if not is_identifier(wanted):
        raise refuse("storage_invalid_appwrite_id")
    if settings.rules.chunk_index_from_start:
        return wanted, Chunk(
            number=asked.start // ranges.CHUNK + 1,
            total=math.ceil(asked.total / ranges.CHUNK),
            size=asked.total,
            is_ranged=True,
        )
    return wanted, _chunk_by_its_length(asked)


def _chunk_by_its_length(asked: ranges.ContentRange) -> Chunk:
    """Return the place as servers before 1.9.5 work it out, which do not know the last one's."""
    if asked.end >= asked.total - 1:
        return Chunk(number=-1, total=-1, size=asked.total, is_ranged=True, is_last=True)
    length = asked.end + 1 - asked.start
    return Chunk(
        number=asked.start // length + 1,
        total=math.ceil(asked.total / length),
        size=asked.total,
        is_ranged=True,
    )


def check(bucket: Bucket, upload: Upload, chunk: Chunk) -> None:
    """Raise Refusal if the bucket does not take a file of that extension and declared size."""
    allowed = bucket.allowed_extensions
    # the list is compared as it is written: an entry in capitals never matches
    if allowed and extension(upload.name).lower() not in allowed:
        raise refuse("storage_file_type_unsupported")
    if chunk.size > bucket.maximum_file_size:
        raise refuse("storage_invalid_file_size")
    if not upload.name:
        raise refuse("storage_invalid_file")


def receive(store: Store, wanted: Wanted, settings: Settings) -> tuple[int, File]:
    """
    Store one request's bytes; return the status and the file to answer with.

    Raises Refusal: 409 for a file that is finished, 403 for a virus, 500 for missing parts.
    """
    with store.turn(wanted.bucket.seq, wanted.identifier.lower()):
        existing = store.file(wanted.bucket, wanted.identifier)
        if existing is not None and existing.is_complete:
            if wanted.chunk.is_ranged and settings.rules.late_chunk_answers_the_old_file:
                return 200, existing
            raise refuse("storage_file_already_exists")
        try:
            return 201, _add_chunk(store, wanted, existing, settings)
        except TakenError:
            raise refuse("storage_file_already_exists") from None


def _add_chunk(store: Store, wanted: Wanted, existing: File | None, settings: Settings) -> File:
    file = existing or _begun(wanted)
    number = wanted.chunk.number
    if number < 0 and existing is not None:
        number = existing.chunks_total
    known = store.parts(wanted.path) if file.chunks_total > 1 else []
    stored = {part.number: part.blob for part in known}
    resent = number in stored
    if not (resent and settings.rules.resent_chunk_is_kept):
        upload = wanted.upload
        stored[number] = store.adopt(upload.path, upload.size, upload.md5)
    counted = len(stored)
    if resent and settings.rules.resent_chunk_counts_twice:
        counted = file.chunks_uploaded + 1
    uploaded = max(file.chunks_uploaded, counted)
    file = attrs.evolve(file, chunks_uploaded=uploaded, updated=wanted.now)
    if file.is_complete:
        return _finish(store, wanted, file, stored, settings)
    with store.changes():
        if not (resent and settings.rules.resent_chunk_is_kept):
            store.put_part(wanted.path, Part(number, stored[number]))
        return _put(store, file)


def _begun(wanted: Wanted) -> File:
    name = wanted.upload.name
    return File(
        id=wanted.identifier,
        bucket_seq=wanted.bucket.seq,
        bucket_id=wanted.bucket.id,
        name=name,
        path=wanted.path,
        size=wanted.chunk.size,
        created=wanted.now,
        updated=wanted.now,
        permissions=wanted.permissions,
        folder=wanted.folder,
        chunks_total=wanted.chunk.total,
        search=f"{wanted.identifier} {name}",
    )


def _put(store: Store, file: File) -> File:
    if file.seq:
        store.save_file(file)
        return file
    return store.add_file(file)


def _finish(
    store: Store, wanted: Wanted, file: File, stored: dict[int, Blob], settings: Settings
) -> File:
    try:
        blobs = [stored[number] for number in range(1, file.chunks_total + 1)]
    except KeyError:
        raise refuse("general_server_error") from None
    whole = blobs[0] if len(blobs) == 1 else store.join(blobs)
    if settings.antivirus and wanted.bucket.antivirus and _is_infected(store, whole):
        with store.changes():
            store.remove_parts(wanted.path)
        raise refuse("storage_invalid_file")
    file = _described(store, wanted, file, settings, blobs=blobs, whole=whole)
    with store.changes():
        store.put_object(wanted.path, whole)
        if len(blobs) > 1:
            store.remove_parts(wanted.path)
        return _put(store, file)


def _described(
    store: Store, wanted: Wanted, file: File, settings: Settings, *, blobs: list[Blob], whole: Blob
) -> File:
    bucket = wanted.bucket
    is_encoded = file.size <= ENCODED_UP_TO
    compression = bucket.compression if is_encoded else "none"
    encryption = bucket.encryption and is_encoded
    with store.open(whole.name) as content:
        head = content.read(SNIFFED)
    signature = whole.md5
    if settings.s3_signatures and wanted.chunk.is_ranged and len(blobs) > 1:
        signature = composite_signature([blob.md5 for blob in blobs])
    return attrs.evolve(
        file,
        permissions=wanted.permissions,
        signature=signature,
        mime_type=mime.sniff(head, whole.size),
        size_actual=_stored_size(store, whole, compression, encryption=encryption),
        encryption=encryption,
        compression=compression,
    )


def composite_signature(parts: list[str]) -> str:
    """Return the signature S3 gives an object of parts with those MD5s (hex)."""
    digest = hashlib.md5(b"".join(map(bytes.fromhex, parts)), usedforsecurity=False)
    return f"{digest.hexdigest()}-{len(parts)}"


def _stored_size(store: Store, whole: Blob, compression: str, *, encryption: bool) -> int:
    size = whole.size
    if compression != "none":
        size = len(compressed(b"".join(store.pieces(whole.name)), compression))
    return 4 * math.ceil(size / 3) if encryption else size


def compressed(content: bytes, compression: str) -> bytes:
    """Return `content` as the device keeps it in a bucket with that compression."""
    if compression == "gzip":
        return gzip.compress(content, mtime=0)
    # a zstd frame may hold raw blocks, so none of it takes a compressor
    return b"\x28\xb5\x2f\xfd" + _raw_zstd_frame(content) if compression == "zstd" else content


def _raw_zstd_frame(content: bytes) -> bytes:
    block = 128 * 1024
    pieces = [content[at : at + block] for at in range(0, len(content), block)] or [b""]
    frame = b"\xa0" + len(content).to_bytes(4, "little")
    for index, piece in enumerate(pieces):
        header = len(piece) << 3 | (index == len(pieces) - 1)
        frame += header.to_bytes(3, "little") + piece
    return frame


def stored_form(content: bytes, compression: str, *, encryption: bool) -> bytes:
    """
    Return how a small content lies on the device.

    The cipher is none: bytes of the right length that are not the content.
    """
    content = compressed(content, compression)
    if not encryption or not content:
        return content
    stream = hashlib.shake_128(b"appwrite emulator").digest(len(content))
    return base64.b64encode(bytes(a ^ b for a, b in zip(content, stream)))  # noqa: B905 - of one length; strict= needs no check


def _is_infected(store: Store, blob: Blob) -> bool:
    if blob.size > ENCODED_UP_TO:
        return False
    return _EICAR in b"".join(store.pieces(blob.name))


def delete(store: Store, bucket: Bucket, identifier: str) -> File:
    """
    Remove a file and its bytes and return what it was.

    Raises Refusal: 404 for no such file, 500 if there are no bytes to remove. Appwrite then
    keeps the row too, and nothing but the database gets rid of it.
    """
    with store.turn(bucket.seq, identifier.lower()), store.changes():
        file = store.file(bucket, identifier)
        if file is None:
            raise refuse("storage_file_not_found")
        remove = store.remove_object if file.is_complete else store.remove_parts
        if not remove(file.path):
            raise refuse("general_server_error")
        store.remove_file(file)
        return file
