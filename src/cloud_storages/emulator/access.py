"""
Who is calling: a key with its scopes, or a guest with its roles.

The checks come in Appwrite's order, so that a wrong project hides a wrong key and a missing
scope hides everything behind it.
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import frozen

from cloud_storages.emulator.errors import refuse
from cloud_storages.emulator.rules import permissions
from cloud_storages.emulator.settings import GUEST_SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloud_storages.emulator.settings import Settings
    from cloud_storages.emulator.values import Request

CONSOLE = "console"
_GUEST_ROLES = ("any", "guests")
_HOSTS_AT_HOME = frozenset(("localhost", "127.0.0.1", "::1"))


@frozen
class Caller:
    """Whoever sent a request. `is_at_home` is False for guests of the console project."""

    is_key: bool
    scopes: frozenset[str]
    roles: tuple[str, ...] = ()
    is_at_home: bool = True


VISITOR = Caller(is_key=False, scopes=GUEST_SCOPES, roles=_GUEST_ROLES, is_at_home=False)


def caller(request: Request, settings: Settings) -> Caller:
    """Return who calls; raises Refusal if project, key or origin are not accepted."""
    key = request.header("x-appwrite-key")
    in_header = request.header("x-appwrite-project")
    project = _selected_project(request) or in_header
    guest = Caller(is_key=False, scopes=GUEST_SCOPES, roles=_GUEST_ROLES)
    verdict = settings.rules.key_without_project
    if key and verdict == "forbidden" and (not in_header or in_header != project):
        raise refuse("project_id_missing")
    if not key:
        _check_origin(request)
    if project in ("", CONSOLE):
        if key and verdict != "console guest":
            raise refuse("user_unauthorized")
        return VISITOR
    if project != settings.project:
        raise refuse("project_not_found")
    if not key:
        return guest
    return _key_holder(key, settings) or guest


def _selected_project(request: Request) -> str:
    parameters = request.query if request.method in ("GET", "HEAD") else request.fields
    value = parameters.get("project", "")
    return value if isinstance(value, str) else ""


def _key_holder(key: str, settings: Settings) -> Caller | None:
    known = settings.known_keys()
    matches = [each for each in known if hmac.compare_digest(each.encode(), key.encode())]
    if matches and matches[0] == settings.expired_key:
        raise refuse("project_key_expired")
    scopes = settings.scopes_of(matches[0]) if matches else None
    if scopes is not None:
        return Caller(is_key=True, scopes=scopes)
    kind, underscore, _ = key.partition("_")
    if settings.rules.unknown_key_is_refused and (not underscore or kind == "standard"):
        raise refuse("user_unauthorized")
    return None


def _check_origin(request: Request) -> None:
    origin = request.header("origin")
    if not origin:
        return
    host = urlsplit(origin).hostname or ""
    if host in _HOSTS_AT_HOME or host == request.host:
        return
    raise refuse(
        "general_unknown_origin",
        f"Invalid Origin. Register your new client ({host}) as a new Web platform on your project"
        " console dashboard",
    )


def check_scope(who: Caller, scope: str, settings: Settings) -> None:
    """Raise Refusal unless the caller has the scope; an empty scope is everybody's."""
    if not scope or scope in who.scopes:
        return
    name = f"{settings.service_user} (role: applications)" if who.is_key else "User (role: guests)"
    missing = f"missing scopes ({json.dumps([scope])})"
    if not settings.rules.plural_scopes:
        missing = f"missing scope ({scope})"
    raise refuse("general_unauthorized_scope", f"{name} {missing}")


def may(who: Caller, action: str, granted: Sequence[str]) -> bool:
    """Return whether permissions let the caller do `action`; keys may do everything."""
    return who.is_key or permissions.denial(granted, action, who.roles) is None


def check_may(who: Caller, action: str, granted: Sequence[str], settings: Settings) -> None:
    """Raise Refusal unless permissions let the caller do `action`."""
    if who.is_key:
        return
    denial = permissions.denial(granted, action, who.roles)
    if denial is not None:
        says_which = settings.rules.says_which_permission
        raise refuse("user_unauthorized", denial if says_which else None)


def check_grants(who: Caller, granted: Sequence[str]) -> None:
    """Raise Refusal if a guest grants something to a role it does not hold."""
    if who.is_key:
        return
    for action in permissions.BUCKET_ACTIONS:
        for holder in permissions.holders(granted, action):
            if holder not in who.roles:
                roles = ", ".join(who.roles)
                raise refuse("user_unauthorized", f"Permissions must be one of: ({roles})")
