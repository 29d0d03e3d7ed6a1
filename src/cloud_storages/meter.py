"""
Tells whoever counts of every request to a server: the adapters tell, ``testing`` listens.

A request tells what it is for, and neither content nor key nor any other secret.
"""

from __future__ import annotations

import contextlib
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Request", "doing", "listening", "naming", "tell"]

_lock = threading.Lock()
_listeners: tuple[Callable[[Request], object], ...] = ()
_doing: ContextVar[tuple[str, str]] = ContextVar("doing", default=("", ""))
_name: ContextVar[str] = ContextVar("name", default="")


@attrs.frozen
class Request:
    """
    A request that was made, or that the fake would have made.

    Attributes:
        method: of HTTP, such as ``"GET"``.
        operation: what it is for, such as ``"find"``.
        subject: what it is about: a bucket, or a file as bucket ID and file ID.
        name: what a storage was asked for, if it was a single file or directory.

    """

    method: str
    operation: str
    subject: str
    name: str = ""

    def __str__(self) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"{self.method} {self.operation} {self.subject}{name}"


@contextlib.contextmanager
def listening(listener: Callable[[Request], object]) -> Iterator[None]:
    """Tell a listener of each request of this process, in any thread, while the block runs."""
    global _listeners  # noqa: PLW0603 - a tuple, so that who tells needs no lock
    with _lock:
        _listeners = (*_listeners, listener)
    try:
        yield
    finally:
        with _lock:
            _listeners = tuple(each for each in _listeners if each is not listener)


@contextlib.contextmanager
def doing(operation: str, subject: str) -> Iterator[None]:
    """Say what the requests are for that this thread or task makes while the block runs."""
    before = _doing.set((operation, subject))
    try:
        yield
    finally:
        _doing.reset(before)


@contextlib.contextmanager
def naming(name: str) -> Iterator[None]:
    """Say which name the requests are for that this thread or task makes in the block."""
    before = _name.set(name)
    try:
        yield
    finally:
        _name.reset(before)


def tell(method: str, times: int = 1) -> None:
    """Tell the listeners of a request, or of several alike."""
    for listener in _listeners:
        for _ in range(times):
            listener(Request(method, *_doing.get(), _name.get()))
