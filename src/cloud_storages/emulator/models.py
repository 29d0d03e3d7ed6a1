"""What Appwrite shows of a bucket, a file and a token: the members, and those a release lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloud_storages.emulator.rules.queries import (
    BOOLEAN,
    INTEGER,
    STRING,
    SYSTEM_ATTRIBUTES,
    Attributes,
)

if TYPE_CHECKING:
    from cloud_storages.emulator.records import Bucket, File, Token
    from cloud_storages.emulator.versions import Rules

TOKEN_ATTRIBUTES: Attributes = SYSTEM_ATTRIBUTES


def bucket_attributes(rules: Rules) -> Attributes:
    """Return what buckets may be filtered and sorted by."""
    own = {
        "enabled": BOOLEAN,
        "name": STRING,
        "fileSecurity": BOOLEAN,
        "maximumFileSize": INTEGER,
        "encryption": BOOLEAN,
        "antivirus": BOOLEAN,
    }
    if rules.bucket_transformations:
        own["transformations"] = BOOLEAN
    return {**own, **SYSTEM_ATTRIBUTES}


def file_attributes(rules: Rules) -> Attributes:
    """Return what files may be filtered and sorted by."""
    own = {
        "name": STRING,
        "signature": STRING,
        "mimeType": STRING,
        "sizeOriginal": INTEGER,
        "chunksTotal": INTEGER,
        "chunksUploaded": INTEGER,
    }
    if rules.folders:
        own["folder"] = STRING
    return {**own, **SYSTEM_ATTRIBUTES}


def bucket_model(bucket: Bucket, rules: Rules) -> dict[str, Any]:
    """Return a bucket as the release shows it."""
    model: dict[str, Any] = {
        "$id": bucket.id,
        "$createdAt": bucket.created,
        "$updatedAt": bucket.updated,
        "$permissions": list(bucket.permissions),
        "fileSecurity": bucket.file_security,
        "name": bucket.name,
        "enabled": bucket.enabled,
        "maximumFileSize": bucket.maximum_file_size,
        "allowedFileExtensions": list(bucket.allowed_extensions),
        "compression": bucket.compression,
        "encryption": bucket.encryption,
        "antivirus": bucket.antivirus,
    }
    if rules.bucket_transformations:
        model["transformations"] = bucket.transformations
    if rules.bucket_total_size:
        # an hourly statistic there, always 0 here
        model["totalSize"] = 0
    return model


def file_model(file: File, rules: Rules) -> dict[str, Any]:
    """Return a file as the release shows it."""
    model: dict[str, Any] = {
        "$id": file.id,
        "bucketId": file.bucket_id,
        "$createdAt": file.created,
        "$updatedAt": file.updated,
        "$permissions": list(file.permissions),
        "name": file.name,
        "signature": file.signature,
        "mimeType": file.mime_type,
        "sizeOriginal": file.size,
        "chunksTotal": file.chunks_total,
        "chunksUploaded": file.chunks_uploaded,
    }
    if rules.folders:
        model["folder"] = file.folder
        model["key"] = f"{file.folder}{file.name}"
    if rules.file_size_actual:
        model["sizeActual"] = file.size_actual
    if rules.file_encoding_fields:
        model["encryption"] = file.encryption
        model["compression"] = file.compression
    return model


def token_model(token: Token, secret: str) -> dict[str, Any]:
    """Return a token with its secret, which is worked out anew each time."""
    return {
        "$id": token.id,
        "$createdAt": token.created,
        "resourceId": token.resource_id,
        "resourceType": "files",
        "expire": token.expire,
        "secret": secret,
        "accessedAt": token.accessed,
    }
