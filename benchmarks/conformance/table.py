"""The table of promises and storages, in Markdown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["Column", "page"]

_SIGNS = {"kept": "yes", "skipped": "n/a"}
_BROKEN = {"documented": "**no**", "customary": "differs"}
_INTRODUCTION = """\
# Django's contract of storages, on five of them

Written by `make scoreboard` on {day}. Each line is one test of
`cloud_storages.testing.StorageConformance`. *Documented* is a promise of Django's documentation,
which the link leads to. *Customary* is what the documentation leaves open, but `FileSystemStorage`
does and applications rely on; there the link leads to what it is about. *yes*: kept; **no**: a
documented promise is broken; *differs*: a customary one is not kept; *n/a*: not to be had, which
Django allows, or which the storage declares. What was seen is told below the table.

{versions}
"""


@attrs.frozen
class Column:
    """
    What became of one storage.

    Attributes:
        title: as people call it.
        versions: of what it consists of, by package.
        verdicts: as the judge printed them.

    """

    title: str
    versions: dict[str, str]
    verdicts: list[dict[str, Any]]

    def kept(self, kind: str) -> int:
        """Return how many promises of a kind were kept."""
        return sum(
            (verdict["outcome"], verdict["promise"]["kind"]) == ("kept", kind)
            for verdict in self.verdicts
        )

    @property
    def in_short(self) -> str:
        """What to think of the storage."""
        broken = Counter(
            verdict["promise"]["kind"]
            for verdict in self.verdicts
            if verdict["outcome"] == "broken"
        )
        if broken["documented"]:
            return f"breaks {broken['documented']} of Django's promises"
        if broken["customary"]:
            return "keeps Django's promises, but not every custom"
        return "keeps Django's promises and customs"


def page(columns: list[Column], day: dt.date) -> str:
    """
    Return the whole page.

    Args:
        columns: one for each storage, with verdicts on the same promises.
        day: when this was found.

    """
    versions = "\n".join(
        f"- {column.title}: {', '.join(f'{k} {v}' for k, v in column.versions.items())}"
        for column in columns
    )
    introduction = _INTRODUCTION.format(day=day.isoformat(), versions=versions)
    return "\n".join([introduction, *_table(columns), "", *_seen(columns)])


def _table(columns: list[Column]) -> list[str]:
    titles = [column.title for column in columns]
    kinds = Counter(verdict["promise"]["kind"] for verdict in columns[0].verdicts)
    rows = [["promise", "", *titles], ["---"] * (len(titles) + 2)]
    for verdicts in zip(*(column.verdicts for column in columns), strict=True):
        promise = verdicts[0]["promise"]
        words = promise["name"].replace("_", " ")
        link = f"[{words}]({promise['sources'][0]})"
        rows.append([link, promise["kind"], *map(_sign, verdicts)])
    for kind, total in kinds.items():
        rows.append([f"kept, of {total}", kind, *(str(column.kept(kind)) for column in columns)])
    rows.append(["in short", "", *(column.in_short for column in columns)])
    return [f"| {' | '.join(row)} |" for row in rows]


def _seen(columns: list[Column]) -> list[str]:
    lines = []
    for column in columns:
        told = [verdict for verdict in column.verdicts if verdict["outcome"] != "kept"]
        lines += [f"## {column.title}", ""]
        lines += [
            f"- {_sign(verdict)} {verdict['promise']['name'].replace('_', ' ')}:"
            f" {_escaped(verdict['seen'])}"
            for verdict in told
        ] or ["Everything is kept."]
        lines.append("")
    return lines


def _sign(verdict: dict[str, Any]) -> str:
    return _SIGNS.get(verdict["outcome"]) or _BROKEN[verdict["promise"]["kind"]]


def _escaped(text: str) -> str:
    """Return a line of text as Markdown shows it."""
    return f"`{text.replace('`', chr(39))}`"
