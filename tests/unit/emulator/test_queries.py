from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.emulator.rules import queries as q

ATTRIBUTES = {
    "name": q.STRING,
    "size": q.INTEGER,
    "on": q.BOOLEAN,
    **q.SYSTEM_ATTRIBUTES,
}


def complaint(*wanted: Any) -> str:
    texts = [text if isinstance(text, str) else json.dumps(text) for text in wanted]
    with pytest.raises(q.QueryError) as caught:
        q.checked(texts, ATTRIBUTES, 500)
    return str(caught.value)


def rows(*names: str) -> list[dict[str, Any]]:
    return [
        {
            "$id": f"id{number}",
            "$sequence": number,
            "$createdAt": f"2026-01-01T00:00:00.{number:03}+00:00",
            "$updatedAt": "2026-01-01T00:00:00.000+00:00",
            "name": name,
            "size": len(name),
            "on": number % 2 == 0,
        }
        for number, name in enumerate(names, 1)
    ]


def found(table: list[dict[str, Any]], *wanted: dict[str, Any]) -> list[str]:
    checked = q.checked([json.dumps(query) for query in wanted], ATTRIBUTES, 500)
    page = q.page(checked)
    cursor = next((row for row in table if row["$id"] == page.cursor), None)
    matching = q.matching(table, page.filters, ATTRIBUTES)
    return [row["name"] for row in q.select(matching, page, ATTRIBUTES, cursor)]


def one(method: str, attribute: str, *values: Any) -> dict[str, Any]:
    return {"method": method, "attribute": attribute, "values": list(values)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("nonsense", "Invalid query: Invalid query: Syntax error"),
        ("", "Invalid query: Invalid query: Syntax error"),
        ("5", "Invalid query: Invalid query. Must be an array, got integer"),
        ("null", "Invalid query: Invalid query. Must be an array, got NULL"),
        ("{}", "Invalid query: Invalid query method: "),
        ({"method": "bogus"}, "Invalid query: Invalid query method: bogus"),
        ({"method": 5}, "Invalid query: Invalid query method. Must be a string, got integer"),
        ({"method": "select", "values": ["name"]}, "Invalid query method: select"),
        (one("equal", "nope", "x"), "Invalid query: Attribute not found in schema: nope"),
        (one("equal", "name"), "Invalid query: Equal queries require at least one value."),
        (one("equal", "name", 5), 'Invalid query: Query value is invalid for attribute "name"'),
        (one("equal", "size", "5"), 'Invalid query: Query value is invalid for attribute "size"'),
        (one("equal", "on", "true"), 'Invalid query: Query value is invalid for attribute "on"'),
        (
            one("notEqual", "name", "a", "b"),
            "Invalid query: NotEqual queries require exactly one value.",
        ),
        (one("between", "size", 1), "Invalid query: Between queries require exactly two values."),
        (
            one("contains", "size", 1),
            (
                'Invalid query: Cannot query contains on attribute "size" because it is not an'
                " array, string, or object."
            ),
        ),
        (
            one("equal", "name", *["x"] * 501),
            "Invalid query: Query on attribute has greater than 500 values: name",
        ),
        (one("orderAsc", "nope"), "Invalid query: Attribute not found in schema: nope"),
        (
            {"method": "limit", "values": [0]},
            (
                "Invalid query: Invalid limit: Value must be a valid range between 1 and"
                " 9,223,372,036,854,775,807"
            ),
        ),
        (
            {"method": "limit", "values": []},
            "Invalid query: Invalid limit: Value must be a valid number",
        ),
        (
            {"method": "offset", "values": ["x"]},
            "Invalid query: Invalid limit: Value must be a valid number",
        ),
        (
            {"method": "offset", "values": [-1]},
            (
                "Invalid query: Invalid offset: Value must be a valid range between 0 and"
                " 9,223,372,036,854,775,807"
            ),
        ),
        (
            {"method": "cursorAfter", "values": ["-x"]},
            (
                "Invalid query: Invalid cursor: UID must contain at most 36 chars. Valid chars are"
                " a-z, A-Z, 0-9, and underscore. Can't start with a leading underscore"
            ),
        ),
        (
            {"method": "or", "values": [one("equal", "name", "x")]},
            "Invalid query: Or queries require at least two queries",
        ),
        (
            {
                "method": "and",
                "values": [{"method": "limit", "values": [1]}, one("isNull", "name")],
            },
            "Invalid query: And queries can only contain filter queries",
        ),
        (
            {"method": "or", "values": [one("equal", "nope", "x"), one("isNull", "name")]},
            "Invalid query: Attribute not found in schema: nope",
        ),
    ],
)
def test_what_is_wrong_with_a_query(query: Any, expected: str) -> None:
    assert complaint(query) == expected


def test_queries_come_as_a_list() -> None:
    with pytest.raises(q.QueryError, match=r"^Queries must be an array$"):
        q.checked("x", ATTRIBUTES, 500)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (one("equal", "name", "PHOTO.png"), ["photo.png", "Photo.PNG"]),
        (one("equal", "name", "photo.png  "), ["photo.png", "Photo.PNG"]),
        (one("equal", "name", "éte", "ete"), ["été"]),
        (one("notEqual", "name", "photo.png"), ["été", "a_b", "axb"]),
        (one("startsWith", "name", "PHO"), ["photo.png", "Photo.PNG"]),
        (one("startsWith", "name", "a_"), ["a_b"]),
        (one("endsWith", "name", ".PNG"), ["photo.png", "Photo.PNG"]),
        (one("contains", "name", "hot", "tE"), ["photo.png", "Photo.PNG", "été"]),
        (one("notContains", "name", "hot"), ["été", "a_b", "axb"]),
        (one("lessThan", "size", 4), ["été", "a_b", "axb"]),
        (one("between", "size", 4, 9), ["photo.png", "Photo.PNG"]),
        (one("equal", "on", True), ["Photo.PNG", "a_b"]),
        (one("equal", "$sequence", "3"), ["été"]),
        (one("greaterThan", "$createdAt", "2026-01-01T00:00:00.003Z"), ["a_b", "axb"]),
        (one("isNull", "name"), []),
        (
            {"method": "or", "values": [one("equal", "size", 3), one("equal", "on", True)]},
            ["Photo.PNG", "été", "a_b", "axb"],
        ),
        ({"method": "and", "values": [one("equal", "size", 3), one("equal", "on", True)]}, ["a_b"]),
    ],
)
def test_filters(query: dict[str, Any], expected: list[str]) -> None:
    table = rows("photo.png", "Photo.PNG", "été", "a_b", "axb")

    assert found(table, query) == expected


def test_a_backslash_in_a_prefix_vanishes() -> None:
    assert found(rows("ab", "a\\b"), one("startsWith", "name", "a\\b")) == ["ab"]


def test_search_needs_an_index_that_no_attribute_has() -> None:
    page = q.page(q.checked([json.dumps(one("search", "name", "x"))], ATTRIBUTES, 500))

    assert q.search_problem(page.filters) == (
        'Searching by attribute "name" requires a fulltext index.'
    )


@given(
    st.lists(st.text("abc", min_size=1, max_size=2), max_size=12),
    st.integers(1, 5),
    st.booleans(),
    st.booleans(),
)
def test_cursors_walk_the_whole_list(
    names: list[str], limit: int, descending: bool, backwards: bool
) -> None:
    table = rows(*names)
    expected = sorted(table, key=lambda row: row["$sequence"])
    expected.sort(key=lambda row: row["name"], reverse=descending)
    order = one("orderDesc" if descending else "orderAsc", "name")
    walked: list[dict[str, Any]] = []
    step = "cursorBefore" if backwards else "cursorAfter"
    if backwards and expected:
        walked = [expected[-1]]
    while True:
        wanted = [order, {"method": "limit", "values": [limit]}]
        if walked:
            edge = walked[0] if backwards else walked[-1]
            wanted.append({"method": step, "values": [edge["$id"]]})
        page = q.page(q.checked([json.dumps(query) for query in wanted], ATTRIBUTES, 500))
        cursor = next((row for row in table if row["$id"] == page.cursor), None)
        got = list(q.select(table, page, ATTRIBUTES, cursor))
        walked = [*got, *walked] if backwards else [*walked, *got]
        if len(got) < limit or (backwards and not expected):
            break

    assert walked == expected


@given(st.integers(0, 9), st.integers(1, 9))
def test_limit_and_offset_are_a_slice(offset: int, limit: int) -> None:
    names = list("abcdefg")
    window = [{"method": "offset", "values": [offset]}, {"method": "limit", "values": [limit]}]

    assert found(rows(*names), *window) == names[offset : offset + limit]


def test_of_two_limits_the_first_counts() -> None:
    assert found(rows(*"abc"), *({"method": "limit", "values": [n]} for n in (1, 2))) == ["a"]
