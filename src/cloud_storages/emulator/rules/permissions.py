"""
Permission strings such as ``read("user:abc/verified")``: what is legal, and what it grants.

``write`` stands for create, update and delete; what a thing cannot grant is dropped from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from cloud_storages.emulator.rules.checks import Check

READ, CREATE, UPDATE, DELETE, WRITE = "read", "create", "update", "delete", "write"
ON_BUCKETS = (CREATE, READ, UPDATE, DELETE, WRITE)
ON_NEW_FILES = (READ, UPDATE, DELETE, WRITE)
FILE_ACTIONS = (READ, UPDATE, DELETE)
BUCKET_ACTIONS = (CREATE, READ, UPDATE, DELETE)
MOST = 100

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
_LABEL = re.compile(r"[A-Za-z0-9]{1,255}")
_KEY_COMPLAINT = (
    "Parameter must contain at most 255 chars. Valid chars are a-z, A-Z, 0-9, period, hyphen,"
    " and underscore. Can't start with a special char"
)
_LABEL_COMPLAINT = (
    "Value must be a valid string between 1 and 255 chars containing only alphanumeric chars"
)
_VERIFIED = ("verified", "unverified")


@frozen
class _Shape:
    """What a role must and may carry: an identifier, and one of some dimensions (None: any)."""

    identifier: bool = False
    dimension: bool = False
    dimension_required: bool = False
    options: tuple[str, ...] | None = None


_ROLES = {
    "any": _Shape(),
    "guests": _Shape(),
    "users": _Shape(dimension=True, options=_VERIFIED),
    "user": _Shape(identifier=True, dimension=True, options=_VERIFIED),
    "team": _Shape(identifier=True, dimension=True),
    "member": _Shape(identifier=True),
    "label": _Shape(identifier=True),
    "project": _Shape(identifier=True, dimension=True, dimension_required=True),
}


@frozen
class Permission:
    """One action granted to one role, taken apart."""

    action: str
    role: str
    identifier: str = ""
    dimension: str = ""

    @property
    def holder(self) -> str:
        """The whole role, as callers hold it: ``user:abc/verified``."""
        text = self.role
        # PHP takes the text "0" for empty here as well
        if self.identifier not in ("", "0"):
            text += f":{self.identifier}"
        if self.dimension not in ("", "0"):
            text += f"/{self.dimension}"
        return text

    def __str__(self) -> str:
        return f'{self.action}("{self.holder}")'


def parse(text: str) -> Permission:
    """Take a permission string apart; raises ValueError with Appwrite's complaint."""
    parts = text.split('("')
    if len(parts) != len(("action", "role")):
        raise ValueError(f'Invalid permission string format: "{text}".')
    action, whole = parts[0], parts[1].replace('")', "")
    if action not in ON_BUCKETS:
        raise ValueError(f'Invalid permission type: "{action}".')
    role, *identifiers = whole.split(":")
    if not identifiers:
        role, dimension = _dimension(whole)
        return Permission(action, role, "", dimension)
    if "/" not in whole:
        return Permission(action, role, identifiers[0])
    identifier, dimension = _dimension(identifiers[0])
    return Permission(action, role, identifier, dimension)


def _dimension(text: str) -> tuple[str, str]:
    if "/" not in text:
        return text, ""
    name, *dimensions = text.split("/")
    if len(dimensions) != 1:
        raise ValueError("Only one dimension can be provided")
    if dimensions[0] in ("", "0"):
        raise ValueError("Dimension must not be empty")
    return name, dimensions[0]


def permissions(allowed: Sequence[str]) -> Check:
    """Return the check for a list of at most 100 permissions of the actions `allowed`."""

    def check(value: object) -> str | None:
        if not isinstance(value, list):
            return "Permissions must be an array of strings."
        if len(value) > MOST:
            return f"You can only provide up to {MOST} permissions."
        problems = (_problem(item, allowed) for item in value)
        return next((problem for problem in problems if problem), None)

    return check


def _problem(text: object, allowed: Sequence[str]) -> str | None:
    if not isinstance(text, str):
        return "Every permission must be of type string."
    if text == "*":
        return 'Wildcard permission "*" has been replaced. Use "any" instead.'
    if "role:" in text:
        return (
            'Permissions using the "role:" prefix have been replaced. Use "users", "guests", or'
            ' "any" instead.'
        )
    if not text.startswith(tuple(allowed)):
        return f'Permission "{text}" is not allowed. Must be one of: {", ".join(allowed)}.'
    try:
        permission = parse(text)
    except ValueError as error:
        return str(error)
    return _role_problem(permission)


def _role_problem(permission: Permission) -> str | None:
    role = permission.role
    shape = _ROLES.get(role)
    if shape is None:
        return f'Role "{role}" is not allowed. Must be one of: {", ".join(_ROLES)}.'
    problem = _identifier_problem(role, permission.identifier, shape)
    problem = problem or _dimension_problem(permission.dimension, shape)
    return f'Role "{role}" {problem}' if problem else None


def _identifier_problem(role: str, identifier: str, shape: _Shape) -> str | None:
    given = identifier not in ("", "0")
    if not shape.identifier:
        return "can not have an ID value." if given else None
    if not given:
        return "must have an ID value."
    pattern, complaint = (_LABEL, _LABEL_COMPLAINT) if role == "label" else (_KEY, _KEY_COMPLAINT)
    if pattern.fullmatch(identifier) is None:
        return f"identifier value is invalid: {complaint}"
    return None


def _dimension_problem(dimension: str, shape: _Shape) -> str | None:
    given = dimension not in ("", "0")
    if not shape.dimension:
        return "can not have a dimension value." if given else None
    if not given:
        return "must have a dimension value." if shape.dimension_required else None
    if shape.options is not None and dimension not in shape.options:
        return f"dimension value is invalid. Must be one of: {', '.join(shape.options)}."
    if _KEY.fullmatch(dimension) is None:
        return f"dimension value is invalid: {_KEY_COMPLAINT}"
    return None


def expanded(texts: Iterable[str], actions: Sequence[str]) -> tuple[str, ...]:
    """Return legal permissions with ``write`` spelt out in those `actions`, none of them twice."""
    found: dict[str, None] = {}
    for text in texts:
        permission = parse(text)
        if permission.action != WRITE:
            found[str(permission)] = None
            continue
        for action in (CREATE, UPDATE, DELETE):
            if action in actions:
                found[f'{action}("{permission.holder}")'] = None
    return tuple(found)


def holders(texts: Iterable[str], action: str) -> tuple[str, ...]:
    """Return the roles that `texts` grant `action` to."""
    parsed = (parse(text) for text in texts)
    return tuple(dict.fromkeys(each.holder for each in parsed if each.action == action))


def denial(texts: Iterable[str], action: str, roles: Sequence[str]) -> str | None:
    """Return why a caller with `roles` may not do `action`, or None if it may."""
    granted = holders(texts, action)
    if not granted:
        return f"No permissions provided for action '{action}'"
    if set(granted) & set(roles):
        return None
    return (
        f'Missing "{action}" permission for role "{granted[-1]}". Only "{_json(roles)}" scopes'
        f' are allowed and "{_json(granted)}" was given.'
    )


def _json(values: Sequence[str]) -> str:
    return json.dumps(list(values), separators=(",", ":")).replace("/", "\\/")
