"""
Run the demo: a small Django site whose files are kept in Appwrite Storage.

    python demo/run.py            serve it at http://127.0.0.1:8000/
    python demo/run.py --check    try it as a browser would, and leave nothing behind

It uses an emulator of Appwrite that runs in the same process, and begins with a few pictures; or
the server that the environment variables APPWRITE_API_ENDPOINT, APPWRITE_PROJECT_ID,
APPWRITE_API_KEY and APPWRITE_BUCKET_ID name, which is left as it is.
Exit status 0, 1 if the check found something, 2 if the demo cannot run.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checking import check
from running.appwrite import appwrite, is_named
from running.problems import CannotRun
from running.site import address, bound, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

DEMO = Path(__file__).resolve().parent
_LARGEST_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit status."""
    options = _parser().parse_args(arguments)
    _stop_on_signals()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a letter shows its code instead.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return (
            check.main()
            if options.check
            else _serve(options.port, options.data, empty=options.empty)
        )
    except CannotRun as error:
        sys.stderr.write(f"run.py: error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stdout.write("\nInterrupted.\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("PORT") or "8000",
        help="where to serve, 0 for any free port (default: $PORT, else 8000)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=DEMO,
        metavar="DIR",
        help="where the database and the emulator's files are kept (default: beside this file)",
    )
    parser.add_argument("--empty", action="store_true", help="begin without any picture")
    parser.add_argument("--check", action="store_true", help="try the demo instead of serving it")
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, which is 0 to {_LARGEST_PORT}")
    return int(text)


def _stop_on_signals() -> None:
    """End on SIGTERM as on Ctrl-C, also where a shell started this with Ctrl-C switched off."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.default_int_handler)


def _serve(port: int, data: Path, *, empty: bool) -> int:
    """Serve until interrupted."""
    plants = not (empty or is_named())
    with bound(port) as server, appwrite(data / "appwrite-data") as files:
        database = data / "db.sqlite3"
        is_new = not database.exists()
        administrator = prepare(server, database)
        if is_new and plants:
            _plant()
        here = address(server)
        sys.stdout.write(
            f"The gallery   {here}\n"
            f"Its admin     {here}admin/  (user {administrator.name},"
            f" password {administrator.password}, new at every start)\n"
            f"Files are on  {files}\n"
            "Stop with Ctrl-C.\n"
        )
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("\nStopped.\n")
    return 0


def _plant() -> None:
    from seeds.planting import plant  # noqa: PLC0415 - needs the loaded apps

    sys.stdout.write("Painting the first pictures ...\n")
    sys.stdout.flush()
    plant()


if __name__ == "__main__":
    sys.exit(main())
