"""
Run the tests on the oldest and the newest of everything that is supported.

`python .ci/matrix.py` runs the two ends; `--all` also what lies between. A Python that this
machine does not have is named and left out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".venvs"
EXTRAS = "{root}[appwrite,emulator,testing]"
TOOLS = ["pytest-xdist==3.8.0", "uvicorn==0.54.0"]
#: The tests, but for a browser's visit and the long matrix of faults: `make test` has played those,
#: and what a network does to a request it does to all versions.
TESTS = (
    *("-m", "pytest", "--quiet", "--numprocesses", "2"),
    *("--ignore", "tests/browser", "--ignore", "tests/integration/faults/test_matrix.py"),
)
#: Pythons to try the newest of everything on, the newest first.
NEWEST = ("3.14", "3.13", "3.12")

#: name: Pythons, the preferred first; how versions are resolved; what is pinned beyond that.
ENDS = {
    # The lower bounds in pyproject.toml, every one of them.
    "oldest": (("3.10", "3.11"), "lowest-direct", []),
    "newest": (NEWEST, "highest", []),
}
BETWEEN = {
    "django-4.2": (("3.11",), "highest", ["Django==4.2.*", "appwrite==13.*"]),
    "django-5.0": (("3.12",), "highest", ["Django==5.0.*", "appwrite==15.*"]),
    "django-5.1": (("3.12",), "highest", ["Django==5.1.*", "appwrite==16.*"]),
    "django-5.2": (("3.11",), "highest", ["Django==5.2.*", "appwrite==19.*"]),
    "django-6.0": (("3.12",), "highest", ["Django==6.0.*", "appwrite==23.*"]),
}


def main() -> int:
    """Return 0 if every environment this machine can make passes the tests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="what lies between the ends, too")
    parser.add_argument("names", nargs="*", help=f"of {', '.join({**ENDS, **BETWEEN})}")
    told = parser.parse_args()
    chosen = {**ENDS, **BETWEEN} if told.all or told.names else ENDS
    failed, tried = [], 0
    for name, (pythons, resolution, pins) in chosen.items():
        if told.names and name not in told.names:
            continue
        python = next(filter(None, map(interpreter, pythons)), None)
        if python is None:
            say(f"{name}: skipped, there is no Python {' or '.join(pythons)} on this machine")
        else:
            tried += 1
            failed += [] if passes(name, python, resolution, pins) else [name]
    say(f"{tried} tried, failed: {', '.join(failed) or 'none'}")
    return 1 if failed or not tried else 0


def passes(name: str, python: str, resolution: str, pins: list[str]) -> bool:
    """Make one environment and run the tests in it."""
    folder = PLACE / name
    shutil.rmtree(folder, ignore_errors=True)
    uv = [sys.executable, "-m", "uv"]
    inside = folder / "bin" / "python"
    say(f"{name}: {python}, {resolution}, {' '.join(pins) or 'nothing pinned'}")
    return all(
        run(*command)
        for command in (
            [*uv, "venv", "--quiet", "--python", python, str(folder)],
            [
                *(*uv, "pip", "install", "--quiet", "--python", str(inside)),
                *("--resolution", resolution, EXTRAS.format(root=ROOT), *TOOLS, *pins),
            ],
            [str(inside), *TESTS],
        )
    )


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
        if started.returncode == 0 and version in started.stdout.decode():
            return candidate
    return None


def run(*command: str) -> bool:
    """Run a command and return whether it succeeded."""
    return subprocess.run(command, check=False, cwd=ROOT).returncode == 0  # noqa: S603 - our own commands


def say(text: str) -> None:
    """Print a line at once, between the lines of what is run."""
    print(text, flush=True)  # noqa: T201 - a command's output


if __name__ == "__main__":
    sys.exit(main())
