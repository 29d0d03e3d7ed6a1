"""What the benchmarks make of what they measured."""

from __future__ import annotations

from typing import Any

import attrs

from benchmarks import report
from benchmarks.plan import Sizes
from benchmarks.results import Result, Results, Sample
from benchmarks.targets import verdicts

FAR = 0.02


def sample(seconds: float, **more: Any) -> Sample:
    counted = {"requests": 200, "connections": 0, "sent": 2_000_000, "received": 100_000}
    return Sample(seconds, **{**counted, "peak": 0, **more})


def saved(contender: str, *seconds: float, **more: Any) -> Result:
    samples = tuple(sample(each, **more) for each in seconds)
    return Result("save", contender, FAR, count=200, samples=samples)


def results(*found: Result) -> Results:
    plan = {"sizes": attrs.asdict(Sizes()), "round_trips": [FAR]}
    return Results(found, plan, {"machine": "this one"})


def told(found: Results, title: str) -> str:
    (verdict,) = (verdict for verdict in verdicts(found) if verdict.title == title)
    return str(verdict)


def test_a_target_that_is_reached_says_so() -> None:
    found = results(saved("floor", 4.0), saved("this", 4.4))

    told_of_it = told(found, "save beside the floor at 20 ms")

    assert told_of_it == "reached  save beside the floor at 20 ms: 1.1 x (at most 1.15 x)"


def test_a_target_that_is_missed_says_by_how_much() -> None:
    found = results(saved("s3", 6.0), saved("this", 4.0))

    told_of_it = told(found, "save faster than s3 at 20 ms")

    assert told_of_it == ("MISSED   save faster than s3 at 20 ms: 1.5 x (at least 1.8 x), by 0.3 x")


def test_one_request_too_many_in_any_run_misses_the_budget() -> None:
    slow = Result("save", "this", FAR, 200, (sample(4.0), sample(4.1, requests=201), sample(5.0)))

    assert told(results(slow), "requests of save").startswith("MISSED")


def test_what_was_not_measured_has_no_verdict() -> None:
    titles = {verdict.title for verdict in verdicts(results(saved("this", 4.0)))}

    assert titles == {"requests of save", "connections opened by works on small files, altogether"}


def test_the_run_of_median_wall_time_is_shown_with_all_its_columns() -> None:
    runs = (sample(9.0, peak=1), sample(2.0, peak=2), sample(4.0, peak=3))

    assert Result("save", "this", FAR, 200, runs).median == runs[2]


def test_a_contender_that_fails_is_shown_with_its_reason_and_compared_with_nobody() -> None:
    failing = Result("save", "1.2.5", FAR, 200, (), "TypeError: no such thing")
    table = report.terminal(results(saved("this", 4.0), failing))

    assert "fails: TypeError: no such thing" in table
    assert "faster than 1.2.5" not in table


def test_ratios_say_how_many_times_the_time_of_floor_and_package_was_taken() -> None:
    found = results(saved("floor", 2.0), saved("this", 4.0), saved("s3", 12.0))
    (row,) = (line for line in report.terminal(found).splitlines() if "S3Storage" in line)

    assert row.split()[-2:] == ["6.00", "3.00"]


def test_results_that_are_written_can_be_read_again() -> None:
    found = results(saved("this", 4.0, curve=((0.0, 0), (0.5, 1024)), notes={"reused": True}))

    again = Results.of(found.text())

    assert again.results == found.results
    assert again.text() == found.text()
