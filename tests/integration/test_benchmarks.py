"""The benchmarks run, and count what the package promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = 10
CHUNKS = 3
#: Requests on a warm connection, the bucket known; in a quick run.
PROMISED = {
    "save": FILES,
    "save-taken": 2,
    "save-twin": 1,
    "read": FILES,
    "exists": FILES,
    "size": FILES,
    "url": 0,
    "url-unsigned": 0,
    "page": 0,
    "page-private": FILES,
    "page-again": 0,
    "listdir": 1,
    "upload": CHUNKS + 1,
    "start-up": 0,
}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run of this package and the floor prints and writes."""
    file = tmp_path_factory.mktemp("benchmarks") / "quick.json"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--latency", "0"),
            *("--contenders", "this", "floor", "--json", str(file)),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return {"printed": run.stdout, **json.loads(file.read_text())}


def of(quick: dict[str, Any], contender: str) -> dict[str, Any]:
    return {
        result["work"]: result["samples"][0]
        for result in quick["results"]
        if result["contender"] == contender and result["failed"] is None
    }


def test_every_work_is_done_by_this_package_and_by_the_floor(quick: dict[str, Any]) -> None:
    assert set(of(quick, "this")) == set(of(quick, "floor")) == set(quick["plan"]["works"])


def test_each_work_makes_the_requests_it_should(quick: dict[str, Any]) -> None:
    ours = of(quick, "this")

    assert {work: ours[work]["requests"] for work in PROMISED} == PROMISED


def test_dimensions_of_a_picture_cost_two_requests_at_most(quick: dict[str, Any]) -> None:
    assert 1 <= of(quick, "this")["dimensions"]["requests"] <= 2


def test_nothing_but_large_files_and_many_tokens_opens_another_connection(
    quick: dict[str, Any],
) -> None:
    opened = {work: sample["connections"] for work, sample in of(quick, "this").items()}

    assert {work for work, count in opened.items() if count} <= {
        *("upload", "download", "dimensions"),
        # several at once
        "page-private",
    }


def test_nobody_needs_fewer_requests_than_the_floor(quick: dict[str, Any]) -> None:
    ours, floor = of(quick, "this"), of(quick, "floor")

    assert {work for work in ours if ours[work]["requests"] < floor[work]["requests"]} <= {
        # a whole file by fewer, larger ranges
        "download"
    }


def test_bytes_are_counted_as_they_travel(quick: dict[str, Any]) -> None:
    ours, size = of(quick, "this"), quick["plan"]["sizes"]["large"]

    assert size < ours["upload"]["sent"] < size + 100_000
    assert ours["save-twin"]["sent"] < 5_000
    assert ours["url"]["sent"] == ours["url"]["received"] == 0


def test_neither_sdk_nor_requests_is_imported_at_start_up(quick: dict[str, Any]) -> None:
    assert of(quick, "this")["start-up"]["notes"] == {"imported": []}


def test_the_table_names_every_work_and_the_targets(quick: dict[str, Any]) -> None:
    printed = quick["printed"]

    assert "save 10 files of 10 kB, 0 ms away" in printed
    assert "upload 11 MB, 0 ms away" in printed
    assert "reached  requests of save: 10 (at most 10)" in printed
