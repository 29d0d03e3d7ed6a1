"""A work under Python's own profiler."""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_LINES = 30


def profiled(work: Callable[[], object]) -> dict[str, Any]:
    """Do a work; return its seconds, slowed down, and where they went as a text in its notes."""
    profiler = cProfile.Profile()
    begun = time.perf_counter()
    profiler.runcall(work)
    seconds = time.perf_counter() - begun
    text = io.StringIO()
    stats = pstats.Stats(profiler, stream=text).strip_dirs()
    stats.sort_stats("cumulative").print_stats(_LINES)
    stats.sort_stats("tottime").print_stats(_LINES)
    return {"seconds": seconds, "notes": {"profile": text.getvalue()}}
