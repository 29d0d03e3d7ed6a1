"""How far the work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TextIO

from tqdm import tqdm

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Progress"]

#: Seconds between two lines where there is no terminal.
_EVERY = 15.0


class Progress:
    """
    Shows how many of how many things are done, how fast, and how long the rest takes.

    Args:
        stream: where to; a bar if it is a terminal, else a plain line every quarter of a minute.
        what: what is done, such as ``"copied"``.
        total: how many things there are, if that is known.
        unit: what they are called, such as ``"rows"``.
        shown: False to show nothing.

    """

    def __init__(
        self,
        stream: TextIO,
        what: str,
        total: int | None = None,
        *,
        unit: str = "files",
        shown: bool = True,
    ) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._bar: Any = tqdm(
            desc=what,
            total=total,
            file=stream,
            unit=f" {unit}",
            dynamic_ncols=True,
            disable=not (shown and self._is_terminal),
            leave=False,
        )
        self._tells = shown and not self._is_terminal
        self._what, self._unit = what, unit
        self._total = total
        self._done = 0
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Progress:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def expect(self, total: int) -> None:
        """Learn how many things there are."""
        self._total = total
        self._bar.total = total
        self._bar.refresh()

    def advance(self, count: int = 1) -> None:
        """Take note of things that are done; from one thread at a time."""
        self._done += count
        self._bar.update(count)
        now = time.monotonic()
        if self._tells and now - self._told >= _EVERY:
            self._told = now
            self._tell(now - self._began)

    def _tell(self, seconds: float) -> None:
        rate = self._done / seconds if seconds else 0.0
        of = f" of {self._total}" if self._total is not None else ""
        left = ""
        if self._total is not None and rate:
            left = f", {tqdm.format_interval((self._total - self._done) / rate)} left"
        self._stream.write(f"{self._what} {self._done}{of}, {rate:.0f} {self._unit}/s{left}\n")
        self._stream.flush()
