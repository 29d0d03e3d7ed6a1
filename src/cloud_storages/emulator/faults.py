"""Faults to order: what a network, a proxy or a busy server does to one request of a test."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Literal, get_args

import attrs
from attrs import field, frozen

Drop = Literal["", "before", "after", "reset", "stale"]


def _positive(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name} counts from one, not {value}")


@frozen
class Fault:
    """
    Something to go wrong with requests of one method whose raw path `path` matches.

    `path` is a regular expression to be found in the path, `method` the empty text for any. The
    fault skips the first ``nth - 1`` such requests and then befalls `times` of them. It can

    - close the connection: ``drop="before"`` the request is handled, or ``"after"`` it, when the
      work is done and only the answer is lost;
    - reset it: ``drop="reset"`` instead of handling the request, or ``"stale"`` right after it was
      answered in full and without a word about closing, so that a client that keeps the connection
      meets a dead one;
    - answer `status` with `headers` and `body` instead of handling the request;
    - send the first `truncate` bytes of the answer's body and then close the connection;
    - wait `delay` seconds before anything else.
    """

    method: str = ""
    path: str = ""
    nth: int = field(default=1, validator=_positive)
    times: int = field(default=1, validator=_positive)
    drop: Drop = field(default="", validator=attrs.validators.in_(get_args(Drop)))
    status: int = 0
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    truncate: int | None = None
    delay: float = 0

    def concerns(self, method: str, path: str) -> bool:
        """Return whether a request is one of those the fault is about."""
        return self.method in ("", method) and re.search(self.path, path) is not None


NO_FAULT = Fault()


class Faults:
    """The faults still to come, in the order they were injected."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def inject(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all faults that did not happen yet."""
        with self._lock:
            self._waiting.clear()

    def befalling(self, method: str, path: str) -> Fault | None:
        """Return the fault that befalls a request, or None; the first one that is due wins."""
        with self._lock:
            happening: Fault | None = None
            left: list[Fault] = []
            for fault in self._waiting:
                if not fault.concerns(method, path):
                    left.append(fault)
                elif fault.nth > 1:
                    left.append(attrs.evolve(fault, nth=fault.nth - 1))
                elif happening is not None:
                    left.append(fault)
                else:
                    happening = fault
                    if fault.times > 1:
                        left.append(attrs.evolve(fault, times=fault.times - 1))
            self._waiting = left
            return happening
