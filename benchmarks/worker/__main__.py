"""
``python -m benchmarks.worker``: do one work in one process.

Three lines of JSON cross the pipes: the task comes in; ``{"ready": true}`` goes out once everything
is prepared and warm, and the work waits for a line; the outcome goes out, and the process waits for
the end of its standard input, so that its memory can be looked at. An outcome is ``seconds`` and
``notes``, or ``failed`` with the reason. What a library prints goes to the standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from io import TextIOWrapper


def main() -> None:
    """Do what the first line of the standard input says."""
    # a file of our own, so that no print of a library gets between the lines
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    told = json.loads(sys.stdin.readline())
    outcome = _outcome(told, lambda: _say(out, {"ready": True}))
    _say(out, outcome)
    sys.stdin.read()


def _outcome(told: dict[str, str], ready: Callable[[], None]) -> dict[str, object]:
    try:
        module = "start_up" if told["work"] == "start-up" else "works"
        work = import_module(f"benchmarks.worker.{module}").prepared(told)
        ready()
        if not sys.stdin.readline():
            sys.exit("nobody waits for this work any more")
        if told.get("profile"):
            profiling = import_module("benchmarks.worker.profiling")
            return dict(profiling.profiled(work))
        begun = time.perf_counter()
        notes = work()
        return {"seconds": time.perf_counter() - begun, "notes": notes or {}}
    except Exception as error:  # noqa: BLE001 - a contender may fail in any way; that is a result
        text = " ".join(str(error).split())
        return {"failed": f"{type(error).__name__}: {text}"}


def _say(out: TextIOWrapper, message: dict[str, object]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
