"""
From a name to where its file lives, and back.

``LastDirectory``: the last directory of the name is the bucket, what comes before it is ignored.
``FullPath``: one bucket, or a directory of it, holds everything under its full name.

Both answer the canonical name with every place; canonicalising it again changes nothing.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

import attrs

from cloud_storages.domain.errors import InvalidName
from cloud_storages.domain.identifiers import STAGING_SLOTS, staging
from cloud_storages.domain.names import directories, segments, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cloud_storages.domain.values import BucketInfo, FileInfo

__all__ = [
    "LOCATION_BYTES",
    "ROOT",
    "BucketPlan",
    "Entry",
    "FullPath",
    "Kind",
    "LastDirectory",
    "Layout",
    "Place",
    "entries_in",
    "meeting",
    "names_in",
]

#: The directory of a name that has none.
ROOT = ""

#: Longest filename or full name, in bytes of UTF-8: Appwrite's multipart parser takes 512 bytes
#: with the quotes around a title, and two may be needed to guard the title's ends.
TITLE_BYTES = 507
_GUARD = "'"
#: Longest location of a storage, in bytes of UTF-8: a name that is shortened keeps it whole.
LOCATION_BYTES = 255
#: Longest bucket name Appwrite keeps, in characters.
BUCKET_NAME_LENGTH = 128


@attrs.frozen
class Place:
    """
    What a name means.

    Attributes:
        name: the canonical name.
        directory: the directory that stands for a bucket; ROOT for the default bucket.
        file_id: ID of the file.
        title: the name the file carries in Appwrite; the filename or full name, with its ends
            guarded where Appwrite would strip them.

    """

    name: str
    directory: str
    file_id: str
    title: str

    @property
    def staging_ids(self) -> tuple[str, ...]:
        """IDs under which new content for this file may wait while it replaces the old."""
        return tuple(staging(self.file_id, slot) for slot in range(STAGING_SLOTS))


class Layout(Protocol):
    """A way to lay names out in buckets."""

    def place(self, name: str) -> Place:
        """
        Return what a name means.

        Raises:
            InvalidName: see ``cloud_storages.domain.names.segments``.

        """

    def bucket_directory(self, path: str) -> str:
        """Return the directory whose bucket holds what lies under a path."""

    def prefix(self, path: str) -> str:
        """Return what the names of all files under a path begin with."""

    def title_prefix(self, path: str) -> str:
        """Return what the titles of all files under a path begin with."""

    def name(self, directory: str, title: str) -> str:
        """
        Return the name of a file of this title in the bucket of a directory.

        Raises:
            InvalidName: the file is one that no name reaches.

        """

    @property
    def buckets_are_directories(self) -> bool:
        """Whether directories are buckets, rather than parts of titles."""


@attrs.frozen
class LastDirectory:
    """
    The last directory is the bucket.

    ``assets/statics/media/my_file.txt`` is ``my_file.txt`` in the bucket of ``media``, and
    its canonical name ``media/my_file.txt``.

    Attributes:
        identify: makes an ID from a text.

    """

    identify: Callable[[str], str]
    buckets_are_directories = True

    def place(self, name: str) -> Place:
        """Return what a name means: see the class."""
        *parents, filename = segments(name)
        filename = shortened(filename, limit=TITLE_BYTES, measure=_utf8_length)
        directory = _directory(parents)
        canonical = self.name(directory, filename)
        return Place(canonical, directory, self.identify(filename), _guarded(filename))

    def bucket_directory(self, path: str) -> str:
        """Return the last directory of the path."""
        return _directory(directories("" if path == "." else path))

    def prefix(self, path: str) -> str:  # noqa: ARG002 - the bucket says it all
        """Return nothing: every file in the bucket is meant."""
        return ""

    def title_prefix(self, path: str) -> str:  # noqa: ARG002 - the bucket says it all
        """Return nothing: every title in the bucket is meant."""
        return ""

    def name(self, directory: str, title: str) -> str:
        """Return directory and filename as one."""
        return f"{directory}/{title}" if directory else title


@attrs.frozen
class FullPath:
    """
    One bucket, full names.

    Attributes:
        identify: makes an ID from a text.
        location: a directory of the bucket, without a slash at its end; names are relative to it,
            titles and IDs are not, and nothing outside it has a name. ROOT for the whole bucket.

    """

    identify: Callable[[str], str]
    location: str = ROOT
    buckets_are_directories = False

    def place(self, name: str) -> Place:
        """Return what a name means: its own file in the root bucket."""
        full = self._above + "/".join(segments(name))
        full = shortened(full, limit=TITLE_BYTES, measure=_utf8_length)
        return Place(self.name(ROOT, full), ROOT, self.identify(full), _guarded(full))

    def bucket_directory(self, path: str) -> str:  # noqa: ARG002 - there is only one
        """Return the root, always."""
        return ROOT

    def prefix(self, path: str) -> str:
        """Return the path with a slash at its end; nothing for the root."""
        parts = directories("" if path == "." else path)
        return "".join(f"{part}/" for part in parts)

    def title_prefix(self, path: str) -> str:
        """Return the prefix as titles have it, which begin with the location."""
        return _guarded(self._above + self.prefix(path))

    def name(self, directory: str, title: str) -> str:  # noqa: ARG002 - the title says it all
        """Return the title, which is the full name, without the location."""
        if not title.startswith(self._above):
            raise InvalidName(f"{title!r} is not in {self.location!r}.")
        return title.removeprefix(self._above)

    @property
    def _above(self) -> str:
        return f"{self.location}/" if self.location else ""


@attrs.frozen
class BucketPlan:
    """
    From a directory to its bucket, as far as that can be told without asking the server.

    Attributes:
        root: ID of the bucket for names without a directory, taken as it is.
        mapping: directories whose bucket ID is given.
        identify: makes an ID from any other directory.

    """

    root: str
    mapping: dict[str, str]
    identify: Callable[[str], str]

    def is_given(self, directory: str) -> bool:
        """Whether the site itself named the bucket, so that no other will do."""
        return directory == ROOT or directory in self.mapping

    def bucket_id(self, directory: str) -> str:
        """Return the ID a directory's bucket has, unless a bucket is found by its name."""
        if directory == ROOT:
            return self.root
        given = self.mapping.get(directory)
        return given if given is not None else self.identify(directory)

    def goes_by_another(self, directory: str) -> bool:
        """Whether a directory has the bucket of the root, or of another that is given."""
        if self.is_given(directory):
            return False
        # Some databases find an ID whatever its case.
        given = {each.lower() for each in (self.root, *self.mapping.values())}
        return self.bucket_id(directory).lower() in given

    def found_by_name(self, directory: str, buckets: Iterable[BucketInfo]) -> tuple[str, ...]:
        """Return the IDs of the buckets whose name is exactly the directory."""
        return tuple(bucket.bucket_id for bucket in buckets if bucket.name == directory)

    def directory_names(self, buckets: Iterable[BucketInfo]) -> list[str]:
        """
        Return a directory for each bucket that a name can reach, the root bucket left out.

        A bucket goes by its mapped directory, else by its name, else by its ID: the first of
        them that leads back to this very bucket.
        """
        known = list(buckets)
        ids = {bucket.bucket_id for bucket in known}
        given = {bucket_id: directory for directory, bucket_id in self.mapping.items()}

        def leads_to(directory: str) -> str | None:
            expected = self.bucket_id(directory)
            if self.is_given(directory) or expected in ids:
                return expected
            by_name = self.found_by_name(directory, known)
            return by_name[0] if len(by_name) == 1 else None

        found = []
        for bucket in known:
            if bucket.bucket_id == self.root:
                continue
            candidates = (given.get(bucket.bucket_id, ""), bucket.name, bucket.bucket_id)
            for directory in candidates:
                if _is_directory(directory) and leads_to(directory) == bucket.bucket_id:
                    found.append(directory)
                    break
        return found


class Kind(enum.Enum):
    """What a file in a bucket is to a storage."""

    FILE = "a file that a name opens"
    PARTIAL = "an upload that somebody began and did not finish"
    STAGED = "new content for a name, kept while it replaces the old"
    NAMELESS = "a file that no name leads to"


@attrs.frozen
class Entry:
    """
    A file in a bucket, and what it is to a storage.

    Attributes:
        kind: which of the four; a staged copy may be partial.
        name: the name it is opened by, or would be once it is complete and in its place; empty if
            no name leads to it.
        info: what the store knows of it.

    """

    kind: Kind
    name: str
    info: FileInfo


def entries_in(layout: Layout, directory: str, files: Iterable[FileInfo]) -> Iterator[Entry]:
    """
    Tell what each file in a bucket is, one by one.

    A file goes by its title if that leads to it, else by its ID.

    Args:
        layout: how names are laid out.
        directory: the directory that stands for the bucket.
        files: what the bucket holds.

    """
    for info in files:
        kind, name = Kind.FILE, _name_of(layout, directory, info)
        if name is None:
            kind, name = Kind.STAGED, next(_staged_name_of(layout, directory, info), None)
        if name is None:
            kind = Kind.NAMELESS
        if kind is not Kind.STAGED and not info.complete:
            kind = Kind.PARTIAL
        yield Entry(kind, name or "", info)


def names_in(layout: Layout, directory: str, files: Iterable[FileInfo]) -> Iterator[str]:
    """
    Return the names of the files in a bucket: every one can be opened, none is a partial.

    One that no name leads to is left out. A file that exists as a staged copy only is there too:
    opening it finishes the interrupted replacement. See ``entries_in`` for the arguments.
    """
    entries = entries_in(layout, directory, (info for info in files if info.complete))
    yield from sorted({entry.name for entry in entries if entry.kind is not Kind.NAMELESS})


def meeting(layout: Layout, names: Iterable[str]) -> list[tuple[str, ...]]:
    """
    Return the names that would become one file in a layout, in groups; none if all keep apart.

    A site that moves to another layout gives all but one of each group another name first.

    Args:
        layout: the layout to move to.
        names: of different files, such as those in a database.

    Raises:
        InvalidName: the layout has no place for a name.

    """
    groups: dict[Place, list[str]] = {}
    for name in sorted(set(names)):
        groups.setdefault(layout.place(name), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _name_of(layout: Layout, directory: str, info: FileInfo) -> str | None:
    for title in (*_unguarded(info.title), info.location.file_id):
        place = _place_of(layout, directory, title)
        if place is not None and place.file_id == info.location.file_id:
            return place.name
    return None


def _staged_name_of(layout: Layout, directory: str, info: FileInfo) -> Iterator[str]:
    for title in _unguarded(info.title):
        place = _place_of(layout, directory, title)
        if place is not None and info.location.file_id in place.staging_ids:
            yield place.name


def _place_of(layout: Layout, directory: str, title: str) -> Place | None:
    try:
        name = layout.name(directory, title)
        place = layout.place(name)
    except InvalidName:
        return None
    return place if place.name == name and place.directory == directory else None


def _guarded(name: str) -> str:
    """Return a title that Appwrite keeps whole: it strips double quotes from both ends."""
    before = _GUARD if name.startswith('"') else ""
    after = _GUARD if name.endswith('"') else ""
    return before + name + after


def _unguarded(title: str) -> Iterator[str]:
    """Yield the title, and the names it may be the guarded form of."""
    yield title
    if title.startswith(_GUARD):
        yield title[1:]
    if title.endswith(_GUARD):
        yield title[:-1]
        yield title[1:-1]


def _directory(parents: Iterable[str]) -> str:
    last = ROOT
    for part in parents:
        last = part
    return shortened(last, limit=BUCKET_NAME_LENGTH) if last else ROOT


def _is_directory(text: str) -> bool:
    try:
        return directories(text) == (text,) and _directory((text,)) == text
    except InvalidName:
        return False


def _utf8_length(text: str) -> int:
    return len(text.encode())
