"""What the key may do, and whether these settings need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.adapters.appwrite.replies import SCOPES, ScopeAnswer
from cloud_storages.maintenance.findings import error, fine, not_told, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cloud_storages.backends.options import Options
    from cloud_storages.maintenance.findings import Finding

__all__ = ["STEP", "answers", "look"]

STEP = "scope"
_KEY = "APPWRITE_API_KEY"
_TOKENS = "tokens.write"
#: Without these, only some things do not work.
_PARTLY_NEEDED: Mapping[str, str] = {
    "buckets.read": "directories are not found by the names of their buckets, nor listed, and no"
    " bucket is created",
    "buckets.write": "a directory without a bucket cannot be saved into",
}


def answers(ask: Callable[[str], ScopeAnswer]) -> dict[str, ScopeAnswer]:
    """Return what is known of each scope."""
    return {scope: ask(scope) for scope in SCOPES}


def look(known: Mapping[str, ScopeAnswer], told: Options) -> Iterator[Finding]:
    """Yield whether the key has each scope, and whether the settings need it."""
    for scope, answer in known.items():
        yield _finding(scope, answer, _reason(scope, told), told)


def _finding(scope: str, answer: ScopeAnswer, reason: str, told: Options) -> Finding:
    if answer is ScopeAnswer.NOT_TOLD:
        return not_told(STEP, f"The server did not answer whether the key has {scope}.", scope)
    if answer is ScopeAnswer.HELD:
        return fine(STEP, f"The key has it; {reason or 'these settings do not need it'}.", scope)
    if not reason:
        return fine(STEP, "The key lacks it, and these settings do not need it.", scope)
    if answer is ScopeAnswer.UNKNOWN_TO_SERVER:
        return _no_tokens(scope)
    way_out = f"Give the key the scope {scope} in the Appwrite console"
    if scope == "buckets.write" and told.create_buckets:
        way_out += ", or create all buckets and write APPWRITE_CREATE_BUCKETS = False"
    if scope in _PARTLY_NEEDED:
        message = f"The key lacks it: {_PARTLY_NEEDED[scope]}."
        return warning(STEP, message, _KEY, f"{way_out}.", scope)
    return error(STEP, f"The key lacks it; {reason}.", _KEY, f"{way_out}.", scope)


def _no_tokens(scope: str) -> Finding:
    return error(
        STEP,
        "This server has no file tokens, which came with Appwrite 1.7: private files have no URLs.",
        "APPWRITE_ACCESS",
        "Upgrade Appwrite, or let the site serve its files with cloud_storages.views.ServeFile.",
        scope,
    )


def _reason(scope: str, told: Options) -> str:
    """Return what these settings need a scope for; nothing if they do not."""
    reasons = {
        "files.read": "it reads and lists files",
        "files.write": "it saves and deletes files",
    }
    if told.laid_out.buckets_are_directories:
        reasons["buckets.read"] = "it finds directories by the names of their buckets"
    if told.create_buckets:
        reasons["buckets.write"] = "it creates buckets"
    if told.access == "private":
        reasons[_TOKENS] = "it makes the links of private files"
    return reasons.get(scope, "")
