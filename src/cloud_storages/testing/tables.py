"""
Names, IDs and titles that break storages: one table, which every test meets.

``HOSTILE`` names are refused by storages of this package, ``REFUSED`` names by every storage of
Django's; those of them that lead out of a storage lead into the directory ``OUTSIDE``, which nobody
has, so that no file is lost where one of them is accepted. ``ODD`` names are legal, whatever they
look like; ``FILENAMES`` are those of them that are filenames on any disk, too. ``ONE_FILE`` names,
by layout, are several spellings of one file.
"""

from __future__ import annotations

import secrets
from types import MappingProxyType
from typing import TYPE_CHECKING

from cloud_storages.domain.identifiers import identifier, staging

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FILENAMES",
    "HOSTILE",
    "ILLEGAL_IDS",
    "LEGAL_IDS",
    "ODD",
    "ONE_FILE",
    "OUTSIDE",
    "REFUSED",
    "TITLES",
]

#: Names that a storage of this package refuses before it makes a request. Never save them in a
#: storage that is not known to refuse them.
HOSTILE = (
    "",
    ".",
    "..",
    "/",
    "//",
    "\\",
    "/etc/passwd",
    "//server/share.txt",
    "\\windows\\system.ini",
    "../secret.txt",
    "..\\secret.txt",
    "./photo.png",
    "media/..",
    "media/.",
    "media/../photo.png",
    "media/./photo.png",
    "media\\..\\photo.png",
    "media/../../photo.png",
    "media/",
    "media\\",
    "a\x00b.txt",
    "media\x00/photo.png",
    "a\nb.txt",
    "a\r\nb.txt",
    "a\tb.txt",
    "\x1b[31m.txt",
    "a\x7fb.txt",
    "a\x85b.txt",
    "media\n/photo.png",
    "\ud800.txt",
)

#: Names that a storage accepts and gives back.
ODD = (
    "photo.png",
    "Photo.PNG",
    "PHOTO.png",
    "README",
    "readme",
    "日本語.jpg",
    "写真/日本語.jpg",
    "my photos/beach.jpg",
    "My Photos/beach.jpg",
    'a;b%41".txt',
    "a;b.txt",
    "50%41.txt",
    "%2e%2e",
    "%2F.txt",
    "%00",
    "100%",
    "a+b c&d=e?f#g.txt",
    "unique()",
    "-",
    "_",
    "0",
    "0/0",
    "00",
    "null",
    "...",
    "..photo.png",
    ".hidden",
    ".hidden/.hidden",
    "-dash.txt",
    "_underscore.txt",
    "tmp_x",
    "tmp_x/tmp_y.txt",
    "trailing.",
    "trailing ",
    " leading",
    "no/extension/at.all/file",
    "archive.tar.gz",
    "data.json",
    "page.html",
    "a\\b.txt",
    "deep/deeper\\deepest.txt",
    '"quoted".txt"',
    '"quoted/by"/"quotes"',
    '"""three"""',
    '"',
    "'single'",
    "🎉.gif",
    "🎉/👩‍👩‍👧.gif",
    "e\u0301.txt",
    "\u00e9.txt",
    "stra\u00dfe.txt",
    "strasse.txt",
    "\u0130stanbul.txt",
    "\u202etxt.exe",
    "\u200b",
    "a" * 36,
    "a" * 37,
    "n" * 296 + ".txt",
    "N" * 296 + ".txt",
    "語" * 170 + ".jpg",
    "語" * 170 + "語.jpg",
    "report." + "x" * 101,
    "report." + "x" * 240,
    "report." + "語" * 60,
    "d" * 129 + "/photo.png",
    "d" * 130 + "/photo.png",
    # What the IDs of other names and of their staged copies look like.
    identifier("Photo.PNG"),
    identifier("日本語.jpg"),
    staging("photo.png", 0),
    "photo-" + "a" * 30,
)

#: A directory that nobody has: another one in every process.
OUTSIDE = f"conformance-{secrets.token_hex(8)}"

#: Names that every storage of Django's refuses to save: absolute, with ``..``, without a filename.
REFUSED = (
    "",
    ".",
    "..",
    "/",
    f"/{OUTSIDE}/outside.txt",
    f"//{OUTSIDE}/share.txt",
    f"../{OUTSIDE}/outside.txt",
    f"..\\{OUTSIDE}\\outside.txt",
    f"{OUTSIDE}/..",
    f"{OUTSIDE}/.",
    f"{OUTSIDE}/",
    f"media/../{OUTSIDE}/photo.png",
    f"media\\..\\{OUTSIDE}\\photo.png",
    f"media/../../{OUTSIDE}/photo.png",
)

_FILENAME_BYTES = 240  # a disk allows 255, and an alternative has a suffix

#: Filenames that a storage accepts and gives back, and a disk as well.
FILENAMES = tuple(
    name for name in ODD if not set(name) & set("/\\") and len(name.encode()) <= _FILENAME_BYTES
)

#: Spellings of one file, in groups, by layout; the last of a group is the canonical name.
ONE_FILE: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "last-directory": (
            ("x/media/photo.png", "y/z/media/photo.png", "media\\photo.png", "media/photo.png"),
            ("x/media/Photo.PNG", "media//Photo.PNG", "x\\media\\Photo.PNG", "media/Photo.PNG"),
            ("1/my photos/a b.jpg", "2/my photos/a b.jpg", "my photos/a b.jpg"),
            ("media/x/0", "media//x///0", "x/0"),
        ),
        "path": (
            ("media//photo.png", "media\\photo.png", "media\\\\photo.png", "media/photo.png"),
            ("media\\Photo.PNG", "media//Photo.PNG", "media/Photo.PNG"),
            ("x\\media\\photo.png", "x//media//photo.png", "x/media/photo.png"),
            ("media\\x\\0", "media///x/0", "media/x/0"),
        ),
    }
)

#: IDs that a store must work with.
LEGAL_IDS = (
    "a",
    "7",
    "00",
    "0.0",
    "a" * 36,
    "a.",
    "a..b",
    "a-_.",
    "a--__..",
    "x._-" * 9,
    "null",
    "false",
    "view",
    "photo.png",
)

#: Texts that are no IDs, some of which an HTTP client would take for another path.
ILLEGAL_IDS = ("", ".", "..", "0", "a/b", "../x", "a b", "%2e%2e", "-a", "_a", ".a", "a" * 37, "é")

#: Names for people, of one file each; all must be kept.
TITLES = (
    *(name for name in ODD if len(name.encode()) <= 500 and "\\" not in name and name.strip('"')),  # noqa: PLR2004 - the longest title has 509
    "t" * 505 + ".txt",
    "語" * 168 + ".txt",
)
