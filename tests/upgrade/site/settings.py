"""A site as it was on version 1.2.5: Django 4.2, a database, one storage for everything."""

import os
from pathlib import Path

SECRET_KEY = "for-tests"
USE_TZ = True
INSTALLED_APPS = ["archive"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(__file__).parent / "db.sqlite3",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEFAULT_FILE_STORAGE = "cloud_storages.backends.appwrite.AppWriteStorage"
APPWRITE_API_ENDPOINT = os.environ["SITE_ENDPOINT"]
APPWRITE_PROJECT_ID = os.environ["SITE_PROJECT"]
APPWRITE_API_KEY = os.environ["SITE_KEY"]
APPWRITE_BUCKET_ID = "Site-Media"
OVERWRITE_FILE = os.environ.get("SITE_POLICY") == "overwrite"
CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT = os.environ.get("SITE_POLICY") != "reuse"
