"""``python -m benchmarks.serve.appwrite PROJECT DIRECTORY``: this package's emulator; key by $KEY."""

from __future__ import annotations

import os
import sys

from benchmarks.serve.lifetime import announce, wait
from cloud_storages.emulator import Emulator

_STORAGE_LIMIT = 10_000_000_000


def main(project: str, directory: str) -> None:
    """Serve until the standard input ends."""
    key = os.environ["KEY"]
    with Emulator(
        project=project, key=key, data=directory, storage_limit=_STORAGE_LIMIT
    ) as emulator:
        announce(emulator.endpoint)
        wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
