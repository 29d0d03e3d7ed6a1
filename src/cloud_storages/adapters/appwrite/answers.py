"""Reading Appwrite's documents: JSON becomes values, or the answer is not from Appwrite."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from cloud_storages.domain.errors import BucketMissing, Misconfigured
from cloud_storages.domain.values import (
    BucketInfo,
    BucketSettings,
    FileInfo,
    FileToken,
    Location,
    Secret,
)

__all__ = [
    "bucket_document",
    "bucket_info",
    "bucket_settings",
    "file_info",
    "file_token",
    "has_upload_lock",
    "other_settings",
    "permissions",
    "rows",
]

#: What a bucket document tells that cannot be chosen; an hourly statistic.
_TOLD_ONLY = frozenset({"totalSize"})
_READ = re.compile(r'read\("([^"]*)"\)')


def file_info(document: object, bucket_id: str) -> FileInfo:
    """
    Return what a file document says.

    Raises:
        BucketMissing: the file is in a bucket whose ID differs from the one asked for: MariaDB
            finds an ID in any case.
        Misconfigured: it is no file document, so the answer is not from Appwrite Storage.

    """
    document = _mapping(document, "a file")
    found = document.get("bucketId", bucket_id)
    if found != bucket_id:
        raise BucketMissing(f"There is no bucket {bucket_id!r}, but one with the ID {found!r}.")
    try:
        uploaded, total = int(document["chunksUploaded"]), int(document["chunksTotal"])
        signature = str(document["signature"])
        # A partial has no signature yet; a joined file without one is not proven either.
        complete = uploaded >= total and bool(signature)
        return FileInfo(
            location=Location(bucket_id, str(document["$id"])),
            title=str(document["name"]),
            size=int(document["sizeOriginal"]),
            signature=signature,
            # Each piece of an upload moves the time of the last change, and previews cannot yet.
            created=_time(str(document["$createdAt" if complete else "$updatedAt"])),
            complete=complete,
            unproven=uploaded >= total and not complete,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _not_appwrite("a file") from error


def permissions(document: object) -> tuple[str, ...]:
    """Return the permissions a document carries."""
    return tuple(_mapping(document, "a file").get("$permissions") or ())


def has_upload_lock(document: object) -> bool:
    """
    Whether the server behind a file document takes chunks of one upload in any order and at once.

    It does from 1.9.5 on, the release that also began to tell ``sizeActual``.
    """
    return "sizeActual" in _mapping(document, "a file")


def bucket_info(document: object) -> BucketInfo:
    """
    Return what a bucket document says.

    Raises:
        Misconfigured: it is no bucket document.

    """
    document = _mapping(document, "a bucket")
    try:
        granted = document.get("$permissions") or ()
        readers = (_READ.fullmatch(str(each)) for each in granted)
        return BucketInfo(
            str(document["$id"]),
            str(document["name"]),
            frozenset(reader[1] for reader in readers if reader),
            # Servers before 1.8.1 know no such choice, and draw.
            draws=document.get("transformations") is not False,
        )
    except (KeyError, TypeError) as error:
        raise _not_appwrite("a bucket") from error


def bucket_settings(document: object) -> BucketSettings:
    """
    Return all settings that a bucket document tells.

    Raises:
        Misconfigured: it is no bucket document.

    """
    document = _mapping(document, "a bucket")
    transformations = document.get("transformations")
    try:
        return BucketSettings(
            bucket_id=str(document["$id"]),
            name=str(document["name"]),
            permissions=tuple(map(str, document.get("$permissions") or ())),
            file_security=bool(document["fileSecurity"]),
            enabled=bool(document["enabled"]),
            maximum_file_size=int(document["maximumFileSize"]),
            allowed_extensions=tuple(map(str, document["allowedFileExtensions"] or ())),
            compression=str(document["compression"]),
            encryption=bool(document["encryption"]),
            antivirus=bool(document["antivirus"]),
            # Servers before 1.8.1 know no such choice.
            transformations=None if transformations is None else bool(transformations),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _not_appwrite("a bucket") from error


def bucket_document(settings: BucketSettings) -> dict[str, object]:
    """Return the parameters that give a bucket these settings; what is None is left out."""
    document: dict[str, object] = {
        "name": settings.name,
        "permissions": list(settings.permissions),
        "fileSecurity": settings.file_security,
        "enabled": settings.enabled,
        # A float, be it a whole one, is refused.
        "maximumFileSize": settings.maximum_file_size,
        "allowedFileExtensions": list(settings.allowed_extensions),
        "compression": settings.compression,
        "encryption": settings.encryption,
        "antivirus": settings.antivirus,
        "transformations": settings.transformations,
    }
    return {name: value for name, value in document.items() if value is not None}


def other_settings(document: object) -> dict[str, object]:
    """Return what a bucket document tells of settings that this package does not know."""
    known = {*bucket_document(BucketSettings("", "")), "maximumFileSize", "transformations"}
    return {
        name: value
        for name, value in _mapping(document, "a bucket").items()
        if not name.startswith("$") and name not in known | _TOLD_ONLY and value is not None
    }


def file_token(document: object) -> FileToken:
    """
    Return the token a document tells.

    Raises:
        Misconfigured: it is no token document.

    """
    document = _mapping(document, "a token")
    secret = document.get("secret")
    if not isinstance(secret, str) or not secret:
        raise _not_appwrite("a token")
    try:
        return FileToken(Secret(secret), _time(str(document["expire"])))
    except (KeyError, ValueError):
        raise _not_appwrite("a token") from None  # the frames of the cause hold the secret


def rows(document: object, key: str) -> list[Any]:
    """
    Return the documents of a list.

    Raises:
        Misconfigured: there is no such list in the answer.

    """
    found = _mapping(document, "a list").get(key)
    if not isinstance(found, list):
        raise _not_appwrite("a list")
    return found


def _mapping(document: object, what: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise _not_appwrite(what)
    return document


def _not_appwrite(what: str) -> Misconfigured:
    return Misconfigured(
        f"The server answered something that is not {what} of Appwrite: check the setting"
        " APPWRITE_API_ENDPOINT (option 'endpoint')."
    )


def _time(text: str) -> dt.datetime:
    time = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time if time.tzinfo is not None else time.replace(tzinfo=dt.timezone.utc)
