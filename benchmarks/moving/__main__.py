"""
Move a site's files from disk to Appwrite, kill whoever does it, and count what came of it.

Prints a table, and exits with 1 if anything was lost or copied twice. With --keep it writes
benchmarks/results/moving.json and moving.md, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.moving.trial import Ran, Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = Path(__file__).resolve().parent.parent / "results"
_CHUNK = 5 * 1024 * 1024
_MEGABYTE = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit status."""
    options = _parser().parse_args(arguments)
    size = options.files, options.large * _MEGABYTE
    found: dict[str, Any] = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, shared by"
        " everything",
        "Python": platform.python_version(),
        "Django": version("Django"),
        "files": options.files,
        "large": size[1],
        "delay": options.delay,
        "trials": {},
    }
    trials = {"straight": _straight, "killed": _killed, "tasks": _tasks}
    for name in options.only or trials:
        sys.stderr.write(f"{name}\n")
        found["trials"][name] = trials[name](*size, options.workers, options.delay)
    sys.stdout.write(_table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    if options.keep:
        (RESULTS / "moving.json").write_text(json.dumps(found, indent=2) + "\n")
        (RESULTS / "moving.md").write_text(_table(found))
    return 0 if all(trial.get("right", True) for trial in found["trials"].values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.moving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--files", type=int, default=20_000, help="small ones, of 1 to 10 kB (%(default)s)")
    add("--large", type=int, default=300, metavar="MB", help="size of the large one (%(default)s)")
    add("--workers", type=int, default=8, help="of the command (%(default)s)")
    add(
        "--delay",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="that each upload takes more, as if the server was far",
    )
    add("--only", nargs="+", choices=("straight", "killed", "tasks"), help="not all three")
    add("--json", type=Path, metavar="FILE", help="write what was measured there, too")
    add("--keep", action="store_true", help="write benchmarks/results/, too")
    return parser


def _straight(files: int, large: int, workers: int, delay: float) -> dict[str, Any]:
    """Measure it undisturbed, beside ``cp -r``, and with one worker."""
    found: dict[str, Any] = {}
    with Trial(files, large, delay) as trial:
        found["cp -r"] = {"seconds": _copied(trial.media)}
        found[f"{workers} workers"] = _measured(trial, workers, "--keep-rows")
        found["again, nothing changed"] = _measured(trial, workers, "--keep-rows")
        found["the rows"] = _measured(trial, workers)
    with Trial(files, large, delay) as trial:
        found["1 worker"] = _measured(trial, 1, "--keep-rows")
    return found


def _measured(trial: Trial, workers: int, *options: str) -> dict[str, Any]:
    ran, told = trial.migrated("--workers", str(workers), *options)
    counted = ("copied", "skipped", "rows_updated", "failed")
    return {
        "seconds": ran.seconds,
        "peak": ran.peak,
        **{figure: told[figure] for figure in counted},
    }


def _killed(files: int, large: int, workers: int, delay: float) -> dict[str, Any]:
    """Kill it in the middle of the large file, and in the middle of the small ones."""
    command = ("storage_migrate", "old", "default", "--workers", str(workers))
    peaks = []
    with Trial(files, large, delay) as trial:
        held = trial.hold(films=max(1, _chunks(large) // 4), photos=files // 4)
        first = trial.manage(*command)
        trial.until_answered(first, held)
        peaks.append(first.kill())
        held = trial.hold(photos=files // 2)
        second = trial.manage(*command)
        trial.until_answered(second, held)
        peaks.append(second.kill())
        trial.hold()
        ran, told = trial.migrated("--workers", str(workers))
        return _judged(trial, files, large, [*peaks, ran], told)


def _tasks(files: int, large: int, workers: int, delay: float) -> dict[str, Any]:
    """Let two workers of the site do it, kill one, enqueue again, and prove it."""
    worker = ("db_worker", "--batch", "--interval", "0.1", "--no-startup-delay", "--no-reload")
    enqueue = ("--enqueue", "--batch", str(max(1, min(200, files // 4))))
    with Trial(files, large, delay, tasks=True) as trial:
        began = time.perf_counter()
        _, handed = trial.migrated(*enqueue, "--workers", str(workers))
        # The first batch is that of the large file.
        held = trial.hold(films=max(1, _chunks(large) // 2))
        first = trial.manage(*worker, "--worker-id", "w1")
        trial.until_answered(first, held)
        second = trial.manage(*worker, "--worker-id", "w2")
        trial.until_answered(second, {"photos": 1})
        killed, survivor = first.kill(), second.wait()
        trial.hold()
        seconds = time.perf_counter() - began
        _, again = trial.migrated(*enqueue, "--take-over", "--workers", str(workers))
        last = trial.manage(*worker, "--worker-id", "w3").wait()
        ran, told = trial.migrated("--workers", str(workers))
        return {
            **_judged(trial, files, large, [killed, survivor, last, ran], told),
            "enqueued": handed["enqueued"],
            "enqueued again": again["enqueued"],
            "copied by the last run": told["copied"],
            "skipped by the last run": told["skipped"],
            "seconds of the pair": seconds,
        }


def _judged(
    trial: Trial, files: int, large: int, runs: list[Ran], told: dict[str, Any]
) -> dict[str, Any]:
    stored, judged = trial.stored(), trial.judged()
    return {
        "codes": [ran.code for ran in runs],
        "seconds": [ran.seconds for ran in runs],
        "peak": max(ran.peak for ran in runs),
        "stored": stored,
        "chunks needed": _chunks(large),
        "judged": judged,
        "failed": told["failed"],
        "right": (
            told["ok"]
            and judged == {"rows": files + 1, "right": files + 1, "files": files + 1}
            and stored["small"] == files
        ),
    }


def _chunks(size: int) -> int:
    return -(-size // _CHUNK)


def _copied(media: Path) -> float:
    """Return how many seconds ``cp -r`` takes."""
    other = media.with_name("copy")
    began = time.perf_counter()
    subprocess.run(["cp", "-r", media, other], check=True)  # noqa: S607 - the one of the system
    seconds = time.perf_counter() - began
    shutil.rmtree(other)
    return seconds


def _table(found: dict[str, Any]) -> str:
    files, large, trials = found["files"], found["large"], found["trials"]
    told = f"""{files} files of 1 to 10 kB and one of {large // _MEGABYTE} MB, each renamed

{found["machine"]}; Python {found["Python"]}, Django {found["Django"]}
"""
    if "straight" in trials:
        told += _rows(trials["straight"], files + 1)
    for name in ("killed", "tasks"):
        if name in trials:
            told += _account(name, trials[name])
    return told


def _rows(straight: dict[str, Any], files: int) -> str:
    told = "\n| | seconds | files/s | peak memory |\n|---|---|---|---|\n"
    for title, measured in straight.items():
        seconds = measured["seconds"]
        peak = f"{measured['peak'] / _MEGABYTE:.0f} MB" if "peak" in measured else ""
        told += f"| {title} | {seconds:.1f} | {files / seconds:.0f} | {peak} |\n"
    return told


def _account(name: str, trial: dict[str, Any]) -> str:
    stored, judged = trial["stored"], trial["judged"]
    told = f"""
{name}: exit codes {trial["codes"]}, {sum(trial["seconds"]):.1f} s altogether, peak memory
{trial["peak"] / _MEGABYTE:.0f} MB

- {judged["right"]} of {judged["rows"]} rows open their own file; the storage has {judged["files"]}
- the server stored {stored["small"]} small files, and {stored["chunks"]} chunks where
  {trial["chunks needed"]} are needed once; it refused {stored["refused"]}
"""
    if name == "tasks":
        told += f"""- enqueued {trial["enqueued"]}, after the kill {trial["enqueued again"]} again;
  the run that proves it copied {trial["copied by the last run"]}
"""
    return told


if __name__ == "__main__":
    sys.exit(main())
