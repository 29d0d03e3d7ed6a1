"""What was looked at, and what was found."""

from __future__ import annotations

import enum

import attrs

__all__ = ["Finding", "Verdict", "error", "fine", "not_told", "warning"]


class Verdict(enum.Enum):
    """How something is."""

    FINE = "fine"
    WARNING = "warning"
    ERROR = "error"
    NOT_TOLD = "not told"


@attrs.frozen
class Finding:
    """
    What was found of one thing.

    Attributes:
        step: the kind of thing that was looked at, such as ``"scope"``.
        verdict: how it is.
        message: what is known of it, for people.
        subject: which one, such as a bucket's ID; empty where there is only one.
        setting: what to look at if something is wrong with it, such as ``"APPWRITE_API_KEY"``.
        way_out: what to do then.
        storage: the alias of the storage it is about, or the label of the field that has one of its
            own; empty for all of them.

    """

    step: str
    verdict: Verdict
    message: str
    subject: str = ""
    setting: str = ""
    way_out: str = ""
    storage: str = ""

    def stops(self, *, deploy: bool) -> bool:
        """Whether a site should not go on with it, or not be deployed with it."""
        return self.verdict is Verdict.ERROR or (deploy and self.verdict is Verdict.WARNING)


def fine(step: str, message: str, subject: str = "") -> Finding:
    """Return what is as it should be."""
    return Finding(step, Verdict.FINE, message, subject)


def not_told(step: str, why: str, subject: str = "") -> Finding:
    """Return what could not be found out, and why not."""
    return Finding(step, Verdict.NOT_TOLD, why, subject)


def warning(step: str, message: str, setting: str, way_out: str, subject: str = "") -> Finding:
    """Return what works, but should not be so."""
    return Finding(step, Verdict.WARNING, message, subject, setting, way_out)


def error(step: str, message: str, setting: str, way_out: str, subject: str = "") -> Finding:
    """Return what does not work."""
    return Finding(step, Verdict.ERROR, message, subject, setting, way_out)
