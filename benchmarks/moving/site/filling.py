"""
``python -m benchmarks.moving.site.filling FILES BYTES``: make the files and the rows of the site.

Names are as sites have them, and as Appwrite's buckets do not: every one of them changes.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

LARGE = "archive/films/film.bin"
_PIECE = 1_000_000
_BATCH = 1000


def name_of(number: int) -> str:
    """Return the name of a small file."""
    return f"uploads/2024/photos-{number % 10}/{number:06}.jpg"


def main(files: int, size: int) -> None:
    """Fill the site with small files, and a large one of so many bytes."""
    django.setup()
    from benchmarks.moving.site.models import Upload  # noqa: PLC0415 - needs the set up

    call_command("migrate", run_syncdb=True, verbosity=0)
    root = Path(settings.STORAGES["old"]["OPTIONS"]["location"])
    chance = random.Random(0)  # noqa: S311 - contents, not secrets
    rows = [Upload(file=LARGE)]
    (root / LARGE).parent.mkdir(parents=True)
    with (root / LARGE).open("wb") as file:
        for at in range(0, size, _PIECE):
            file.write(chance.randbytes(min(_PIECE, size - at)))
    for number in range(files):
        path = root / name_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.randint(1000, 10_000)))
        rows.append(Upload(file=name_of(number)))
    Upload.objects.bulk_create(rows, batch_size=_BATCH)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
