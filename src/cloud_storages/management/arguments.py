"""Arguments of commands that are more than a text."""

from __future__ import annotations

from argparse import ArgumentTypeError

from cloud_storages.maintenance.sizes import size_of

__all__ = ["extensions_argument", "size_argument"]


def size_argument(text: str) -> int:
    """Return the bytes that a person wrote, such as ``50MB``."""
    try:
        return size_of(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def extensions_argument(text: str) -> tuple[str, ...]:
    """Return the extensions that a person wrote, such as ``jpg,png``; none for an empty text."""
    return tuple(each for each in text.split(",") if each.strip())
