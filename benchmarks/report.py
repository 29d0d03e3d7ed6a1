"""What was measured, as tables for the terminal and for the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from benchmarks.contenders import CONTENDERS, FLOOR, THIS
from benchmarks.plan import WORKS, Sizes
from benchmarks.targets import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Result, Results

_TITLES = {contender.name: contender.title for contender in CONTENDERS}
_HEAD = (
    "",
    "requests",
    "connections",
    "sent",
    "received",
    "wall time",
    "each",
    "peak memory",
    "÷ floor",
    "÷ ours",
)
_KILO = 1000
_MIB = 1024 * 1024


@attrs.frozen
class Section:
    """The rows of one work at one latency."""

    title: str
    rows: tuple[tuple[str, ...], ...]


def terminal(results: Results) -> str:
    """Return everything, aligned for a terminal."""
    sections = list(_sections(results))
    table = [_HEAD, *(row for section in sections for row in section.rows)]
    widths = [
        # a failure spans the columns
        max(len(row[column]) for row in table if len(row) > 2)
        for column in range(len(_HEAD))
    ]
    lines = [_aligned(_HEAD, widths)]
    for section in sections:
        lines += ["", section.title, *(_aligned(row, widths) for row in section.rows)]
    return "\n".join(
        [*lines, "", *_machine(results), "", "Targets", *map(str, verdicts(results)), ""]
    )


def markdown(results: Results) -> str:
    """Return the same for the docs."""
    lines = ["<!-- written by make bench -->", ""]
    for section in _sections(results):
        lines += [f"**{section.title}**", "", _cells(_HEAD), _cells(["---"] * len(_HEAD))]
        lines += [_cells([*row, *[""] * (len(_HEAD) - len(row))]) for row in section.rows]
        lines.append("")
    lines += [*_machine(results), "", "Targets", ""]
    return "\n".join([*lines, *(f"- {verdict}" for verdict in verdicts(results)), ""])


def _sections(results: Results) -> Iterator[Section]:
    sizes = Sizes(**results.plan["sizes"])
    for work in WORKS:
        for round_trip in results.plan["round_trips"]:
            found = [
                result
                for result in results.results
                if (result.work, result.round_trip) == (work.name, round_trip)
            ]
            if found:
                distance = f", {round_trip * 1000:g} ms away" if work.asks else ""
                rows = tuple(_row(results, result) for result in found)
                yield Section(work.title(sizes) + distance, rows)


def _row(results: Results, result: Result) -> tuple[str, ...]:
    title = "  " + _TITLES[result.contender]
    if result.failed is not None:
        return title, f"fails: {result.failed}"
    sample = result.median
    return (
        title + _remark(result),
        f"{sample.requests:,}",
        f"{sample.connections:,}",
        _size(sample.sent),
        _size(sample.received),
        _time(sample.seconds),
        _time(result.each) if result.count > 1 else "",
        "" if sample.peak is None else f"{sample.peak / _MIB:.1f} MiB",
        _ratio(results.ratio(result, FLOOR)),
        _ratio(results.ratio(result, THIS)),
    )


def _remark(result: Result) -> str:
    notes = result.median.notes
    if notes.get("reused") is False:
        return " (stores it again)"
    if notes.get("imported"):
        return f" (imports {', '.join(notes['imported'])})"
    return ""


def _machine(results: Results) -> list[str]:
    return [f"{name}: {told}" for name, told in results.machine.items()]


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    if len(row) == 2:  # a failure
        return f"{row[0]:<{widths[0]}}  {row[1]}"
    first, *others = (
        cell.ljust(width) if index == 0 else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def _cells(row: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in row) + " |"


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < _KILO:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= _KILO
    return f"{size:.2f} GB"


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e6:.1f} µs"


def _ratio(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"
