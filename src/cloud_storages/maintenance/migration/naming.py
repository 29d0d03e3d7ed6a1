"""
Which names a file may get at the target, the same ones whenever it is asked.

So whoever repeats the work, on another machine or after every note of it was lost, finds by
looking what is there already.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.names import alternative, fitted
from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

__all__ = ["Shard", "names_in_file", "other_name"]

#: Characters of the suffixes of other names: 50 bits.
_SUFFIX = 10
_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})", re.ASCII)


@attrs.frozen
class Shard:
    """
    One of several equal parts of the work.

    Attributes:
        number: which one, from 1.
        count: how many there are.

    """

    number: int = 1
    count: int = 1

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.number <= self.count:
            raise CannotRun(f"There is no part {self}: parts of n are numbered from 1 to n.")

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @classmethod
    def parsed(cls, text: str) -> Shard:
        """
        Return the part that a text such as ``3/16`` means.

        Raises:
            CannotRun: it means none.

        """
        found = _SHARD.fullmatch(text)
        if found is None:
            raise CannotRun(f"{text!r} is no part of the work: write 3/16 for the third of 16.")
        return cls(int(found[1]), int(found[2]))

    def has(self, wanted: str) -> bool:
        """
        Return whether a name belongs to this part, on every machine alike.

        Args:
            wanted: the canonical name at the target, so that names that meet there are together.

        """
        if self.count == 1:
            return True
        digest = hashlib.sha256(wanted.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def other_name(
    source: str,
    wanted: str,
    canonical: Callable[[str], str],
    longest: int | None,
    *also: str,
) -> str:
    """
    Return another name than the one wanted, for this file only.

    Args:
        source: its name at the source, which the suffix derives from.
        wanted: the name that is taken.
        canonical: what the target makes of a name.
        longest: characters the answer may have; None for any.
        *also: what else the suffix derives from.

    Raises:
        InvalidName: no filename is short enough.

    """
    digest = hashlib.sha256("\0".join((source, *also)).encode()).digest()
    suffix = base64.b32encode(digest).decode("ascii").lower()[:_SUFFIX]
    named = alternative(wanted, lambda root, extension: f"{root}_{suffix}{extension}", longest)
    return fitted(canonical(named), longest)


def names_in_file(path: str | PathLike[str]) -> Iterator[str]:
    """
    Yield the names in a file: one a line, or a JSON object with a ``name`` on each.

    Empty lines are passed over, so that the failures of an earlier run can be given back.

    Raises:
        CannotRun: the file cannot be read.

    """
    try:
        # Some editors begin a file with a byte order mark.
        with open(path, encoding="utf-8-sig", newline="\n") as file:  # noqa: PTH123 - any kind of path
            for line in file:
                name = _name_on(line.rstrip("\r\n"))
                if name:
                    yield name
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"The file of names {path} cannot be read: {error}") from error


def _name_on(line: str) -> str:
    if line.startswith("{"):
        try:
            told = json.loads(line)
        except ValueError:
            return line
        if isinstance(told, dict) and isinstance(told.get("name"), str):
            return str(told["name"])
    return line
