"""Python scripts run as a site of their own, for what happens only once in a process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

#: Makes some packages look as if they were not installed.
HIDE = """
import sys

HIDDEN = {hidden!r}

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, *args):
        if name.partition(".")[0] in HIDDEN:
            return None
        return self.finder.find_spec(name, *args)

sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
"""


def output_of(script: str, *, hidden: tuple[str, ...] = ()) -> str:
    """Return what a script prints; it must succeed, and may warn of nothing."""
    code = HIDE.format(hidden=hidden) + textwrap.dedent(script)
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", code],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
