"""
What is installed beside the package, and whether that is its lower bounds.

Run by the Python of an environment, which has the standard library for sure and no more, this
prints as JSON what ``Installed`` is made of.
"""

from __future__ import annotations

import json
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

PACKAGE = "django-cloud-storages"


class Installed(NamedTuple):
    """
    What an environment has.

    Attributes:
        python: its version.
        versions: of each distribution, by its normal name.
        requires: what the package asks for, in every extra.

    """

    python: str
    versions: dict[str, str]
    requires: list[str]

    @classmethod
    def by(cls, python: Path) -> Installed:
        """Return what the environment of an interpreter has."""
        command = [str(python), str(Path(__file__))]
        told = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
        return cls(**json.loads(told.stdout))

    def version(self, name: str) -> str:
        """Return the version of a distribution, or what says that there is none."""
        return self.versions.get(normal(name), "missing")


def off_bounds(installed: Installed) -> list[str]:
    """Return a sentence for each dependency that is not installed at its lower bound."""
    # Not in the standard library, so not where the environment's own Python runs this.
    from environments import NEWER_EXTRAS  # noqa: PLC0415
    from packaging.requirements import Requirement  # noqa: PLC0415
    from packaging.version import Version  # noqa: PLC0415

    wrong = []
    for text in installed.requires:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker and any(marker.evaluate({"extra": extra}) for extra in NEWER_EXTRAS):
            continue
        bounds = [each.version for each in requirement.specifier if each.operator == ">="]
        found = installed.version(requirement.name)
        if len(bounds) != 1:
            wrong.append(f"{text}: has no lower bound")
        elif found == "missing" or Version(found) != Version(bounds[0]):
            wrong.append(f"{text}: {found} is installed")
    return wrong


def normal(name: str) -> str:
    """Return the name of a distribution as every spelling of it is compared."""
    return name.lower().replace("_", "-").replace(".", "-")


def _own() -> Installed:
    return Installed(
        python=platform.python_version(),
        versions={normal(each.metadata["Name"]): each.version for each in metadata.distributions()},
        requires=metadata.requires(PACKAGE) or [],
    )


if __name__ == "__main__":
    print(json.dumps(_own()._asdict()))  # noqa: T201 - a command's output
