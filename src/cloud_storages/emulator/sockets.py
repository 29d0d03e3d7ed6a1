"""What may befall a connection below HTTP."""

from __future__ import annotations

import array
import contextlib
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING

try:
    import fcntl
    import termios
except ModuleNotFoundError:  # Windows, which does not tell what is still under way
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable

_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.001


def reset(connection: socket.socket) -> None:
    """Close a connection as if the machine had died: the peer gets a reset and no farewell."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    # files made of the socket would hold off its own close()
    if connection.fileno() != -1:
        socket.close(connection.detach())


def settle(connection: socket.socket, wait: Callable[[float], object] = time.sleep) -> None:
    """
    Wait until the peer's machine has all that was sent to it, some seconds at most.

    `wait` waits for some seconds; it ends the matter by returning something true.
    """
    patience = time.monotonic() + _PATIENCE_SECONDS
    while _under_way(connection) and time.monotonic() < patience and not wait(_POLL_SECONDS):
        pass


def _under_way(connection: socket.socket) -> int:
    if fcntl is None:
        return 0
    size = array.array("i", [0])
    try:
        fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, size)
    except OSError:
        return 0
    return size[0]
