"""What was found or done, one by one: all of it counted and written, some of it remembered."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar

from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

__all__ = ["REMEMBERED", "Ledger", "opened_ledger", "printable"]

T = TypeVar("T")

#: How many things a result holds; their counts and the report are of all.
REMEMBERED = 1000


class Ledger(Generic[T]):
    """
    Takes things down.

    Args:
        report: where each is written, as a line of JSON; nowhere if not given.
        plain: returns a thing as JSON knows it.

    Attributes:
        first: the first REMEMBERED things.
        counts: how many things there are of each label.

    """

    def __init__(self, report: TextIO | None, plain: Callable[[T], dict[str, Any]]) -> None:
        self._report = report
        self._plain = plain
        self.first: list[T] = []
        self.counts: Counter[str] = Counter()

    def note(self, label: str, thing: T) -> None:
        """Take one down."""
        self.counts[label] += 1
        if len(self.first) < REMEMBERED:
            self.first.append(thing)
        if self._report is not None:
            line = json.dumps(self._plain(thing), ensure_ascii=False) + "\n"
            try:
                self._report.write(line)
                self._report.flush()
            except OSError as error:
                raise _unwritable(self._report.name, error) from error


@contextlib.contextmanager
def opened_ledger(
    report: str | os.PathLike[str] | None, plain: Callable[[T], dict[str, Any]]
) -> Iterator[Ledger[T]]:
    """
    Return a ledger for the length of the block.

    Args:
        report: a file for its lines, which is written anew; none if not given.
        plain: see ``Ledger``.

    Raises:
        CannotRun: the file cannot be written; also while the block runs.

    """
    if report is None:
        yield Ledger(None, plain)
        return
    try:
        file = open(report, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - closed below
    except OSError as error:
        raise _unwritable(str(report), error) from error
    try:
        yield Ledger(file, plain)
    finally:
        # Every line is written already, or its failure was told.
        with contextlib.suppress(OSError):
            file.close()


def _unwritable(path: str, error: OSError) -> CannotRun:
    return CannotRun(f"The report {path!r} cannot be written: {error}")


def printable(text: str) -> str:
    """Return a text that any file takes: a filename of a disk need not be Unicode."""
    return text.encode("utf-8", "backslashreplace").decode()
