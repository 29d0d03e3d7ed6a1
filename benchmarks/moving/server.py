"""
``python -m benchmarks.moving.server``: the emulator, which tells what it stored when asked.

The key is $KEY; each upload takes $MOVING_DELAY seconds more, as if the server was far. For every
line on the standard input it prints one: how many small files, and how many chunks of large ones,
were stored, and how many uploads were refused.
"""

from __future__ import annotations

import json
import os
import sys

from benchmarks.serve.lifetime import announce
from cloud_storages.emulator import Emulator, Fault

_CHUNK = 5 * 1024 * 1024
_STORED, _REFUSED = 201, 409
_ALWAYS = 1_000_000_000


def main() -> None:
    """Serve until the standard input ends."""
    key, delay = os.environ["KEY"], float(os.environ["MOVING_DELAY"])
    with Emulator(project="bench", key=key, storage_limit=10_000_000_000) as emulator:
        if delay:
            emulator.inject(Fault(method="POST", path="/files$", times=_ALWAYS, delay=delay))
        announce(emulator.endpoint)
        for _ in sys.stdin:
            uploads = [
                each
                for each in emulator.traffic.exchanges
                if each.method == "POST" and each.path.endswith("/files")
            ]
            stored = [each.request_bytes for each in uploads if each.status == _STORED]
            chunks = sum(size > _LARGE for size in stored)
            refused = sum(each.status == _REFUSED for each in uploads)
            told = {"small": len(stored) - chunks, "chunks": chunks, "refused": refused}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


#: The last chunk of a large file may be as small as a file; ours is not.
_LARGE = _CHUNK // 20

if __name__ == "__main__":
    main()
