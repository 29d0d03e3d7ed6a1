"""What is stored: the same bytes in every run, and no two files alike."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SMALL = 10_000
_MIB = 1024 * 1024
_MAKER_NOTE = 20_000
#: Makes 5000 x 4000 noisy pixels a file of 20 MB.
_QUALITY = 93


def small(number: int) -> bytes:
    """Return the 10,000 bytes of a small file."""
    return random.Random(number).randbytes(_SMALL)  # noqa: S311 - noise, not a secret


def write_noise(path: Path, size: int) -> None:
    """Write a file of `size` bytes that no compression makes smaller."""
    source = random.Random(size)  # noqa: S311
    with path.open("wb") as file:
        for start in range(0, size, _MIB):
            file.write(source.randbytes(min(_MIB, size - start)))


def write_picture(path: Path, width: int, height: int) -> None:
    """Write a noisy JPEG as a camera writes them: with EXIF, before its dimensions."""
    from PIL import Image  # noqa: PLC0415 - the workers import this module too

    source = random.Random(width * height)  # noqa: S311
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model"
    exif.get_ifd(0x8769)[0x927C] = source.randbytes(_MAKER_NOTE)
    noise = Image.frombytes("RGB", (width, height), source.randbytes(width * height * 3))
    noise.save(path, "JPEG", quality=_QUALITY, exif=exif)
