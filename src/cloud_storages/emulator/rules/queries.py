"""
Queries: JSON texts that filter, order and page a list.

Three steps, each with its own complaints: a text is parsed, a query is held against the
attributes that may be asked for, and rows (plain dictionaries) are selected. Page by cursor and
the order is the one asked for, then creation.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from attrs import field, frozen

from cloud_storages.emulator import php
from cloud_storages.emulator.rules import dates
from cloud_storages.emulator.rules.checks import between
from cloud_storages.emulator.rules.collation import key as collated
from cloud_storages.emulator.rules.collation import like
from cloud_storages.emulator.rules.identifiers import identifier_problem

STRING, INTEGER, BOOLEAN, DATETIME, SEQUENCE = "string", "integer", "boolean", "datetime", "id"
DEFAULT_LIMIT = 25
TOTAL_CAP = 5000
LARGEST = 2**63 - 1

Attributes = Mapping[str, str]
Row = Mapping[str, Any]

SYSTEM_ATTRIBUTES: Attributes = {
    "$id": STRING,
    "$createdAt": DATETIME,
    "$updatedAt": DATETIME,
    "$sequence": SEQUENCE,
}

_SOME = ("equal", "contains", "notContains", "containsAny", "containsAll")
_ONE = (
    "notEqual",
    "lessThan",
    "lessThanEqual",
    "greaterThan",
    "greaterThanEqual",
    "search",
    "notSearch",
    "startsWith",
    "notStartsWith",
    "endsWith",
    "notEndsWith",
    "regex",
)
_TWO = ("between", "notBetween")
_NULLS = ("isNull", "isNotNull")
_LOGICAL = ("and", "or")
_CONTAINING = ("contains", "notContains", "containsAny", "containsAll")
_SEARCHING = ("search", "notSearch")
_SPATIAL = (
    "crosses",
    "notCrosses",
    "distanceEqual",
    "distanceNotEqual",
    "distanceGreaterThan",
    "distanceLessThan",
    "intersects",
    "notIntersects",
    "overlaps",
    "notOverlaps",
    "touches",
    "notTouches",
)
_VECTOR = ("vectorDot", "vectorCosine", "vectorEuclidean")
_FILTERS = frozenset((*_SOME, *_ONE, *_TWO, *_NULLS, *_LOGICAL, *_SPATIAL, *_VECTOR, "elemMatch"))
_ORDERS = ("orderAsc", "orderDesc", "orderRandom")
_CURSORS = ("cursorAfter", "cursorBefore")
_METHODS = _FILTERS | {*_ORDERS, *_CURSORS, "limit", "offset", "select"}
_NOT_A_NUMBER = "Value must be a valid number"


class QueryError(ValueError):
    """A query that Appwrite refuses; the text is its complaint."""


@frozen
class Query:
    """One query. `values` holds queries where the method is ``and`` or ``or``."""

    method: str
    attribute: str = ""
    values: tuple[Any, ...] = ()


@frozen
class Page:
    """
    What a list of queries asks for.

    `cursor` is an identifier, `backwards` asks for the page that ends before it.
    """

    filters: tuple[Query, ...] = ()
    orders: tuple[tuple[str, bool], ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0
    cursor: str | None = None
    backwards: bool = False
    is_random: bool = field(default=False)


def parse(text: object) -> Query:
    """Return the query that a JSON text holds; raises QueryError."""
    if not isinstance(text, str):
        raise QueryError(f"Invalid query. Must be a string, got {php.type_name(text)}")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise QueryError("Invalid query: Maximum stack depth exceeded") from None
    except ValueError:
        raise QueryError("Invalid query: Syntax error") from None
    if not isinstance(value, (dict, list)):
        raise QueryError(f"Invalid query. Must be an array, got {php.type_name(value)}")
    return _query(value)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _query(value: object) -> Query:
    found = value if isinstance(value, dict) else {}
    method = _or_default(found.get("method"), "")
    attribute = _or_default(found.get("attribute"), "")
    values = _or_default(found.get("values"), [])
    if not isinstance(method, str):
        raise QueryError(f"Invalid query method. Must be a string, got {php.type_name(method)}")
    if method not in _METHODS:
        raise QueryError(f"Invalid query method: {method}")
    if not isinstance(attribute, str):
        kind = php.type_name(attribute)
        raise QueryError(f"Invalid query attribute. Must be a string, got {kind}")
    if not isinstance(values, (list, dict)):
        raise QueryError(f"Invalid query values. Must be an array, got {php.type_name(values)}")
    items = list(values.values()) if isinstance(values, dict) else values
    if method in _LOGICAL:
        items = [_query(item) for item in items]
    if attribute == "" and method in ("orderAsc", "orderDesc"):
        attribute = "$sequence"
    return Query(method, attribute, tuple(items))


def _or_default(value: object, default: object) -> object:
    return default if value is None else value


def checked(value: object, attributes: Attributes, values_per_query: int) -> tuple[Query, ...]:
    """
    Return the queries in the parameter `value`; raises QueryError with Appwrite's complaint.

    `attributes` are those that may be asked for, with their types.
    """
    if not isinstance(value, list):
        raise QueryError("Queries must be an array")
    found = []
    for item in value:
        try:
            query = parse(item)
        except QueryError as error:
            raise QueryError(f"Invalid query: {error}") from None
        _check(query, attributes, values_per_query)
        found.append(query)
    return tuple(found)


def _check(query: Query, attributes: Attributes, values_per_query: int) -> None:
    if query.method in _LOGICAL:
        for inner in query.values:
            _check(inner, attributes, values_per_query)
    if query.method == "select":
        raise QueryError("Invalid query method: select")
    problem = _problem(query, attributes, values_per_query)
    if problem is not None:
        raise QueryError(f"Invalid query: {problem}")


def _problem(query: Query, attributes: Attributes, values_per_query: int) -> str | None:
    method = query.method
    if method == "orderRandom":
        return None
    if method in _ORDERS:
        return _unknown(query.attribute, attributes, "Cannot order by nested attribute")
    for methods, complaint in _COMPLAINTS:
        if method in methods:
            return complaint(query)
    return _count_problem(query) or _filter_problem(query, attributes, values_per_query)


def _cursor_problem(query: Query) -> str | None:
    problem = identifier_problem(query.values[0] if query.values else None)
    return f"Invalid cursor: {problem}" if problem else None


def _window_problem(query: Query) -> str | None:
    value = query.values[0] if query.values else None
    if php.number(value) is None:
        # the wording for offsets says limit on the wire too
        return f"Invalid limit: {_NOT_A_NUMBER}"
    lowest = 1 if query.method == "limit" else 0
    problem = between(lowest, LARGEST)(value)
    return f"Invalid {query.method}: {problem}" if problem else None


def _logical_problem(query: Query) -> str | None:
    name = _capital(query.method)
    if any(inner.method not in _FILTERS for inner in query.values):
        return f"{name} queries can only contain filter queries"
    if len(query.values) <= 1:
        return f"{name} queries require at least two queries"
    return None


_COMPLAINTS: tuple[tuple[tuple[str, ...], Callable[[Query], str | None]], ...] = (
    (("limit", "offset"), _window_problem),
    (_CURSORS, _cursor_problem),
    (_LOGICAL, _logical_problem),
)


def _count_problem(query: Query) -> str | None:
    name, count = _capital(query.method), len(query.values)
    if query.method in (*_SOME, *_SPATIAL) and (count == 0 or query.values[0] in ([], {})):
        return f"{name} queries require at least one value."
    if query.method in _ONE and count != 1:
        return f"{name} queries require exactly one value."
    if query.method in _TWO and count != len(("low", "high")):
        return f"{name} queries require exactly two values."
    return "elemMatch is not supported by the database" if query.method == "elemMatch" else None


def _filter_problem(query: Query, attributes: Attributes, values_per_query: int) -> str | None:
    unknown = _unknown(query.attribute, attributes, "Cannot query nested attribute on")
    if unknown:
        return unknown
    name, kind = query.attribute, attributes[query.attribute]
    if len(query.values) > values_per_query:
        return f"Query on attribute has greater than {values_per_query} values: {name}"
    return _method_problem(query) or _type_problem(query, kind)


def _method_problem(query: Query) -> str | None:
    if query.method in _VECTOR:
        return "Vector queries can only be used on vector attributes"
    if query.method in _SPATIAL:
        return (
            f'Spatial query "{query.method}" cannot be applied on non-spatial attribute:'
            f" {query.attribute}"
        )
    return None


def _type_problem(query: Query, kind: str) -> str | None:
    name = query.attribute
    if not all(_IS_OF_TYPE[kind](value) for value in query.values):
        return f'Query value is invalid for attribute "{name}"'
    if query.method in _CONTAINING and kind != STRING:
        shown = "notContains" if query.method == "notContains" else "contains"
        return (
            f'Cannot query {shown} on attribute "{name}" because it is not an array, string,'
            " or object."
        )
    return None


def _unknown(attribute: str, attributes: Attributes, nested: str) -> str | None:
    if attribute in attributes:
        return None
    top = attribute.split(".", maxsplit=1)[0]
    return f"{nested}: {top}" if top in attributes else f"Attribute not found in schema: {top}"


def _capital(method: str) -> str:
    return method[:1].upper() + method[1:]


def _is_sequence(value: object) -> bool:
    return isinstance(value, str) and between(1, LARGEST)(value) is None


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


_IS_OF_TYPE: Mapping[str, Callable[[object], bool]] = {
    STRING: lambda value: isinstance(value, str),
    INTEGER: _is_integer,
    BOOLEAN: lambda value: isinstance(value, bool),
    DATETIME: dates.is_date,
    SEQUENCE: _is_sequence,
}


def page(queries: Sequence[Query]) -> Page:
    """Return what the queries ask for together; of several limits or cursors the first counts."""
    firsts = {query.method: query for query in reversed(queries)}
    cursors = [query for query in queries if query.method in _CURSORS]
    orders = [query for query in queries if query.method in ("orderAsc", "orderDesc")]
    limit = firsts.get("limit")
    offset = firsts.get("offset")
    return Page(
        filters=tuple(query for query in queries if query.method in _FILTERS),
        orders=tuple((query.attribute, query.method == "orderDesc") for query in orders),
        limit=int(limit.values[0]) if limit else DEFAULT_LIMIT,
        offset=int(offset.values[0]) if offset else 0,
        cursor=str(cursors[0].values[0]) if cursors else None,
        backwards=bool(cursors) and cursors[0].method == "cursorBefore",
        is_random="orderRandom" in firsts,
    )


def search_problem(filters: Sequence[Query]) -> str | None:
    """Return the database's complaint about a search, for which no attribute has an index."""
    for query in filters:
        inner = search_problem(query.values) if query.method in _LOGICAL else None
        if inner:
            return inner
        if query.method in _SEARCHING:
            return f'Searching by attribute "{query.attribute}" requires a fulltext index.'
    return None


def matching(rows: Sequence[Row], filters: Sequence[Query], attributes: Attributes) -> list[Row]:
    """Return the rows that all `filters` accept, in their order."""
    return [row for row in rows if all(_accepts(query, row, attributes) for query in filters)]


def select(
    rows: Sequence[Row], asked: Page, attributes: Attributes, cursor: Row | None
) -> list[Row]:
    """
    Return the page `asked` for out of `rows`, which already match its filters.

    `rows` are in order of creation and carry a ``$sequence``; `cursor` is the row of the page's
    cursor, which need not be among them.
    """
    if asked.is_random:
        shuffled = random.sample(rows, len(rows))
        return shuffled[asked.offset : asked.offset + asked.limit]
    orders = (*asked.orders, ("$sequence", False))
    compare = functools.partial(_compare, orders=orders, attributes=attributes)
    ordered = sorted(rows, key=functools.cmp_to_key(compare))
    if cursor is None:
        return ordered[asked.offset : asked.offset + asked.limit]
    if asked.backwards:
        nearest = [row for row in ordered if compare(row, cursor) < 0][::-1]
        return nearest[asked.offset : asked.offset + asked.limit][::-1]
    after = [row for row in ordered if compare(row, cursor) > 0]
    return after[asked.offset : asked.offset + asked.limit]


def _compare(
    one: Row, other: Row, *, orders: Sequence[tuple[str, bool]], attributes: Attributes
) -> int:
    for attribute, descending in orders:
        kind = attributes[attribute]
        left, right = _operand(one[attribute], kind), _operand(other[attribute], kind)
        if left != right:
            return -1 if (left < right) != descending else 1
    return 0


def _operand(value: Any, kind: str) -> Any:
    if kind == STRING:
        return collated(value)
    if kind == DATETIME:
        return dates.read(value, datetime.now(timezone.utc))
    return int(value) if kind == SEQUENCE else value


def _accepts(query: Query, row: Row, attributes: Attributes) -> bool:
    if query.method == "and":
        return all(_accepts(inner, row, attributes) for inner in query.values)
    if query.method == "or":
        return any(_accepts(inner, row, attributes) for inner in query.values)
    if query.method in _NULLS:
        return (row[query.attribute] is None) == (query.method == "isNull")
    if query.method in _TEXTUAL:
        return _TEXTUAL[query.method](_text(row[query.attribute]), query.values)
    kind = attributes[query.attribute]
    left = _operand(row[query.attribute], kind)
    return _COMPARING[query.method](left, [_operand(value, kind) for value in query.values])


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _contains_any(text: str, values: Sequence[Any]) -> bool:
    return any(like(text, str(value), before=True, after=True) for value in values)


def _starts(text: str, values: Sequence[Any]) -> bool:
    return like(text, _text(values[0]), before=False, after=True)


def _ends(text: str, values: Sequence[Any]) -> bool:
    return like(text, _text(values[0]), before=True, after=False)


def _matches_regex(text: str, values: Sequence[Any]) -> bool:
    import re  # noqa: PLC0415 - one method of thirty needs it

    try:
        return re.search(str(values[0]), text, re.IGNORECASE) is not None
    except re.error:
        return False


_TEXTUAL: Mapping[str, Callable[[str, Sequence[Any]], bool]] = {
    "contains": _contains_any,
    "containsAny": _contains_any,
    "containsAll": lambda text, values: all(_contains_any(text, [value]) for value in values),
    "notContains": lambda text, values: not _contains_any(text, values),
    "startsWith": _starts,
    "notStartsWith": lambda text, values: not _starts(text, values),
    "endsWith": _ends,
    "notEndsWith": lambda text, values: not _ends(text, values),
    "regex": _matches_regex,
}

_COMPARING: Mapping[str, Callable[[Any, Sequence[Any]], bool]] = {
    "equal": lambda left, values: left in values,
    "notEqual": lambda left, values: left != values[0],
    "lessThan": lambda left, values: left < values[0],
    "lessThanEqual": lambda left, values: left <= values[0],
    "greaterThan": lambda left, values: left > values[0],
    "greaterThanEqual": lambda left, values: left >= values[0],
    "between": lambda left, values: values[0] <= left <= values[1],
    "notBetween": lambda left, values: not values[0] <= left <= values[1],
}
