"""
Handing out a file's bytes, whole or a window, to be shown or to be saved.

To be shown, only types of a short list keep their name; everything else is ``text/plain``, style
sheets and scripts included.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import TYPE_CHECKING

from cloud_storages.emulator.errors import refuse
from cloud_storages.emulator.rules import ranges
from cloud_storages.emulator.uploads import stored_form
from cloud_storages.emulator.values import Response, Slice

if TYPE_CHECKING:
    from cloud_storages.emulator.records import File
    from cloud_storages.emulator.settings import Settings
    from cloud_storages.emulator.store import Store

CACHED_FOR = 3_888_000
_SHOWN = frozenset(
    (
        *(f"image/{t}" for t in ("jpeg", "gif", "png", "webp", "heic", "heic-sequence", "avif")),
        *(f"video/{t}" for t in ("mp4", "x-flv", "webm", "MP2T", "3gpp", "quicktime")),
        *(f"video/{t}" for t in ("x-msvideo", "x-ms-wmv")),
        *(f"audio/{t}" for t in ("basic", "mid", "mpeg", "mp4", "x-aiff", "x-mpegurl")),
        *(f"audio/{t}" for t in ("vnd.rn-realaudio", "ogg", "vorbis", "vnd.wav", "x-wav")),
        *(f"audio/{t}" for t in ("aac", "x-hx-aac-adts")),
        "application/x-mpegURL",
        "application/pdf",
        "application/msword",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroEnabled.12",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        "application/vnd.ms-excel.template.macroEnabled.12",
        "application/vnd.ms-excel.addin.macroEnabled.12",
        "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.presentationml.template",
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        "application/vnd.ms-powerpoint.addin.macroEnabled.12",
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        "application/vnd.ms-powerpoint.template.macroEnabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
        "application/vnd.ms-access",
    )
)
_LINE_BREAK = re.compile(r"[\r\n]")
# PHP takes these two contents for empty once they are decoded, and hands out what is stored
_EMPTY_TO_PHP = (b"", b"0")


def device_path(file: File, project: str) -> str:
    """Return the server's path of a file, which shows in the text of an error."""
    return f"/storage/uploads/app-{project}/{file.path}"


def shown(store: Store, file: File, header: str, settings: Settings) -> Response:
    """Return the answer to a request to view `file`; `header` is its Range, or empty."""
    kind = file.mime_type if file.mime_type in _SHOWN else "text/plain"
    headers = (
        ("Content-Type", kind),
        ("Content-Security-Policy", "script-src none;"),
        ("X-Content-Type-Options", "nosniff"),
        *_disposition("inline", file.name),
        _cache_line(settings),
    )
    limit = settings.rules.view_open_range
    return _answer(store, file, header, settings, limit=limit, headers=headers)


def saved(store: Store, file: File, header: str, settings: Settings) -> Response:
    """Return the answer to a request to download `file`."""
    headers = (
        ("Content-Type", file.mime_type),
        *_disposition("attachment", file.name),
        _cache_line(settings),
    )
    limit = settings.rules.download_open_range
    return _answer(store, file, header, settings, limit=limit, headers=headers)


def _disposition(kind: str, name: str) -> tuple[tuple[str, str], ...]:
    if _LINE_BREAK.search(name):
        return ()
    return (("Content-Disposition", f'{kind}; filename="{name}"'),)


def _cache_line(settings: Settings) -> tuple[str, str]:
    if settings.rules.cached_by_expires:
        return ("Expires", formatdate(usegmt=True))
    return ("Cache-Control", f"private, max-age={CACHED_FOR}")


def _answer(
    store: Store,
    file: File,
    header: str,
    settings: Settings,
    *,
    limit: int,
    headers: tuple[tuple[str, str], ...],
) -> Response:
    found = store.object_at(file.path)
    if found is None:
        path = device_path(file, settings.project)
        raise refuse("storage_file_not_found", f"File not found in {path}")
    name, size = found
    try:
        window = ranges.window(
            header, file.size, open_limit=limit, cuts_long=settings.rules.long_ranges_are_cut
        )
    except ranges.UnsatisfiableRangeError:
        raise refuse("storage_invalid_range") from None
    if window is None:
        return Response(200, headers, _whole(store, file, name, size))
    lines = (
        ("Accept-Ranges", "bytes"),
        ("Content-Range", f"bytes {window.start}-{window.end}/{file.size}"),
    )
    # the declared size may promise more than there is
    length = max(0, min(window.length, size - window.start))
    return Response(206, (*lines, *headers), Slice(store.open(name), window.start, length))


def _whole(store: Store, file: File, name: str, size: int) -> bytes | Slice:
    if size <= 1:
        content = b"".join(store.pieces(name))
        if content in _EMPTY_TO_PHP:
            return stored_form(content, file.compression, encryption=file.encryption)
        return content
    return Slice(store.open(name), 0, size)
