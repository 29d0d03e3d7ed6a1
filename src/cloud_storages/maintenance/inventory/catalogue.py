"""
What the rows refer to and what a storage has, side by side in a temporary file.

A million of each need some 600 MB of disk where temporary files go, and a few megabytes of
memory. The file has no name and goes with the process.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import sqlite3
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.domain.values import FileInfo, Location
from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Catalogue", "Duplicate", "Held", "Mention", "Named", "opened_catalogue"]

#: Rows fetched at once, and written at once.
_PAGE = 1000

_TABLES = """
    CREATE TABLE refs (
        key TEXT, name TEXT NOT NULL, field TEXT NOT NULL, pk NOT NULL, db TEXT NOT NULL,
        is_asked INT NOT NULL
    );
    CREATE TABLE files (
        key TEXT PRIMARY KEY, opens TEXT NOT NULL, name TEXT NOT NULL, area TEXT NOT NULL,
        kind TEXT NOT NULL, complete INT NOT NULL, bucket TEXT, file TEXT, title TEXT,
        size INT, signature TEXT NOT NULL, created TEXT, unproven INT NOT NULL
    );
    CREATE TABLE areas (area TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE chosen (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_INDEXES = """
    CREATE INDEX IF NOT EXISTS refs_by_key ON refs (key, name);
    CREATE INDEX IF NOT EXISTS files_by_what_they_open ON files (opens);
"""
_HELD = (
    "key, opens, name, area, kind, complete, bucket, file, title, size, signature, created,"
    " unproven"
)
_IS_THERE = "EXISTS (SELECT 1 FROM files WHERE opens = refs.key AND complete)"
_IS_ASKED_FOR = "EXISTS (SELECT 1 FROM refs WHERE is_asked AND refs.key = files.opens)"
_IS_MENTIONED = "EXISTS (SELECT 1 FROM refs WHERE refs.key = files.opens)"
_IS_CHOSEN = "key IN (SELECT key FROM chosen)"
_IS_HERE = "area IN (SELECT area FROM areas)"
#: A staged copy beside its file.
_IS_SPARE = (
    "kind = 'STAGED' AND EXISTS (SELECT 1 FROM files AS real WHERE real.key = files.opens"
    " AND real.complete)"
)


@attrs.frozen
class Mention:
    """
    A row that refers to a file.

    Attributes:
        key: of the file; None if the storage refuses the name.
        name: what the row says.
        field: label of its field.
        pk: its primary key.
        using: alias of the database it is in.
        is_asked: whether the file is to be checked, rather than known to be in use only.

    """

    key: str | None
    name: str
    field: str
    pk: Any
    using: str = ""
    is_asked: bool = True

    def __str__(self) -> str:
        return f"{self.field} of {self.pk}"


@attrs.frozen
class Named:
    """A file that rows refer to, by key and one of its names; and how many rows do."""

    key: str
    name: str
    rows: int


@attrs.frozen
class Held:
    """
    Something that a storage has.

    Attributes:
        key: which thing it is.
        opens: the key of the names that lead to it, now or when it is in its place.
        name: one of them; empty if there is none.
        area: the part of the storage it is in.
        kind: what it is.
        size: bytes; None if not asked.
        info: what the store knows of it; None for storages of other kinds.

    """

    key: str
    opens: str
    name: str
    area: str
    kind: Kind = Kind.FILE
    size: int | None = None
    info: FileInfo | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it can be read."""
        return self.info is None or self.info.complete

    @property
    def entry(self) -> Entry:
        """The entry it was made of."""
        if self.info is None:
            raise AssertionError("only storages of this package have entries")
        return Entry(self.kind, self.name, self.info)


@attrs.frozen
class Duplicate:
    """Files of one content: how many, their size in bytes each, and the names of a few."""

    count: int
    size: int
    names: tuple[str, ...]


class Catalogue:
    """Rows and files, joined by key. Made by ``opened_catalogue``; for one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)

    # Filling

    def mention(self, mentions: Iterable[Mention]) -> int:
        """Add rows; return how many."""
        return self._add(
            "INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?)",
            ((m.key, m.name, m.field, _storable(m.pk), m.using, m.is_asked) for m in mentions),
        )

    def hold(self, things: Iterable[Held]) -> int:
        """Add what the storage has; return how many. What is added again replaces itself."""
        statement = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        return self._add(statement, map(_row, things))

    def use(self, areas: Iterable[str]) -> None:
        """Note which parts of the storage are the site's."""
        self._add("INSERT OR IGNORE INTO areas VALUES (?)", ((area,) for area in areas))

    def sign(self, key: str, size: int, signature: str) -> None:
        """Note what was found when a file was read."""
        self._database.execute(
            "UPDATE files SET size = ?, signature = ? WHERE key = ?",
            (size, signature, _stored_text(key)),
        )

    def drop(self, key: str) -> None:
        """Forget something the storage had."""
        self._database.execute("DELETE FROM files WHERE key = ?", (key,))

    def forget_mentions(self) -> None:
        """Forget every row, before they are read again."""
        self._database.execute("DELETE FROM refs")

    # Asking

    def counted(self) -> tuple[int, int]:
        """Return how many complete files there are in the site's areas, and how many elsewhere."""
        what = "complete AND kind != 'STAGED'"
        here = f"SELECT COUNT(*) FROM files WHERE {what} AND {_IS_HERE}"  # noqa: S608 - constants
        all_ = f"SELECT COUNT(*) FROM files WHERE {what}"  # noqa: S608 - constants
        counts = [self._database.execute(each).fetchone()[0] for each in (here, all_)]
        return counts[0], counts[1] - counts[0]

    def mentioned(self, kind: Kind = Kind.FILE) -> Iterator[Held]:
        """Yield what is of a kind, complete, and of rows to be checked at least one refers to."""
        yield from self._held(f"complete AND kind = '{kind.name}' AND {_IS_ASKED_FOR}")

    def names_asked(self) -> int:
        """Return how many files the rows to be checked refer to."""
        (count,) = self._database.execute(
            "SELECT COUNT(DISTINCT key) FROM refs WHERE is_asked"
        ).fetchone()
        return int(count)

    def refused(self) -> Iterator[Named]:
        """Yield the names that the storage refuses."""
        yield from self._names("key IS NULL", "name")

    def absent(self) -> Iterator[Named]:
        """Yield the files that rows refer to, and the storage does not have."""
        yield from self._names(f"key IS NOT NULL AND NOT {_IS_THERE}", "key")

    def mentions(self, named: Named, most: int) -> list[Mention]:
        """Return the rows that refer to a file, some at most."""
        where, value = (
            ("key = ?", named.key) if named.key else ("key IS NULL AND name = ?", named.name)
        )
        rows = self._database.execute(
            f"SELECT key, name, field, pk, db FROM refs WHERE is_asked AND {where} LIMIT ?",  # noqa: S608
            (_stored_text(value), most),
        )
        return [Mention(*row) for row in rows]

    def named(self, held: Held) -> Named:
        """Return something the storage has as the rows refer to it."""
        (count,) = self._database.execute(
            "SELECT COUNT(*) FROM refs WHERE is_asked AND key = ?",
            (_stored_text(held.opens),),
        ).fetchone()
        return Named(held.opens, held.name, count)

    def partial_at(self, key: str) -> Held | None:
        """Return the unfinished upload at a place, if there is one."""
        return next(self._held("kind = 'PARTIAL' AND key = ?", key), None)

    def readable(self, *, all_files: bool) -> Iterator[Held]:
        """Yield each file that can be read: those that rows refer to, or all with a name."""
        yield from self._held(_readable(all_files=all_files))

    def count_readable(self, *, all_files: bool) -> int:
        """Return how many ``readable`` yields."""
        (count,) = self._database.execute(
            f"SELECT COUNT(*) FROM files WHERE {_readable(all_files=all_files)}"  # noqa: S608
        ).fetchone()
        return int(count)

    def unmentioned(self, kind: Kind) -> Iterator[Held]:
        """Yield what is of a kind, in the site's areas, and no row refers to."""
        whole = "complete AND " if kind is Kind.FILE else ""
        yield from self._held(f"{whole}kind = '{kind.name}' AND {_IS_HERE} AND NOT {_IS_MENTIONED}")

    def all_of(self, kind: Kind) -> Iterator[Held]:
        """Yield what is of a kind in the site's areas."""
        yield from self._held(f"kind = '{kind.name}' AND {_IS_HERE}")

    def is_mentioned(self, held: Held) -> bool:
        """Whether a row refers to the file that something is, or would be."""
        return next(self._held(f"key = ? AND {_IS_MENTIONED}", held.key), None) is not None

    def choose(self, things: Iterable[Held]) -> int:
        """Note what shall go; return how many things that are."""
        keys = ((_stored_text(held.key),) for held in things)
        return self._add("INSERT OR IGNORE INTO chosen VALUES (?)", keys)

    def chosen(self) -> Iterator[Held]:
        """Yield what was chosen and no row refers to."""
        yield from self._held(f"{_IS_CHOSEN} AND NOT {_IS_MENTIONED}")

    def is_spare(self, held: Held) -> bool:
        """Whether a staged copy lies beside its complete file."""
        return next(self._held(f"key = ? AND {_IS_SPARE}", held.key), None) is not None

    def interrupted(self) -> Iterator[Held]:
        """Yield, for each file that only staged copies are left of, the newest of them."""
        newest = (
            "NOT EXISTS (SELECT 1 FROM files AS other WHERE other.opens = files.opens AND"
            " other.kind = 'STAGED' AND other.complete AND (other.created, other.key) >"
            " (files.created, files.key))"
        )
        yield from self._held(
            f"kind = 'STAGED' AND complete AND {_IS_HERE} AND NOT ({_IS_SPARE}) AND {newest}"
        )

    def duplicates(self, most: int) -> Iterator[Duplicate]:
        """
        Yield the files of one content, the largest waste first, with some of their names.

        Empty files waste nothing and are left out.
        """
        where = f"complete AND kind = 'FILE' AND {_IS_HERE} AND signature != '' AND size > 0"
        self._database.execute(
            "CREATE INDEX IF NOT EXISTS files_by_content ON files (size, signature)"
        )
        groups = self._database.execute(
            f"SELECT size, signature, COUNT(*) FROM files WHERE {where}"  # noqa: S608 - constants
            " GROUP BY size, signature HAVING COUNT(*) > 1 ORDER BY size * (COUNT(*) - 1) DESC"
        )
        for size, signature, count in _paged(groups):
            names = self._database.execute(
                f"SELECT name FROM files WHERE {where} AND size = ? AND signature = ?"  # noqa: S608
                " ORDER BY name LIMIT ?",
                (size, signature, most),
            )
            yield Duplicate(count, size, tuple(name for (name,) in names))

    def settle(self) -> None:
        """Make asking fast, once most is there."""
        self._database.executescript(_INDEXES)

    # The steps

    def _add(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> int:
        rows, count = iter(rows), 0
        while page := list(itertools.islice(rows, _PAGE)):
            with self._database:
                self._database.executemany(statement, page)
            count += len(page)
        return count

    def _names(self, where: str, one: str) -> Iterator[Named]:
        last = ""
        while True:
            page = self._database.execute(
                f"SELECT key, MIN(name), COUNT(*), {one} FROM refs"  # noqa: S608 - constants
                f" WHERE is_asked AND {where} AND {one} > ? GROUP BY {one} ORDER BY {one} LIMIT ?",
                (last, _PAGE),
            ).fetchall()
            yield from (Named(key or "", name, count) for key, name, count, _ in page)
            if len(page) < _PAGE:
                return
            last = page[-1][3]

    def _held(self, where: str, *values: Any) -> Iterator[Held]:
        """Yield what fulfils a condition, a page at a time: between them, things may change."""
        last = -1
        while True:
            page = self._database.execute(
                f"SELECT rowid, {_HELD} FROM files WHERE ({where}) AND rowid > ?"  # noqa: S608
                " ORDER BY rowid LIMIT ?",
                (*values, last, _PAGE),
            ).fetchall()
            yield from (_held(row[1:]) for row in page)
            if len(page) < _PAGE:
                return
            last = page[-1][0]


@contextlib.contextmanager
def opened_catalogue() -> Iterator[Catalogue]:
    """
    Return an empty catalogue for the length of the block.

    Raises:
        CannotRun: there is no room for temporary files; also while the block runs.

    """
    # No name: a file of the system's directory for temporary files, kept in memory while small.
    database = sqlite3.connect("")
    try:
        yield Catalogue(database)
    except sqlite3.Error as error:
        raise CannotRun(
            f"The temporary file that rows and files are compared in: {error}. Make room where"
            " temporary files go, or name another directory in the environment variable"
            " SQLITE_TMPDIR."
        ) from error
    finally:
        database.close()


def _readable(*, all_files: bool) -> str:
    asked = f"({_IS_ASKED_FOR} OR kind = 'FILE')" if all_files else _IS_ASKED_FOR
    return f"complete AND {asked} AND NOT ({_IS_SPARE})"


def _paged(cursor: sqlite3.Cursor) -> Iterator[Any]:
    while page := cursor.fetchmany(_PAGE):
        yield from page


def _row(held: Held) -> tuple[Any, ...]:
    texts = map(_stored_text, (held.key, held.opens, held.name, held.area))
    told = (*texts, held.kind.name, held.is_complete)
    info = held.info
    if info is None:
        return (*told, None, None, None, held.size, "", None, False)
    where = info.location
    # UTC, so that times sort as texts.
    created = info.created.astimezone(dt.timezone.utc).isoformat(timespec="microseconds")
    stored = (info.title, info.size, info.signature, created, info.unproven)
    return (*told, where.bucket_id, where.file_id, *stored)


def _held(row: tuple[Any, ...]) -> Held:
    key, opens, name, area = map(_read_text, row[:4])
    kind, complete, bucket, file, title, size, signature, created, unproven = row[4:]
    info = None
    if bucket is not None:
        time, where = dt.datetime.fromisoformat(created), Location(bucket, file)
        info = FileInfo(where, title, size, signature, time, bool(complete), bool(unproven))
    return Held(key, opens, name, area, Kind[kind], size, info)


def _storable(pk: object) -> object:
    """Return a primary key as it is if SQLite keeps it, else as a text."""
    if isinstance(pk, int) and not isinstance(pk, bool) and abs(pk) < 2**63:
        return pk
    return str(pk)


def _stored_text(text: str) -> str | bytes:
    """Return a text as SQLite keeps it: a filename of a disk need not be Unicode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _read_text(stored: str | bytes) -> str:
    return stored.decode("utf-8", "surrogatepass") if isinstance(stored, bytes) else stored
