"""
The settings of a site that uses a contender's storage.

Imports nothing, because start-up is measured after it.
"""

from __future__ import annotations

_PLAIN: dict[str, object] = {
    "SECRET_KEY": "no secret: nothing is signed",
    "USE_TZ": True,
    "INSTALLED_APPS": [],
}


def _storages(backend: str, **options: object) -> dict[str, object]:
    return {
        "default": {"BACKEND": backend, "OPTIONS": options},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def _this(told: dict[str, str]) -> dict[str, object]:
    return {
        **_PLAIN,
        **_appwrite(told),
        "INSTALLED_APPS": ["cloud_storages"],
        "STORAGES": _storages("cloud_storages.backends.appwrite.AppWriteStorage"),
    }


def _old(told: dict[str, str]) -> dict[str, object]:
    return {
        **_PLAIN,
        **_appwrite(told),
        "STORAGES": _storages("cloud_storages.backends.appwrite.AppWriteStorage"),
    }


def _appwrite(told: dict[str, str]) -> dict[str, object]:
    return {
        "APPWRITE_API_ENDPOINT": told["endpoint"],
        "APPWRITE_PROJECT_ID": told["project"],
        "APPWRITE_API_KEY": told["key"],
        "APPWRITE_BUCKET_ID": told["bucket"],
    }


def _s3(told: dict[str, str]) -> dict[str, object]:
    return {
        **_PLAIN,
        "STORAGES": _storages("storages.backends.s3.S3Storage", **s3_options(told)),
    }


def s3_options(told: dict[str, str]) -> dict[str, object]:
    """Return S3Storage's options: its defaults, but for what moto needs and Django promises."""
    return {
        "endpoint_url": told["endpoint"],
        "access_key": told["project"],
        "secret_key": told["key"],
        "bucket_name": told["bucket"],
        "region_name": "us-east-1",
        "addressing_style": "path",
        # Django's promise that a save replaces nothing; S3Storage's default overwrites.
        "file_overwrite": False,
    }


def _floor(_told: dict[str, str]) -> dict[str, object]:
    return {**_PLAIN, "STORAGES": _storages("django.core.files.storage.FileSystemStorage")}


#: contender: its site's settings, made from a task.
SITES = {"this": _this, "1.2.5": _old, "s3": _s3, "floor": _floor}
