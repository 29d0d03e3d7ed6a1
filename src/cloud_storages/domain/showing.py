"""
How a file is to be seen at a URL, and what a URL carries beside that.

A ``Showing`` is what somebody wants to see; the limits are those of Appwrite's previews, so that
what it would refuse never reaches a browser. A ``Mark`` is what makes a URL work, or change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

__all__ = ["LARGEST_PICTURE", "Mark", "Preview", "Showing", "is_picture"]

#: Bytes above which Appwrite shows a placeholder instead of a preview.
LARGEST_PICTURE = 20_000_000

#: What Appwrite can read, by its usual extensions. PDF, SVG and AVIF are not among it.
_READABLE = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".heic", ".webp", ".gif")
_OUTPUTS = ("jpg", "jpeg", "png", "webp", "heic", "avif", "gif")
_GRAVITIES = (
    "center",
    "top-left",
    "top",
    "top-right",
    "left",
    "right",
    "bottom-left",
    "bottom",
    "bottom-right",
)
_COLOR = re.compile(r"[0-9a-fA-F]{6}|[0-9a-fA-F]{3}")

_Validator = Callable[[Any, Any, Any], None]


def _between(least: int, most: int, hint: str = "", *, whole: bool = True) -> _Validator:
    kinds = (int,) if whole else (int, float)

    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        is_number = isinstance(value, kinds) and not isinstance(value, bool)
        if value is not None and not (is_number and least <= value <= most):  # type: ignore[operator]
            kind = "whole number" if whole else "number"
            message = f"The {attribute.name} of a preview is {value!r} instead of a {kind} from"
            raise ValueError(f"{message} {least} to {most}{hint}.")

    return check


def _one_of(*choices: str) -> _Validator:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is not None and value not in choices:
            raise ValueError(
                f"The {attribute.name} of a preview is {value!r} instead of one of"
                f" {', '.join(choices)}."
            )

    return check


def _color(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not (isinstance(value, str) and _COLOR.fullmatch(value)):
        raise ValueError(
            f"The {attribute.name} of a preview is {value!r} instead of three or six hexadecimal"
            " digits, such as 'ffcc00'."
        )


def _without_sign(value: Any) -> Any:
    return value.removeprefix("#") if isinstance(value, str) else value


_OWN_SIZE = "; leave it out for what follows from the picture's own size"


@attrs.frozen(kw_only=True)
class Preview:
    """
    A picture as Appwrite draws it anew. What is None is left to the server.

    Attributes:
        width: pixels, 1 to 4000; without it, what follows from the height.
        height: pixels, 1 to 4000; without it, what follows from the width. With both the picture
            is cut to their ratio.
        gravity: which part of a picture that is cut stays, such as ``"top-left"``.
        quality: 0 to 100; of formats that have one.
        output: the format: jpg, jpeg, png, webp, heic, avif or gif; the picture's own, if None.
        border_width: pixels, 0 to 100.
        border_color: three or six hexadecimal digits, with or without ``#``.
        border_radius: pixels, 0 to 4000.
        opacity: 0 to 1.
        rotation: degrees clockwise, -360 to 360.
        background: as ``border_color``; shows where the picture is transparent.

    Raises:
        ValueError: a value is out of these limits; the message names it.

    """

    # Appwrite takes 0 for "not given", which whoever computed a 0 does not mean.
    width: int | None = attrs.field(default=None, validator=_between(1, 4000, _OWN_SIZE))
    height: int | None = attrs.field(default=None, validator=_between(1, 4000, _OWN_SIZE))
    gravity: str | None = attrs.field(default=None, validator=_one_of(*_GRAVITIES))
    quality: int | None = attrs.field(default=None, validator=_between(0, 100))
    output: str | None = attrs.field(default=None, validator=_one_of(*_OUTPUTS))
    border_width: int | None = attrs.field(default=None, validator=_between(0, 100))
    border_color: str | None = attrs.field(default=None, converter=_without_sign, validator=_color)
    border_radius: int | None = attrs.field(default=None, validator=_between(0, 4000))
    opacity: float | None = attrs.field(default=None, validator=_between(0, 1, whole=False))
    rotation: int | None = attrs.field(default=None, validator=_between(-360, 360))
    background: str | None = attrs.field(default=None, converter=_without_sign, validator=_color)

    def chosen(self) -> dict[str, str]:
        """Return what is not left to the server, by attribute, as text."""
        values = attrs.asdict(self)
        return {name: f"{value}" for name, value in values.items() if value is not None}


@attrs.frozen
class Showing:
    """
    How a file is to be seen.

    Attributes:
        download: whether a browser saves it instead of showing it.
        preview: as which picture it is drawn; None for the file itself.

    """

    download: bool = False
    preview: Preview | None = None


@attrs.frozen
class Mark:
    """
    What a URL carries beside the place of its file.

    Attributes:
        token: secret that opens the file to whoever has it; empty for none.
        version: hexadecimal digits that change with the content, so that nobody shows what was
            kept of the old; empty if unknown, or if the content does not change.

    """

    token: str = attrs.field(default="", repr=False)
    version: str = ""


def is_picture(name: str) -> bool:
    """Tell by a name's extension whether Appwrite can draw the file."""
    return name.lower().endswith(_READABLE)
