"""
Uploads in chunks: several at once where the server can take it, each sent once where it can be.

Appwrite gives the unfinished upload of one writer to any other who uses the same ID. All chunks
but the last carry a permission that nobody else can know. Appwrite shows the permissions of
whoever began an upload to everyone who continues it, and replaces them with those of the last
chunk; so each answer tells whether the upload is still ours.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from cloud_storages.adapters.appwrite.answers import file_info, has_upload_lock, permissions
from cloud_storages.adapters.appwrite.gateway import Chunk
from cloud_storages.adapters.appwrite.refusals import MaybeOurs, content_changed, taken
from cloud_storages.domain.errors import CloudStorageError
from cloud_storages.domain.signatures import CHUNK_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloud_storages.adapters.appwrite.gateway import Gateway
    from cloud_storages.domain.values import Location
    from cloud_storages.ports import Content

__all__ = ["ChunkedUpload"]

_OK = 200
_CREATED = 201


class ChunkedUpload:
    """
    Sends a content in chunks of exactly CHUNK_SIZE.

    The first goes alone, for its answer tells whether the location was free; the last goes alone,
    for its permissions become those of the file. Those between go side by side on servers that
    take them so. A chunk is held in memory only while it is sent.

    Args:
        gateway: carries the requests.
        paths: of the bucket's files, and of this file.
        location: where to store the content.
        title: the file's name.
        content: what to store; told how far the upload is.
        workers: chunks to send at once, at most.

    """

    def __init__(  # noqa: PLR0917 - the collaborators of one upload, all required
        self,
        gateway: Gateway,
        paths: tuple[str, str],
        location: Location,
        title: str,
        content: Content,
        workers: int,
    ) -> None:
        self._gateway = gateway
        self._files, self._file = paths
        self._title = title
        self._content = content
        self._workers = workers
        self._location = location
        self._mark = f'read("user:{secrets.token_hex(16)}")'
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        #: Chunks whose sending began, and those whose answer came.
        self._begun = self._confirmed = 0
        #: Whether the last chunk found the upload deleted, and so began another without a mark.
        self._began_anew = False

    def run(self) -> Any:
        """
        Send every chunk and return the document of the complete file.

        Raises:
            FileTaken: somebody else's file, or unfinished upload, is at the location.
            IntegrityError: the content is not what it was when its size was taken.

        """
        chunks = self._content.fingerprint.chunks
        document = self._send_marked(1)
        self._content.progressed(CHUNK_SIZE)
        between = range(2, chunks)
        workers = min(self._workers if has_upload_lock(document) else 1, len(between))
        if workers > 1:
            self._send_side_by_side(between, workers)
        else:
            for number in between:
                self._send_marked(number)
                self._content.progressed(number * CHUNK_SIZE)
        return self._send_last(chunks)

    def left_behind(self, document: Any) -> bool:
        """Whether what is at the location now was left there by this upload, which failed."""
        return self._began_anew or self._mark in permissions(document)

    def _send_side_by_side(self, numbers: Iterable[int], workers: int) -> None:
        sending: set[Future[Any]] = set()
        with ThreadPoolExecutor(workers, "upload") as pool:
            try:
                for number in numbers:
                    if len(sending) == workers:
                        sending = self._settled(sending)
                    sending.add(pool.submit(self._send_marked, number))
                while sending:
                    sending = self._settled(sending)
            except BaseException:
                # The chunks under way break off, and none is begun.
                self._stopped.set()
                raise

    def _settled(self, sending: set[Future[Any]]) -> set[Future[Any]]:
        """Wait for some of the chunks under way and return the others."""
        done, under_way = wait(sending, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        self._content.progressed(self._confirmed * CHUNK_SIZE)
        return under_way

    def _send_marked(self, number: int) -> Any:
        """Send one chunk that is not the last, and make sure that the upload is ours."""
        with self._lock:
            confirmed = self._confirmed
        status, document = self._send(number, self._mark)
        # Fewer chunks than were confirmed before: somebody deleted the upload, and this one has
        # begun another.
        if status == _OK or not self._is_ours(document, at_least=confirmed + 1):
            raise taken(self._location)
        with self._lock:
            self._confirmed += 1
        return document

    def _send_last(self, number: int) -> Any:
        try:
            status, document = self._send(number, "")
        except MaybeOurs:
            # Servers before 1.9.5 refuse a last chunk that has arrived already.
            status, document = _OK, self._gateway.get(self._file, "stat", self._location)
        info = file_info(document, self._location.bucket_id)
        if self._content.fingerprint.matches(info):
            return document
        if status == _OK or not info.complete:
            # This upload was deleted meanwhile: what is there now was begun by another writer,
            # or by this very chunk if it is the only one.
            self._began_anew = status != _OK and int(document["chunksUploaded"]) == 1
            raise taken(self._location)
        return document

    def _send(self, number: int, mark: str) -> tuple[int, Any]:
        total = self._content.fingerprint.size
        start = (number - 1) * CHUNK_SIZE
        size = min(CHUNK_SIZE, total - start)
        data = self._content.read(start, size)
        if len(data) != size:
            raise content_changed(self._location, start + len(data), total)
        with self._lock:
            self._begun += 1
        return self._gateway.upload(
            self._files,
            self._location,
            self._title,
            data,
            chunk=Chunk(
                content_range=f"bytes {start}-{start + size - 1}/{total}",
                permission=mark,
                settled=self._arrived,
                stopped=self._stopped.is_set,
            ),
        )

    def _arrived(self) -> tuple[int, Any] | None:
        """
        Tell whether every chunk begun so far has arrived, by what to take for the lost answer.

        With others under way that may be unknowable; the chunk is then sent again, which servers
        that take chunks side by side bear.
        """
        document = self._gateway.glance(self._file)
        with self._lock:
            begun = self._begun
        with contextlib.suppress(CloudStorageError):  # no document of a file in this bucket
            if document and self._is_there(document, begun):
                return _CREATED, document
        return None

    def _is_there(self, document: Any, chunks: int) -> bool:
        info = file_info(document, self._location.bucket_id)
        return self._content.fingerprint.matches(info) or self._is_ours(document, at_least=chunks)

    def _is_ours(self, document: Any, *, at_least: int) -> bool:
        """Tell whether this writer began the upload and so many chunks of it have arrived."""
        info = file_info(document, self._location.bucket_id)
        return (
            self._mark in permissions(document)
            and info.size == self._content.fingerprint.size
            and int(document["chunksUploaded"]) >= at_least
        )
