"""
Run the tests on the oldest and the newest of everything that is supported.

`python .ci/matrix.py` runs the two ends; `--all` also what lies between; a name, such as `oldest`,
that one. `--write` writes what is known to docs/matrix.md. A Python that this machine does not
have is named and left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import results
from environments import ENDS, ENVIRONMENTS, EXTRAS, Environment, found
from installed import PACKAGE, Installed, normal, off_bounds

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".venvs"
KEPT = PLACE / "results.json"
PAGE = ROOT / "docs" / "matrix.md"
WITH_ALL = f"{PACKAGE}[{','.join(EXTRAS)}] @ {ROOT.as_uri()}"
TOOLS = ["pytest-xdist==3.8.0", "uvicorn==0.54.0"]
#: The tests, but for a browser's visit and those marked ``once``: `make test` has played them, and
#: what a network does to a request, say, it does to all versions.
TESTS = (
    *("-m", "pytest", "--quiet", "--numprocesses", "2"),
    *("--ignore", "tests/browser", "-m", "not once"),
)


def main() -> int:
    """Return 0 if every environment this machine can make passes the tests, if only none."""
    told = arguments()
    there = [each for each in told.environments if found(each.name, each.pythons)]
    tried = {each.name: passes(each) for each in there}
    if told.write:
        PAGE.write_text(results.table(results.read(KEPT), ENVIRONMENTS), "utf-8")
    failed = [name for name, passed in tried.items() if not passed]
    say(f"{len(tried)} tried, failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    """Return what the command line asks for, with the environments it names."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = {each.name: each for each in ENVIRONMENTS}
    parser.add_argument("--all", action="store_true", help="what lies between the ends, too")
    parser.add_argument(
        "--write", action="store_true", help="write what is known to docs/matrix.md"
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(known)}")
    told = parser.parse_args()
    strangers = [name for name in told.names if name not in known]
    if strangers:
        parser.error(f"there is no {', '.join(strangers)}; there are {', '.join(known)}")
    nothing_asked = () if told.write else ENDS
    names = known if told.all else told.names or nothing_asked
    told.environments = [known[name] for name in names]
    return told


def passes(environment: Environment) -> bool:
    """Make one environment, run the tests in it and keep what came of it."""
    results.forget(environment.name, KEPT)
    python = made(environment)
    if python is None:
        return False
    installed = Installed.by(python)
    wrong = off_bounds(installed) if environment.at_bounds else []
    if wrong:
        say("\n  ".join(["Not at the lower bounds:", *wrong]))
        return False
    junit = PLACE / f"{environment.name}.xml"
    junit.unlink(missing_ok=True)
    passed = run(python, *TESTS, f"--junit-xml={junit}")
    if junit.exists():
        results.keep(result(environment.name, installed, junit), KEPT)
    return passed


def made(environment: Environment) -> Path | None:
    """Make an environment; return its Python, or None if what it asks for cannot be had."""
    folder = PLACE / environment.name
    shutil.rmtree(folder, ignore_errors=True)
    uv = [sys.executable, "-m", "uv"]
    python = folder / "bin" / "python"
    chosen = environment.interpreter()
    pins = " ".join(environment.pins) or "nothing pinned"
    say(f"{environment.name}: {chosen}, {environment.resolution}, {pins}")
    done = run(*uv, "venv", "--quiet", "--python", chosen, folder) and run(
        *(*uv, "pip", "install", "--quiet", "--python", python),
        *("--resolution", environment.resolution, WITH_ALL, *TOOLS, *environment.pins),
    )
    return python if done else None


def result(name: str, installed: Installed, junit: Path) -> results.Result:
    """Return what came of one environment."""
    passed, failed, skipped = results.counts(junit)
    declared = sorted({normal(each.split(";")[0].split(">")[0]) for each in installed.requires})
    return results.Result(
        name=name,
        day=dt.datetime.now(dt.timezone.utc).date().isoformat(),
        python=installed.python,
        django=installed.version("django"),
        sdk=installed.version("appwrite"),
        passed=passed,
        failed=failed,
        skipped=skipped,
        others={
            each: installed.version(each) for each in declared if each not in {"appwrite", "django"}
        },
    )


def run(*command: object) -> bool:
    """Run a command and return whether it succeeded."""
    parts = [str(part) for part in command]
    return subprocess.run(parts, check=False, cwd=ROOT).returncode == 0  # noqa: S603 - our own commands


def say(text: str) -> None:
    """Print a line at once, between the lines of what is run."""
    print(text, flush=True)  # noqa: T201 - a command's output


if __name__ == "__main__":
    sys.exit(main())
