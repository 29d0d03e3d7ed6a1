"""The extra ``testing`` alone: every public name is there, and a strategy finds its way."""

import django
from django.conf import settings
from django.core.files.base import ContentFile
from hypothesis import given

settings.configure(APPWRITE_ACCESS="public", APPWRITE_LAYOUT="path", USE_TZ=True)
django.setup()

from cloud_storages import testing  # noqa: E402 - settings come first
from cloud_storages.backends.memory import InMemoryStorage  # noqa: E402 - as above

for name in testing.__all__:
    assert getattr(testing, name) is not None, name

storage = InMemoryStorage()


@given(testing.names())
def keeps(name):
    """Save under a name, and read it."""
    saved = storage.save(name, ContentFile(name.encode()))
    with storage.open(saved) as file:
        assert file.read() == name.encode()


keeps()
