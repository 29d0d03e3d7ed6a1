"""
``python -m benchmarks.serve.appwrite PROJECT``: this package's emulator; the key is $KEY.

It keeps rows in memory and files in a temporary directory, as moto does: with ``--data`` it would
wait for the disk at every save, and moto would not.
"""

from __future__ import annotations

import os
import sys

from benchmarks.serve.lifetime import announce, wait
from cloud_storages.emulator import Emulator

_STORAGE_LIMIT = 10_000_000_000


def main(project: str) -> None:
    """Serve until the standard input ends."""
    key = os.environ["KEY"]
    with Emulator(project=project, key=key, storage_limit=_STORAGE_LIMIT) as emulator:
        announce(emulator.endpoint)
        wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
