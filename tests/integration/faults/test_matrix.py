"""Whatever goes wrong with whichever request of an operation: nothing is lost, nothing is a lie."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.integration.faults.judging import judge, judged, requests_of
from tests.integration.faults.matrix import Case, cases
from tests.integration.faults.operations import OPERATIONS, Operation

if TYPE_CHECKING:
    from tests.integration.faults.bench import Bench

pytestmark = pytest.mark.once

CASES = list(cases())
#: Those that wait for answers in vain; of one operation they run side by side.
SILENT = [
    list(group)
    for _, group in itertools.groupby(
        sorted((case for case in CASES if case.trouble.silent), key=lambda case: case.title),
        key=lambda case: case.title,
    )
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_the_matrix_knows_every_request_of_an_operation(bench: Bench, operation: Operation) -> None:
    asked = requests_of(bench, operation)

    assert asked == operation.requests


@pytest.mark.parametrize("case", [case for case in CASES if not case.trouble.silent], ids=str)
def test_trouble_costs_no_content_and_makes_no_lie(bench: Bench, case: Case) -> None:
    assert judge(bench, case) == []


@pytest.mark.parametrize("group", SILENT, ids=lambda group: group[0].title)
def test_silence_costs_no_content_and_makes_no_lie(benches: list[Bench], group: list[Case]) -> None:
    problems = [
        (str(verdict.case), problem)
        for verdict in judged(benches, group)
        for problem in verdict.problems
    ]

    assert problems == []
