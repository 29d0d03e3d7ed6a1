"""What may be in the wheel and in the sdist, and what must be."""

from __future__ import annotations

import re
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Code, and the mark that it is typed. A new kind of file is named here before it is shipped.
CODE = r"cloud_storages/([a-z0-9_]+/)*([a-z0-9_]+\.py|py\.typed)"
METADATA = (
    r"django_cloud_storages-[^/]+\.dist-info/"
    r"(METADATA|RECORD|WHEEL|entry_points\.txt|licenses/LICENSE)"
)
#: What makes pytest find its plugin.
ENTRY_POINTS = "entry_points.txt"
#: ``.gitignore`` is there because hatchling puts it there, so that what is built of the sdist is
#: what was built of the repository.
BESIDE = r"(CHANGELOG\.md|LICENSE|PKG-INFO|README\.md|SECURITY\.md|pyproject\.toml|\.gitignore)"


def problems(wheel: Path, sdist: Path) -> list[str]:
    """Return a sentence for each file that should not be in a distribution, or should be."""
    code = {path.relative_to(ROOT / "src").as_posix() for path in source()}
    entry_points = {name for name in in_wheel(wheel) if name.endswith(f"/{ENTRY_POINTS}")}
    beside = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "SECURITY.md", "pyproject.toml"}
    return [
        *compared("The wheel", in_wheel(wheel), rf"{CODE}|{METADATA}", code),
        *(() if entry_points else (f"The wheel lacks {ENTRY_POINTS}.",)),
        *compared(
            "The sdist",
            in_sdist(sdist),
            rf"src/{CODE}|{BESIDE}",
            {*beside, *(f"src/{name}" for name in code)},
        ),
    ]


def compared(what: str, names: set[str], allowed: str, needed: set[str]) -> list[str]:
    """Return a sentence for each name that is not allowed, and for each that is missing."""
    strangers = sorted(name for name in names if not re.fullmatch(allowed, name))
    return [
        *(f"{what} has {name}, which does not belong there." for name in strangers),
        *(f"{what} lacks {name}." for name in sorted(needed - names)),
    ]


def source() -> list[Path]:
    """Return the files of the source that must be shipped."""
    package = ROOT / "src" / "cloud_storages"
    return [*package.rglob("*.py"), package / "py.typed"]


def in_wheel(wheel: Path) -> set[str]:
    """Return the names of the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def in_sdist(sdist: Path) -> set[str]:
    """Return the names of the files in an sdist, without the directory that holds them all."""
    with tarfile.open(sdist) as archive:
        return {each.name.partition("/")[2] for each in archive if not each.isdir()}
