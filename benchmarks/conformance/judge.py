"""
``python -m benchmarks.conformance.judge``: verdicts on one storage.

Reads a line of JSON, with the name of the storage and where its server is, and prints one.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import attrs
import django
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from benchmarks.worker.sites import s3_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.files.storage import Storage

_MEDIA = "/media/"


def _disk(_told: dict[str, str], place: Path) -> Storage:
    from django.core.files.storage import FileSystemStorage  # noqa: PLC0415 - set up before

    return FileSystemStorage(place, base_url=_MEDIA)


def _djangos_memory(_told: dict[str, str], _place: Path) -> Storage:
    from django.core.files.storage import InMemoryStorage  # noqa: PLC0415 - as above

    return InMemoryStorage(location=_MEDIA, base_url=_MEDIA)


def _s3(told: dict[str, str], _place: Path) -> Storage:
    from storages.backends.s3 import S3Storage  # noqa: PLC0415 - if it is there

    made: Storage = S3Storage(**s3_options(told))
    return made


def _memory(_told: dict[str, str], _place: Path) -> Storage:
    from cloud_storages.backends.memory import InMemoryStorage  # noqa: PLC0415 - as above

    return InMemoryStorage(layout="path")


def _appwrite(told: dict[str, str], _place: Path) -> Storage:
    from cloud_storages.backends.appwrite import AppWriteStorage  # noqa: PLC0415 - as above

    return AppWriteStorage(
        endpoint=told["endpoint"],
        project_id=told["project"],
        api_key=told["key"],
        bucket_id="conformance",
        access="public",
        layout="path",
    )


MAKERS: dict[str, Callable[[dict[str, str], Path], Storage]] = {
    "disk": _disk,
    "djangos-memory": _djangos_memory,
    "s3": _s3,
    "memory": _memory,
    "appwrite": _appwrite,
}


def main() -> None:
    """Answer one question."""
    told = json.loads(sys.stdin.readline())
    settings.configure(SECRET_KEY="no secret", USE_TZ=True, INSTALLED_APPS=[])  # noqa: S106 - nothing is signed
    django.setup()
    # The same steps every time, so that two tables differ in what the storages do only.
    hypothesis_settings.register_profile("table", derandomize=True, database=None)
    hypothesis_settings.load_profile("table")
    with tempfile.TemporaryDirectory() as temporary:
        found = _verdicts(told, Path(temporary))
    sys.stdout.write(json.dumps(found) + "\n")


def _verdicts(told: dict[str, str], place: Path) -> list[dict[str, Any]]:
    from cloud_storages.testing.djangostorage import StorageConformance, verdicts  # noqa: PLC0415

    class Conformance(StorageConformance):
        folder = "conformance"

        def make_storage(self) -> Storage:
            return MAKERS[told["storage"]](told, place)

        def fetch(self, url: str) -> bytes:
            if told["storage"] != "disk":
                return super().fetch(url)
            return (place / unquote(urlsplit(url).path.removeprefix(_MEDIA))).read_bytes()

    return [attrs.asdict(verdict) for verdict in verdicts(Conformance())]


if __name__ == "__main__":
    main()
