"""The table of the matrix tells of every environment what is known of it."""

import pytest

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3"
 tests="10" time="1.0"/></testsuites>
"""


@pytest.fixture
def results(release):
    return release("results")


def result(results, name="oldest", **told):
    facts = {"python": "3.10.13", "django": "4.1", "sdk": "9.0.0", "day": "2026-11-24"}
    counts = {"passed": 8, "failed": 0, "skipped": 1, "others": {"attrs": "22.2.0"}}
    return results.Result(name=name, **{**facts, **counts, **told})


def test_errors_are_failures(results, tmp_path):
    (tmp_path / "junit.xml").write_text(JUNIT)

    assert results.counts(tmp_path / "junit.xml") == (4, 3, 3)


def test_another_try_takes_the_place_of_the_one_before(results, tmp_path):
    kept = tmp_path / "results.json"
    for each in (result(results, failed=2), result(results, "newest"), result(results)):
        results.keep(each, kept)

    assert {each.name: each.failed for each in results.read(kept)} == {"oldest": 0, "newest": 0}


def test_what_is_tried_anew_is_not_known_until_it_has_ended(results, tmp_path):
    kept = tmp_path / "results.json"
    results.forget("oldest", kept)
    for each in (result(results), result(results, "newest")):
        results.keep(each, kept)
    results.forget("oldest", kept)

    assert [each.name for each in results.read(kept)] == ["newest"]


def test_a_row_for_each_environment_tried_or_not(results, release):
    environment = release("environments").Environment
    asked = [environment("oldest", ("3.10",)), environment("newest", ("3.14", "3.13"))]

    rows = results.table([result(results)], asked).splitlines()

    assert "| oldest | 3.10.13 | 4.1 | 9.0.0 | 8 | 0 | 1 | 2026-11-24 |" in rows
    assert any(row.startswith("| newest | not tried |") for row in rows)
    assert "- *oldest*: attrs 22.2.0" in rows
    assert "Not tried: Python 3.13, 3.14." in rows
