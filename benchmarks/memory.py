"""The memory of another process, looked at from outside so that looking costs it nothing."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

_INTERVAL = 0.02
_FORGET_PEAK = "5"
_KIB = 1024


class Watch:
    """
    Watches the resident memory of a process while a block runs; Linux only.

    Attributes:
        curve: (seconds since the begin, bytes above the begin), as sampled.
        peak: the most it rose, in bytes; None where the system does not tell.

    """

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._peak_reset = Path(f"/proc/{pid}/clear_refs")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._is_reset = False
        self._begun = 0.0
        self._idle = 0
        self.curve: list[tuple[float, int]] = []
        self.peak: int | None = None

    def __enter__(self) -> Watch:  # noqa: PYI034 - nothing derives from it
        if self._status.exists():
            with contextlib.suppress(PermissionError):
                self._peak_reset.write_text(_FORGET_PEAK)
                self._is_reset = True
            self._idle = self._bytes("VmRSS")
            self._begun = time.perf_counter()
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread.ident is None:
            return
        self._done.set()
        self._thread.join()
        if kind is None:
            # what the kernel noted, if it could be told to begin anew; else what was sampled
            highest = self._bytes("VmHWM") - self._idle if self._is_reset else 0
            self.peak = max([highest, 0, *(rise for _, rise in self.curve)])

    def _sample(self) -> None:
        while not self._done.is_set():
            try:
                rise = self._bytes("VmRSS") - self._idle
            except (OSError, LookupError):  # it has ended
                return
            self.curve.append((time.perf_counter() - self._begun, rise))
            self._done.wait(_INTERVAL)

    def _bytes(self, field: str) -> int:
        found = re.search(rf"^{field}:\s+(\d+) kB$", self._status.read_text(), re.MULTILINE)
        if found is None:
            raise LookupError(field)
        return int(found[1]) * _KIB
