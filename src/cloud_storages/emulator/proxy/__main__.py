"""
``python -m cloud_storages.emulator.proxy``: serve a proxy until interrupted.

The first line on the standard output is ``listening on URL``. Exit status 0 after SIGINT or
SIGTERM, 2 for arguments that cannot be served, with one line that says why.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cloud_storages.emulator.proxy import Proxy
from cloud_storages.emulator.served import wait_for_a_signal

if TYPE_CHECKING:
    from collections.abc import Sequence

_PROGRAM = "python -m cloud_storages.emulator.proxy"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve what `arguments` (default: the command line's) ask for; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        proxy = Proxy(**vars(options))
        proxy.start()
    except (OSError, ValueError, OverflowError) as error:
        sys.stderr.write(f"{_PROGRAM}: error: {' '.join(str(error).split())}\n")
        return 2
    try:
        wait_for_a_signal(proxy)
    finally:
        proxy.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, description="Serve a slower way to an HTTP server, for tests and benchmarks."
    )
    add = parser.add_argument
    add("--target", required=True, metavar="URL", help="where requests go, http:// only")
    add("--host", default="127.0.0.1", help="address to serve on (default: %(default)s)")
    add("--port", type=int, default=0, help="0 takes a free one (default: %(default)s)")
    add("--round-trip", type=float, default=0, metavar="SECONDS", help="added to each request")
    add(
        "--connection-cost",
        type=float,
        default=0,
        metavar="SECONDS",
        help="added to the first request of each connection",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
