"""The published table of promises and storages."""

from __future__ import annotations

import datetime as dt

from benchmarks.conformance.table import Column, page

DOCUMENTED = {
    "name": "saved_bytes_come_back",
    "says": "…",
    "sources": ["https://docs/save"],
    "kind": "documented",
}
CUSTOMARY = {**DOCUMENTED, "name": "a_free_name_is_taken_as_it_is", "kind": "customary"}
SEEN = {"broken": "the content was `b''`", "skipped": "no times", "kept": ""}


def column(title: str, documented: str, customary: str) -> Column:
    verdicts = [
        {"promise": promise, "outcome": outcome, "seen": SEEN[outcome]}
        for promise, outcome in ((DOCUMENTED, documented), (CUSTOMARY, customary))
    ]
    return Column(title, {"Django": "5.2"}, verdicts)


def lines_of(*columns: Column) -> list[str]:
    return page(list(columns), dt.date(2026, 11, 24)).splitlines()


def test_the_page_says_what_is_kept_and_what_was_seen_where_it_is_not() -> None:
    lines = lines_of(column("Disk", "kept", "kept"), column("Cloud", "broken", "skipped"))
    assert "- Cloud: Django 5.2" in lines
    assert "| promise |  | Disk | Cloud |" in lines
    assert "| [saved bytes come back](https://docs/save) | documented | yes | **no** |" in lines
    assert "| [a free name is taken as it is](https://docs/save) | customary | yes | n/a |" in lines
    assert "| kept, of 1 | documented | 1 | 0 |" in lines
    assert "| kept, of 1 | customary | 1 | 0 |" in lines
    assert "- **no** saved bytes come back: `the content was 'b'''`" in lines
    assert "- n/a a free name is taken as it is: `no times`" in lines
    assert lines[lines.index("## Disk") + 2] == "Everything is kept."


def test_breaking_a_custom_is_called_otherwise_than_breaking_a_promise() -> None:
    lines = lines_of(
        column("Good", "kept", "skipped"),
        column("Odd", "kept", "broken"),
        column("Bad", "broken", "broken"),
    )
    assert "- differs a free name is taken as it is: `the content was 'b'''`" in lines
    assert (
        "| in short |  | keeps Django's promises and customs |"
        " keeps Django's promises, but not every custom | breaks 1 of Django's promises |"
    ) in lines
