"""
Build the package, look at what is in it, and run the tests against the wheel alone.

The tests run on the newest Python of this machine with the newest of everything the wheel asks for;
which versions these are is printed. There, too, the public API is type-checked from outside, and
each extra is tried alone. A machine without a Python that is new enough looks at the distributions
only, and says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import contents
import description
import extras
from environments import EXTRAS, NEWEST, found
from installed import PACKAGE, Installed
from matrix import TESTS, say

ROOT = Path(__file__).resolve().parent.parent
#: Whatever tests look at, but for the source: they have the wheel instead.
NOT_COPIED = shutil.ignore_patterns(
    *("src", ".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "build", "dist"),
    *("db.sqlite3", "appwrite-data"),
)
#: Ends well if the package is the one of the environment.
IS_INSTALLED = (
    "import cloud_storages, pathlib, sys;"
    "sys.exit(pathlib.Path(sys.prefix) not in pathlib.Path(cloud_storages.__file__).parents)"
)


def main() -> int:
    """Return 0 if the distributions hold what they should, and everything works with the wheel."""
    newest = found("the wheel in environments of its own", NEWEST)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        run(sys.executable, "-m", "build", "--outdir", place / "dist", ROOT)
        wheel, sdist = one(place / "dist", "*.whl"), one(place / "dist", "*.tar.gz")
        run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist)
        wrong = [
            *contents.problems(wheel, sdist),
            *description.problems(wheel),
            *(extras.problems(place / "alone", wheel, newest) if newest else []),
        ]
        if wrong:
            print("Not fit for release:", *wrong, sep="\n  ")  # noqa: T201 - a command's output
            return 1
        if newest:
            test(place, wheel, newest)
    return 0


def test(place: Path, wheel: Path, interpreter: str) -> None:
    """Check types and run the tests in an environment that has the wheel and not the source."""
    uv = (sys.executable, "-m", "uv")
    python = place / "venv" / "bin" / "python"
    work = place / "work"
    run(*uv, "venv", "--quiet", "--python", interpreter, place / "venv")
    run(
        *(*uv, "pip", "install", "--quiet", "--python", python),
        f"{PACKAGE}[{','.join(EXTRAS)}] @ {wheel.as_uri()}",
        *("--group", f"{ROOT / 'pyproject.toml'}:test"),
        *("--group", f"{ROOT / 'pyproject.toml'}:types"),
    )
    installed = Installed.by(python)
    say(f"the wheel: Python {installed.python}, Django {installed.version('django')}")
    shutil.copytree(ROOT, work, ignore=NOT_COPIED)
    run(python, "-c", IS_INSTALLED, cwd=work)
    run(python, "-m", "mypy", "--config-file", "tests/typed/mypy.ini", cwd=work)
    run(python, *TESTS, cwd=work)


def one(folder: Path, pattern: str) -> Path:
    """Return the one file of a folder that fits."""
    (found,) = folder.glob(pattern)
    return found


def run(*command: object, cwd: Path | None = None) -> None:
    """Run a command; end with its status if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=False)  # noqa: S603 - our own commands
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
