"""Reads whole files and says what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.errors import (
    AccessDenied,
    FileMissing,
    IntegrityError,
    Misconfigured,
    NotFound,
    Unavailable,
)
from cloud_storages.domain.signatures import CHUNK_SIZE, Digest, Fingerprint
from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles
from cloud_storages.maintenance.errors import reason_of
from cloud_storages.maintenance.verifying.findings import Trouble

if TYPE_CHECKING:
    from cloud_storages.domain.values import FileInfo
    from cloud_storages.maintenance.inventory.catalogue import Held
    from cloud_storages.service import StorageService

__all__ = ["ContentReader", "Reading"]

#: How often a file that changes while it is read is read anew.
_TRIES = 3


@attrs.frozen
class Reading:
    """
    What came of reading a file.

    Attributes:
        held: the file.
        trouble: what is wrong with it; None if nothing is, or if it is gone.
        reason: the same for people.
        found: size and signatures of what was read; None if nothing was.
        is_gone: whether the file was deleted meanwhile.
        is_silence: whether the server did not answer.

    """

    held: Held
    trouble: Trouble | None = None
    reason: str = ""
    found: Fingerprint | None = None
    is_gone: bool = False
    is_silence: bool = False


class ContentReader:
    """
    Reads the files of a storage, in pieces of 5 MiB at most.

    Args:
        files: of which storage.

    """

    def __init__(self, files: AnyStorage) -> None:
        self._files = files

    def read(self, held: Held) -> Reading:
        """
        Read a file and compare it with what the storage says of it; may be called in many threads.

        Raises:
            AccessDenied: the key may not read.
            Misconfigured: the settings are wrong.

        """
        if held.info is not None and isinstance(self._files, CloudFiles):
            return _read_stored(self._files.cloud.service, held, held.info)
        return self._read_any(held)

    def _read_any(self, held: Held) -> Reading:
        try:
            told = self._files.size(held.name)
            found = self._files.read(held.name)
            if found.size != told:
                # It may have been replaced between the two.
                told, found = self._files.size(held.name), self._files.read(held.name)
        except FileNotFoundError as error:
            if self._is_gone(held.name):
                return Reading(held, is_gone=True)
            return Reading(held, Trouble.UNREADABLE, reason_of(error))
        except (AccessDenied, Misconfigured):
            raise
        except Exception as error:  # noqa: BLE001 - storages raise what they like
            return Reading(held, Trouble.UNREADABLE, reason_of(error))
        if found.size != told:
            return Reading(held, Trouble.WRONG_SIZE, _sizes(told, found.size), found)
        return Reading(held, found=found)

    def _is_gone(self, name: str) -> bool:
        try:
            return not self._files.exists(name)
        except Exception:  # noqa: BLE001 - as above
            return False


def _read_stored(service: StorageService, held: Held, info: FileInfo) -> Reading:
    for _ in range(_TRIES):
        reading = _compared(service, held, info)
        if reading.trouble is None:
            return reading
        # Nothing is said of a file that was replaced or deleted while it was read.
        now = _looked_again(service, held, info)
        if now is None:
            return Reading(held, is_gone=True)
        if now == info:
            return reading
        info = now
    return reading


def _looked_again(service: StorageService, held: Held, info: FileInfo) -> FileInfo | None:
    """Return what is there now; changes nothing."""
    if not held.name:
        return info  # no name leads to it, so nobody replaces it by name
    try:
        now = service.there(held.name)
    except (AccessDenied, Misconfigured):
        raise
    except OSError:
        return info  # nobody knows; what was found stands
    return now if now is not None and now.complete else None


def _compared(service: StorageService, held: Held, info: FileInfo) -> Reading:
    try:
        found = _fingerprint(service, info)
    except FileMissing:
        return Reading(held, Trouble.UNREADABLE, "The server knows the file and has no content.")
    except IntegrityError as error:
        return Reading(held, Trouble.WRONG_SIZE, reason_of(error))
    except (AccessDenied, Misconfigured):
        raise
    except (NotFound, OSError) as error:
        silent = isinstance(error, Unavailable)
        return Reading(held, Trouble.UNREADABLE, reason_of(error), is_silence=silent)
    if found.size != info.size:
        return Reading(held, Trouble.WRONG_SIZE, _sizes(info.size, found.size), found)
    if info.signature not in found.signatures:
        why = f"Its MD5 is {found.md5}, and the server says {info.signature}."
        return Reading(held, Trouble.DAMAGED, why, found)
    return Reading(held, found=found)


def _fingerprint(service: StorageService, info: FileInfo) -> Fingerprint:
    content, digest = service.content_of(info), Digest()
    digest.narrow(info.signature)
    for at in range(0, info.size, CHUNK_SIZE):
        digest.update(content.read(at, CHUNK_SIZE))
    return digest.fingerprint()


def _sizes(told: int, found: int) -> str:
    return f"The storage says {told} bytes, and {found} were read."
