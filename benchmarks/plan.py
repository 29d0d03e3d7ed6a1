"""What is measured: the works, how large they are, and how far away the server seems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 5 * 1024 * 1024


@attrs.frozen
class Sizes:
    """
    How much is to be done.

    Attributes:
        files: how many small files are saved, read and looked at.
        taken: which save of one name is measured.
        twin: bytes of the file that is there already.
        urls: how many URLs are made.
        listed: how many files the listed folder has.
        picture: width and height, in pixels.
        large: bytes of the large file.

    """

    files: int = 200
    taken: int = 20
    twin: int = 5_000_000
    urls: int = 10_000
    listed: int = 2_000
    picture: tuple[int, int] = (5_000, 4_000)
    large: int = 500_000_000

    @property
    def chunks(self) -> int:
        """How many chunks the large file has."""
        return -(-self.large // CHUNK)


#: Large enough to take every path, small enough to take seconds.
QUICK = Sizes(
    files=10, taken=4, twin=1_000_000, urls=500, listed=120, picture=(1_000, 800), large=11_000_000
)


@attrs.frozen
class Latency:
    """
    How far away the server seems.

    Attributes:
        round_trip: added to every request, in seconds.

    """

    round_trip: float

    @property
    def connection_cost(self) -> float:
        """Seconds a new connection takes: one round trip for TCP, one for TLS 1.3."""
        return 2 * self.round_trip

    @property
    def milliseconds(self) -> int:
        """The round trip in milliseconds."""
        return round(self.round_trip * 1000)


@attrs.frozen
class Work:
    """
    One thing to measure.

    Attributes:
        name: as on the command line.
        title: as in tables; says how much, of the sizes.
        folder: ``new`` for one of its own, else which of the filled ones.
        count: how many operations it is.
        asks: whether it makes requests, so that latency matters.
        repeats: how often it is done at least.
        is_long: whether it takes long enough for a curve of its memory.

    """

    name: str
    title: Callable[[Sizes], str]
    folder: str
    count: Callable[[Sizes], int] = lambda _: 1
    asks: bool = True
    repeats: int = 1
    is_long: bool = False


def _megabytes(size: int) -> str:
    return f"{size / 1e6:g} MB"


WORKS = (
    Work("save", lambda s: f"save {s.files} files of 10 kB", "new", lambda s: s.files),
    Work("save-taken", lambda s: f"save a name for the {s.taken}th time", "new"),
    Work("save-twin", lambda s: f"save a twin of {_megabytes(s.twin)}, once is enough", "new"),
    Work("read", lambda s: f"open and read {s.files} files of 10 kB", "files", lambda s: s.files),
    Work("exists", lambda s: f"exists, {s.files} times", "files", lambda s: s.files),
    Work("size", lambda s: f"size, {s.files} times", "files", lambda s: s.files),
    Work("url", lambda s: f"url, {s.urls:,} times", "files", lambda s: s.urls, asks=False),
    Work(
        "url-unsigned",
        lambda s: f"url, {s.urls:,} times, none signed",
        "files",
        lambda s: s.urls,
        asks=False,
    ),
    Work("listdir", lambda s: f"listdir of {s.listed:,} files", "listing"),
    Work("dimensions", lambda s: "dimensions of a JPEG of {} x {}".format(*s.picture), "files"),
    Work("upload", lambda s: f"upload {_megabytes(s.large)}", "new", is_long=True),
    Work(
        "download",
        lambda s: f"download {_megabytes(s.large)} by FileResponse",
        "large",
        is_long=True,
    ),
    Work("start-up", lambda _: "start up a configured project", "files", asks=False, repeats=5),
)


@attrs.frozen
class Plan:
    """
    One run of the benchmarks.

    Attributes:
        works: what is done.
        contenders: the names of those who do it.
        latencies: how far away the server seems, one after the other.
        sizes: how much is done.
        repeats: how often each is done; the median counts.

    """

    works: tuple[Work, ...]
    contenders: tuple[str, ...]
    latencies: tuple[Latency, ...]
    sizes: Sizes
    repeats: int

    def rounds(self) -> list[tuple[Work, Latency, int]]:
        """Return what is done how often: without requests, at the first latency only."""
        return [
            (work, latency, max(self.repeats, work.repeats if self.repeats > 1 else 1))
            for work in self.works
            for latency in (self.latencies if work.asks else self.latencies[:1])
        ]

    def describe(self) -> dict[str, Any]:
        """Return this as a document."""
        return {
            "works": [work.name for work in self.works],
            "contenders": list(self.contenders),
            "round_trips": [latency.round_trip for latency in self.latencies],
            "sizes": attrs.asdict(self.sizes),
            "repeats": self.repeats,
        }
