"""Whether an Appwrite answers at the endpoint, which one, and whether it takes project and key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cloud_storages.maintenance.checking.answers import has_failed, said
from cloud_storages.maintenance.findings import error, fine, not_told, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.adapters.appwrite.replies import Reply
    from cloud_storages.backends.options import Options
    from cloud_storages.maintenance.findings import Finding

__all__ = ["STEPS", "clock", "encryption", "endpoint", "project_and_key", "version"]

STEPS = ("https", "endpoint", "version", "clock", "project", "key")
_ENDPOINT = "APPWRITE_API_ENDPOINT"
_PUBLIC = "APPWRITE_PUBLIC_ENDPOINT"
_PROJECT = "APPWRITE_PROJECT_ID"
_KEY = "APPWRITE_API_KEY"
_API = "/v1"
_UNAUTHORIZED = 401
#: The first release whose queries this package speaks.
_OLDEST = (1, 5, 0)
#: What came with which release, as far as a storage has use for it.
_FEATURES: tuple[tuple[tuple[int, int, int], str], ...] = (
    ((1, 7, 0), "file tokens"),
    ((1, 8, 1), "a choice of previews for each bucket"),
    ((1, 9, 5), "chunks of one upload side by side"),
)
#: Seconds by which two clocks may differ before it is told: a machine that asks for the time
#: differs by less than one.
_TOLERATED = 10.0


def encryption(told: Options, *, deploy: bool) -> Iterator[Finding]:
    """Yield whether key and files travel encrypted."""
    public = told.public_endpoint or told.endpoint
    named = [(_ENDPOINT, told.endpoint, "the API key travels")]
    if told.public_endpoint is not None:
        named.append((_PUBLIC, told.public_endpoint, "private files travel"))
    for setting, url, what in named:
        if url.startswith("https://"):
            yield fine("https", f"{url} is encrypted.", url)
        elif _is_here(url):
            yield fine("https", f"{url} is not encrypted, but on this very machine.", url)
        else:
            yield warning(
                "https",
                f"{url} is not encrypted: {what} for everyone on the way to read.",
                setting,
                f"Write {setting} = 'https://{url.partition('://')[2]}'.",
                url,
            )
    if deploy and _is_here(public):
        yield warning(
            "https",
            f"URLs of files begin with {public}, which only browsers on this machine can reach.",
            _PUBLIC,
            f"Write {_PUBLIC} with the address of the server as browsers see it.",
            public,
        )


def endpoint(told: Options, ask: Callable[[str], Reply]) -> tuple[Finding, Reply]:
    """
    Return whether an Appwrite answers at the endpoint, and its answer.

    Args:
        told: the options.
        ask: asks the Appwrite at an endpoint for its version.

    """
    url = told.endpoint
    reply = ask(url)
    if _version(reply):
        return fine("endpoint", f"{url} is Appwrite's, and redirects nowhere.", url), reply
    message, way_out = _trouble(url, reply, ask)
    return error("endpoint", message, _ENDPOINT, way_out, url), reply


def version(reply: Reply) -> Finding:
    """Return which Appwrite it is, and what it supports."""
    text = _version(reply)
    number = _number(text)
    if number is None:
        return not_told("version", f"The server says {text!r}, which is no release number.", text)
    if number < _OLDEST:
        return error(
            "version",
            f"Appwrite {text} is too old: 1.5 is the first that works.",
            _ENDPOINT,
            "Upgrade Appwrite.",
            text,
        )
    known = [what for first, what in _FEATURES if number >= first]
    unknown = [what for first, what in _FEATURES if number < first]
    message = f"Appwrite {text}, which knows {', '.join(['buckets, previews', *known])}"
    message += f"; not {', '.join(unknown)}." if unknown else "."
    return fine("version", message, text)


def project_and_key(reply: Reply) -> tuple[Finding, Finding]:
    """Return whether the server knows the project and takes the key, from its health."""
    if reply.is_ok:
        return (
            fine("project", "The server has this project."),
            fine("key", "The server takes the key for one of this project."),
        )
    if reply.kind == "project_not_found":
        return (
            error(
                "project",
                "The server has no project of this ID.",
                _PROJECT,
                f"Copy the project's ID from the Appwrite console into {_PROJECT}; on Appwrite"
                f" Cloud, {_ENDPOINT} must name the project's region, too.",
            ),
            not_told("key", "A key is looked for in its project only."),
        )
    if reply.kind == "project_key_expired":
        finding = error(
            "key",
            "The key has expired.",
            _KEY,
            f"Make a new key in the Appwrite console and put it into {_KEY}.",
        )
        return fine("project", "The server has this project."), finding
    if reply.kind == "general_unauthorized_scope":
        return fine("project", "The server has this project."), _refused(
            "The server takes the key for none, and this site for a guest."
        )
    if reply.status == _UNAUTHORIZED or reply.kind in ("user_unauthorized", "project_id_missing"):
        return fine("project", "The server has this project."), _refused(
            "The server does not take the key for one of this project."
        )
    finding = error(
        "project",
        f"The server does not say whether it has this project: {said(reply)}.",
        _ENDPOINT,
        "Look into the server's log, and try again.",
    )
    return finding, not_told("key", "The server does not say whether it takes the key.")


def clock(reply: Reply, told: Options) -> Finding:
    """Return whether the server's clock agrees with this machine's, from any answer."""
    if reply.ahead is None:
        return not_told("clock", "The server does not tell its time.")
    off = max(0.0, abs(reply.ahead) - reply.slack)
    if off <= _TOLERATED:
        return fine("clock", "The server's clock agrees with this machine's.")
    direction = "ahead of" if reply.ahead > 0 else "behind"
    message = f"The server's clock is {off:.0f} seconds {direction} this machine's"
    way_out = "Let both machines set their clocks by NTP."
    if told.access != "private":
        message += ": tokens, if there were any, would end at other moments than they say."
        return warning("clock", message, "APPWRITE_URL_LIFETIME", way_out)
    # A link is shown until half of its life is over.
    if reply.ahead > 0 and off >= told.url_lifetime / 2:
        message += ", and links to private files end while they are still shown."
        return error("clock", message, "APPWRITE_URL_LIFETIME", way_out)
    message += ": links to private files end at other moments than they should."
    return warning("clock", message, "APPWRITE_URL_LIFETIME", way_out)


def _refused(message: str) -> Finding:
    way_out = f"Copy the secret of an API key of this project into {_KEY}, all of it."
    return error("key", message, _KEY, way_out)


def _trouble(url: str, reply: Reply, ask: Callable[[str], Reply]) -> tuple[str, str]:
    """Return what is wrong with an endpoint, and the way out."""
    if reply.failure:
        return (
            f"{url} does not answer: {reply.failure}.",
            f"Correct host and port in {_ENDPOINT}, if the server runs and can be reached at all.",
        )
    if reply.redirect:
        target = reply.redirect.removesuffix("/health/version")
        return (
            f"{url} redirects to {reply.redirect}, and no key is sent after a redirect.",
            f"Write {_ENDPOINT} = {target!r}.",
        )
    if has_failed(reply):
        return (
            f"{url} fails: {said(reply)}.",
            f"Look into the server's log; {_ENDPOINT} may lead to a proxy whose Appwrite is down.",
        )
    for other in _others(url):
        if _version(ask(other)):
            return (
                f"{url} is not where Appwrite's API is, but {other} is.",
                f"Write {_ENDPOINT} = {other!r}.",
            )
    page = "a web page" if reply.body.lstrip().startswith(b"<") else "something"
    return (
        f"{url} answers with {page} that is not Appwrite's ({said(reply)}).",
        f"{_ENDPOINT} must be the address of Appwrite's API, which ends with '/v1'.",
    )


def _others(url: str) -> list[str]:
    """Return where the API could be instead."""
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}{_API}"
    return [other for other in dict.fromkeys((url + _API, host)) if other != url]


def _version(reply: Reply) -> str:
    found = reply.document.get("version") if reply.is_ok else None
    return found if isinstance(found, str) else ""


def _number(text: str) -> tuple[int, ...] | None:
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else None


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}
