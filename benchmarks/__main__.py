"""
Measure this package beside its rivals and beside the least that could be done.

Sets up what it needs, runs everything on this machine, prints tables and whether the targets are
reached. A complete run also writes benchmarks/results/. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from benchmarks import report
from benchmarks.contenders import CHARTS, CONTENDERS, THIS, Contender
from benchmarks.plan import QUICK, WORKS, Latency, Plan, Sizes
from benchmarks.processes import Ended
from benchmarks.results import Results
from benchmarks.running import CannotDo, Field, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = Path(__file__).resolve().parent / "results"
_MEGABYTE = 1_000_000
_ROUND_TRIPS = [0, 20]
_REPEATS = 3
_SHARED = ("Django", "attrs", "appwrite", "requests", "urllib3", "cheroot", "Pillow")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.profile:
            return _profile(options)
        return _measure(options)
    except (subprocess.CalledProcessError, Ended) as error:
        sys.stderr.write(f"benchmarks: error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    works = [work.name for work in WORKS]
    add = parser.add_argument
    add("--only", nargs="+", choices=works, metavar="WORK", help=f"of {', '.join(works)}")
    names = [contender.name for contender in CONTENDERS]
    add("--contenders", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    add(
        *("--latency", "--latencies"),
        nargs="+",
        type=_milliseconds,
        default=_ROUND_TRIPS,
        metavar="MS",
        help="added round-trip times in milliseconds (default: 0 20)",
    )
    add("--repeat", type=_positive, default=_REPEATS, metavar="N", help="the median counts (3)")
    add("--large", type=_positive, metavar="MB", help="size of the large file (default: 500)")
    add("--quick", action="store_true", help="small sizes, once: whether it works, not how fast")
    add("--json", type=Path, metavar="FILE", help="write what was measured there, too")
    add("--profile", choices=works, metavar="WORK", help="where this package's time goes in a work")
    return parser


def _plan(options: argparse.Namespace) -> Plan:
    sizes = QUICK if options.quick else Sizes()
    if options.large:
        sizes = attrs.evolve(sizes, large=options.large * _MEGABYTE)
    chosen = [options.profile] if options.profile else options.only
    return Plan(
        works=tuple(work for work in WORKS if not chosen or work.name in chosen),
        contenders=tuple(options.contenders or (contender.name for contender in CONTENDERS)),
        latencies=tuple(Latency(milliseconds / 1000) for milliseconds in options.latency),
        sizes=sizes,
        repeats=1 if options.quick else options.repeat,
    )


def _measure(options: argparse.Namespace) -> int:
    plan = _plan(options)
    chosen = [contender for contender in CONTENDERS if contender.name in plan.contenders]
    for contender in chosen:
        _tell(f"environment of {contender.title}")
        contender.environment.prepare()
    with contextlib.ExitStack() as stack:
        _tell("servers and their files")
        found = measure(plan, Field(plan, stack), _tell)
    results = Results(tuple(found), plan.describe(), _machine(chosen))
    _tell("")
    sys.stdout.write(report.terminal(results))
    if options.json:
        options.json.write_text(results.text())
    if _is_complete(options):
        _keep(results)
    return 0


def _is_complete(options: argparse.Namespace) -> bool:
    return not (
        options.quick
        or options.only
        or options.contenders
        or options.large
        or options.latency != _ROUND_TRIPS
        or options.repeat < _REPEATS
    )


def _keep(results: Results) -> None:
    """Write what the docs show."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(results.text())
    (RESULTS / "table.md").write_text(report.markdown(results))
    CHARTS.prepare()
    subprocess.run(
        [CHARTS.python, "-m", "benchmarks.chart", RESULTS / "latest.json", RESULTS],
        check=True,
        cwd=RESULTS.parent.parent,
        env=CHARTS.variables,
    )


def _profile(options: argparse.Namespace) -> int:
    """Print where the time of one work goes."""
    plan = attrs.evolve(_plan(options), contenders=(THIS,))
    contender = next(contender for contender in CONTENDERS if contender.name == THIS)
    with contextlib.ExitStack() as stack:
        field = Field(plan, stack)
        try:
            sample = field.run(plan.works[0], contender, plan.latencies[0], profile=True)
        except CannotDo as error:
            sys.stderr.write(f"benchmarks: error: {error}\n")
            return 1
    sys.stdout.write(sample.notes["profile"])
    return 0


def _machine(contenders: list[Contender]) -> dict[str, str]:
    """Return what the figures depend on, beside the code."""
    told = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, shared by"
        " worker, proxy and server",
        "Python": platform.python_version(),
        "everywhere": ", ".join(f"{name} {version(name)}" for name in _SHARED),
    }
    for contender in contenders:
        if contender.packages:
            versions = contender.environment.versions(*contender.packages)
            told[contender.title] = ", ".join(f"{name} {it}" for name, it in versions.items())
    return told


def _milliseconds(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of milliseconds")
    return int(text)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def _tell(text: str) -> None:
    """Show what is being done, on one line of a terminal; on lines of their own elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
    elif text:
        sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
