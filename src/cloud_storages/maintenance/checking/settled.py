"""Whether a storage's settings are complete, and what Django's system checks say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.checks import ERROR

from cloud_storages.backends.options import OPTIONS
from cloud_storages.checks import advice_on, faults_of
from cloud_storages.maintenance.findings import Finding, Verdict, fine
from cloud_storages.maintenance.sites import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import CheckMessage

    from cloud_storages.maintenance.sites import Target

__all__ = ["STEP", "finding_of", "look"]

STEP = "settings"
#: Told of unencrypted addresses, which are looked at more closely in a step of their own.
_TOLD_ELSEWHERE = "cloud_storages.W001"
_NAMES = (*(option.setting for option in OPTIONS), "DEFAULT_FILE_STORAGE", "upload_to")
_SETTING = re.compile("|".join(rf"\b{name}\b" for name in _NAMES))


def look(target: Target) -> Iterator[Finding]:
    """Yield what is wrong with the settings of a storage, or that nothing is."""
    messages = faults_of(target.where, target.storage)
    if not any(message.level >= ERROR for message in messages):
        messages += advice_on(target.where, target.storage, fields_of(target.storage))
    found = [finding_of(each, target.where) for each in messages if each.id != _TOLD_ELSEWHERE]
    if not any(each.verdict is Verdict.ERROR for each in found):
        yield fine(STEP, "All that are needed are there.")
    yield from found


def finding_of(message: CheckMessage, where: str = "") -> Finding:
    """
    Return what a system check says as a finding.

    Args:
        message: what it says.
        where: what it calls the storage, which the finding tells in another place.

    """
    text = str(message.msg).removeprefix(f"{where}: ")
    named = _SETTING.search(text) or _SETTING.search(message.hint or "")
    verdict = Verdict.ERROR if message.level >= ERROR else Verdict.WARNING
    setting = named[0] if named else "STORAGES"
    return Finding(STEP, verdict, text[:1].upper() + text[1:], "", setting, message.hint or "")
