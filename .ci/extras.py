"""
Each extra alone: an environment with the wheel and one extra does what the extra is for.

What else is in this repository, or is installed for development, cannot help it there.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from environments import EXTRAS
from installed import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

ALONE = Path(__file__).resolve().parent / "alone"
PROJECT, KEY = "alone", "standard_alone"
_UV = (sys.executable, "-m", "uv")


def problems(place: Path, wheel: Path, interpreter: str) -> list[str]:
    """
    Return a sentence for each extra, and for the package without any, that does not do its work.

    Args:
        place: a directory for the environments.
        wheel: the package.
        interpreter: the Python they are made of.

    """
    pythons = {
        extra: made(place / (extra or "nothing"), wheel, extra, interpreter)
        for extra in ("", *EXTRAS)
    }
    works = [("", "use_in_memory.py"), ("testing", "use_testing.py")]
    served = [("emulator", "use_emulator.py"), ("appwrite", "use_appwrite.py")]
    failed = [work for work in works if not does(pythons[work[0]], work[1])]
    with emulator(pythons["emulator"]) as endpoint:
        failed += [work for work in served if not does(pythons[work[0]], work[1], endpoint)]
    return [f"{script} fails with the extra {extra!r} alone." for extra, script in failed]


def made(folder: Path, wheel: Path, extra: str, interpreter: str) -> Path:
    """Return the Python of a new environment with one extra of the wheel, or with none."""
    python = folder / "bin" / "python"
    chosen = f"{PACKAGE}[{extra}]" if extra else PACKAGE
    subprocess.run([*_UV, "venv", "--quiet", "--python", interpreter, str(folder)], check=True)  # noqa: S603 - our own commands
    subprocess.run(  # noqa: S603 - as above
        [
            *_UV,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(python),
            f"{chosen} @ {wheel.as_uri()}",
        ],
        check=True,
    )
    return python


def does(python: Path, script: str, *arguments: str) -> bool:
    """Whether a script ends well in an environment; isolated from this directory."""
    command = [str(python), "-I", "-W", "error", str(ALONE / script), *arguments]
    environment = {**os.environ, "APPWRITE_PROJECT_ID": PROJECT, "APPWRITE_API_KEY": KEY}
    return subprocess.run(command, check=False, env=environment).returncode == 0  # noqa: S603 - as above


@contextlib.contextmanager
def emulator(python: Path) -> Iterator[str]:
    """Serve from the command line; return the endpoint that it prints."""
    command = [str(python), "-I", "-m", "cloud_storages.emulator"]
    subprocess.run([*command, "--help"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - as above
    with subprocess.Popen(  # noqa: S603 - as above
        [*command, "--port", "0", "--project", PROJECT],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "APPWRITE_EMULATOR_KEY": KEY},
    ) as serving:
        try:
            assert serving.stdout is not None  # noqa: S101 - PIPE was asked for
            yield serving.stdout.readline().split()[-1]
        finally:
            serving.terminate()
