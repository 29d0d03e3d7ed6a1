"""The demo as a process: what it is started with, and where it then serves."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "demo" / "run.py"


def environment(**named: str) -> dict[str, str]:
    """Return this process's environment without what could change the demo, and with this."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("APPWRITE_", "DJANGO_", "DEMO_")) and name != "PORT"
    }
    return {**kept, "PYTHONIOENCODING": "utf-8", **named}


def naming(endpoint: str, project: str, key: str) -> dict[str, str]:
    """Return what names a server in the environment."""
    return {
        "APPWRITE_API_ENDPOINT": endpoint,
        "APPWRITE_PROJECT_ID": project,
        "APPWRITE_API_KEY": key,
        "APPWRITE_BUCKET_ID": "demo",
    }


@contextlib.contextmanager
def serving(
    data: Path, *arguments: str, **named: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the demo; give its address, and the process, which is over when the block is."""
    process = subprocess.Popen(
        [sys.executable, RUN, "--port", "0", "--data", data, *arguments],
        env=environment(**named),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stdout is not None
            lines = list(itertools.takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
            address = next(line for line in lines if line.startswith("The gallery"))
            yield address.split()[-1], process
        finally:
            process.kill()
