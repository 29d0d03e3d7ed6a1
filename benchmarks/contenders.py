"""Who takes part, and the environment each runs in."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parent.parent
_PLACE = ROOT / ".venvs"
_TELL_VERSIONS = """
import sys
from importlib.metadata import version
for name in sys.argv[1:]:
    print(version(name))
"""
#: What the worker itself needs, and what contenders share, as this package has it.
_SHARED = ("attrs", "Django", "Pillow")


@attrs.frozen
class Environment:
    """
    A virtual environment.

    Attributes:
        name: of its folder; None is the environment this runs in.
        pins: what is installed, exactly.
        same: what is installed in the version this environment has.

    """

    name: str | None = None
    pins: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return Path(sys.executable) if self.name is None else _PLACE / self.name / "bin" / "python"

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables of a process in it: none that would lend it our packages."""
        variables = dict(os.environ)
        if self.name is not None:
            variables.pop("PYTHONPATH", None)
        return variables

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is installed, with versions."""
        return (*self.pins, *(f"{name}=={version(name)}" for name in self.same))

    def prepare(self) -> None:
        """
        Make it, unless it is there as it should be.

        Raises:
            subprocess.CalledProcessError: uv cannot; it has said why.

        """
        if self.name is None:
            return
        wanted = "\n".join((sys.version, *self.requirements))
        note = _PLACE / self.name / "wanted"
        if note.exists() and note.read_text() == wanted:
            return
        uv = (sys.executable, "-m", "uv")
        folder = _PLACE / self.name
        _run(*uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        _run(*uv, "pip", "install", "--quiet", "--python", self.python, *self.requirements)
        note.write_text(wanted)

    def versions(self, *names: str) -> dict[str, str]:
        """Return the versions of some packages in it."""
        told = subprocess.run(
            [self.python, "-c", _TELL_VERSIONS, *names],
            check=True,
            capture_output=True,
            text=True,
            env=self.variables,
        )
        return dict(zip(names, told.stdout.split(), strict=True))


@attrs.frozen
class Contender:
    """
    One who takes part.

    Attributes:
        name: as on the command line.
        title: as in tables.
        server: ``appwrite`` or ``s3``.
        environment: where it runs.
        packages: whose versions are told.

    """

    name: str
    title: str
    server: str
    environment: Environment
    packages: tuple[str, ...] = ()


#: django-storages, and moto it talks to.
S3 = Environment(
    "bench-s3",
    pins=("django-storages==1.14.6", "boto3==1.44.5", "moto[server]==5.2.5"),
    same=(*_SHARED, "cheroot"),
)
#: Its newest SDK: it asks for any from 2 on, and what fails with this one fails with every one.
OLD = Environment(
    "bench-1.2.5",
    pins=("django-cloud-storages==1.2.5",),
    same=(*_SHARED, "appwrite", "requests"),
)
#: Draws the charts.
CHARTS = Environment("bench-charts", pins=("matplotlib==3.11.2",))

THIS = "this"
FLOOR = "floor"
CONTENDERS = (
    Contender(FLOOR, "floor", "appwrite", Environment()),
    Contender(THIS, "this package", "appwrite", Environment(), ("django-cloud-storages",)),
    Contender("1.2.5", "1.2.5", "appwrite", OLD, ("django-cloud-storages", "appwrite", "requests")),
    Contender("s3", "S3Storage", "s3", S3, ("django-storages", "boto3", "moto")),
)


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)
