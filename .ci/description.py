"""What the package tells of itself: names, versions, links, the page on the package index."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from environments import ENVIRONMENTS, EXTRAS, NEWER_EXTRAS
from packaging.metadata import Metadata
from packaging.specifiers import SpecifierSet

if TYPE_CHECKING:
    from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LINKS = {"Documentation", "Source", "Issues", "Changelog", "Security"}
_RELATIVE = re.compile(r"\]\((?!https?://|#)([^)]*)\)")


def problems(wheel: Path) -> list[str]:
    """Return a sentence for each thing that the metadata of a wheel should not say, or should."""
    told = metadata_of(wheel)
    return [*wrong_facts(told), *wrong_classifiers(told), *wrong_page(told)]


def metadata_of(wheel: Path) -> Metadata:
    """
    Return the metadata of a wheel.

    Raises:
        ExceptionGroup: a field is against the specification of core metadata.

    """
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


def wrong_facts(told: Metadata) -> list[str]:
    """Return what is wrong with version, extras, licence and links."""
    wrong = []
    newest = re.search(
        r"^## \[?([^\s\]]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    if newest is None or newest[1] not in {str(told.version), "Unreleased"}:
        wrong.append(f"The changelog does not begin with version {told.version}.")
    extras = {*EXTRAS, *NEWER_EXTRAS}
    if set(told.provides_extra or ()) != extras:
        wrong.append(f"The extras are {told.provides_extra}; those tried are {sorted(extras)}.")
    if told.license_expression != "MIT" or told.license_files != ["LICENSE"]:
        wrong.append("The licence is not told.")
    if set(told.project_urls or ()) != LINKS:
        wrong.append(f"The links are {sorted(told.project_urls or ())} instead of {sorted(LINKS)}.")
    return wrong


def wrong_classifiers(told: Metadata) -> list[str]:
    """Return what the classifiers claim and the matrix does not try, and the reverse."""
    classifiers = told.classifiers or []
    pythons = versions(classifiers, "Programming Language :: Python")
    djangos = versions(classifiers, "Framework :: Django")
    tried = {version for each in ENVIRONMENTS for version in each.pythons}
    pinned = {pin[8:-2] for each in ENVIRONMENTS for pin in each.pins if pin.startswith("Django==")}
    # The ends have no pins: the oldest is the package's own bound, the newest whatever there is.
    oldest, newest = min(djangos, key=numbers), max(djangos, key=numbers)
    wrong = []
    if pythons != tried:
        wrong.append(f"Classifiers name Python {sorted(pythons)}, the matrix {sorted(tried)}.")
    if str(told.requires_python) != f">={min(pythons, key=numbers)}":
        wrong.append(f"Requires-Python is {told.requires_python}, which is not the oldest.")
    if djangos != pinned | {oldest, newest}:
        wrong.append(f"Classifiers name Django {sorted(djangos)}, the matrix {sorted(pinned)}.")
    if SpecifierSet(f">={oldest}") not in (each.specifier for each in django(told)):
        wrong.append(f"Django {oldest} is the oldest by the classifiers, not by the dependencies.")
    if "Typing :: Typed" not in classifiers:
        wrong.append("No classifier tells that the package is typed.")
    return wrong


def wrong_page(told: Metadata) -> list[str]:
    """Return what would be broken on the page of the package index."""
    page = told.description or ""
    if told.description_content_type != "text/markdown" or not page.startswith("# "):
        return ["The README is not what the package index shows."]
    return [
        f"A link on the package index leads nowhere: {each}" for each in _RELATIVE.findall(page)
    ]


def versions(classifiers: list[str], what: str) -> set[str]:
    """Return the versions with a minor part that classifiers name."""
    found = (re.fullmatch(rf"{what} :: (\d+\.\d+)", each) for each in classifiers)
    return {each[1] for each in found if each}


def django(told: Metadata) -> list[Requirement]:
    """Return what is required of Django."""
    return [each for each in told.requires_dist or () if each.name.lower() == "django"]


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as numbers, which compare as versions do."""
    return tuple(map(int, version.split(".")))
