"""
Compares what the rows refer to, what a storage has and, if asked, the bytes with the signatures.

Nothing is written, neither to the storage nor to the database: what an interrupted replacement
left is read where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from django.core.exceptions import FieldError, SuspiciousFileOperation, ValidationError

from cloud_storages.domain.errors import AccessDenied, Misconfigured
from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles, files_of
from cloud_storages.maintenance.errors import CannotRun, reason_of
from cloud_storages.maintenance.inventory.catalogue import Held, Named, opened_catalogue
from cloud_storages.maintenance.inventory.ledger import opened_ledger
from cloud_storages.maintenance.inventory.listing import asked, listed, upload_areas, witnessed
from cloud_storages.maintenance.inventory.places import CloudPlaces, places_of, witnesses
from cloud_storages.maintenance.inventory.sidebyside import Workers
from cloud_storages.maintenance.inventory.watching import unwatched
from cloud_storages.maintenance.references import field_of, file_fields, label_of, names_now
from cloud_storages.maintenance.verifying.contents import ContentReader
from cloud_storages.maintenance.verifying.findings import (
    FAILURES,
    FileFinding,
    Trouble,
    plain_finding,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from django.core.files.storage import Storage
    from django.db.models import FileField

    from cloud_storages.maintenance.inventory.catalogue import Catalogue, Mention
    from cloud_storages.maintenance.inventory.ledger import Ledger
    from cloud_storages.maintenance.inventory.places import Places
    from cloud_storages.maintenance.inventory.watching import Watch
    from cloud_storages.maintenance.verifying.contents import Reading

__all__ = ["Verification", "verify"]

#: Rows, and names of duplicates, that a finding tells.
_FEW = 5
#: Rows of one file that are looked at again before it is called missing.
_ROWS_AGAIN = 500
#: Files in a row that a server does not answer for before it is given up.
_SILENCES = 20


@attrs.frozen
class Verification:
    """
    What was found.

    Attributes:
        storage: what people call it.
        fields: labels of the file fields whose rows were followed.
        rows: how many of them name a file.
        names: how many files those are.
        files: how many files the storage has in the directories the site uses; 0 if it cannot list.
        elsewhere: how many it has in others, as far as they were listed.
        read: how many files were read whole.
        bytes_read: how many bytes those had.
        knows_signatures: whether damage shows: the storage tells signatures that what is read can
            be compared with. If not, only its size can.
        counts: how many findings there are of each kind.
        wasted: bytes that would be free if each content were stored once; 0 if not looked for.
        findings: the first thousand.

    """

    storage: str
    fields: tuple[str, ...]
    rows: int = 0
    names: int = 0
    files: int = 0
    elsewhere: int = 0
    read: int = 0
    bytes_read: int = 0
    knows_signatures: bool = False
    counts: dict[str, int] = attrs.field(factory=dict)
    wasted: int = 0
    findings: tuple[FileFinding, ...] = ()

    @property
    def failures(self) -> int:
        """How many findings mean that a file cannot be had as it was stored."""
        return sum(self.counts.get(kind.value, 0) for kind in FAILURES)

    @property
    def ok(self) -> bool:
        """Whether every file that was asked for can be had; notes do not matter."""
        return not self.failures


def verify(
    storage: Storage | str,
    *,
    fields: Iterable[str] | None = None,
    content: bool = False,
    all_files: bool = False,
    unreferenced: bool = False,
    duplicates: bool = False,
    workers: int = 4,
    report: str | os.PathLike[str] | None = None,
    watch: Watch = unwatched,
) -> Verification:
    """
    Compare the rows of a site with the files of a storage.

    Costs a request for each thousand files of the directories that rows name, one for each such
    directory, and one for each file that seems to be missing.

    Args:
        storage: any storage, or its alias.
        fields: labels of file fields, such as ``"album.Photo.picture"``, whatever their own
            storage; all whose storage is this place, if not given.
        content: whether to read every file that a row refers to.
        all_files: whether to read those that no row refers to, too.
        unreferenced: whether to report files that no row of the site refers to, in the
            directories that its rows and fields use; the whole storage is listed then.
        duplicates: whether to report files of equal content; of storages that tell no signatures
            only what was read is known.
        workers: files that are asked for, or read, at once.
        report: a file for all findings, a line of JSON each, written anew.
        watch: told how far the work is.

    Raises:
        CannotRun: there is no such alias or field, no field uses the storage, a database cannot
            be read, or a temporary file or the report cannot be written.
        AccessDenied: the key lacks a scope.
        Misconfigured: a setting of the storage is wrong.
        Unavailable: the server does not answer.

    """
    if workers < 1:
        raise CannotRun("At least one worker is needed.")
    files = files_of(storage)
    followed = _followed(files, fields)
    reads = content or all_files
    wishes = _Wishes(reads, all_files, unreferenced, duplicates)
    with (
        opened_catalogue() as catalogue,
        opened_ledger(report, plain_finding) as ledger,
        Workers(workers) as pool,
    ):
        return _Inspection(
            files, followed, wishes, catalogue=catalogue, ledger=ledger, workers=pool, watch=watch
        ).result()


def _followed(files: AnyStorage, labels: Iterable[str] | None) -> list[FileField]:
    if labels is not None:
        return list({label: field_of(label) for label in labels}.values())
    found = file_fields(files.storage)
    if not found:
        raise CannotRun(
            f"No file field of this site keeps its files in {files.alias!r}: name the fields whose"
            " files should be there (--fields), or another storage."
        )
    return found


@attrs.frozen
class _Wishes:
    content: bool
    all_files: bool
    unreferenced: bool
    duplicates: bool

    @property
    def whole(self) -> bool:
        """Whether more is wanted than the directories that rows name."""
        return self.all_files or self.unreferenced or self.duplicates


class _Inspection:
    """One verification, step by step."""

    def __init__(
        self,
        files: AnyStorage,
        fields: list[FileField],
        wishes: _Wishes,
        *,
        catalogue: Catalogue,
        ledger: Ledger[FileFinding],
        workers: Workers,
        watch: Watch,
    ) -> None:
        self._files = files
        self._fields = fields
        self._wishes = wishes
        self._catalogue = catalogue
        self._ledger = ledger
        self._workers = workers
        self._watch = watch
        self._places: Places = places_of(files)
        self._absent: list[FileFinding] = []
        self._read = self._bytes_read = self._wasted = 0

    def result(self) -> Verification:
        catalogue = self._catalogue
        areas: set[str] = set()
        with self._watch("rows", None) as steps:
            rows = catalogue.mention(asked(self._fields, self._places, steps, areas))
        catalogue.settle()
        catalogue.use(areas.union(upload_areas(self._fields, self._places)))
        with self._watch("listed", None) as steps:
            directories = self._directories()
            catalogue.hold(listed(self._files, self._places, steps, directories, self._not_listed))
        here, elsewhere = catalogue.counted()
        names = catalogue.names_asked()
        self._refused()
        self._missing()
        if self._wishes.content:
            self._contents()
        self._left_over()
        if self._wishes.duplicates:
            self._duplicates()
        if self._wishes.unreferenced:
            self._unreferenced()
        return Verification(
            storage=self._files.alias,
            fields=tuple(map(label_of, self._fields)),
            rows=rows,
            names=names,
            files=here,
            elsewhere=elsewhere,
            read=self._read,
            bytes_read=self._bytes_read,
            knows_signatures=isinstance(self._files, CloudFiles),
            counts=dict(self._ledger.counts),
            wasted=self._wasted,
            findings=tuple(self._ledger.first),
        )

    # What is looked at

    def _directories(self) -> list[str] | None:
        if self._wishes.whole or not isinstance(self._places, CloudPlaces):
            return None
        return self._places.directories() if self._places.has_buckets else None

    def _not_listed(self, directory: str, error: Exception) -> None:
        where = f"The directory {directory!r}" if directory else "The storage"
        why = f"{where} cannot be listed, or not as a whole: {reason_of(error)}"
        self._note(Trouble.UNLISTED, directory, why)

    # What is found

    def _refused(self) -> None:
        for named in self._catalogue.refused():
            self._fail(Trouble.REFUSED, named, "No file can have this name in the storage.")

    def _missing(self) -> None:
        """Ask again for what the listing had not: it may have been saved meanwhile."""
        with self._watch("asked again", None) as steps:
            again = self._workers.side_by_side(self._asked_again, self._catalogue.absent())
            silences = 0
            for named, found, reason in again:
                steps.advance()
                silences = silences + 1 if found is Trouble.UNREADABLE else 0
                self._give_up_after(silences, reason)
                if isinstance(found, Held):
                    self._catalogue.hold((found,))
                elif self._is_still_named(named):
                    self._fail(found, named, reason)

    def _asked_again(self, named: Named) -> tuple[Named, Held | Trouble, str]:
        """Return a file that a row refers to, or why it is not there; changes nothing."""
        try:
            if isinstance(self._places, CloudPlaces) and isinstance(self._files, CloudFiles):
                return self._asked_of_server(named, self._files, self._places)
            if self._files.has_file(named.name):
                return named, Held(named.key, named.key, named.name, ""), ""
        except SuspiciousFileOperation as error:
            return named, Trouble.REFUSED, reason_of(error)
        except (AccessDenied, Misconfigured):
            raise
        except Exception as error:  # noqa: BLE001 - storages raise what they like
            return named, Trouble.UNREADABLE, reason_of(error)
        return named, Trouble.MISSING, "The storage has no such file."

    def _asked_of_server(
        self, named: Named, files: CloudFiles, places: CloudPlaces
    ) -> tuple[Named, Held | Trouble, str]:
        info = files.cloud.service.there(named.name)
        if info is None:
            return named, Trouble.MISSING, "The storage has no such file."
        if not info.complete:
            why = "Its upload was begun and not finished."
            if info.unproven:
                why = "All its pieces have come, and the server tells no signature of it."
            return named, Trouble.PARTIAL, why
        is_staged = info.location != places.location(named.name)
        entry = Entry(Kind.STAGED if is_staged else Kind.FILE, files.canonical(named.name), info)
        return named, places.held(entry), ""

    def _is_still_named(self, named: Named) -> bool:
        """Whether a row refers to a file by now; if not, nobody misses it."""
        mentions = self._catalogue.mentions(named, _ROWS_AGAIN)
        by_table: dict[tuple[str, str], list[Mention]] = {}
        for mention in mentions:
            by_table.setdefault((mention.field, mention.using), []).append(mention)
        return len(mentions) == _ROWS_AGAIN or any(
            _still_say(field_of(label), using, those) for (label, using), those in by_table.items()
        )

    def _contents(self) -> None:
        all_files = self._wishes.all_files
        total = self._catalogue.count_readable(all_files=all_files)
        things = self._catalogue.readable(all_files=all_files)
        read = ContentReader(self._files).read
        silences = 0
        with self._watch("read", total) as steps:
            for reading in self._workers.side_by_side(read, things):
                steps.advance()
                self._take(reading)
                silences = silences + 1 if reading.is_silence else 0
                self._give_up_after(silences, reading.reason)

    def _give_up_after(self, silences: int, reason: str) -> None:
        if silences == _SILENCES:
            raise CannotRun(
                f"{_SILENCES} files in a row could not be had, so the rest is not tried: {reason}"
            )

    def _take(self, reading: Reading) -> None:
        held, found = reading.held, reading.found
        if found is not None:
            self._read += 1
            self._bytes_read += found.size
            if held.info is None:
                self._catalogue.sign(held.key, found.size, found.md5)
        named = self._catalogue.named(held)
        if reading.trouble is not None:
            self._fail(reading.trouble, named, reading.reason, size=held.size)
        elif reading.is_gone and named.rows and self._is_still_named(named):
            self._fail(Trouble.MISSING, named, "It was deleted a moment ago, and is still named.")

    def _left_over(self) -> None:
        """Report what uploads left in the buckets of the site."""
        catalogue = self._catalogue
        for held in catalogue.unmentioned(Kind.PARTIAL):
            self._note_held(Trouble.UNFINISHED, held, "An upload was begun and not finished.")
        for held in catalogue.all_of(Kind.STAGED):
            if not held.is_complete or catalogue.is_spare(held):
                why = "New content for a file was kept aside and not cleared away."
                self._note_held(Trouble.STAGED, held, why)
            else:
                why = "A replacement was interrupted: the next who opens the file finishes it."
                self._note_held(Trouble.INTERRUPTED, held, why)
        for held in catalogue.unmentioned(Kind.NAMELESS):
            self._note_held(Trouble.NAMELESS, held, "No name leads to it.")

    def _duplicates(self) -> None:
        for found in self._catalogue.duplicates(_FEW + 1):
            name, *others = found.names
            self._wasted += found.size * (found.count - 1)
            why = f"{found.count} files have this content."
            self._ledger.note(
                Trouble.DUPLICATE.value,
                FileFinding(Trouble.DUPLICATE, name, why, size=found.size, others=tuple(others)),
            )

    def _unreferenced(self) -> None:
        """Read all rows of the site once more: a file may have been given to one meanwhile."""
        catalogue = self._catalogue
        catalogue.forget_mentions()
        with self._watch("rows again", None) as steps:
            catalogue.mention(witnessed(witnesses(self._files, self._places), steps))
        for held in catalogue.unmentioned(Kind.FILE):
            self._note_held(Trouble.UNREFERENCED, held, "No row of the site refers to it.")

    # Taking down

    def _fail(self, kind: Trouble, named: Named, reason: str, size: int | None = None) -> None:
        rows = tuple(map(str, self._catalogue.mentions(named, _FEW)))
        finding = FileFinding(kind, named.name or named.key, reason, rows, named.rows, size)
        self._ledger.note(kind.value, finding)

    def _note_held(self, kind: Trouble, held: Held, reason: str) -> None:
        created = held.info.created if held.info else None
        name = held.name or held.key
        self._ledger.note(
            kind.value, FileFinding(kind, name, reason, size=held.size, created=created)
        )

    def _note(self, kind: Trouble, name: str, reason: str) -> None:
        self._ledger.note(kind.value, FileFinding(kind, name, reason))


def _still_say(field: FileField, using: str, mentions: list[Mention]) -> bool:
    """Whether any of these rows of a field in a database still says what it did."""
    names = {mention.name for mention in mentions}
    try:
        now = names_now(field, (mention.pk for mention in mentions), using)
    except (FieldError, TypeError, ValueError, ValidationError):
        return True  # a primary key that is no text, such as one of several columns
    return not names.isdisjoint(now.values())
