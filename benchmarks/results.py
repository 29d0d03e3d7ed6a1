"""What was measured, as values and as a document."""

from __future__ import annotations

import json
import statistics
from typing import Any

import attrs


@attrs.frozen
class Sample:
    """
    One work, done once.

    Attributes:
        seconds: wall time of the work alone.
        requests: made during the work.
        connections: opened during the work; the one that was warm already is not among them.
        sent: bytes of the requests.
        received: bytes of the answers.
        peak: bytes of memory above idle; None where the system does not tell.
        curve: (seconds, bytes above idle), as sampled from outside.
        notes: what the work has to say.

    """

    seconds: float
    requests: int
    connections: int
    sent: int
    received: int
    peak: int | None
    curve: tuple[tuple[float, int], ...] = ()
    notes: dict[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class Result:
    """
    What came of one work with one contender at one latency.

    Attributes:
        work: name of the work.
        contender: name of the contender.
        round_trip: added to every request, in seconds.
        count: operations in the work.
        samples: every time it was done.
        failed: why it cannot be done, or None.

    """

    work: str
    contender: str
    round_trip: float
    count: int
    samples: tuple[Sample, ...] = ()
    failed: str | None = None

    @property
    def median(self) -> Sample:
        """The sample of median wall time, the slower of two; LookupError if there is none."""
        if self.failed is not None or not self.samples:
            raise LookupError(f"{self.contender} has no figures for {self.work}")
        middle = statistics.median_high(sample.seconds for sample in self.samples)
        return next(sample for sample in self.samples if sample.seconds == middle)

    @property
    def each(self) -> float:
        """Seconds of wall time for one operation."""
        return self.median.seconds / self.count


@attrs.frozen
class Results:
    """
    Everything one run found.

    Attributes:
        results: one per work, contender and latency, in the order of the plan.
        plan: what was to be done, as a document.
        machine: what it was done on and with.

    """

    results: tuple[Result, ...]
    plan: dict[str, Any]
    machine: dict[str, Any]

    def find(self, work: str, contender: str, round_trip: float) -> Result | None:
        """Return a result with figures, or None."""
        for result in self.results:
            if (result.work, result.contender, result.round_trip) == (work, contender, round_trip):
                return None if result.failed is not None else result
        return None

    def ratio(self, result: Result, contender: str) -> float | None:
        """Return how many times the wall time of another contender a result took."""
        other = self.find(result.work, contender, result.round_trip)
        if other is None or result.failed is not None:
            return None
        return result.median.seconds / other.median.seconds

    def text(self) -> str:
        """Return this as JSON, a line per result, so that two runs can be compared."""
        lines = [_line(attrs.asdict(result)) for result in self.results]
        return (
            f'{{"machine": {_line(self.machine)},\n"plan": {_line(self.plan)},\n"results": [\n'
            + ",\n".join(lines)
            + "\n]}\n"
        )

    @classmethod
    def of(cls, text: str) -> Results:
        """Return what a text says."""
        document = json.loads(text)
        results = [
            Result(**{**told, "samples": tuple(_sample(each) for each in told["samples"])})
            for told in document["results"]
        ]
        return cls(tuple(results), document["plan"], document["machine"])


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sample(told: dict[str, Any]) -> Sample:
    return Sample(**{**told, "curve": tuple(map(tuple, told["curve"]))})
