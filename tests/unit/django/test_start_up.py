"""What a site loads and is told before its first request to Appwrite."""

from __future__ import annotations

import pytest

from tests.unit.django.contract.sites import HAS_DEFAULT_FILE_STORAGE
from tests.unit.django.sites_of_their_own import output_of

SITE = """
import django
from django.conf import settings

DOTTED = "cloud_storages.backends.appwrite.AppWriteStorage"
if django.VERSION >= (4, 2):
    storages = {"STORAGES": {
        "default": {"BACKEND": DOTTED},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }}
else:
    storages = {"DEFAULT_FILE_STORAGE": DOTTED}
settings.configure(
    **storages,
    INSTALLED_APPS=["cloud_storages"],
    USE_TZ=True,
    APPWRITE_API_KEY="standard_key",
    APPWRITE_PROJECT_ID="site",
    APPWRITE_BUCKET_ID="media",
    APPWRITE_BUCKETS={"photos": "p1"},
    APPWRITE_ACCESS="public",
)
django.setup()
from django.core.files.storage import default_storage
"""
HEAVY = """
import sys
print(sorted({"appwrite", "requests", "urllib3", "pydantic", "tenacity"} & set(sys.modules)))
"""


def test_nothing_of_the_sdk_is_loaded_before_the_first_request() -> None:
    script = (
        SITE
        + """
import cloud_storages
from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.views import ServeFile, anyone
from django.core.management import call_command
from django.db.models import FileField

assert default_storage.url("a.txt").startswith("https://cloud.appwrite.io/v1/")
assert "/p1/files/" in default_storage.url("photos/a.txt")
assert default_storage.get_available_name("docs/a.txt") == "docs/a.txt"
FileField(storage=AppWriteStorage())
ServeFile.as_view(allowed=anyone)
call_command("check")
"""
        + HEAVY
    )

    assert output_of(script).splitlines()[-1] == "[]"


def test_the_storage_in_memory_never_loads_the_sdk() -> None:
    script = (
        SITE
        + """
from cloud_storages.backends.memory import InMemoryStorage
from django.core.files.base import ContentFile

storage = InMemoryStorage()
assert storage.open(storage.save("docs/a.txt", ContentFile(b"content"))).read() == b"content"
"""
        + HEAVY
    )

    assert output_of(script) == "[]\n"


@pytest.mark.parametrize("hidden", ["appwrite", "requests", "tenacity"])
def test_without_the_extra_the_first_use_says_what_to_install(hidden: str) -> None:
    script = (
        SITE
        + """
from django.core.exceptions import ImproperlyConfigured
for use in (default_storage.exists, default_storage.url, default_storage.open):
    try:
        use("a.txt")
    except ImproperlyConfigured as error:
        print(error)
"""
    )

    told = output_of(script, hidden=(hidden,)).splitlines()

    assert len(told) == 3
    assert all("pip install 'django-cloud-storages[appwrite]'" in line for line in told)


def test_without_the_extra_the_storage_in_memory_works() -> None:
    script = (
        SITE
        + """
from cloud_storages.backends.memory import InMemoryStorage
from django.core.files.base import ContentFile

storage = InMemoryStorage()
print(storage.open(storage.save("docs/a.txt", ContentFile(b"content"))).read())
"""
    )

    hidden = ("appwrite", "requests", "urllib3", "tenacity", "pydantic", "cheroot", "PIL")
    assert output_of(script, hidden=hidden) == "b'content'\n"


def test_without_the_extra_a_check_says_what_to_install() -> None:
    script = (
        SITE
        + """
from django.core.checks import run_checks
for message in run_checks(tags=["cloud_storages"]):
    print(message.id, message.level, message.msg, message.hint, sep="|")
"""
    )

    told = output_of(script, hidden=("appwrite",)).splitlines()

    assert len(told) == 1
    identifier, level, _, hint = told[0].split("|")
    assert (identifier, level) == ("cloud_storages.E004", "40")
    assert hint == "Run pip install 'django-cloud-storages[appwrite]'."
    assert output_of(script) == ""


@pytest.mark.skipif(
    not HAS_DEFAULT_FILE_STORAGE, reason="DEFAULT_FILE_STORAGE is gone since Django 5.1"
)
def test_default_file_storage_names_the_storage_as_well() -> None:
    script = """
    import django
    from django.conf import settings

    settings.configure(
        DEFAULT_FILE_STORAGE="cloud_storages.backends.appwrite.AppWriteStorage",
        INSTALLED_APPS=["cloud_storages"],
        USE_TZ=True,
        APPWRITE_PROJECT_ID="site",
        APPWRITE_BUCKET_ID="media",
        APPWRITE_ACCESS="private",
    )
    django.setup()
    from django.core.checks import run_checks
    from django.core.files.storage import default_storage

    print(type(default_storage._wrapped if default_storage.open else None).__name__)
    print([message.id for message in run_checks(tags=["cloud_storages"])])
    """

    assert output_of(script) == "AppWriteStorage\n['cloud_storages.E001']\n"
