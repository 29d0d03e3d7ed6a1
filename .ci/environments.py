"""What the matrix is made of: which Python, Django and SDK are tried together."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import attrs

#: What the package may be installed with, everywhere.
EXTRAS = ("appwrite", "emulator", "testing")
#: What needs a newer Django than the oldest: `make test` has it, pinned at its lower bound.
NEWER_EXTRAS = ("tasks",)
#: Pythons to try the newest of everything on, the newest first.
NEWEST = ("3.14", "3.13", "3.12")


@attrs.frozen
class Environment:
    """
    One combination of versions.

    Attributes:
        name: what it is called on the command line.
        pythons: Python versions, the preferred first.
        resolution: which versions uv takes of what is not pinned: ``highest``, or
            ``lowest-direct``, which is the lower bound of every declared dependency.
        pins: requirements beyond those of the package.

    """

    name: str
    pythons: tuple[str, ...]
    resolution: str = "highest"
    pins: tuple[str, ...] = ()

    @property
    def at_bounds(self) -> bool:
        """Whether it is there to try the lower bounds."""
        return self.resolution == "lowest-direct"

    def interpreter(self) -> str | None:
        """Return a Python for it that this machine has, or None."""
        return next(filter(None, map(interpreter, self.pythons)), None)


#: From the oldest to the newest. Each Django is beside the SDK of about its time, so that every
#: one of both is tried once; Pythons are spread over what these Djangos support.
ENVIRONMENTS = (
    Environment("oldest", ("3.10", "3.11"), "lowest-direct"),
    Environment("django-4.2", ("3.11", "3.10"), pins=("Django==4.2.*", "appwrite==13.*")),
    Environment("django-5.0", ("3.12", "3.11"), pins=("Django==5.0.*", "appwrite==15.*")),
    Environment("django-5.1", ("3.13", "3.12"), pins=("Django==5.1.*", "appwrite==16.*")),
    Environment("django-5.2", ("3.10", "3.11"), pins=("Django==5.2.*", "appwrite==19.*")),
    Environment("django-6.0", ("3.12", "3.13"), pins=("Django==6.0.*", "appwrite==23.*")),
    Environment("newest", NEWEST),
    # Across: the two are independent here, so the far corners should do as well.
    Environment("old-django", ("3.12", "3.11"), pins=("Django==4.2.*", "appwrite==27.*")),
    Environment("old-sdk", NEWEST, pins=("Django>=6.1", "appwrite==9.*")),
)
#: What is tried if nothing else is asked for.
ENDS = ("oldest", "newest")


def found(what: str, pythons: Iterable[str]) -> str | None:
    """
    Return the first Python that this machine has, for what is to be run on it.

    Where it has none of them, say that this is left out, which is no failure, and return None.
    """
    asked = tuple(pythons)
    chosen = next(filter(None, map(interpreter, asked)), None)
    if chosen is None:
        text = f"{what}: skipped, there is no Python {' or '.join(asked)} on this machine"
        print(text, flush=True)  # noqa: T201 - a command's output
    return chosen


def interpreter(version: str) -> str | None:
    """Return a Python of this version that starts, or None."""
    candidates = [
        shutil.which(f"python{version}"),
        *map(str, sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))),
    ]
    for candidate in candidates:
        if candidate is None:
            continue
        started = subprocess.run([candidate, "--version"], check=False, capture_output=True)  # noqa: S603 - an interpreter
        if started.returncode == 0 and f" {version}." in started.stdout.decode():
            return candidate
    return None
