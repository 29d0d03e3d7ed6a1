"""
Build the package, look at what is in it, and run the tests against the wheel alone.

The tests run on the newest Python of this machine with the newest of everything the wheel asks for.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from matrix import NEWEST, TESTS, interpreter

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FILES = {".py", ".typed"}
SDIST_EXTRAS = {"LICENSE", "PKG-INFO", "README.md", "CHANGELOG.md", "pyproject.toml", ".gitignore"}


def main() -> int:
    """Return 0 if the wheel holds what it should, and the tests pass on it."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        run(sys.executable, "-m", "build", "--outdir", place / "dist", ROOT)
        wheel, sdist = one(place / "dist", "*.whl"), one(place / "dist", "*.tar.gz")
        strangers = [*wheel_strangers(wheel), *sdist_strangers(sdist)]
        if strangers:
            print("These do not belong into the package:", *strangers, sep="\n  ")  # noqa: T201 - a command's output
            return 1
        test(place, wheel)
    return 0


def wheel_strangers(wheel: Path) -> list[str]:
    """Return the names in the wheel that are neither code of the package nor its metadata."""
    names = zipfile.ZipFile(wheel).namelist()
    return [name for name in names if not (is_code(Path(name)) or ".dist-info/" in name)]


def sdist_strangers(sdist: Path) -> list[str]:
    """Return the names in the sdist that are neither code nor one of the named files."""
    with tarfile.open(sdist) as archive:
        names = [Path(*Path(each.name).parts[1:]) for each in archive if each.isfile()]
    return [
        str(name)
        for name in names
        if str(name) not in SDIST_EXTRAS and not is_code(Path(*name.parts[1:]))
    ]


def is_code(path: Path) -> bool:
    """Whether a path is a file that the installed package needs."""
    return path.parts[:1] == ("cloud_storages",) and path.suffix in PYTHON_FILES


def test(place: Path, wheel: Path) -> None:
    """Run the tests in an environment that has the wheel and not the source tree."""
    python = place / "venv" / "bin" / "python"
    newest = next(filter(None, map(interpreter, NEWEST)), sys.executable)
    run(newest, "-m", "venv", place / "venv")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pip==26.3")
    run(
        *(python, "-m", "pip", "install", "--quiet", f"{wheel}[appwrite,emulator,testing]"),
        *("--group", f"{ROOT / 'pyproject.toml'}:test"),
    )
    for folder in ("tests", "demo", "benchmarks"):
        shutil.copytree(ROOT / folder, place / "work" / folder)
    shutil.copy(ROOT / "pyproject.toml", place / "work")
    run(python, *TESTS, cwd=place / "work")


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
