"""
Settings and options: from what a site wrote to checked values.

Each option is an entry of ``STORAGES[alias]["OPTIONS"]`` or a keyword of the class, for one
storage; else a Django setting, for all of them; else its default.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cloud_storages.domain.identifiers import identifier, is_legal, legacy_identifier
from cloud_storages.domain.layouts import (
    LOCATION_BYTES,
    BucketPlan,
    FullPath,
    LastDirectory,
    Layout,
)
from cloud_storages.domain.names import directories, segments
from cloud_storages.domain.values import OnConflict, Secret

__all__ = [
    "LOCATION_WITHOUT_PATH",
    "LONGEST_LIFETIME",
    "OPTIONS",
    "SECRETS",
    "SHORTEST_LIFETIME",
    "Option",
    "Options",
    "read",
]

#: Options that appear in no message, representation, migration or pickle.
SECRETS = frozenset({"api_key"})

_LAYOUTS = ("last-directory", "path")
_ACCESS = ("public", "private")
#: Seconds for which a link to a private file must be good: tokens end with a whole second, so that
#: one of a single second could be over before it is made.
SHORTEST_LIFETIME = 2.0
#: Seconds for which a link to a private file may be good: what is to be open longer is public.
LONGEST_LIFETIME = 366 * 86_400.0
#: What is wrong with a location where directories are buckets.
LOCATION_WITHOUT_PATH = (
    "The setting APPWRITE_LOCATION (option 'location') puts a storage into a directory of the"
    " bucket, but in the layout 'last-directory' buckets have none: the setting APPWRITE_LAYOUT"
    " (option 'layout') must be 'path'."
)
_EXAMPLE = "https://fra.cloud.appwrite.io/v1."


@attrs.frozen
class Option:
    """
    One thing a site can choose.

    Attributes:
        name: as an option.
        setting: as a Django setting.
        default: what holds when neither is given; None where something must be.
        checked: returns the value as it is used, or raises ValueError with the reason.
        meaning: what it does, for the documentation, in Markdown.

    """

    name: str
    setting: str
    default: Any
    checked: Callable[[Any], Any]
    meaning: str


@attrs.frozen
class Options:
    """What a storage was told, checked; the attributes are named after the options."""

    api_key: str = attrs.field(repr=False)
    project_id: str
    bucket_id: str
    endpoint: str
    create_new_if_same_content: bool
    overwrite: bool
    layout: str
    location: str
    buckets: Mapping[str, str]
    create_buckets: bool
    access: str
    public_endpoint: str | None
    timeout: float
    deadline: float
    retries: int
    pool_size: int
    workers: int
    legacy_ids: bool
    cache: str
    url_lifetime: float
    transformations: bool

    @property
    def on_conflict(self) -> OnConflict:
        """What to do when a location is taken."""
        if self.overwrite:
            return OnConflict.OVERWRITE
        keep = self.create_new_if_same_content
        return OnConflict.KEEP_BOTH if keep else OnConflict.REUSE_IDENTICAL

    @property
    def laid_out(self) -> Layout:
        """How names are laid out."""
        if self.layout == "path":
            return FullPath(self._identify, self.location)
        return LastDirectory(self._identify)

    @property
    def plan(self) -> BucketPlan:
        """Which bucket a directory has."""
        return BucketPlan(self.bucket_id, dict(self.buckets), self._identify)

    @property
    def _identify(self) -> Callable[[str], str]:
        return legacy_identifier if self.legacy_ids else identifier


def read(given: Mapping[str, Any], *, defaults: Mapping[str, Any] | None = None) -> Options:
    """
    Return the options of a storage.

    Args:
        given: its own options.
        defaults: what holds for options that are neither given nor set.

    Raises:
        ImproperlyConfigured: something is missing or wrong; the message names the setting.

    """
    told = Options(**{option.name: value(option, given, defaults or {}) for option in OPTIONS})
    if told.location and told.layout != "path":
        raise ImproperlyConfigured(LOCATION_WITHOUT_PATH)
    return told


def value(option: Option, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> Any:
    """
    Return the value of one option.

    Raises:
        ImproperlyConfigured: it is missing or wrong; the message names the setting.

    """
    default = defaults.get(option.name, option.default)
    # No frame that an error page shows may hold a secret as it is.
    found = hidden(option.name, given.get(option.name, getattr(settings, option.setting, default)))
    names = f"the setting {option.setting} (option {option.name!r})"
    try:
        return option.checked(found)
    except ValueError as error:
        message = f"{names[0].upper()}{names[1:]} {error}"
        raise ImproperlyConfigured(message) from None  # the cause could show a secret


def known(given: Mapping[str, Any]) -> None:
    """
    Make sure that every option given is one.

    Raises:
        ImproperlyConfigured: one is not; the message lists those there are.

    """
    names = {option.name for option in OPTIONS}
    unknown = sorted(set(given) - names)
    if unknown:
        raise ImproperlyConfigured(
            f"Unknown storage option {', '.join(map(repr, unknown))};"
            f" there are {', '.join(sorted(names))}."
        )


def plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as a migration, a pickle and a task's JSON can have them: never a secret."""
    return {
        name: value.total_seconds() if isinstance(value, dt.timedelta) else value
        for name, value in given.items()
        if name not in SECRETS
    }


def secrets_of_alias(backend: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the secrets of the alias in STORAGES that is otherwise given the very same options.

    A storage that was made again from what ``plain`` left of its options finds its key so. None
    are returned if there is no such alias, or if several of them have different secrets.

    Args:
        backend: dotted path of the storage's class.
        given: options of the storage.

    """
    found: list[dict[str, Any]] = []
    # Before Django 4.2 there is no such setting.
    for alias in getattr(settings, "STORAGES", {}).values():
        told = alias.get("OPTIONS") or {}
        if alias.get("BACKEND") == backend and plain(told) == plain(given):
            found.append({name: hidden(name, told[name]) for name in SECRETS if name in told})
    alone = found and all(each == found[0] for each in found)
    return found[0] if alone else {}


def hidden(name: str, found: Any) -> Any:
    """Return the value of an option, as one that shows nothing if it is a secret."""
    return Secret(found) if name in SECRETS and isinstance(found, str) else found


def _secret(found: Any) -> str:
    if not isinstance(found, str) or not found.strip():
        raise ValueError("is missing or empty.")
    return _sendable(Secret(found.strip()), "it")


def _project(found: Any) -> str:
    return _sendable(_text(found).strip(), repr(found))


def _sendable(text: str, shown: str) -> str:
    """Return a text that can be a header of HTTP; ``shown`` is what an error may show of it."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"is wrong: {shown} has characters that cannot be sent.")
    return text


def _text(found: Any) -> str:
    if found is None or found == "":
        raise ValueError("is missing or empty.")
    if not isinstance(found, str):
        raise ValueError(f"is a {type(found).__name__} instead of a text.")
    return found


def _bucket_id(found: Any) -> str:
    text = _text(found)
    if not is_legal(text):
        raise ValueError(
            f"is {text!r}, which is no ID of Appwrite's: 1 to 36 of A-Z, a-z, 0-9, '.', '_' and"
            " '-', the first a letter or digit."
        )
    return text


def _url(found: Any) -> str:
    text = _text(found).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        plain = False
    if not plain or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("is no http:// or https:// URL; it looks like " + _EXAMPLE)
    if "@" in parts.netloc or parts.query or parts.fragment:
        # Not shown: a password would be.
        raise ValueError("has a user, a query or a fragment; it looks like " + _EXAMPLE)
    return text


def _url_or_none(found: Any) -> str | None:
    return None if found is None else _url(found)


def _flag(found: Any) -> bool:
    if not isinstance(found, bool):
        raise ValueError(f"is {found!r} instead of True or False.")
    return found


def _one_of(*choices: str) -> Callable[[Any], str]:
    def checked(found: Any) -> str:
        if found not in choices:
            raise ValueError(f"is {found!r} instead of {' or '.join(map(repr, choices))}.")
        return str(found)

    return checked


def _location(found: Any) -> str:
    if not isinstance(found, str):
        raise ValueError(f"is {found!r} instead of a directory, such as 'media' or 'site/media'.")
    try:
        text = "/".join(directories(found))
    except ValueError as error:
        raise ValueError(f"is no directory. {error}") from None
    if len(text.encode()) > LOCATION_BYTES:
        raise ValueError(f"has more than {LOCATION_BYTES} bytes of UTF-8.")
    return text


def _bucket_map(found: Any) -> dict[str, str]:
    if not isinstance(found, Mapping):
        raise ValueError(f"is a {type(found).__name__} instead of a dict of directories.")
    for directory, bucket_id in found.items():
        try:
            single = segments(str(directory)) == (directory,)
        except ValueError:
            single = False
        if not single:
            raise ValueError(
                f"maps {directory!r}, which is not the name of a single directory, such as 'media'."
            )
        if not isinstance(bucket_id, str) or not is_legal(bucket_id):
            raise ValueError(f"maps {directory!r} to {bucket_id!r}, which is no ID of Appwrite's.")
    return dict(found)


def _at_least(least: float, kind: type[int | float]) -> Callable[[Any], Any]:
    def checked(found: Any) -> Any:
        number = not isinstance(found, bool) and isinstance(found, (int, kind))
        if not number or not least <= found < math.inf:
            raise ValueError(f"is {found!r} instead of a number of {least} or more.")
        return kind(found)

    return checked


def _cache_alias(found: Any) -> str:
    alias = _text(found)
    if alias not in settings.CACHES:
        raise ValueError(f"is {alias!r}, which CACHES does not have.")
    return alias


def _lifetime(found: Any) -> float:
    seconds = found.total_seconds() if isinstance(found, dt.timedelta) else found
    number = not isinstance(seconds, bool) and isinstance(seconds, (int, float))
    if not number or not SHORTEST_LIFETIME <= seconds <= LONGEST_LIFETIME:
        raise ValueError(
            f"is {found!r} instead of a timedelta, or a number of seconds, from two seconds to"
            " 366 days."
        )
    return float(seconds)


#: Every option, in the order in which they are documented.
OPTIONS = (
    Option(
        "api_key",
        "APPWRITE_API_KEY",
        None,
        _secret,
        "secret of an API key",
    ),
    Option(
        "project_id",
        "APPWRITE_PROJECT_ID",
        None,
        _project,
        "ID of the project",
    ),
    Option(
        "bucket_id",
        "APPWRITE_BUCKET_ID",
        None,
        _bucket_id,
        "ID of the bucket for names without a directory; in the layout `path`, of all files",
    ),
    Option(
        "endpoint",
        "APPWRITE_API_ENDPOINT",
        "https://cloud.appwrite.io/v1",
        _url,
        "address of the API",
    ),
    Option(
        "create_new_if_same_content",
        "CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT",
        True,
        _flag,
        "`False`: identical content under a taken name is not stored again",
    ),
    Option(
        "overwrite",
        "OVERWRITE_FILE",
        False,
        _flag,
        "`True`: a taken name is replaced",
    ),
    Option(
        "layout",
        "APPWRITE_LAYOUT",
        "last-directory",
        _one_of(*_LAYOUTS),
        "where files go: `'last-directory'` or `'path'`",
    ),
    Option(
        "location",
        "APPWRITE_LOCATION",
        "",
        _location,
        "a directory of the bucket, in the layout `path`: names are relative to it, and "
        "two storages may share one bucket",
    ),
    Option(
        "buckets",
        "APPWRITE_BUCKETS",
        {},
        _bucket_map,
        "bucket IDs of directories, such as `{'invoices': '65ab0c'}`",
    ),
    Option(
        "create_buckets",
        "APPWRITE_CREATE_BUCKETS",
        True,
        _flag,
        "whether a save may create a missing bucket",
    ),
    Option(
        "access",
        "APPWRITE_ACCESS",
        "public",
        _one_of(*_ACCESS),
        "who may read the files of new buckets: `'public'` is anyone, `'private'` nobody without a"
        " token",
    ),
    Option(
        "public_endpoint",
        "APPWRITE_PUBLIC_ENDPOINT",
        None,
        _url_or_none,
        "address of the API as browsers reach it; the endpoint, if `None`",
    ),
    Option(
        "timeout",
        "APPWRITE_TIMEOUT",
        30.0,
        _at_least(0.001, float),
        "seconds without a sign of life; an upload gets 120 more, as long as Appwrite may"
        " hold one back",
    ),
    Option(
        "deadline",
        "APPWRITE_DEADLINE",
        60.0,
        _at_least(0.001, float),
        "seconds until a request is given up, with all its repetitions and pauses: two "
        "silences of 30; an upload gets 120 more, and whatever is moved a second for each"
        " 32 KiB",
    ),
    Option(
        "retries",
        "APPWRITE_RETRIES",
        3,
        _at_least(0, int),
        "repetitions of a request that failed for a passing reason: enough for a server "
        "that restarts",
    ),
    Option(
        "pool_size",
        "APPWRITE_POOL_SIZE",
        10,
        _at_least(1, int),
        "connections kept open, one for each thread that is at work; give it the threads "
        "of your server, and `workers` more where it stores large files",
    ),
    Option(
        "workers",
        "APPWRITE_WORKERS",
        4,
        _at_least(1, int),
        "chunks of one large upload that travel, and are held in memory, at once; servers"
        " before 1.9.5 get one after the other",
    ),
    Option(
        "legacy_ids",
        "APPWRITE_LEGACY_IDS",
        False,
        _flag,
        "`True` for sites that come from version 1",
    ),
    Option(
        "cache",
        "APPWRITE_CACHE",
        "default",
        _cache_alias,
        "alias of the Django cache that keeps tokens and versions; share it between processes",
    ),
    Option(
        "url_lifetime",
        "APPWRITE_URL_LIFETIME",
        86_400.0,
        _lifetime,
        "seconds, or a timedelta, for which the URL of a private file is good at most, "
        "and at least half of it; 2 or more",
    ),
    Option(
        "transformations",
        "APPWRITE_TRANSFORMATIONS",
        True,
        _flag,
        "`False` where the server or the plan refuses previews: originals are shown instead",
    ),
)
