"""
Rows in SQLite, bytes in files, and one order of events: bytes first, then the row.

A file's bytes are written under a temporary name, synced, moved to a name that nothing refers
to, and only then named by a row, in one transaction with everything else the request changes.
So what a row names is whole, whatever moment the process dies; what no row names is swept at the
next start. The directory belongs to one process, by SQLite's exclusive lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import attrs
from attrs import frozen

from cloud_storages.emulator.records import Bucket, File, Record, Token, dump, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COPY = 1024 * 1024
_STRIPES = 64
_SCHEMA = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS buckets (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket INTEGER NOT NULL, id TEXT NOT NULL,
    key TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (bucket, key));
CREATE TABLE IF NOT EXISTS tokens (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, id TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tokens_of_a_file ON tokens (file);
CREATE TABLE IF NOT EXISTS objects (
    path TEXT PRIMARY KEY, blob TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS parts (
    path TEXT NOT NULL, number INTEGER NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL,
    md5 TEXT NOT NULL, PRIMARY KEY (path, number));
"""


class TakenError(Exception):
    """An identifier that something else has, in whatever case."""


class DirectoryInUseError(OSError):
    """A data directory that another process works in."""


class DeviceError(Exception):
    """Bytes that should be on the device and are not."""


@frozen
class Blob:
    """Bytes under a name of their own: `size` of them, with that MD5 (hex)."""

    name: str
    size: int
    md5: str


@frozen
class Part:
    """A stored chunk, numbered from one."""

    number: int
    blob: Blob


class Store:
    """
    The emulator's database and device.

    `directory` None keeps rows in memory and bytes in a temporary directory that `close`
    removes. Raises DirectoryInUseError if another process has the directory, OSError if it
    cannot be written. `case_sensitive` is about looking up; identifiers are unique in any case.
    """

    def __init__(self, directory: Path | None = None, *, case_sensitive: bool = False) -> None:
        self._durable = directory is not None
        self._lock = threading.RLock()
        self._stripes = [threading.RLock() for _ in range(_STRIPES)]
        self._case_sensitive = case_sensitive
        self._doomed: list[str] = []
        if directory is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="appwrite-emulator-"))
            root, rows = self._temporary, ":memory:"
        else:
            directory.mkdir(parents=True, exist_ok=True)
            root, rows = directory, str(directory / "rows.sqlite3")
        self._blobs, self._spool = root / "blobs", root / "spool"
        self._rows = _open(rows)
        self._blobs.mkdir(exist_ok=True)
        self._spool.mkdir(exist_ok=True)
        self._sweep()
        self.secret = self._secret()

    def close(self) -> None:
        """Let go of the directory; remove it if it was temporary. Closing twice is harmless."""
        with self._lock:
            self._rows.close()
            if not self._durable:
                shutil.rmtree(self._temporary, ignore_errors=True)

    # -- bytes -------------------------------------------------------------------------------

    def spool(self) -> BinaryIO:
        """Return a new file to write incoming bytes to; `adopt` or `discard` it by its name."""
        return (self._spool / secrets.token_hex(16)).open("xb")

    def discard(self, path: Path) -> None:
        """Remove a spooled file, if it is still there."""
        with contextlib.suppress(FileNotFoundError):
            path.unlink()

    def adopt(self, path: Path, size: int, md5: str) -> Blob:
        """Make a spooled file a blob, safely on disk, that no row names yet."""
        name = secrets.token_hex(16)
        if self._durable:
            _sync(path)
        path.replace(self._blobs / name)
        if self._durable:
            _sync(self._blobs)
        return Blob(name, size, md5)

    def join(self, blobs: list[Blob]) -> Blob:
        """Return a new blob with the bytes of `blobs` in their order, read piece by piece."""
        digest, size = hashlib.md5(usedforsecurity=False), 0
        with self.spool() as joined:
            for blob in blobs:
                for piece in self.pieces(blob.name):
                    joined.write(piece)
                    digest.update(piece)
                    size += len(piece)
        return self.adopt(Path(joined.name), size, digest.hexdigest())

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a blob in pieces of at most 1 MiB; raises DeviceError."""
        with self.open(name) as blob:
            while piece := blob.read(_COPY):
                yield piece

    def open(self, name: str) -> BinaryIO:
        """Open a blob for reading; raises DeviceError if its bytes are gone."""
        try:
            return (self._blobs / name).open("rb")
        except FileNotFoundError as error:
            raise DeviceError(name) from error

    # -- transactions ------------------------------------------------------------------------

    @contextlib.contextmanager
    def changes(self) -> Iterator[None]:
        """Make everything in the block one transaction, on disk when the block is left."""
        with self._lock:
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._doomed.clear()
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")
            doomed, self._doomed = self._doomed, []
        for name in doomed:
            # a reader on a system that locks open files keeps it; the next start sweeps it
            with contextlib.suppress(OSError):
                (self._blobs / name).unlink()

    def turn(self, *names: object) -> contextlib.AbstractContextManager[object]:
        """Return the lock under which requests for one file take turns."""
        return self._stripes[hash(names) % _STRIPES]

    # -- buckets -----------------------------------------------------------------------------

    def buckets(self) -> list[Bucket]:
        """Return all buckets in order of creation."""
        return self._all(Bucket, "SELECT seq, doc FROM buckets ORDER BY seq")

    def bucket(self, identifier: str) -> Bucket | None:
        """Return the bucket with that identifier, or None."""
        sql = "SELECT seq, doc, id FROM buckets WHERE key = ?"
        return self._one(Bucket, sql, identifier)

    def add_bucket(self, bucket: Bucket) -> Bucket:
        """Store a new bucket; raises TakenError."""
        sql = "INSERT INTO buckets (id, key, doc) VALUES (?, ?, ?)"
        row = (bucket.id, bucket.id.lower(), dump(bucket))
        return attrs.evolve(bucket, seq=self._insert(sql, row))

    def save_bucket(self, bucket: Bucket) -> None:
        """Store a bucket's new state."""
        self._run("UPDATE buckets SET doc = ? WHERE seq = ?", (dump(bucket), bucket.seq))

    def remove_bucket(self, bucket: Bucket) -> None:
        """Remove a bucket's row; its files are purged separately."""
        self._run("DELETE FROM buckets WHERE seq = ?", (bucket.seq,))

    def purge_bucket(self, bucket: Bucket) -> None:
        """
        Remove the rows of a bucket's files, and the bytes in the directory of its identifier.

        The directory is named by the identifier alone, so the bytes of a bucket created anew
        under it go too, as in Appwrite.
        """
        folder = f"{bucket.id.lower()}/"
        with self.changes():
            self._run("DELETE FROM files WHERE bucket = ?", (bucket.seq,))
            for table in ("objects", "parts"):
                where = "WHERE substr(path, 1, ?) = ?"
                self._doom(table, where, (len(folder), folder))

    # -- files -------------------------------------------------------------------------------

    def files(self, bucket: Bucket, among: Sequence[str] | None = None) -> list[File]:
        """
        Return the files of a bucket in order of creation, partial ones too.

        All of them, or those whose identifiers, in lower case, are `among` these.
        """
        if among is None:
            sql = "SELECT seq, doc FROM files WHERE bucket = ? ORDER BY seq"
            return self._all(File, sql, bucket.seq)
        sql = (
            "SELECT seq, doc FROM files WHERE bucket = ?"
            " AND key IN (SELECT value FROM json_each(?)) ORDER BY seq"
        )
        return self._all(File, sql, bucket.seq, json.dumps(among))

    def file(self, bucket: Bucket, identifier: str) -> File | None:
        """Return the file with that identifier in that bucket, or None."""
        sql = "SELECT seq, doc, id FROM files WHERE key = ? AND bucket = ?"
        return self._one(File, sql, identifier, bucket.seq)

    def add_file(self, file: File) -> File:
        """Store a new file's row; raises TakenError."""
        sql = "INSERT INTO files (bucket, id, key, doc) VALUES (?, ?, ?, ?)"
        row = (file.bucket_seq, file.id, file.id.lower(), dump(file))
        return attrs.evolve(file, seq=self._insert(sql, row))

    def save_file(self, file: File) -> None:
        """Store a file's new state."""
        self._run("UPDATE files SET doc = ? WHERE seq = ?", (dump(file), file.seq))

    def remove_file(self, file: File) -> None:
        """Remove a file's row. Its tokens stay, as in Appwrite; they open nothing any more."""
        self._run("DELETE FROM files WHERE seq = ?", (file.seq,))

    # -- tokens ------------------------------------------------------------------------------

    def tokens(self, file: File) -> list[Token]:
        """Return the tokens of a file in order of creation."""
        return self._all(Token, "SELECT seq, doc FROM tokens WHERE file = ? ORDER BY seq", file.seq)

    def token(self, identifier: str) -> Token | None:
        """Return the token with that identifier, or None."""
        return self._one(Token, "SELECT seq, doc, id FROM tokens WHERE key = ?", identifier)

    def add_token(self, token: Token) -> Token:
        """Store a new token."""
        sql = "INSERT INTO tokens (file, id, key, doc) VALUES (?, ?, ?, ?)"
        row = (token.file_seq, token.id, token.id.lower(), dump(token))
        return attrs.evolve(token, seq=self._insert(sql, row))

    def save_token(self, token: Token) -> None:
        """Store a token's new state."""
        self._run("UPDATE tokens SET doc = ? WHERE seq = ?", (dump(token), token.seq))

    def remove_token(self, token: Token) -> None:
        """Remove a token."""
        self._run("DELETE FROM tokens WHERE seq = ?", (token.seq,))

    # -- the device --------------------------------------------------------------------------

    def object_at(self, path: str) -> tuple[str, int] | None:
        """Return the blob name and the size of the bytes at `path`, or None."""
        with self._lock:
            sql = "SELECT blob, size FROM objects WHERE path = ?"
            found = self._rows.execute(sql, (path.lower(),)).fetchone()
        return None if found is None else (str(found[0]), int(found[1]))

    def put_object(self, path: str, blob: Blob) -> None:
        """Name `blob` the bytes at `path`, instead of what was there."""
        self.remove_object(path)
        sql = "INSERT INTO objects (path, blob, size) VALUES (?, ?, ?)"
        self._run(sql, (path.lower(), blob.name, blob.size))

    def remove_object(self, path: str) -> bool:
        """Remove the bytes at `path`; return whether there were any."""
        return self._doom("objects", "WHERE path = ?", (path.lower(),))

    def parts(self, path: str) -> list[Part]:
        """Return the chunks stored for `path`, by number."""
        sql = "SELECT number, blob, size, md5 FROM parts WHERE path = ? ORDER BY number"
        with self._lock:
            rows = self._rows.execute(sql, (path.lower(),)).fetchall()
        return [Part(number, Blob(name, size, md5)) for number, name, size, md5 in rows]

    def put_part(self, path: str, part: Part) -> None:
        """Name a blob one chunk of `path`, instead of the one that was there."""
        self._doom("parts", "WHERE path = ? AND number = ?", (path.lower(), part.number))
        sql = "INSERT INTO parts (path, number, blob, size, md5) VALUES (?, ?, ?, ?, ?)"
        blob = part.blob
        self._run(sql, (path.lower(), part.number, blob.name, blob.size, blob.md5))

    def remove_parts(self, path: str) -> bool:
        """Remove all chunks of `path`; return whether there were any."""
        return self._doom("parts", "WHERE path = ?", (path.lower(),))

    # -- inside ------------------------------------------------------------------------------

    def _all(self, kind: type[Record], sql: str, *values: object) -> list[Record]:
        with self._lock:
            rows = self._rows.execute(sql, values).fetchall()
        return [load(kind, seq, doc) for seq, doc in rows]

    def _one(self, kind: type[Record], sql: str, identifier: str, *values: object) -> Record | None:
        # the identifier 0 is never found: the server takes it for none
        if identifier == "0":
            return None
        with self._lock:
            row = self._rows.execute(sql, (identifier.lower(), *values)).fetchone()
        if row is None or (self._case_sensitive and row[2] != identifier):
            return None
        return load(kind, row[0], row[1])

    def _insert(self, sql: str, values: tuple[object, ...]) -> int:
        with self._lock:
            try:
                return int(self._rows.execute(sql, values).lastrowid or 0)
            except sqlite3.IntegrityError as error:
                raise TakenError from error

    def _run(self, sql: str, values: tuple[object, ...]) -> None:
        with self._lock:
            self._rows.execute(sql, values)

    def _doom(self, table: str, where: str, values: tuple[object, ...]) -> bool:
        with self._lock:
            # table and condition are literals of this module, never a client's text
            rows = self._rows.execute(f"SELECT blob FROM {table} {where}", values).fetchall()  # noqa: S608 - see above
            self._rows.execute(f"DELETE FROM {table} {where}", values)  # noqa: S608 - see above
            self._doomed.extend(name for (name,) in rows)
        return bool(rows)

    def _sweep(self) -> None:
        named = "SELECT blob FROM objects UNION SELECT blob FROM parts"
        known = {name for (name,) in self._rows.execute(named)}
        for leftover in (*self._spool.iterdir(), *self._blobs.iterdir()):
            if leftover.name not in known:
                leftover.unlink()

    def _secret(self) -> bytes:
        sql = "INSERT OR IGNORE INTO secrets (name, value) VALUES ('tokens', ?)"
        self._run(sql, (secrets.token_hex(32),))
        with self._lock:
            found = self._rows.execute("SELECT value FROM secrets WHERE name = 'tokens'")
            return bytes.fromhex(found.fetchone()[0])


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        # the exclusive lock is taken by the first write and kept
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" in str(error):
            raise DirectoryInUseError(f"{path} is in use by another process") from error
        raise OSError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        connection.close()
        raise OSError(f"{path}: {error}") from error
    return connection


def _sync(path: Path) -> None:
    # Windows cannot open a directory; there the rename alone has to do
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
