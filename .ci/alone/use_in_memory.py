"""The package without any extra: files in memory, counted; what is missing is named."""

import importlib
import pkgutil
from importlib.util import find_spec

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

settings.configure(
    INSTALLED_APPS=["cloud_storages"],
    STORAGES={
        "default": {"BACKEND": "cloud_storages.backends.memory.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    APPWRITE_ACCESS="public",
    USE_TZ=True,
)
django.setup()

from cloud_storages.backends.appwrite import AppWriteStorage  # noqa: E402 - settings come first
from cloud_storages.testing import assertNumStorageRequests  # noqa: E402 - as above

assert not any(map(find_spec, ("appwrite", "requests", "cheroot", "hypothesis", "pytest")))

call_command("check", verbosity=0)
default_storage.save("docs/first.txt", ContentFile(b"makes the bucket"))
with assertNumStorageRequests(1):
    name = default_storage.save("docs/a.txt", ContentFile(b"content"))
with default_storage.open(name) as file:
    assert file.read() == b"content"

# What works on every storage needs no extra.
for package in ("cloud_storages.maintenance", "cloud_storages.management", "cloud_storages.views"):
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(found.__path__, f"{package}."):
        importlib.import_module(module.name)


def refusal(error, action):
    """Return what an action says as it fails."""
    try:
        action()
    except error as told:
        return str(told)
    raise AssertionError(f"{error.__name__} expected")


appwrite = AppWriteStorage(api_key="k", project_id="p", bucket_id="b")
assert "django-cloud-storages[appwrite]" in refusal(
    ImproperlyConfigured, lambda: appwrite.exists("a.txt")
)
assert "django-cloud-storages[emulator]" in refusal(
    ModuleNotFoundError, lambda: importlib.import_module("cloud_storages.emulator")
)
