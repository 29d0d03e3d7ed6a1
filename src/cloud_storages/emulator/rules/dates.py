"""
Dates as Appwrite writes and reads them: ISO 8601 with milliseconds, in UTC.

Reading is lenient, as PHP is, but only as far as a client would use it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_STAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\+?(\d+) (second|sec|minute|min|hour|day|week|month|year)s?")
_SECONDS = {
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "year": 31_536_000,
}
FUTURE = (
    "Value must be valid date in the future and between 0000-01-01 00:00:00 and"
    " 9999-12-31 00:00:00."
)


def stamp(moment: datetime) -> str:
    """Return `moment` (aware) as Appwrite writes it: ``2026-07-22T10:11:12.345+00:00``."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def read(text: str, now: datetime) -> datetime:
    """Return the moment that `text` names; raises ValueError for what names none."""
    text = text.strip()
    if text.lower() in ("now", "tomorrow"):
        return now if text.lower() == "now" else now + timedelta(days=1)
    if text.startswith("@") and text[1:].isdigit():
        return datetime.fromtimestamp(int(text[1:]), timezone.utc)
    relative = _RELATIVE.fullmatch(text)
    if relative is not None:
        return now + timedelta(seconds=int(relative[1]) * _SECONDS[relative[2]])
    match = _STAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micro = int((match[7] or "0").ljust(6, "0")[:6])
    offset = _offset(match[8] or "Z")
    zone = timezone(offset)
    return datetime(year, month, day, hour, minute, second, micro, zone)


def _offset(text: str) -> timedelta:
    if text.upper() in ("Z", "UTC", "GMT"):
        return timedelta()
    digits = text[1:].replace(":", "")
    digits = digits.zfill(2) + "00" if len(digits) <= len("00") else digits
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timedelta(minutes=-minutes if text.startswith("-") else minutes)


def future_problem(value: object, now: datetime) -> str | None:
    """Return what is wrong with an expiry date, or None if it lies in the future."""
    if not isinstance(value, str) or not value:
        return FUTURE
    try:
        return None if read(value, now) >= now else FUTURE
    except (ValueError, OverflowError):
        return FUTURE


def is_date(value: object) -> bool:
    """Return whether `value` is a date that a query can compare with."""
    if not isinstance(value, str) or not value:
        return False
    try:
        read(value, datetime.now(timezone.utc))
    except (ValueError, OverflowError):
        return False
    return True
