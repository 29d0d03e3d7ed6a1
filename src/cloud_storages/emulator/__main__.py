"""
``python -m cloud_storages.emulator``: serve an emulated project until interrupted.

The first line on the standard output is ``listening on http://HOST:PORT/v1``. Exit status 0 after
SIGINT or SIGTERM, 2 for arguments that cannot be served, with one line that says why.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from cloud_storages.emulator import NOT_ENFORCED
from cloud_storages.emulator.running import Emulator
from cloud_storages.emulator.served import wait_for_a_signal
from cloud_storages.emulator.versions import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_VARIABLE = "APPWRITE_EMULATOR_KEY"
READ_KEY_VARIABLE = "APPWRITE_EMULATOR_READ_KEY"
_LARGEST_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve what `arguments` (default: the command line's) ask for; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        emulator = _emulator(options)
        emulator.start()
    except (OSError, ValueError, OverflowError) as error:
        sys.stderr.write(f"{_PROGRAM}: error: {_one_line(error, options)}\n")
        return 2
    try:
        wait_for_a_signal(emulator)
    finally:
        emulator.stop()
    return 0


_PROGRAM = "python -m cloud_storages.emulator"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Serve an emulation of Appwrite Storage for development and tests.",
        epilog=NOT_ENFORCED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to serve on (default: %(default)s)")
    add("--port", type=int, default=8090, help="0 takes a free one (default: %(default)s)")
    add("--project", required=True, help="ID of the one project")
    add(
        "--key",
        default=os.environ.get(KEY_VARIABLE),
        help=f"API key with every scope; better given as ${KEY_VARIABLE}, which no process list"
        " shows",
    )
    add(
        "--read-key",
        default=os.environ.get(READ_KEY_VARIABLE),
        help=f"API key with buckets.read and files.read only; or ${READ_KEY_VARIABLE}",
    )
    add("--data", metavar="DIR", help="keep everything there (default: in memory)")
    add(
        "--storage-limit",
        type=int,
        default=30_000_000,
        metavar="BYTES",
        help="the largest file any bucket may allow (default: %(default)s)",
    )
    add(
        "--server-version",
        default=DEFAULT,
        metavar="RELEASE",
        help="Appwrite release to behave like, 1.5.0 or later, or HEAD (default: %(default)s)",
    )
    return parser


def _emulator(options: argparse.Namespace) -> Emulator:
    if not 0 <= options.port <= _LARGEST_PORT:
        raise ValueError(f"there is no port {options.port}")
    return Emulator(
        project=options.project,
        key=options.key or "",
        read_key=options.read_key or None,
        data=options.data,
        storage_limit=options.storage_limit,
        server_version=options.server_version,
        host=options.host,
        port=options.port,
    )


def _one_line(error: Exception, options: argparse.Namespace) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, OSError) and "socket" in text.lower():
        return f"cannot serve on {options.host}:{options.port}: {text}"
    return text


if __name__ == "__main__":
    sys.exit(main())
