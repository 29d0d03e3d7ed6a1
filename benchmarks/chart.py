"""
``python -m benchmarks.chart RESULTS.json DIRECTORY``: draw the charts of the docs.

Runs in the environment that has matplotlib. The same results give the same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

_INK, _FAINT = "#24292f", "#d0d7de"
_CONTENDERS = {
    "this": ("this package", "#0969da"),
    "s3": ("django-storages S3Storage, on moto", "#bf8700"),
    "1.2.5": ("django-cloud-storages 1.2.5", "#cf222e"),
    "floor": ("the floor: fewest requests, raw connection", "#8c959f"),
}
_FAR = 0.02
_MIB = 1024 * 1024
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "benchmarks",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 10,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
}
#: What the first chart shows, and what one bar of it stands for.
_WORKS = {
    "save": "save a small file",
    "save-taken": "save a name for the 20th time",
    "save-twin": "save a 5 MB twin",
    "read": "open and read a small file",
    "exists": "exists",
    "size": "size",
    "listdir": "listdir of 2,000 files",
    "dimensions": "dimensions of a 20 MB JPEG",
}


class Drawn:
    """The results, as the charts ask for them."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._results = {
            (each["work"], each["contender"], each["round_trip"]): each
            for each in document["results"]
        }

    def sample(self, work: str, contender: str, round_trip: float) -> dict[str, Any] | None:
        """Return the sample of median wall time, or None."""
        result = self._results.get((work, contender, round_trip))
        if result is None or result["failed"] is not None:
            return None
        samples = sorted(result["samples"], key=lambda sample: sample["seconds"])
        return {**samples[len(samples) // 2], "count": result["count"]}


def main(source: str, folder: str) -> None:
    """Draw everything there is to draw."""
    drawn = Drawn(json.loads(Path(source).read_text()))
    with mpl.rc_context(_STYLE):
        _save(_operations(drawn), Path(folder) / "operations.svg")
        _save(_large(drawn), Path(folder) / "large.svg")


def _operations(drawn: Drawn) -> Figure:
    """One small chart per operation: milliseconds at 20 ms, a bar per contender."""
    figure = Figure(figsize=(9, 7.6), layout="constrained")
    figure.suptitle(
        "Milliseconds per operation, server 20 ms away", x=0.01, ha="left", weight="bold", size=13
    )
    figure.get_layout_engine().set(wspace=0.08, hspace=0.08)
    grid = figure.subplots(4, 2)
    for axes, (work, title) in zip(grid.flat, _WORKS.items(), strict=True):
        _bars(axes, drawn, work)
        axes.set_title(title)
    _legend(figure)
    return figure


def _bars(axes: Any, drawn: Drawn, work: str) -> None:
    names = list(_CONTENDERS)
    for row, name in enumerate(names):
        sample = drawn.sample(work, name, _FAR)
        if sample is None:
            axes.text(0, row, " fails", va="center", color=_CONTENDERS[name][1])
            continue
        each = sample["seconds"] / sample["count"] * 1000
        axes.barh(row, each, height=0.72, color=_CONTENDERS[name][1])
        axes.text(each, row, f"  {each:,.0f}", va="center")
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.margins(x=0.14)
    axes.set_xlim(left=0)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def _large(drawn: Drawn) -> Figure:
    """Memory from begin to end of a run, while a large file goes up and comes down."""
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    figure.suptitle(
        "Memory above idle while 500 MB move, in MiB", x=0.01, ha="left", weight="bold", size=13
    )
    figure.get_layout_engine().set(wspace=0.08)
    for axes, work in zip(figure.subplots(1, 2), ("upload", "download"), strict=True):
        samples = {name: drawn.sample(work, name, 0.0) for name in _CONTENDERS}
        _curves(axes, {name: sample for name, sample in samples.items() if sample is not None})
        axes.set_title(work)
        axes.set_xticks([0, 1], ["begin", "end"])
        axes.grid(axis="y", color=_FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    _legend(figure)
    return figure


def _curves(axes: Any, samples: dict[str, dict[str, Any]]) -> None:
    """Draw the curves of one work, and their peaks at the right, apart from each other."""
    peaks = {name: sample["peak"] / _MIB for name, sample in samples.items() if sample["curve"]}
    top = max(peaks.values(), default=1) * 1.05
    axes.set_xlim(0, 1)
    axes.set_ylim(0, top)
    free = 0.0
    for name, peak in sorted(peaks.items(), key=lambda item: item[1]):
        curve, colour = samples[name]["curve"], _CONTENDERS[name][1]
        shares = [seconds / curve[-1][0] for seconds, _ in curve]
        axes.plot(shares, [size / _MIB for _, size in curve], color=colour, linewidth=1.8)
        height = max(peak, free)
        axes.text(1.02, height, f"{peak:,.0f}", color=colour, va="center", clip_on=False)
        free = height + top * 0.055


def _legend(figure: Figure) -> None:
    handles = [
        mpl.patches.Patch(color=colour, label=label) for label, colour in _CONTENDERS.values()
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", facecolor="white", metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
