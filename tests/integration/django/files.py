"""Large files to store."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LARGE", "MIB", "pieces"]

MIB = 1024 * 1024
LARGE = 64 * MIB


def pieces(size: int) -> Iterator[bytes]:
    """Yield that many bytes, no two MiB alike."""
    for number in range(-(-size // MIB)):
        yield hashlib.shake_128(b"%d" % number).digest(min(MIB, size - number * MIB))
