"""The published table of promises and storages."""

from __future__ import annotations

import datetime as dt

from benchmarks.conformance.table import Column, page


def column(title: str, *outcomes: tuple[str, str]) -> Column:
    promise = {"name": "saved_bytes_come_back", "says": "…", "sources": ["https://docs/save"]}
    verdicts = [
        {"promise": promise, "outcome": outcome, "seen": seen} for outcome, seen in outcomes
    ]
    return Column(title, {"Django": "5.2"}, verdicts)


def test_the_page_says_what_is_kept_and_what_was_seen_where_it_is_not() -> None:
    columns = [
        column("Disk", ("kept", ""), ("kept", "")),
        column("Cloud", ("broken", "the content was `b''`"), ("skipped", "no times")),
    ]
    lines = page(columns, dt.date(2026, 11, 24)).splitlines()
    assert "- Cloud: Django 5.2" in lines
    assert "| promise | Disk | Cloud |" in lines
    assert "| [saved bytes come back](https://docs/save) | yes | **no** |" in lines
    assert "| [saved bytes come back](https://docs/save) | yes | n/a |" in lines
    assert "| kept, of 2 | 2 | 0 |" in lines
    assert "- **no** saved bytes come back: `the content was 'b'''`" in lines
    assert "- n/a saved bytes come back: `no times`" in lines
    assert lines[lines.index("## Disk") + 2] == "Everything is kept."
