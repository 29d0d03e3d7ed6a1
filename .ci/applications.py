"""
Run the tests of docs/applications.md, in an environment that has those applications.

Their newest versions that are pinned in pyproject.toml, on the newest Python of this machine.
Arguments are handed on to pytest, such as `-k wagtail`.
"""

from __future__ import annotations

import os
import shutil
import sys

from environments import NEWEST, found
from matrix import PLACE, ROOT, run

FOLDER = PLACE / "applications"


def main() -> int:
    """Return 0 if the applications work on this package."""
    python = found("applications", NEWEST)
    if python is None:
        return 0
    shutil.rmtree(FOLDER, ignore_errors=True)
    uv = (sys.executable, "-m", "uv")
    inside = str(FOLDER / "bin" / "python")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.applications.settings"
    passed = all(
        run(*command)
        for command in (
            (*uv, "venv", "--quiet", "--python", python, str(FOLDER)),
            (
                *(*uv, "pip", "install", "--quiet", "--python", inside),
                *("--editable", f"{ROOT}[appwrite,emulator,testing]"),
                *("--group", f"{ROOT / 'pyproject.toml'}:applications"),
            ),
            (inside, "-m", "pytest", "tests/applications", *sys.argv[1:]),
        )
    )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
