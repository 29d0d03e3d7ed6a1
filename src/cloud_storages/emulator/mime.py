r"""
The MIME type libmagic reads off a content, for what web sites store.

In libmagic's order: nothing, one byte, an archive, JSON, CSV, signatures, markup and source code,
then text or not text. The name of a file and what the client says about it never count. A few
hundred rarer formats that libmagic knows are ``application/octet-stream`` here.
"""

from __future__ import annotations

import codecs
import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

EMPTY = "application/x-empty"
BINARY = "application/octet-stream"
TEXT = "text/plain"

_Signature = tuple[int, bytes, str]
_SIGNATURES: tuple[_Signature, ...] = (
    (0, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"icns", "image/x-icns"),
    (0, b"8BPS\x00\x01\x00\x00\x00\x00\x00\x00", "image/vnd.adobe.photoshop"),
    (0, b"%!", "application/postscript"),
    (0, b"{\\rtf", "text/rtf"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/x-rar"),
    (0, b"LZIP", "application/x-lzip"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4"),
    (0, b"\x1f\x9d", "application/x-compress"),
    (0, b"!<arch>\ndebian", "application/vnd.debian.binary-package"),
    (0, b"!<arch>\n", "application/x-archive"),
    (0, b"fLaC", "audio/flac"),
    (0, b"MThd", "audio/midi"),
    (0, b"\xff\xf1", "audio/x-hx-aac-adts"),
    (0, b"\xff\xf9", "audio/x-hx-aac-adts"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x00\x00\x01\xb3", "video/mpeg"),
    (0, b"\x00\x01\x00\x00\x00", "font/sfnt"),
    (4, b"moov", "video/quicktime"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"OTTO", "application/vnd.ms-opentype"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"\xca\xfe\xba\xbe", "application/x-java-applet"),
    (0, b"MZ", "application/x-dosexec"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"d8:announce", "application/x-bittorrent"),
    (128, b"DICM", "application/dicom"),
    (32769, b"CD001", "application/x-iso9660-image"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/x-wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"M4B ": "audio/mp4",
    b"MSNV": "audio/mp4",
    b"jp2 ": "image/jp2",
    b"3g2a": "video/3gpp2",
    b"hevx": "image/heic-sequence",
    b"heim": "image/heif",
    b"heis": "image/heif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/x-m4a",
    b"M4V ": "video/x-m4v",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic-sequence",
    b"mif1": "image/heif",
    b"msf1": "image/heif-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
}
_MP4_BRANDS = (b"iso", b"mp4", b"avc1", b"dash", b"M4P ", b"mmp4", b"NDSC", b"M4VH", b"M4VP")
_MATROSKA = {b"webm": "video/webm", b"matroska": "video/x-matroska"}
_OGG = {b"\x01vorbis": "audio/ogg", b"OpusHead": "audio/ogg", b"\x80theora": "video/ogg"}
_ELF_KINDS = {
    1: "application/x-object",
    2: "application/x-executable",
    3: "application/x-sharedlib",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICE_FOLDERS = {
    b"word/": f"{_OFFICE}wordprocessingml.document",
    b"ppt/": f"{_OFFICE}presentationml.presentation",
    b"xl/": f"{_OFFICE}spreadsheetml.sheet",
}
_OFFICE_STARTS = (b"[Content_Types].xml", b"_rels/.rels", b"docProps", b"word/", b"ppt/", b"xl/")
_HTML = re.compile(
    rb"<(?:(?:html|!doctype\s+html|head|title|script|style|table)[\s>]|a\s+href=)", re.IGNORECASE
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml", re.IGNORECASE)
_SVG = re.compile(rb"<svg|<!DOCTYPE svg")
_SCRIPT = re.compile(rb"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-S[ \t]+)?)?([a-z]+)")
_INTERPRETERS = {
    b"sh": "text/x-shellscript",
    b"bash": "text/x-shellscript",
    b"dash": "text/x-shellscript",
    b"zsh": "text/x-shellscript",
    b"ksh": "text/x-shellscript",
    b"python": "text/x-script.python",
    b"perl": "text/x-perl",
    b"ruby": "text/x-ruby",
    b"node": "application/javascript",
    b"php": "text/x-php",
}
_SOURCES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"<\?php", re.IGNORECASE), "text/x-php"),
    (re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT"), "text/vtt"),
    (re.compile(rb"\d+\r?\n\d\d:\d\d:\d\d,\d{3} --> "), "application/x-subrip"),
    (re.compile(rb"BEGIN:VCALENDAR", re.IGNORECASE), "text/calendar"),
    (re.compile(rb"BEGIN:VCARD", re.IGNORECASE), "text/vcard"),
    (re.compile(rb"-----BEGIN PGP MESSAGE"), "application/pgp-encrypted"),
    (re.compile(rb"-----BEGIN PGP SIGNATURE"), "application/pgp-signature"),
    (re.compile(rb"(?:From|Received|Return-Path|Delivered-To):"), "message/rfc822"),
    (re.compile(rb"\[InternetShortcut\]"), "application/x-mswinurl"),
    (re.compile(rb"diff |--- [^\n]*\n\+\+\+ "), "text/x-diff"),
    (re.compile(rb"@echo off", re.IGNORECASE), "text/x-msdos-batch"),
    (re.compile(rb"\\(?:documentclass|section|chapter|begin\{)"), "text/x-tex"),
    (re.compile(rb"\.(?:\\\"|TH )"), "text/troff"),
    (re.compile(rb"\(defun "), "text/x-lisp"),
    (re.compile(rb"import [^'\"\n]*from ['\"]|[\"']use strict[\"']"), "application/javascript"),
)
_SEARCHED: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"^import java\.", re.MULTILINE), "text/x-java"),
    (re.compile(rb"^#include <(?!.*\.h>)", re.MULTILINE), "text/x-c++"),
    (re.compile(rb"^#include", re.MULTILINE), "text/x-c"),
    (
        re.compile(
            rb"^(?:def \w+\(.*\):|from [\w.]+ import |class \w+.*:\s+def __init__)", re.MULTILINE
        ),
        "text/x-script.python",
    ),
    (re.compile(rb"^[ \t]*\.(?:text|globl|asciiz?)\b", re.MULTILINE), "text/x-asm"),
)
_MARKUP_WITHIN = 4096
_TAR_AT = 257
_FRAME_HEADER = 3
_ZIP_HEADER = 30
_MPEG_FRAMES = (b"\xfa", b"\xfb", b"\xfc", b"\xfd", b"\xf2", b"\xf3", b"\xe2", b"\xe3")
_CSV_LINES = 10
_CONTROLS_OF_TEXT = frozenset((*range(7, 14), 27))
_NOT_TEXT = bytes(
    byte
    for byte in range(128)
    if byte == 127 or (byte < ord(" ") and byte not in _CONTROLS_OF_TEXT)  # noqa: PLR2004 - DEL and the end of ASCII
)


def sniff(head: bytes, size: int) -> str:
    """Return the type of a content of `size` bytes that begins with `head`."""
    if size == 0:
        return EMPTY
    if size == 1:
        return BINARY
    is_text = looks_like_text(head)
    for found in _guesses(head, is_text=is_text):
        if found:
            return found
    return TEXT if is_text else BINARY


def _guesses(head: bytes, *, is_text: bool) -> Iterable[str | None]:
    yield "application/x-tar" if head[_TAR_AT : _TAR_AT + 5] == b"ustar" else None
    yield _json(head)
    if is_text:
        yield "text/csv" if _is_csv(head) else None
    yield _container(head)
    yield next((kind for at, magic, kind in _SIGNATURES if head.startswith(magic, at)), None)
    yield _audio(head)
    yield "application/pdf" if b"%PDF-" in head[:256] else None
    yield _bitmap(head)
    yield "image/svg+xml" if _SVG.match(head) else None
    if is_text:
        yield _markup(_narrow(head))
        yield _source(head)


# -- text ------------------------------------------------------------------------------------


def looks_like_text(head: bytes) -> bool:
    """Return whether libmagic takes `head` for text, in ASCII, Unicode, Latin or EBCDIC."""
    trimmed = head.rstrip(b"\x00") or b"\x00"
    if len(head) % 2 == 0 and len(trimmed) % 2:
        # an even number of bytes stays even, lest half a wide character be cut off
        trimmed += b"\x00"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        return _is_wide_text(head)
    return _has_no_controls(trimmed) or _has_no_controls(_from_ebcdic(trimmed))


def _has_no_controls(data: bytes) -> bool:
    return len(data.translate(None, _NOT_TEXT)) == len(data)


def _from_ebcdic(data: bytes) -> bytes:
    text = data.decode("cp037")
    # what EBCDIC puts among the C1 controls is no text in any reading
    return b"".join(b"\0" if "\x80" <= c <= "\x9f" else c.encode("latin-1") for c in text)


def _is_wide_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        text = head[: len(head) // 4 * 4].decode("utf-32", "replace")
    else:
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    return not any(ord(c) in _NOT_TEXT for c in text if c.isascii())


# -- JSON and CSV ----------------------------------------------------------------------------

_JSON_TOKEN = re.compile(
    rb'[ \t\r\n\x0b\x0c]*(?:([\[\]{},:])|("(?:[^"\\\x00]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")'
    rb"|(-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|true|false|null))"
)
_SPACE = b" \t\r\n\x0b\x0c"


def _json(head: bytes) -> str | None:
    """Return the JSON type of a content that is one object or array, or one per line."""
    end = _json_value(head)
    if end is None:
        return None
    rest = head[end:].lstrip(_SPACE)
    if not rest:
        return "application/json"
    if rest[:1] == head.lstrip(_SPACE)[:1] and _json_value(rest) is not None:
        return "application/x-ndjson"
    return None


def _json_value(head: bytes) -> int | None:
    """Return where the object or array ends that `head` begins with, or None."""
    position, stack, expected = 0, [b""], "value"
    while True:
        match = _JSON_TOKEN.match(head, position)
        if match is None:
            return None
        position = match.end()
        mark = match[1]
        following = _next_state(stack, expected, mark, is_text=match[2] is not None)
        if following is None:
            return None
        expected = following
        if len(stack) == 1:
            return position if mark in (b"]", b"}") else None


# a bracket, where it may stand, and what may follow it; libmagic forgives a last comma
_OPENING = {b"[": "value", b"{": "key"}
_CLOSING = {b"]": (b"[", ("value", "after")), b"}": (b"{", ("key", "after"))}


def _next_state(
    stack: list[bytes], expected: str, mark: bytes | None, *, is_text: bool
) -> str | None:
    """Return what may follow a token, changing the stack of open brackets; None if misplaced."""
    if mark is None:
        return {"value": "after", "key": "colon" if is_text else None}.get(expected)
    if mark in _OPENING and expected == "value":
        stack.append(mark)
        return _OPENING[mark]
    if mark in _CLOSING:
        opened, places = _CLOSING[mark]
        fits = stack[-1] == opened and expected in places
        return "after" if fits and stack.pop() else None
    if mark == b":":
        return "value" if expected == "colon" else None
    return _OPENING[stack[-1]] if mark == b"," and expected == "after" else None


def _is_csv(head: bytes) -> bool:
    """Return whether the first ten lines, two at least, have the same number of commas."""
    without_quoted = re.sub(rb'"(?:[^"]|"")*(?:"|$)', b"", head)
    lines = without_quoted.split(b"\n")[:-1][:_CSV_LINES]
    counts = {line.count(b",") for line in lines}
    return len(lines) > 1 and len(counts) == 1 and counts != {0}


# -- signatures ------------------------------------------------------------------------------


def _container(head: bytes) -> str | None:
    readers: dict[bytes, Callable[[], str | None]] = {
        b"RIFF": lambda: _RIFF.get(head[8:12]),
        b"FORM": lambda: "audio/x-aiff" if head[8:12] in (b"AIFF", b"AIFC") else None,
        b"\x7fELF": lambda: _ELF_KINDS.get(int.from_bytes(head[16:18], "little"), BINARY),
        b"\x1a\x45\xdf\xa3": lambda: _named(head[:64], _MATROSKA),
        b"\xd0\xcf\x11\xe0": lambda: "application/x-ole-storage",
        b"PK\x03\x04": lambda: _zip(head),
    }
    reader = readers.get(head[:4])
    return reader() if reader else _mp4(head)


def _mp4(head: bytes) -> str | None:
    brand = head[8:12]
    if head[4:8] != b"ftyp":
        return None
    if brand.startswith(b"3gp"):
        return "video/3gpp"
    return _BRANDS.get(brand, "video/mp4" if brand.startswith(_MP4_BRANDS) else None)


def _named(head: bytes, kinds: Mapping[bytes, str]) -> str | None:
    return next((kind for name, kind in kinds.items() if name in head), None)


def _zip(head: bytes) -> str | None:
    if len(head) <= _ZIP_HEADER:
        return None
    name_length = int.from_bytes(head[26:28], "little")
    name = head[30 : 30 + name_length]
    if name == b"mimetype":
        kind = re.match(
            rb"application/(?:epub\+zip|vnd\.oasis\.opendocument\.[a-z-]+)", head[38:120]
        )
        return kind[0].decode() if kind else "application/zip"
    if name.startswith(_OFFICE_STARTS):
        for folder, kind_of_office in _OFFICE_FOLDERS.items():
            if folder in head:
                return kind_of_office
    return "application/zip"


def _audio(head: bytes) -> str | None:
    if head.startswith(b"OggS"):
        return _named(head[28:64], _OGG)
    if head.startswith(b"ID3"):
        # the tag's size is in seven bits a byte, and the first frame follows it
        size = functools.reduce(lambda total, byte: total << 7 | byte, head[6:10], 0)
        return _audio_frame(head[10 + size :])
    return _audio_frame(head)


def _audio_frame(head: bytes) -> str | None:
    is_frame = head[:1] == b"\xff" and head[1:2] in _MPEG_FRAMES
    # a frame has a bit rate, which its third byte begins with
    has_rate = len(head) > _FRAME_HEADER and 0 < head[2] >> 4 < 0xF  # noqa: PLR2004 - all four bits
    return "audio/mpeg" if is_frame and has_rate else None


def _bitmap(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff") and len(head) > len(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"SQLite format 3\x00") and len(head) > len("SQLite format 3 "):
        return "application/vnd.sqlite3"
    if head.startswith(b"BM") and head[14:15] in (b"\x0c", b"\x28", b"\x40", b"\x6c", b"\x7c"):
        return "image/bmp"
    if head.startswith(b"\x00\x00\x01\x00") and head[9:10] == b"\x00" and len(head) > 16:  # noqa: PLR2004 - one entry of an icon's directory
        return "image/vnd.microsoft.icon"
    match = re.match(rb"P([1-6])[\s#]", head)
    if match:
        kinds = (b"14", "image/x-portable-bitmap"), (b"25", "image/x-portable-greymap")
        return next((kind for marks, kind in kinds if match[1] in marks), "image/x-portable-pixmap")
    return None


# -- markup and source code ------------------------------------------------------------------


def _markup(head: bytes) -> str | None:
    start = head[:_MARKUP_WITHIN]
    if _XML.match(start):
        return "image/svg+xml" if b"<svg" in start else "text/xml"
    return "text/html" if _HTML.search(start) else None


def _narrow(head: bytes) -> bytes:
    """Return text that begins with a mark of UTF-16 in UTF-8, and other text as it is."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head


def _source(head: bytes) -> str | None:
    script = _SCRIPT.match(head)
    if script:
        return _INTERPRETERS.get(script[1].rstrip(b"0123456789."))
    starting = (kind for pattern, kind in _SOURCES if pattern.match(head))
    containing = (kind for pattern, kind in _SEARCHED if pattern.search(head[:_MARKUP_WITHIN]))
    return next(starting, None) or next(containing, None)
