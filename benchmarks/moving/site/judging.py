"""
``python -m benchmarks.moving.site.judging``: compare what every row opens with what it did.

Prints a JSON object: how many rows there are, how many open their own content, and how many files
the storage has. The rows are in the order they were made in, and so are the files.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import django
from django.conf import settings

from benchmarks.moving.site.filling import LARGE, name_of
from cloud_storages.maintenance.aliases import cloud_storage_of

_PAGE = 1000


def main() -> None:
    """Judge the site."""
    django.setup()
    from benchmarks.moving.site.models import Upload  # noqa: PLC0415 - needs the set up

    storage = cloud_storage_of("default")
    root = Path(settings.STORAGES["old"]["OPTIONS"]["location"])
    names = list(Upload.objects.order_by("pk").values_list("file", flat=True))
    right: int = 0
    for at in range(0, len(names), _PAGE):
        page = names[at : at + _PAGE]
        with storage.prefetch_metadata(page):
            for number, name in enumerate(page, start=at):
                before = LARGE if number == 0 else name_of(number - 1)
                right += storage.signature(name) == _md5(root / before)
    files = sum(1 for _ in storage.service.names())
    sys.stdout.write(json.dumps({"rows": len(names), "right": right, "files": files}) + "\n")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.md5(usedforsecurity=False)
        for piece in iter(lambda: file.read(1_000_000), b""):
            digest.update(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
