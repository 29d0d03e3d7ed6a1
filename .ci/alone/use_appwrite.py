"""The extra ``appwrite`` alone: a site keeps a file in Appwrite."""

import os
import sys
from importlib.util import find_spec

import django
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

assert not any(map(find_spec, ("cheroot", "multipart", "PIL", "hypothesis", "pytest")))

settings.configure(
    STORAGES={"default": {"BACKEND": "cloud_storages.backends.appwrite.AppWriteStorage"}},
    APPWRITE_API_ENDPOINT=sys.argv[1],
    APPWRITE_API_KEY=os.environ["APPWRITE_API_KEY"],
    APPWRITE_PROJECT_ID=os.environ["APPWRITE_PROJECT_ID"],
    APPWRITE_BUCKET_ID="site",
    APPWRITE_ACCESS="public",
    USE_TZ=True,
)
django.setup()

# More than one chunk, so that every path of an upload has what it needs.
content = b"a page of a film" * (6 * 1024 * 1024 // 16)
name = default_storage.save("films/a.bin", ContentFile(content))
with default_storage.open(name) as file:
    assert file.read() == content
assert default_storage.url(name).startswith(sys.argv[1])
default_storage.delete(name)
assert not default_storage.exists(name)
