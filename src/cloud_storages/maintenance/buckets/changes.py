"""What shall become of a bucket, and what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from cloud_storages.domain.values import BucketSettings
from cloud_storages.maintenance.errors import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BucketChange", "BucketChanges", "Wishes", "confirmed"]

_COMPRESSIONS = ("none", "gzip", "zstd")
_LONGEST_NAME = 128
_MOST_EXTENSIONS = 100
_EXTENSION = re.compile(r"[^./\\\s,]{1,64}")


def _extensions(given: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return extensions as the server compares them: in lower case, without a dot."""
    if given is None:
        return None
    return tuple(dict.fromkeys(each.strip().lower().removeprefix(".") for each in given))


@attrs.frozen
class Wishes:
    """
    What shall be otherwise about a bucket; None for what shall stay, or be as usual.

    Attributes:
        name: as shown to people, 1 to 128 characters.
        public: whether anyone may read every file in it. Other permissions stay.
        maximum_file_size: bytes a file may have.
        allowed_extensions: extensions a file may have; none for any.
        compression: ``"none"``, ``"gzip"`` or ``"zstd"``.
        encryption: whether files are encrypted where they are stored.
        antivirus: whether files are scanned.
        transformations: whether it shows previews of pictures.
        file_security: whether permissions of single files count, too.
        enabled: whether it is open to anyone but the holders of a key.

    Raises:
        ValueError: Appwrite takes no such value.

    """

    name: str | None = None
    public: bool | None = None
    maximum_file_size: int | None = None
    allowed_extensions: tuple[str, ...] | None = attrs.field(default=None, converter=_extensions)
    compression: str | None = None
    encryption: bool | None = None
    antivirus: bool | None = None
    transformations: bool | None = None
    file_security: bool | None = None
    enabled: bool | None = None

    def __attrs_post_init__(self) -> None:
        if self.name is not None and not 1 <= len(self.name) <= _LONGEST_NAME:
            raise ValueError(f"The name {self.name!r} must have 1 to {_LONGEST_NAME} characters.")
        if self.maximum_file_size is not None and self.maximum_file_size < 1:
            raise ValueError("The maximum file size must be a byte at least.")
        if self.compression not in (None, *_COMPRESSIONS):
            raise ValueError(
                f"There is no compression {self.compression!r}: {', '.join(_COMPRESSIONS)}."
            )
        for each in self.allowed_extensions or ():
            if not _EXTENSION.fullmatch(each):
                raise ValueError(f"{each!r} is no extension, such as 'jpg'.")
        if len(self.allowed_extensions or ()) > _MOST_EXTENSIONS:
            raise ValueError(f"A bucket takes {_MOST_EXTENSIONS} extensions at most.")

    def upon(self, settings: BucketSettings) -> BucketSettings:
        """Return settings with what is wished, and all others as they are."""
        wished = attrs.asdict(self, filter=lambda _, value: value is not None, recurse=False)
        public = wished.pop("public", None)
        changed: BucketSettings = attrs.evolve(settings, **wished)
        if public is None or (public and changed.is_public):
            return changed
        return changed.opened(public=public)


@attrs.frozen
class BucketChange:
    """
    What became of a bucket, or would.

    Attributes:
        bucket_id: which one.
        before: its settings before; None if it was not there.
        after: its settings now, or as they would be.

    """

    bucket_id: str
    before: BucketSettings | None
    after: BucketSettings

    @property
    def differences(self) -> Mapping[str, tuple[Any, Any]]:
        """What is otherwise, with the value before and the one after, by the setting's name."""
        return {} if self.before is None else _differences(self.before, self.after)


@attrs.frozen
class BucketChanges:
    """
    What became of buckets.

    Attributes:
        storage: through which storage.
        changes: one for each bucket that was, or would be, created or changed.
        dry_run: whether nothing was done.

    """

    storage: str
    changes: tuple[BucketChange, ...]
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Always: what cannot be done raises."""
        return True


def confirmed(told: BucketSettings, wanted: BucketSettings) -> BucketSettings:
    """
    Return settings as the server tells them, if they are those that were asked for.

    Raises:
        CannotRun: they are others; the message says which.

    """
    chosen = attrs.evolve(
        wanted,
        maximum_file_size=wanted.maximum_file_size or told.maximum_file_size,
        transformations=(
            told.transformations if wanted.transformations is None else wanted.transformations
        ),
    )
    other = _differences(chosen, told)
    if other:
        texts = (f"{name} is {now!r} instead of {asked!r}" for name, (asked, now) in other.items())
        raise CannotRun(
            f"The bucket {wanted.bucket_id!r} is not what was asked for: {'; '.join(texts)}. The"
            " server knows no such setting, or somebody else changed it at the same time."
        )
    return told


def _differences(one: BucketSettings, other: BucketSettings) -> dict[str, tuple[Any, Any]]:
    found = {}
    for field in attrs.fields(BucketSettings):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        # The order of permissions and of extensions says nothing.
        if ours != theirs and not (isinstance(ours, tuple) and set(ours) == set(theirs)):
            found[field.name] = (ours, theirs)
    return found
