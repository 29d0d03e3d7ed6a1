"""Where files are stored, be it a storage of this package or any other."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
from typing import TYPE_CHECKING

from django.utils import timezone

from cloud_storages.backends.errors import django_errors
from cloud_storages.domain.errors import IntegrityError
from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.domain.signatures import Fingerprint
from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles
from cloud_storages.maintenance.migration.contents import Watched, as_file, is_content, is_same
from cloud_storages.maintenance.migration.errors import InTheWay
from cloud_storages.service.ahead import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NotLookedAt", "Seen", "Target", "There", "target_of"]


class There(enum.Enum):
    """What is at the target under a name."""

    NOTHING = "nothing that can be read"
    SAME = "a file of the same content"
    OTHER = "a file of other content"


class NotLookedAt:
    """Stands for what is at the target where nobody has looked."""


#: What a look ahead found: a file, nothing, or nobody looked.
Seen = Fingerprint | None | type[NotLookedAt]


class Target:
    """
    Where files are stored.

    Args:
        files: those of any storage.

    """

    #: Whether an upload that is not finished is told from a file.
    tells_unfinished = False
    #: How many files ``look`` looks at best.
    at_once = 8

    def __init__(self, files: AnyStorage) -> None:
        self.files = files

    def look(self, names: list[str]) -> dict[str, Fingerprint | None]:
        """Return what is there under many names, as far as that can be told without reading."""
        return {name: None for name in names if not self.files.exists(name)}

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None if there is none."""
        return self.files.size(name) if self.files.exists(name) else None

    def there(self, name: str, content: Watched, seen: Seen = NotLookedAt) -> There:
        """
        Compare what is there under a name with a content.

        Args:
            name: which one.
            content: what should be there.
            seen: what a look found a moment ago.

        """
        # Asked again: some storages write over what has come meanwhile.
        del seen
        if not self.files.exists(name):
            return There.NOTHING
        if self.files.size(name) != content.fingerprint.size:
            return There.OTHER
        return There.SAME if is_content(content, self.files.read(name)) else There.OTHER

    def create(self, name: str, content: Watched, longest: int | None) -> str:
        """
        Store a content under a free name, prove it, and return the name it has then.

        Args:
            name: which one; a storage of another kind may choose another, if it was taken.
            content: what to store.
            longest: characters the name may have; None for any.

        Raises:
            FileExistsError: the name is taken.
            IntegrityError: what was stored is not the content; a piece of it is gone again.

        """
        try:
            saved = self.files.storage.save(name, as_file(name, content), max_length=longest)
        except FileExistsError:
            raise  # what is there is another's
        except Exception:
            # Whatever was written was written where nothing was.
            with contextlib.suppress(Exception):
                self.clear(name, content, is_ours=True, after=0)
            raise
        found = self.files.read(saved)
        if is_content(content, found):
            return saved
        if not _is_piece(found, content):
            raise IntegrityError(
                f"{saved!r} is not what was sent. It stays, as it may be what somebody else has"
                " stored there since."
            )
        self.files.storage.delete(saved)
        raise IntegrityError(f"{saved!r} was not stored as a whole; the piece was removed.")

    def clear(self, name: str, content: Watched, *, is_ours: bool, after: float) -> bool:
        """
        Remove what an interrupted copy has left under a name; return whether something was.

        Args:
            name: which one.
            content: what was being stored.
            is_ours: whether nothing was there when this migration began to store it.
            after: seconds after which what may be another's is certainly abandoned; 0 if
                nobody is at it.

        Raises:
            InTheWay: somebody else may be storing the very same file now.

        """
        size = self.size(name) if is_ours else None
        if size is None or size >= content.fingerprint.size:
            return False
        # Asked for before it is read: who goes on writing meanwhile is seen to.
        is_abandoned = not after or self._age(name) >= after
        if not _is_piece(self.files.read(name), content):
            return False
        if not is_abandoned:
            raise InTheWay(
                f"What is under {name!r} is a piece of this file that somebody may be storing"
                " now. It is removed by a run that finds it an hour old, or that is told with"
                " --take-over that nobody is at it.",
                operation="create",
            )
        self.files.storage.delete(name)
        return True

    def _age(self, name: str) -> float:
        """Return how many seconds ago a file was changed; 0 if the storage does not tell."""
        try:
            changed = self.files.storage.get_modified_time(name)
        except NotImplementedError:
            return 0.0
        if timezone.is_naive(changed):
            changed = timezone.make_aware(changed)
        return (dt.datetime.now(dt.timezone.utc) - changed).total_seconds()

    def replace(self, name: str, content: Watched, earlier: Fingerprint) -> str | None:
        """
        Store a content in place of an earlier copy; return its name, None if that has changed.

        Args:
            name: which one.
            content: what to store.
            earlier: the content of the earlier copy.

        """
        if is_same(earlier, self.files.read(name)) is not True:
            return None
        # Whoever is killed here loses nothing: the source has it.
        self.files.storage.delete(name)
        return self.create(name, content, None)


class _CloudTarget(Target):
    """Files of a storage of this package."""

    tells_unfinished = True
    at_once = AT_ONCE
    files: CloudFiles

    def look(self, names: list[str]) -> dict[str, Fingerprint | None]:
        """Return what is there under many names, for a few requests."""
        found: dict[str, Fingerprint | None] = {}
        with self.files.ahead(names):
            for name in names:
                found[name] = self._told(name)
        return found

    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None if there is none."""
        told = self._told(name)
        return told.size if told is not None else None

    def there(self, name: str, content: Watched, seen: Seen = NotLookedAt) -> There:
        """Compare a content with what the server knows."""
        told = self._told(name) if seen is NotLookedAt else seen
        if not isinstance(told, Fingerprint):
            return There.NOTHING
        return There.SAME if is_content(content, told) else There.OTHER

    def create(self, name: str, content: Watched, longest: int | None) -> str:
        """Store a content under exactly this name; the server's answer is the proof."""
        del longest
        service = self.files.cloud.service
        with django_errors():
            return _in_the_right_form(content, lambda each: service.create(name, each))

    def clear(self, name: str, content: Watched, *, is_ours: bool, after: float) -> bool:
        """Remove an unfinished upload of a file of this size."""
        service = self.files.cloud.service
        left = service.there(name)
        if left is None or left.complete or left.size != content.fingerprint.size:
            return False
        # By the server's own clock, which tells whole seconds.
        now = service.now() or dt.datetime.now(dt.timezone.utc)
        is_old = not after or (now - left.created).total_seconds() >= after
        if not (is_ours or is_old):
            raise InTheWay(
                f"An unfinished upload of {name!r} is in the way, begun at"
                f" {left.created:%Y-%m-%d %H:%M:%S %Z}. It is removed by a run that finds it"
                " an hour old, or that is told with --take-over that nobody is at it.",
                location=left.location,
                operation="create",
            )
        return service.abandon(Entry(Kind.PARTIAL, name, left))

    def replace(self, name: str, content: Watched, earlier: Fingerprint) -> str | None:
        """Store a content in place of an earlier copy, which is there until the new one is."""
        service = self.files.cloud.service
        with django_errors():
            if is_same(earlier, Fingerprint.of_stored(service.look(name))) is not True:
                return None
            return _in_the_right_form(content, lambda each: service.replace(name, each))

    def _told(self, name: str) -> Fingerprint | None:
        try:
            with django_errors():
                # Finishes nothing, so that a dry run changes nothing.
                return Fingerprint.of_stored(self.files.cloud.service.peek(name))
        except FileNotFoundError:
            return None


def target_of(files: AnyStorage) -> Target:
    """Return the files of a storage as a target."""
    return _CloudTarget(files) if isinstance(files, CloudFiles) else Target(files)


def _is_piece(found: Fingerprint, content: Watched) -> bool:
    """Return whether a file is the beginning of a content, and not all of it."""
    if found.size >= content.fingerprint.size:
        return False
    return is_same(content.beginning(found.size), found) is True


def _in_the_right_form(content: Watched, store: Callable[[Watched], str]) -> str:
    """Store a content whose signature may be of another form than the server's."""
    try:
        return store(content)
    except IntegrityError:
        fingerprint = content.fingerprint
        if fingerprint.chunks == 1 or len(fingerprint.signatures) > 1:
            raise
        # Storages of the S3 family sign files of several chunks in a form of their own.
        return store(content.in_every_form())
