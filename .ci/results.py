"""What came of each environment of the matrix, kept between runs and shown as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from environments import Environment

INTRODUCTION = """\
# What was tried together

Written by `make matrix ARGS='--all --write'`; `.ci/environments.py` says what is tried. Each row is
an environment of its own, into which the package was installed, and in which the tests ran against
it: all but the browser's visit to the demo and those marked `once`, which do not depend on
versions. *oldest* has every dependency, those of the extras included, at the lower bound that the
package declares; that is checked before its tests begin.

| environment | Python | Django | Appwrite SDK | passed | failed | skipped | on |
|---|---|---|---|--:|--:|--:|---|
"""


@attrs.frozen
class Result:
    """
    What came of one environment.

    Attributes:
        name: of the environment.
        day: when it was tried, as an ISO date.
        python: version of Python.
        django: version of Django.
        sdk: version of Appwrite's SDK.
        passed: how many tests passed.
        failed: how many did not, errors included.
        skipped: how many were skipped or are expected to fail.
        others: versions of what else the package asks for.

    """

    name: str
    day: str
    python: str
    django: str
    sdk: str
    passed: int
    failed: int
    skipped: int
    others: dict[str, str]


def counts(junit: Path) -> tuple[int, int, int]:
    """Return how many tests passed, failed and were skipped, by pytest's XML."""
    suites = list(ET.parse(junit).iter("testsuite"))  # noqa: S314 - written by our own pytest

    def total(key: str) -> int:
        return sum(int(suite.get(key, 0)) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return total("tests") - failed - skipped, failed, skipped


def keep(result: Result, file: Path) -> None:
    """Add a result to those of earlier runs, in the place of an earlier one of its name."""
    _write([each for each in read(file) if each.name != result.name] + [result], file)


def forget(name: str, file: Path) -> None:
    """Remove what came of an environment: it is tried anew, and may not come so far."""
    if file.exists():
        _write([each for each in read(file) if each.name != name], file)


def read(file: Path) -> list[Result]:
    """Return the results that are kept."""
    return [Result(**each) for each in json.loads(file.read_text())] if file.exists() else []


def _write(kept: list[Result], file: Path) -> None:
    file.write_text(json.dumps([attrs.asdict(each) for each in kept], indent=1), "utf-8")


def table(results: Iterable[Result], environments: Iterable[Environment]) -> str:
    """
    Return the page that shows results.

    Args:
        results: what is known.
        environments: what to show, in this order, tried or not.

    """
    known = {each.name: each for each in results}
    environments = list(environments)
    rows = [
        _row(known[name]) if name in known else f"| {name} | not tried | | | | | | |"
        for name in (each.name for each in environments)
    ]
    shown = [known[each.name] for each in environments if each.name in known]
    beside = [
        f"- *{each.name}*: {', '.join(f'{key} {value}' for key, value in each.others.items())}"
        for each in shown
    ]
    lines = [INTRODUCTION + "\n".join(rows), "", *_untried(shown, environments)]
    return "\n".join([*lines, "Beside them:", "", *beside, ""])


def _untried(shown: list[Result], environments: list[Environment]) -> list[str]:
    """Return lines that name the Pythons of environments that were tried on none of them."""
    tried = {each.python.rpartition(".")[0] for each in shown}
    left_out = sorted({each for known in environments for each in known.pythons} - tried)
    return [f"Not tried: Python {', '.join(left_out)}.", ""] if left_out else []


def _row(told: Result) -> str:
    cells = (told.name, told.python, told.django, told.sdk, told.passed, told.failed, told.skipped)
    return f"| {' | '.join(map(str, cells))} | {told.day} |"
