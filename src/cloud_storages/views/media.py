"""What a file is told to be, and how a browser is kept from running what it should only show."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SANDBOX", "content_type", "is_script", "may_run"]

#: For documents that may run script: nothing is loaded, nothing runs, and the document belongs
#: to no origin, so it has nobody's cookies. Styles and embedded pictures still show.
SANDBOX = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; sandbox"
#: Types that pages depend on and that a system's own table may lack or have wrong.
_TYPES = {
    ".avif": "image/avif",
    ".css": "text/css",
    ".html": "text/html",
    ".htm": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".otf": "font/otf",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".vtt": "text/vtt",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
}
#: Compressed files are what they are: to name an encoding would have browsers unpack them.
_COMPRESSED = {
    "br": "application/x-brotli",
    "bzip2": "application/x-bzip",
    "compress": "application/x-compress",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
}
_UNKNOWN = "application/octet-stream"


def content_type(name: str, known: Mapping[str, str], charset: str | None) -> str:
    """
    Return the content type of a file, told by its name.

    Args:
        name: of the file.
        known: types by extension, with its dot and in lower case; they come first. Then come
            those that pages depend on, then those of the ``mimetypes`` module.
        charset: what texts are encoded in; None to leave it unsaid.

    """
    filename = name.rpartition("/")[2].lower()
    extension = "." + filename.rpartition(".")[2] if "." in filename else ""
    told = known.get(extension) or _TYPES.get(extension) or _guessed(filename)
    if charset and told.startswith("text/") and ";" not in told:
        return f"{told}; charset={charset}"
    return told


def may_run(told: str) -> bool:
    """
    Return whether a browser that shows a document of this type runs script in it.

    PDF is none of them: its script reaches no page, and Chrome shows no PDF in a sandbox.
    """
    essence = _essence(told)
    return essence in ("text/html", "text/xsl") or essence.endswith(("/xml", "+xml"))


def is_script(told: str) -> bool:
    """Return whether a page can run a file of this type as its own script."""
    return _essence(told).endswith(("javascript", "ecmascript", "jscript", "livescript"))


def _essence(told: str) -> str:
    return told.partition(";")[0].strip().lower()


def _guessed(filename: str) -> str:
    # Without the dot and the slash, "data:text/html" would count as an address, not as a name.
    guessed, encoding = mimetypes.guess_type(f"./{filename}")
    if encoding:
        return _COMPRESSED.get(encoding, _UNKNOWN)
    return guessed or _UNKNOWN
