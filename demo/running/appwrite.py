"""Which Appwrite server the demo uses: the one the environment names, or an emulator."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING

from cloud_storages.emulator import Emulator
from running.problems import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What names a server; the settings of the same names read them.
VARIABLES = (
    "APPWRITE_API_ENDPOINT",
    "APPWRITE_PROJECT_ID",
    "APPWRITE_API_KEY",
    "APPWRITE_BUCKET_ID",
)


@contextlib.contextmanager
def appwrite(data: Path) -> Iterator[str]:
    """
    Have the environment name a server for the length of the block; say which.

    Args:
        data: the directory of the emulator's files, if it is the emulator.

    Raises:
        CannotRun: the environment names a part of a server, or the emulator cannot start.

    """
    if is_named():
        yield f"the server at {os.environ['APPWRITE_API_ENDPOINT']}"
        return
    # Made for this run: nobody needs to know it, so nobody can.
    key = f"standard_{secrets.token_hex(32)}"
    with _started(Emulator(project="demo", key=key, data=data)) as emulator:
        values = (emulator.endpoint, "demo", key, "media")
        os.environ.update(zip(VARIABLES, values, strict=True))
        try:
            yield f"the embedded emulator of Appwrite at {emulator.endpoint}"
        finally:
            for name in VARIABLES:
                os.environ.pop(name, None)


def is_named() -> bool:
    """
    Whether the environment names a server.

    Raises:
        CannotRun: it names a part of one. Guessing the rest could mean the wrong server.

    """
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if 0 < len(missing) < len(VARIABLES):
        raise CannotRun(
            f"{', '.join(missing)} missing: set all of {', '.join(VARIABLES)} to use a server,"
            " or none of them to use the embedded emulator."
        )
    return not missing


@contextlib.contextmanager
def _started(emulator: Emulator) -> Iterator[Emulator]:
    try:
        emulator.start()
    except OSError as error:
        raise CannotRun(f"The emulator of Appwrite cannot start: {error}") from error
    try:
        yield emulator
    finally:
        emulator.stop()
