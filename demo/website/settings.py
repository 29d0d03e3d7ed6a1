"""
Settings of the demo: a development site, on this computer only.

The server that keeps the files comes from the environment, where ``running.appwrite`` puts the
embedded emulator unless the environment names a server already. A site of one's own needs no
more than what the section "Files" has.
"""

import os
from pathlib import Path

import django
from django.core.management.utils import get_random_secret_key

DEMO = Path(__file__).resolve().parent.parent

# Files: this is what connects a site to Appwrite

APPWRITE_API_ENDPOINT = os.environ.get("APPWRITE_API_ENDPOINT", "")
APPWRITE_PROJECT_ID = os.environ.get("APPWRITE_PROJECT_ID", "")
APPWRITE_API_KEY = os.environ.get("APPWRITE_API_KEY", "")
APPWRITE_BUCKET_ID = os.environ.get("APPWRITE_BUCKET_ID", "")
# Everybody may look at the gallery, so its pictures have plain URLs.
APPWRITE_ACCESS = "public"
# The private album is another storage: a bucket of its own, which nobody may read without a token.
_PRIVATE = {
    "access": "private",
    "bucket_id": os.environ.get("DEMO_PRIVATE_BUCKET_ID") or f"{APPWRITE_BUCKET_ID[:28]}-private",
}
# Seconds for which a link that a visitor shares is good.
SHARE_SECONDS = int(os.environ.get("DEMO_SHARE_SECONDS", "60"))
# One bucket for everything: free plans have few, and no folder of a name is ignored.
APPWRITE_LAYOUT = "path"
# A visitor who waits for a server that is down should be told soon.
APPWRITE_TIMEOUT = 15
APPWRITE_RETRIES = 1

_STORAGE = "cloud_storages.backends.appwrite.AppWriteStorage"
if django.VERSION >= (4, 2):
    STORAGES = {
        "default": {"BACKEND": _STORAGE},
        "private": {"BACKEND": _STORAGE, "OPTIONS": _PRIVATE},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
else:
    DEFAULT_FILE_STORAGE = _STORAGE
    PRIVATE_STORAGE = _PRIVATE

# Everything else is Django as usual

DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
# Made at every start: a demo needs no sessions that outlive it, and the repository no secret.
SECRET_KEY = get_random_secret_key()
ROOT_URLCONF = "website.urls"
STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "cloud_storages",
    "gallery",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DEMO_DATABASE", str(DEMO / "db.sqlite3")),
        # Each request has a thread of its own; a writer waits for another instead of failing.
        "OPTIONS": {"timeout": 20},
    },
}
