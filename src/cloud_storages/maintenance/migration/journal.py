"""
What a migration notes, so that it can be killed at any moment and go on later.

An SQLite database of one run at a time: the lock is the operating system's, and goes when the
process does. It remembers which name each file gets at the target, what was stored there, and
which rows were about to be changed.
"""

from __future__ import annotations

import contextlib
import enum
import os
import sqlite3
from typing import TYPE_CHECKING

import attrs

from cloud_storages.domain.signatures import Fingerprint
from cloud_storages.maintenance.errors import CannotRun, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from cloud_storages.maintenance.references import Reference

__all__ = ["Journal", "Note", "State"]

#: Of the tables below; one of another version is not gone on with.
_VERSION = "1"
#: What SQLite knows the file by: "csmj".
_APPLICATION = 0x63736D6A
_PAGE = 1000
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    name TEXT PRIMARY KEY,
    wanted TEXT NOT NULL,
    target TEXT,
    state INTEGER NOT NULL,
    longest INTEGER,
    is_shown INTEGER NOT NULL,
    size INTEGER,
    signature TEXT,
    seen TEXT,
    run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_target ON files (target);
CREATE TABLE IF NOT EXISTS moved (
    field TEXT, database TEXT, pk TEXT, old TEXT NOT NULL, new TEXT NOT NULL,
    PRIMARY KEY (field, database, pk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS problems (
    number INTEGER PRIMARY KEY, name TEXT, reason TEXT, temporary INTEGER, UNIQUE (name, reason)
);
"""
_NOTE = "name, wanted, target, state, longest, is_shown, size, signature, seen"


class State(enum.IntEnum):
    """How far a file is."""

    NEW = 0
    #: Its name at the target is settled.
    PLANNED = 1
    #: Nothing was at the target when this run, or a killed one, was about to store it there.
    BEGUN = 2
    #: It is at the target, and was proved to be.
    COPIED = 3
    #: Nothing was at the target when a task was told to store it there.
    ENQUEUED = 4
    #: It was at the target, and this run, or a killed one, was about to store it there anew.
    REPLACING = 5


@attrs.frozen
class Note:
    """
    What is known of a file.

    Attributes:
        name: its name at the source.
        wanted: the canonical name at the target.
        target: the name it has or gets there; that of an earlier copy, if it is copied.
        state: how far it is.
        longest: characters its name may have, by every field that names it; None for any.
        is_shown: whether a field that names it reads from the target already.
        size: bytes of the copy; None if there is none.
        signature: of the copy, in each form that is known, with spaces between.
        seen: what the source told of the file when it was copied; empty if nothing.

    """

    name: str
    wanted: str
    target: str
    state: State = attrs.field(converter=State)
    longest: int | None = None
    is_shown: bool = attrs.field(default=False, converter=bool)
    size: int | None = None
    signature: str | None = None
    seen: str | None = None

    @property
    def is_begun(self) -> bool:
        """Whether a run was about to store it, and nobody knows how far it came."""
        return self.state in (State.BEGUN, State.REPLACING)

    @property
    def copy(self) -> Fingerprint | None:
        """What is at the target, or was when a run began to replace it, if it was copied."""
        is_copied = self.state in (State.COPIED, State.REPLACING)
        if not is_copied or self.size is None or self.signature is None:
            return None
        return Fingerprint(self.size, tuple(self.signature.split(" ")))


class Journal:
    """
    The notes of a migration between two places, held by one run at a time.

    Args:
        path: the file; empty for one that nobody sees and that is gone afterwards.
        places: what tells the two places, so that notes are never taken for those of others.

    Raises:
        CannotRun: the file cannot be used, is held by another run, or is of other places.

    """

    def __init__(self, path: str, places: str) -> None:
        self.path = path
        self._run = 0
        self._db = self._opened(path, places)

    def __enter__(self) -> Journal:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._db.close()

    @classmethod
    def rehearsal(cls, path: str, places: str) -> Journal:
        """Return a journal that knows what this one does, and leaves no trace."""
        if not os.path.exists(path):  # noqa: PTH110 - any kind of path
            return cls("", places)
        with cls(path, places) as real:
            journal = cls("", places)
            real._db.backup(journal._db)
        return journal

    @contextlib.contextmanager
    def together(self, *, safely: bool = False) -> Iterator[None]:
        """
        Note everything of the block at once, or nothing of it.

        Args:
            safely: whether the notes must outlive the machine, and not only the process.

        Raises:
            CannotRun: the notes cannot be written, as when the disk is full.

        """
        try:
            with self._transaction("FULL" if safely else "NORMAL"):
                yield
        except sqlite3.Error as error:
            raise CannotRun(_reason(self.path, error)) from error

    @contextlib.contextmanager
    def _transaction(self, synchronous: str) -> Iterator[None]:
        self._db.execute(f"PRAGMA synchronous = {synchronous}")
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled it back already
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Planning

    def begin_run(self) -> None:
        """Begin a run, of no names yet and without problems."""
        with self.together():
            self._run = int(self._told("run") or 0) + 1
            self._tell("run", str(self._run))
            self._db.execute("DELETE FROM problems")

    def wanted(self, name: str) -> str | None:
        """Return the canonical name at the target of a file that was noted before, or None."""
        row = self._db.execute("SELECT wanted FROM files WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def add(self, name: str, wanted: str, longest: int | None, *, is_shown: bool) -> None:
        """Note that this run is about a file, as often as it is met."""
        self._db.execute(
            "INSERT INTO files (name, wanted, state, longest, is_shown, run)"
            " VALUES (?, ?, 0, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET run = excluded.run,"
            " longest = min(coalesce(longest, excluded.longest),"
            " coalesce(excluded.longest, longest)),"
            " is_shown = max(is_shown, excluded.is_shown)",
            (name, wanted, longest, is_shown, self._run),
        )

    def is_in_run(self, name: str) -> bool:
        """Return whether this run is about a file."""
        found = self._db.execute(
            "SELECT 1 FROM files WHERE name = ? AND run = ?", (name, self._run)
        ).fetchone()
        return found is not None

    def claim_own_names(self) -> None:
        """Let every file keep its name at the target that can: no other may take it then."""
        self._db.execute(
            "UPDATE files SET target = name, state = ? WHERE state = ? AND wanted = name"
            " AND (longest IS NULL OR length(name) <= longest)"
            " AND NOT EXISTS (SELECT 1 FROM files AS other WHERE other.target = files.name)",
            (State.PLANNED, State.NEW),
        )

    def is_claimed(self, target: str, by: str) -> bool:
        """Return whether a name at the target is that of another file, or should become so."""
        found = self._db.execute(
            "SELECT 1 FROM files WHERE target = :target AND name <> :by UNION ALL"
            " SELECT 1 FROM files WHERE name = :target AND name <> :by LIMIT 1",
            {"target": target, "by": by},
        ).fetchone()
        return found is not None

    def claim(self, name: str, target: str) -> None:
        """Settle the name a file gets at the target."""
        self._db.execute(
            "UPDATE files SET target = ?, state = max(state, ?) WHERE name = ?",
            (target, State.PLANNED, name),
        )

    def unnamed(self) -> Iterator[Note]:
        """Yield the files of this run whose name at the target is not settled."""
        return self._notes("run = ? AND state = 0", self._run)

    # Working

    def notes(self) -> Iterator[Note]:
        """Yield what is known of every file of this run whose name at the target is settled."""
        return self._notes("run = ? AND state > 0", self._run)

    def count(self) -> int:
        """Return how many files this run is about, those without a name at the target left out."""
        query = "SELECT count(*) FROM files WHERE run = ? AND state > 0"
        (count,) = self._db.execute(query, (self._run,)).fetchone()
        return int(count)

    def note(self, name: str) -> Note | None:
        """Return what is known of one file, of whichever run."""
        row = self._db.execute(f"SELECT {_NOTE} FROM files WHERE name = ?", (name,)).fetchone()  # noqa: S608 - a constant
        return None if row is None or row[2] is None else Note(*row)

    def mark(self, names: Iterable[str], state: State) -> None:
        """Note how far some files are."""
        self._db.executemany(
            "UPDATE files SET state = ? WHERE name = ?", ((state, name) for name in names)
        )

    def put_back(self, name: str) -> None:
        """Note that nothing of a file was stored, after all."""
        before = ((State.BEGUN, State.PLANNED), (State.REPLACING, State.COPIED))
        self._db.executemany(
            "UPDATE files SET state = ? WHERE name = ? AND state = ?",
            ((to, name, state) for state, to in before),
        )

    def copied(self, name: str, target: str, content: Fingerprint, seen: str) -> None:
        """Note that a file is at the target, and was proved to be."""
        self._db.execute(
            "UPDATE files SET target = ?, state = ?, size = ?, signature = ?, seen = ?"
            " WHERE name = ?",
            (target, State.COPIED, content.size, " ".join(content.signatures), seen, name),
        )

    # Rows

    def has_renamed(self) -> bool:
        """Return whether any file has another name at the target."""
        query = "SELECT 1 FROM files WHERE state = ? AND target <> name LIMIT 1"
        return self._db.execute(query, (State.COPIED,)).fetchone() is not None

    def moves(self, reference: Reference, new: str) -> None:
        """Note that a row is about to name another file."""
        self._db.execute(
            "INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?)",
            (reference.field, reference.using, str(reference.pk), reference.name, new),
        )

    def has_moved(self) -> bool:
        """Return whether any row was about to name another file."""
        return self._db.execute("SELECT 1 FROM moved LIMIT 1").fetchone() is not None

    def moved_from(self, reference: Reference) -> str | None:
        """Return what a row named before this migration let it name what it names, or None."""
        row = self._db.execute(
            "SELECT old FROM moved WHERE field = ? AND database = ? AND pk = ? AND new = ?",
            (reference.field, reference.using, str(reference.pk), reference.name),
        ).fetchone()
        return None if row is None else str(row[0])

    # Problems

    def problem(self, problem: Problem) -> bool:
        """Note what is wrong with a file; return whether that was not noted before."""
        noted = self._db.execute(
            "INSERT OR IGNORE INTO problems (name, reason, temporary) VALUES (?, ?, ?)",
            (_printable(problem.name), _printable(problem.reason), problem.temporary),
        )
        return noted.rowcount > 0

    def problems(self, most: int = -1) -> Iterator[Problem]:
        """Yield what is wrong, with so many files at most."""
        query = "SELECT name, reason, temporary FROM problems ORDER BY number LIMIT ?"
        for name, reason, temporary in self._db.execute(query, (most,)):
            yield Problem(name, reason, bool(temporary))

    # The database

    def _notes(self, condition: str, value: int) -> Iterator[Note]:
        # By pages, because what is read changes meanwhile.
        query = f"SELECT {_NOTE} FROM files WHERE {condition} AND name > ? ORDER BY name LIMIT ?"  # noqa: S608 - constants
        last = ""
        while page := self._db.execute(query, (value, last, _PAGE)).fetchall():
            last = page[-1][0]
            for name, wanted, target, *more in page:
                yield Note(name, wanted, target or "", *more)

    def _opened(self, path: str, places: str) -> sqlite3.Connection:
        db = None
        try:
            db = sqlite3.connect(path, timeout=0, isolation_level=None)
            _refuse_others(db, path)
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("PRAGMA journal_mode = WAL")
            # In this mode a lock that was taken once is kept.
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
            db.executescript(_TABLES)
            self._db = db
            self._check(places)
        except (sqlite3.Error, CannotRun) as error:
            if db is not None:
                db.close()
            if isinstance(error, CannotRun):
                raise
            raise CannotRun(_reason(path, error)) from error
        return db

    def _check(self, places: str) -> None:
        version, told = self._told("version"), self._told("places")
        if version is None:
            with self.together():
                self._tell("version", _VERSION)
                self._tell("places", places)
        elif version != _VERSION:
            raise CannotRun(f"The journal {self.path} is of another release of this package.")
        elif told != places:
            raise CannotRun(
                f"The journal {self.path} is of a migration between other places ({told}) than"
                f" these ({places}). Name another with --journal, or remove it if it is done."
            )

    def _told(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def _tell(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _refuse_others(db: sqlite3.Connection, path: str) -> None:
    """Raise CannotRun for a database of something else, such as a site's, before it is changed."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != _APPLICATION:
        raise CannotRun(f"{path} is a database of something else. Name another with --journal.")


def _reason(path: str, error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return (
            f"Another run is using the journal {path}: wait for it, or give this one a journal of"
            " its own with --journal."
        )
    return f"The journal {path} cannot be used: {error}. Name another with --journal."


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
