"""What this package wants to reach, and whether it does. A figure, never a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from benchmarks.contenders import FLOOR, THIS
from benchmarks.plan import CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Result, Results

_KIB = 1024
_MIB = 1024 * _KIB
_PAGE = 1_000
_FAR = 0.02


@attrs.frozen
class Verdict:
    """
    One target.

    Attributes:
        title: what it is about.
        found: the figure.
        wanted: what the figure should be at most, or at least.
        unit: of both.
        at_least: whether more is better.

    """

    title: str
    found: float
    wanted: float
    unit: str = ""
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the figure is as it should be."""
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        told = f"{self.title}: {_figure(self.found)}{self.unit}"
        told += f" ({bound} {_figure(self.wanted)}{self.unit})"
        if self.reached:
            return f"reached  {told}"
        return f"MISSED   {told}, by {_figure(abs(self.found - self.wanted))}{self.unit}"


def verdicts(results: Results) -> list[Verdict]:
    """Return a verdict on every target that was measured."""
    return [
        *_requests(results),
        *_connections(results),
        *_ratios(results),
        *_urls(results),
        *_bytes(results),
        *_start_up(results),
    ]


def budgets(sizes: dict[str, int]) -> dict[str, int]:
    """Return how many requests each work may make, given a warm connection."""
    files = sizes["files"]
    return {
        "save": files,
        "save-taken": 2,
        "save-twin": 1,
        "read": files,
        "exists": files,
        "size": files,
        "url": 0,
        "url-unsigned": 0,
        # a page that is full may have another behind it
        "listdir": sizes["listed"] // _PAGE + 1,
        "dimensions": 2,
        "upload": -(-sizes["large"] // CHUNK) + 1,
    }


def _ours(results: Results, *works: str) -> Iterator[Result]:
    for result in results.results:
        if result.contender == THIS and result.failed is None and result.work in works:
            yield result


def _requests(results: Results) -> Iterator[Verdict]:
    """Look at the most requests of any sample, whatever the latency."""
    for work, allowed in budgets(results.plan["sizes"]).items():
        made = [sample.requests for result in _ours(results, work) for sample in result.samples]
        if made:
            yield Verdict(f"requests of {work}", max(made), allowed)


def _connections(results: Results) -> Iterator[Verdict]:
    """Count: one connection per thread, and the works of one thread have a warm one already."""
    one_threaded = set(budgets(results.plan["sizes"])) - {"upload", "dimensions"}
    opened = [result.median.connections for result in _ours(results, *one_threaded)]
    if opened:
        yield Verdict("connections opened by works on small files, altogether", sum(opened), 0)


def _ratios(results: Results) -> Iterator[Verdict]:
    for result in _ours(results, "save", "read", "upload", "download"):
        if result.work in {"save", "read"} and result.round_trip != _FAR:
            continue
        ratio = results.ratio(result, FLOOR)
        most = 1.15 if result.work in {"save", "read"} else 1.3
        if ratio is not None:
            yield Verdict(f"{result.work} beside the floor{_at(result)}", ratio, most, " x")
    for result in _ours(results, "save"):
        for rival, least in (("1.2.5", 5.0), ("s3", 1.8)):
            ratio = results.ratio(result, rival)
            if result.round_trip == _FAR and ratio is not None:
                title = f"save faster than {rival}{_at(result)}"
                yield Verdict(title, 1 / ratio, least, " x", at_least=True)


def _urls(results: Results) -> Iterator[Verdict]:
    for result in _ours(results, "url"):
        yield Verdict("one public URL", result.each * 1e6, 10, " µs")


def _bytes(results: Results) -> Iterator[Verdict]:
    for result in _ours(results, "dimensions"):
        title = f"received for a picture's dimensions{_at(result)}"
        yield Verdict(title, result.median.received / _KIB, 256, " KiB")
    for result in _ours(results, "upload", "download"):
        peak = result.median.peak
        if peak is not None:
            yield Verdict(f"memory of {result.work}{_at(result)}", peak / _MIB, 40, " MiB")


def _start_up(results: Results) -> Iterator[Verdict]:
    for result in _ours(results, "start-up"):
        imported = set(result.median.notes["imported"]) & {"appwrite", "requests", "pydantic"}
        yield Verdict("imports of SDK, requests and pydantic at start-up", len(imported), 0)


def _at(result: Result) -> str:
    return f" at {round(result.round_trip * 1000)} ms"


def _figure(value: float) -> str:
    is_round = value == int(value) or value >= 100
    return f"{value:,.0f}" if is_round else f"{value:.3g}"
