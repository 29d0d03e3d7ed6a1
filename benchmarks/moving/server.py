"""
``python -m benchmarks.moving.server``: the emulator, which tells what it stored when asked.

The key is $KEY; each upload takes $MOVING_DELAY seconds more, as if the server was far. To every
line on the standard input it prints one as the answer:

- to ``hold`` and a JSON object: from now on only so many uploads below each of the paths are
  answered, as in ``hold {"films": 2}``; those that come after stay without an answer, and without
  any effect, for good;
- to an empty one: how many small files, and how many chunks of large ones, were stored, how many
  uploads were refused, and how many in each bucket were answered.
"""

from __future__ import annotations

import collections
import json
import os
import sys
from typing import Any

from benchmarks.serve.lifetime import announce
from cloud_storages.emulator import Emulator, Fault

_CHUNK = 5 * 1024 * 1024
#: The last chunk of a large file may be as small as a file; ours is not.
_LARGE = _CHUNK // 20
_STORED, _REFUSED = 201, 409
_ALWAYS = 1_000_000_000
_FOR_GOOD = 86_400.0
_FILES = "/files$"


def main() -> None:
    """Serve until the standard input ends."""
    key, delay = os.environ["KEY"], float(os.environ["MOVING_DELAY"])
    with Emulator(project="bench", key=key, storage_limit=10_000_000_000) as emulator:
        _hold(emulator, {}, delay)
        announce(emulator.endpoint)
        for line in sys.stdin:
            command, _, told = line.strip().partition(" ")
            if command == "hold":
                _hold(emulator, json.loads(told), delay)
            sys.stdout.write(json.dumps(_told(emulator)) + "\n")
            sys.stdout.flush()
        # Whatever is held would keep it.
        os._exit(0)


def _hold(emulator: Emulator, most: dict[str, int], delay: float) -> None:
    """Answer so many uploads below each path; and each of the others that much later."""
    emulator.clear_faults()
    for path, count in most.items():
        emulator.inject(Fault("POST", path + _FILES, nth=count + 1, times=_ALWAYS, delay=_FOR_GOOD))
    if delay:
        emulator.inject(Fault("POST", _FILES, times=_ALWAYS, delay=delay))


def _told(emulator: Emulator) -> dict[str, Any]:
    uploads = [
        each
        for each in emulator.traffic.exchanges
        if each.method == "POST" and each.path.endswith("/files")
    ]
    stored = [each.request_bytes for each in uploads if each.status == _STORED]
    chunks = sum(size > _LARGE for size in stored)
    refused = sum(each.status == _REFUSED for each in uploads)
    answered = collections.Counter(each.path.split("/")[-2].partition("-")[0] for each in uploads)
    return {
        "small": len(stored) - chunks,
        "chunks": chunks,
        "refused": refused,
        "answered": answered,
    }


if __name__ == "__main__":
    main()
