"""What an emulator and a proxy have in common: an address to watch and to disturb, in a block."""

from __future__ import annotations

import signal
import sys
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from cloud_storages.emulator.faults import Fault, Faults

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class Served(ABC):
    """Something that serves from entering a block until leaving it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._faults = Faults()
        self._lock = threading.Lock()

    @property
    @abstractmethod
    def endpoint(self) -> str:
        """The address to talk to; RuntimeError while nothing is served."""

    @abstractmethod
    def start(self) -> None:
        """Begin to serve."""

    @abstractmethod
    def stop(self) -> None:
        """Stop serving and let go of everything; stopping twice is harmless."""

    def inject(self, fault: Fault) -> None:
        """Let something go wrong with requests to come."""
        self._faults.inject(fault)

    def clear_faults(self) -> None:
        """Take back all faults that did not happen yet."""
        self._faults.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _address(self, port: int, path: str) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}{path}"


def wait_for_a_signal(served: Served) -> None:
    """Say on the standard output where it listens, and return after SIGINT or SIGTERM."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    sys.stdout.write(f"listening on {served.endpoint}\n")
    sys.stdout.flush()
    # waiting in slices lets Windows deliver the signal, too
    while not stopped.wait(0.5):
        pass
