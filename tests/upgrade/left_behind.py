"""
What 1.2.5 makes of uploads, on a server that finds IDs whatever their case.

``make upgrade`` saves the same with the real one, and compares. The table is in a file beside this.
"""

import hashlib
from pathlib import Path

import attrs

#: Bytes of a large file: just over two chunks.
LARGE = 2 * 5 * 1024 * 1024 + 1
#: APPWRITE_BUCKET_ID of the site.
ROOT = "Site-Media"


@attrs.frozen
class Upload:
    """
    A file that was saved, and what came of it.

    Attributes:
        field: of the model ``archive.Entry``.
        filename: as it was uploaded.
        name: what the database has.
        bucket_id: where the file is.
        file_id: as its ID is spelled.
        title: the name it has in Appwrite.
        text: its content, or what that is made of.
        policy: of the site at that time: ``keep``, ``reuse`` or ``overwrite``.

    """

    field: str
    filename: str
    name: str
    bucket_id: str
    file_id: str
    title: str
    text: str
    policy: str

    @property
    def opened(self) -> bytes:
        """What its row opens by now."""
        return STORED[self.bucket_id, self.file_id].content

    @property
    def content(self) -> bytes:
        """What was uploaded."""
        if not self.text.startswith("LARGE"):
            return self.text.encode()
        block = hashlib.sha256(self.text.encode()).digest() * 1024
        return (block * (LARGE // len(block) + 1))[:LARGE]


_TABLE = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
_HEAD, *_ROWS = _TABLE.splitlines()
LEFT_BEHIND = tuple(Upload(*(cell.strip() for cell in row.split(" | "))) for row in _ROWS)
#: What is in Appwrite by now, by bucket ID and file ID: one file was overwritten by another.
STORED = {(each.bucket_id, each.file_id): each for each in LEFT_BEHIND}
