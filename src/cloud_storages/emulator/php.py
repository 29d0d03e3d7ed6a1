"""
PHP's loose values, as far as they show on the wire.

Appwrite runs on PHP, so a client meets PHP's JSON escapes, PHP's idea of a number and of a
boolean, and PHP's way to nest form fields and query strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

_NUMBER = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)[ \t\n\r\v\f]*")
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_LARGEST_INTEGER = 2**63 - 1


def encode(value: object) -> bytes:
    """Return `value` as PHP writes JSON here: slashes escaped, other characters as they are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("/", "\\/").encode("utf-8", "surrogatepass")


def number(value: object) -> int | float | None:
    """Return the number PHP sees in `value`, or None where it sees none."""
    if isinstance(value, (int, float)):
        return None if isinstance(value, bool) else value
    if not isinstance(value, str):
        return None
    match = _NUMBER.fullmatch(value)
    if match is None:
        return None
    text = match[1]
    if "." in text or match[3]:
        return float(text)
    whole = int(text)
    return whole if abs(whole) <= _LARGEST_INTEGER else float(text)


def grouped(value: int) -> str:
    """Return a number with commas between thousands, as PHP's number_format."""
    return f"{value:,}"


def truth(value: object) -> bool:
    """Return what PHP's cast to boolean makes of `value`; the text "false" is true."""
    if isinstance(value, str):
        return value not in ("", "0")
    return bool(value)


def type_name(value: object) -> str:
    """Return PHP's gettype of a value that came out of JSON."""
    if value is None:
        return "NULL"
    names = {bool: "boolean", int: "integer", float: "double", str: "string"}
    return names.get(type(value), "array")


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """
    Return form fields or query parameters with ``a[0]``, ``a[]`` and ``a[b][c]`` nested.

    A later field of one name replaces an earlier one. Numbered fields become a list.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, keys = _split(name)
        if head:
            _put(found, [head, *keys], value)
    return {name: _listed(value) for name, value in found.items()}


def _split(name: str) -> tuple[str, list[str]]:
    head, bracket, _ = name.partition("[")
    if not bracket or not name.endswith("]"):
        return name, []
    return head, _BRACKETS.findall(name[len(head) :])


def _put(target: dict[str, Any], keys: list[str], value: object) -> None:
    key, *rest = keys
    if key == "":
        numbers = [int(known) for known in target if known.isdigit()]
        key = str(max(numbers) + 1) if numbers else "0"
    if not rest:
        target[key] = value
        return
    if not isinstance(target.get(key), dict):
        target[key] = {}
    _put(target[key], rest, value)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(each) for key, each in value.items()}
    return list(inner.values()) if all(key.isdigit() for key in inner) else inner
