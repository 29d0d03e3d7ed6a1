"""Settings of the site that moves; where it lives and which server it uses comes from outside."""

from __future__ import annotations

import os
from pathlib import Path

import django

_HERE = Path(os.environ["MOVING_HOME"])

SECRET_KEY = "for-benchmarks"  # noqa: S105 - it signs nothing
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["cloud_storages", "benchmarks.moving.site"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _HERE / "db.sqlite3",
        "OPTIONS": {"timeout": 60},
    }
}
STORAGES = {
    "old": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(_HERE / "media")},
    },
    "default": {"BACKEND": "cloud_storages.backends.appwrite.AppWriteStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
APPWRITE_API_ENDPOINT = os.environ["MOVING_ENDPOINT"]
APPWRITE_PROJECT_ID = "bench"
APPWRITE_API_KEY = os.environ["KEY"]
APPWRITE_BUCKET_ID = "media"
APPWRITE_ACCESS = "public"
#: The server is on this machine, so its address is not encrypted.
SILENCED_SYSTEM_CHECKS = ["cloud_storages.W001"]

if os.environ.get("MOVING_TASKS"):
    # From Django 6 on the framework is Django's own.
    INSTALLED_APPS += ["django_tasks"] * (django.VERSION < (6, 0)) + ["django_tasks_db"]
    TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
