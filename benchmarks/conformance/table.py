"""The table of promises and storages, in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["Column", "page"]

_SIGNS = {"kept": "yes", "broken": "**no**", "skipped": "n/a"}
_INTRODUCTION = """\
# Django's contract of storages, on five of them

Written by `make scoreboard` on {day}. Each line is a promise of Django's documentation, which the
link leads to, and one test of `cloud_storages.testing.StorageConformance`. *yes*: kept; **no**:
broken; *n/a*: not to be had, which Django allows, or which the storage declares. What was seen is
told below the table.

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

    @property
    def kept(self) -> int:
        """How many promises were kept."""
        return sum(verdict["outcome"] == "kept" for verdict in self.verdicts)


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
    total = len(columns[0].verdicts)
    rows = [["promise", *titles], ["---"] * (len(titles) + 1)]
    for verdicts in zip(*(column.verdicts for column in columns), strict=True):
        promise = verdicts[0]["promise"]
        words = promise["name"].replace("_", " ")
        link = f"[{words}]({promise['sources'][0]})"
        rows.append([link, *(_SIGNS[verdict["outcome"]] for verdict in verdicts)])
    rows.append([f"kept, of {total}", *(str(column.kept) for column in columns)])
    return [f"| {' | '.join(row)} |" for row in rows]


def _seen(columns: list[Column]) -> list[str]:
    lines = []
    for column in columns:
        told = [verdict for verdict in column.verdicts if verdict["outcome"] != "kept"]
        lines += [f"## {column.title}", ""]
        lines += [
            f"- {_SIGNS[verdict['outcome']]} {verdict['promise']['name'].replace('_', ' ')}:"
            f" {_escaped(verdict['seen'])}"
            for verdict in told
        ] or ["Everything is kept."]
        lines.append("")
    return lines


def _escaped(text: str) -> str:
    """Return a line of text as Markdown shows it."""
    return f"`{text.replace('`', chr(39))}`"
