"""Find out, and write the page."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import platform
import secrets
import sys
from pathlib import Path

import attrs

from benchmarks import servers
from benchmarks.conformance.table import Column, page
from benchmarks.contenders import ROOT, S3, Environment
from benchmarks.processes import Process

#: As the benchmarks have it, and what the suite needs.
_S3 = Environment("conformance-s3", S3.pins, (*S3.same, "hypothesis"))
_HERE = Environment()
_OURS = ("django-cloud-storages", "appwrite")
_EACH = ("Django", "hypothesis")
#: Seconds that one storage may take; a broken promise is shrunk.
_PATIENCE = 900


@attrs.frozen
class _Judged:
    """
    A storage to be judged.

    Attributes:
        name: as the judge knows it.
        title: as people call it.
        packages: whose versions are told.
        environment: where it runs.
        server: ``appwrite``, ``s3`` or none.

    """

    name: str
    title: str
    packages: tuple[str, ...] = ()
    environment: Environment = _HERE
    server: str = ""


_STORAGES = (
    _Judged("disk", "FileSystemStorage"),
    _Judged("djangos-memory", "Django's InMemoryStorage"),
    _Judged("s3", "S3Storage on moto", ("django-storages", "boto3", "moto"), _S3, "s3"),
    _Judged("memory", "this package, in memory", _OURS[:1]),
    _Judged("appwrite", "this package, on the emulator", _OURS, server="appwrite"),
)


def main() -> int:
    """Return 0 once the page is written."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conformance", description=__doc__)
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "docs" / "conformance.md",
        help="where to write the page, such as docs/conformance.md, which is the default",
    )
    told = parser.parse_args()
    columns = [_column(storage) for storage in _STORAGES]
    told.output.write_text(page(columns, dt.datetime.now(dt.timezone.utc).date()))
    return 0


def _column(storage: _Judged) -> Column:
    sys.stderr.write(f"{storage.title}\n")
    storage.environment.prepare()
    with contextlib.ExitStack() as stack:
        task = {"storage": storage.name, **_address(stack, storage)}
        process = Process(
            storage.environment,
            "benchmarks.conformance.judge",
            variables={"PYTHONPATH": str(ROOT / "src")},
            patience=_PATIENCE,
        )
        verdicts = stack.enter_context(process).ask(task)
    packages = storage.environment.versions(*_EACH, *storage.packages)
    return Column(storage.title, {"Python": platform.python_version(), **packages}, verdicts)


def _address(stack: contextlib.ExitStack, storage: _Judged) -> dict[str, str]:
    key = f"standard_{secrets.token_hex(32)}"
    if storage.server == "s3":
        return attrs.asdict(servers.s3(stack, storage.environment, key).access)
    if storage.server == "appwrite":
        return attrs.asdict(servers.appwrite(stack, _HERE, key).access)
    return {}


if __name__ == "__main__":
    sys.exit(main())
