"""A small Django site, with this package's storage in the fake, for the tests."""

import django

SECRET_KEY = "for-tests"
USE_TZ = True
INSTALLED_APPS = ["cloud_storages", "tests.site"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPWRITE_ACCESS = "public"

_STORAGE = "cloud_storages.backends.memory.InMemoryStorage"
if django.VERSION >= (4, 2):
    STORAGES = {
        "default": {"BACKEND": _STORAGE},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
else:
    DEFAULT_FILE_STORAGE = _STORAGE
