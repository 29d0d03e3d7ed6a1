"""
Run the fault matrix, whole, and print the counts.

``python -m tests.integration.faults [--only TEXT]``; with APPWRITE_TEST_ENDPOINT and so on
against the server they name. Exits with 1 if anything happened that must not.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.conftest import serving
from tests.integration.faults.bench import on_benches
from tests.integration.faults.judging import KINDS, Verdict, judged
from tests.integration.faults.matrix import cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.integration.faults.bench import Bench
    from tests.integration.faults.matrix import Case

#: Cases at once: of those that keep the processor busy, and of those that mostly wait.
_BUSY, _WAITING = 2, 18


def main() -> int:
    """Run it and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.integration.faults")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose title has it")
    only = parser.parse_args().only
    # The storages say what they make of the trouble; here the verdicts matter.
    logging.getLogger("cloud_storages").setLevel(logging.CRITICAL)
    chosen = [case for case in cases(thorough=True) if only in str(case)]
    with serving() as server, on_benches(server, _WAITING) as benches:
        verdicts = [
            *_reported(benches[:_BUSY], (case for case in chosen if not case.trouble.silent)),
            *_reported(benches, (case for case in chosen if case.trouble.silent)),
        ]
    return _summed_up(verdicts)


def _reported(benches: list[Bench], group: Iterable[Case]) -> list[Verdict]:
    """Play cases; print what happened in them that must not."""
    verdicts = []
    for verdict in judged(benches, group):
        verdicts.append(verdict)
        for problem in verdict.problems:
            sys.stdout.write(f"{problem.kind}: {verdict.case}: {problem.what}\n")
            sys.stdout.flush()
    return verdicts


def _summed_up(verdicts: list[Verdict]) -> int:
    counts = Counter(problem.kind for verdict in verdicts for problem in verdict.problems)
    write = sys.stdout.write
    write(f"{'cases':8} {len(verdicts):6}\n")
    for kind, meaning in KINDS.items():
        write(f"{kind:8} {counts[kind]:6}   {meaning}\n")
    if verdicts:
        slowest = max(verdicts, key=lambda verdict: verdict.seconds)
        write(f"slowest  {slowest.seconds:6.1f}   seconds: {slowest.case}\n")
    return 1 if counts or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
