"""The two ends of a migration, be they of this package or any other Django storage."""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import errno
import io
import os
import re
import tempfile
from typing import TYPE_CHECKING, Any

import attrs
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from cloud_storages.backends.base import CloudStorage
from cloud_storages.backends.content import SeekableContent, opened
from cloud_storages.backends.errors import django_errors
from cloud_storages.domain.errors import IntegrityError, Unavailable
from cloud_storages.domain.layouts import Entry, Kind
from cloud_storages.domain.signatures import CHUNK_SIZE, Digest, Fingerprint
from cloud_storages.maintenance.anystorage import AnyStorage, CloudFiles
from cloud_storages.service.ahead import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.files.storage import Storage

    from cloud_storages.ports import Content

__all__ = [
    "FULL",
    "InTheWay",
    "MissingAtSource",
    "NoRoomToRead",
    "NotLookedAt",
    "Seen",
    "Source",
    "Target",
    "There",
    "Unable",
    "Watched",
    "is_same",
    "source_of",
    "target_of",
    "whereabouts",
]

_PIECE = 1024 * 1024
#: A disk that takes no more of any file.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
#: Files that lie on this machine, to be read as often as one likes.
_LOCAL = (io.BufferedIOBase, io.RawIOBase, tempfile.SpooledTemporaryFile)


class MissingAtSource(Exception):
    """The source has no file of this name."""


class InTheWay(Unavailable):
    """An unfinished upload that may yet be finished."""


class Unable(Exception):
    """Why a file cannot be copied, in this package's own words."""


class NoRoomToRead(Unable):
    """The temporary directory is full."""


class There(enum.Enum):
    """What is at the target under a name."""

    NOTHING = "nothing that can be read"
    SAME = "a file of the same content"
    OTHER = "a file of other content"


class NotLookedAt:
    """Stands for what is at the target where nobody has looked."""


#: What a look ahead found: a file, nothing, or nobody looked.
Seen = Fingerprint | None | type[NotLookedAt]


@attrs.define
class Watched:
    """
    A content of which somebody is told how far it is.

    Attributes:
        content: the bytes.
        fingerprint: of all the bytes.
        on_progress: called with how many bytes are stored, until all are; what it raises ends
            the upload.

    """

    content: Content
    fingerprint: Fingerprint
    on_progress: Callable[[int], object] = lambda _: None

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset``, fewer at the end."""
        return self.content.read(offset, size)

    def progressed(self, stored: int) -> None:
        """Tell whoever wants to know, as long as there is something left to be stored."""
        if stored < self.fingerprint.size:
            self.on_progress(stored)

    def in_every_form(self) -> Watched:
        """Return the same content with every form of signature, for which it is read."""
        digest = Digest()
        for piece in _pieces(self, self.fingerprint.size):
            digest.update(piece)
        return attrs.evolve(self, fingerprint=digest.fingerprint())

    def beginning(self, size: int) -> Fingerprint:
        """Return the fingerprint of the first so many bytes, or of all if there are fewer."""
        digest = Digest()
        for piece in _pieces(self, min(size, self.fingerprint.size)):
            digest.update(piece)
        return digest.fingerprint()


def is_same(one: Fingerprint, other: Fingerprint) -> bool | None:
    """Return whether two contents are the same; None if their signatures have different forms."""
    if one.size != other.size:
        return False
    if not set(one.signatures).isdisjoint(other.signatures):
        return True
    forms = [{"-" in signature for signature in each.signatures} for each in (one, other)]
    return None if forms[0].isdisjoint(forms[1]) else False


# The source


class Source:
    """
    Where files are read.

    Args:
        files: those of any storage.

    """

    #: Whether ``seen`` costs next to nothing.
    tells = False

    def __init__(self, files: AnyStorage) -> None:
        self.files = files

    def seen(self, name: str) -> str:
        """
        Return what tells whether a file was changed, if that can be had for next to nothing.

        Raises:
            MissingAtSource: there is no such file.

        """
        del name
        return ""

    @contextlib.contextmanager
    def content(self, name: str) -> Iterator[Watched]:
        """
        Return the content of a file for the length of the block.

        What does not lie on this machine is read once, and kept in a temporary file if it is
        larger than a chunk.

        Raises:
            MissingAtSource: there is no such file.

        """
        with contextlib.ExitStack() as stack:
            try:
                file = stack.enter_context(self.files.storage.open(name, "rb"))
                if isinstance(getattr(file, "file", None), _LOCAL):
                    content = stack.enter_context(opened(file))
                else:
                    content = _spooled(file, stack)
            except FileNotFoundError as error:
                raise MissingAtSource from error
            except OSError as error:
                if error.errno in FULL:
                    raise NoRoomToRead(
                        f"No room in {tempfile.gettempdir()} for what is read: {error}. Let TMPDIR"
                        " name a directory with more."
                    ) from error
                raise
            yield Watched(content, content.fingerprint)

    def size(self, name: str) -> int:
        """
        Return the size of a file in bytes.

        Raises:
            MissingAtSource: there is no such file.

        """
        try:
            return self.files.size(name)
        except FileNotFoundError as error:
            raise MissingAtSource from error


class _DiskSource(Source):
    """Files on this machine."""

    tells = True

    def seen(self, name: str) -> str:
        """Return size and time of the last change."""
        try:
            told = os.stat(self.files.storage.path(name))  # noqa: PTH116 - any kind of path
        except FileNotFoundError as error:
            raise MissingAtSource from error
        return f"{told.st_size} {told.st_mtime_ns}"


class _CloudSource(Source):
    """Files of a storage of this package."""

    tells = True
    files: CloudFiles

    def seen(self, name: str) -> str:
        """Return signature and time, which cost no request within ``ahead``."""
        try:
            with django_errors():
                info = self.files.cloud.service.info(name)
        except FileNotFoundError as error:
            raise MissingAtSource from error
        return f"{info.size} {info.signature} {info.created.isoformat()}"

    @contextlib.contextmanager
    def content(self, name: str) -> Iterator[Watched]:
        """Return the content as the server has it: it is read piece by piece as it is stored."""
        try:
            with django_errors():
                content = self.files.cloud.service.content(name)
        except FileNotFoundError as error:
            raise MissingAtSource from error
        yield Watched(content, content.fingerprint)


def source_of(files: AnyStorage) -> Source:
    """Return the files of a storage as a source."""
    if isinstance(files, CloudFiles):
        return _CloudSource(files)
    return _DiskSource(files) if isinstance(files.storage, FileSystemStorage) else Source(files)


def _spooled(file: File[Any], stack: contextlib.ExitStack) -> SeekableContent:
    kept: Any = tempfile.SpooledTemporaryFile(max_size=CHUNK_SIZE)  # noqa: SIM115 - the stack closes it
    spool = stack.enter_context(kept)
    digest = Digest()
    for piece in iter(lambda: file.read(_PIECE), b""):
        digest.update(piece)
        spool.write(piece)
    return SeekableContent(spool, digest.fingerprint())


# The target


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
        return There.SAME if _is_content(content, self.files.read(name)) else There.OTHER

    def create(self, name: str, content: Watched, longest: int | None) -> str:
        """
        Store a content under a free name, prove it, and return the name it has then.

        Args:
            name: which one; a storage of another kind may choose another, if it was taken.
            content: what to store.
            longest: characters the name may have; None for any.

        Raises:
            FileExistsError: the name is taken.
            IntegrityError: what was stored is not the content; it is gone again.

        """
        try:
            saved = self.files.storage.save(name, _file(name, content), max_length=longest)
        except Exception:
            # Whatever was written was written where nothing was.
            with contextlib.suppress(Exception):
                self.clear(name, content, is_ours=True, after=0)
            raise
        if not _is_content(content, self.files.read(saved)):
            self.files.storage.delete(saved)
            raise IntegrityError(f"{saved!r} was not stored as it was sent; it was removed.")
        return saved

    def clear(self, name: str, content: Watched, *, is_ours: bool, after: float) -> bool:
        """
        Remove what an interrupted copy has left under a name; return whether something was.

        Args:
            name: which one.
            content: what was being stored.
            is_ours: whether nothing was there when this migration began to store it.
            after: seconds after which what may be another's is certainly abandoned.

        Raises:
            InTheWay: somebody else may be storing the very same file now.

        """
        del after
        size = self.size(name) if is_ours else None
        if size is None or size >= content.fingerprint.size:
            return False
        if is_same(content.beginning(size), self.files.read(name)) is not True:
            return False
        self.files.storage.delete(name)
        return True

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
        return There.SAME if _is_content(content, told) else There.OTHER

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
        # By the server's own clock, if it has told one.
        now = service.now() or dt.datetime.now(dt.timezone.utc)
        if not (is_ours or (now - left.created).total_seconds() >= after):
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
            return self.files.told(name)
        except FileNotFoundError:
            return None


def target_of(files: AnyStorage) -> Target:
    """Return the files of a storage as a target."""
    return _CloudTarget(files) if isinstance(files, CloudFiles) else Target(files)


def _is_content(content: Watched, told: Fingerprint) -> bool:
    same = is_same(content.fingerprint, told)
    if same is None:
        same = is_same(content.in_every_form().fingerprint, told)
    return same is True


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


class _Bytes(io.RawIOBase):
    """A content as a file of Python's."""

    def __init__(self, content: Watched) -> None:
        super().__init__()
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence, self._content.fingerprint.size)
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._content.progressed(self._at)
        data = self._content.read(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _file(name: str, content: Watched) -> File[bytes]:
    file: File[bytes] = File(io.BufferedReader(_Bytes(content), _PIECE), name)
    file.size = content.fingerprint.size
    return file


def _pieces(content: Watched, size: int) -> Iterator[bytes]:
    for at in range(0, size, _PIECE):
        yield content.read(at, min(_PIECE, size - at))


# Which places they are

#: What tells where files are kept, by the names that storages of all kinds use.
_TELLING = (
    *("endpoint", "endpoint_url", "project_id", "bucket_id", "bucket_name", "azure_container"),
    *("container_name", "layout", "location", "legacy_ids", "buckets"),
)
_CREDENTIALS = re.compile(r"(?<=//)[^/@]*@")


def whereabouts(storage: Storage) -> str:
    """Return what tells where a storage keeps its files, for people and without any secret."""
    told = [f"{type(storage).__module__}.{type(storage).__qualname__}"]
    known = storage.options if isinstance(storage, CloudStorage) else storage
    for attribute in _TELLING:
        value = None
        with contextlib.suppress(Exception):
            value = getattr(known, attribute, None)
        if isinstance(value, (str, os.PathLike, dict, bool)) and value:
            told.append(f"{attribute}={_CREDENTIALS.sub('', str(value))}")
    return " ".join(told)
