"""Lists as Appwrite answers them, and the page for a path that is none of the API's."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from cloud_storages.emulator import php
from cloud_storages.emulator.errors import refuse
from cloud_storages.emulator.rules import collation, fulltext, queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloud_storages.emulator.rules.queries import Attributes, Query
    from cloud_storages.emulator.versions import Rules


class Listing:
    """How one kind of thing is listed: by which attributes, and how many values in a query."""

    def __init__(self, attributes: Attributes, rules: Rules) -> None:
        self._attributes = attributes
        self._values_per_query = rules.values_per_query

    def check(self, value: object) -> str | None:
        """Return Appwrite's complaint about the parameter ``queries``, or None."""
        try:
            self._queries(value)
        except queries.QueryError as error:
            return str(error)
        return None

    def _queries(self, value: object) -> tuple[Query, ...]:
        return queries.checked(value, self._attributes, self._values_per_query)

    def identifiers(self, values: dict[str, Any]) -> tuple[str, ...] | None:
        """
        Return the identifiers, in lower case, of which a list can have rows; None for all.

        A list of a few identifiers need not look at every row, as a database with an index does
        not.
        """
        page = queries.page(self._queries(values["queries"]))
        if page.cursor is not None:
            return None
        for query in page.filters:
            if query.method == "equal" and query.attribute == "$id":
                return tuple(collation.key(str(value)).lower() for value in query.values)
        return None

    def answer(
        self,
        plural: str,
        singular: str,
        rows: Sequence[tuple[dict[str, Any], str]],
        values: dict[str, Any],
    ) -> dict[str, Any]:
        """
        Return the list that checked parameter `values` ask for.

        `rows` are all things the caller may see, in order of creation, each with the text that a
        search looks in. Raises Refusal for a cursor that is none of them, or for a search.
        """
        page = queries.page(self._queries(values["queries"]))
        cursor = _cursor(page, singular, rows)
        complaint = queries.search_problem(page.filters)
        if complaint:
            raise refuse("general_query_invalid", complaint)
        search = values.get("search") or ""
        # PHP takes the text 0 for none
        searched = [
            row for row, text in rows if search in ("", "0") or fulltext.matches(text, search)
        ]
        matching = queries.matching(searched, page.filters, self._attributes)
        wanted = queries.select(matching, page, self._attributes, cursor)
        counts = php.truth(values.get("total", True))
        return {
            "total": min(len(matching), queries.TOTAL_CAP) if counts else 0,
            plural: [_shown(row) for row in wanted],
        }


def _cursor(
    page: queries.Page, singular: str, rows: Sequence[tuple[dict[str, Any], str]]
) -> dict[str, Any] | None:
    if page.cursor is None:
        return None
    wanted = page.cursor.lower()
    for row, _ in rows:
        if row["$id"].lower() == wanted and wanted != "0":
            return row
    message = f"{singular} '{page.cursor}' for the 'cursor' value not found."
    raise refuse("general_cursor_not_found", message)


def _shown(row: queries.Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "$sequence"}


def not_found(status: int, message: str) -> bytes:
    """Return the page that answers a request for no route, which is no JSON."""
    text = html.escape(message)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="UTF-8">'
        f"<title>Error {status}</title></head>\n<body><h1>Error {status}</h1><p>{text}</p></body>\n"
        "</html>\n"
    ).encode()
