"""What is asked for, and how old things must be."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LEAST_GRACE", "LEAST_IDLE", "Aims", "Limits"]

#: An upload may be slow: what something came for within this time is never removed.
LEAST_IDLE = dt.timedelta(hours=1)
#: A file is stored before its row is: one that is younger is never taken for unreferenced.
LEAST_GRACE = dt.timedelta(days=1)


def _at_least(least: dt.timedelta, what: str) -> Callable[[object, object, dt.timedelta], None]:
    def check(_: object, __: object, given: dt.timedelta) -> None:
        if given < least:
            hours = int(least.total_seconds() // 3600)
            raise CannotRun(f"{what} must be at least {hours} h: younger ones may be in use.")

    return check


@attrs.frozen
class Limits:
    """
    How old things must be before they are removed; CannotRun if that is too little.

    Attributes:
        older_than: partials and staged copies.
        grace: unreferenced files.

    """

    older_than: dt.timedelta = attrs.field(
        validator=_at_least(LEAST_IDLE, "The age of partial uploads and staged copies")
    )
    grace: dt.timedelta = attrs.field(
        validator=_at_least(LEAST_GRACE, "The grace period of unreferenced files")
    )


@attrs.frozen
class Aims:
    """
    What is asked for.

    Attributes:
        unreferenced: directories whose unreferenced files shall go, as a person writes them.
        directories: others to look through for the rest.
        dry_run: whether to change nothing.

    """

    unreferenced: tuple[str, ...]
    directories: tuple[str, ...]
    dry_run: bool
