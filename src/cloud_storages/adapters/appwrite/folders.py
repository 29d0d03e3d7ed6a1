"""The folder in which newer servers show a file; older ones ignore that they are told of one."""

from __future__ import annotations

import unicodedata

__all__ = ["folder_of"]


def folder_of(title: str) -> str:
    """
    Return the folder that a title with slashes names, with one at its end.

    Empty for a title without any, and where the server would refuse the folder: one that is
    absolute, or has an empty, ``.`` or ``..`` segment or a control character.
    """
    folder, _, _ = title.rpartition("/")
    refused = any(part in ("", ".", "..") for part in folder.split("/"))
    refused = refused or any(unicodedata.category(character) == "Cc" for character in folder)
    # Without the slash a folder named 0 would be none to PHP.
    return "" if refused else f"{folder}/"
