"""How long a server of a run lives: as long as whoever started it."""

from __future__ import annotations

import contextlib
import sys


def announce(endpoint: str) -> None:
    """Tell the parent process where to find the server."""
    sys.stdout.write(f"listening on {endpoint}\n")
    sys.stdout.flush()


def wait() -> None:
    """Return when the standard input ends, or at Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.read()
