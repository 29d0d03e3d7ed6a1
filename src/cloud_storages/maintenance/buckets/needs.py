"""
Which buckets a site would use, and for what.

It follows from the settings and from the models: ``upload_to`` tells the directory, validators
tell which files are uploaded.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import attrs
from django.core.validators import FileExtensionValidator
from django.db.models import FileField, ImageField

from cloud_storages.domain.layouts import ROOT
from cloud_storages.maintenance.references import label_of
from cloud_storages.maintenance.sites import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cloud_storages.backends.base import CloudStorage
    from cloud_storages.backends.options import Options
    from cloud_storages.domain.layouts import BucketPlan
    from cloud_storages.domain.values import BucketSettings

__all__ = ["Need", "Use", "located", "needs_of", "untold_fields"]

#: What people upload as pictures, where the field does not say.
_PICTURES = ("gif", "jpeg", "jpg", "png", "webp")
#: Attributes in which validators of sizes commonly keep their limit, in bytes.
_LIMITS = ("max_size", "max_file_size", "max_upload_size")


@attrs.frozen
class Use:
    """
    A file field that uses a bucket.

    Attributes:
        field: its label.
        extensions: those of the files it takes, in lower case; empty for any.
        is_strict: whether the field itself says so, and not only its kind.
        largest: bytes a file in it may have, if a validator says so.

    """

    field: str
    extensions: frozenset[str]
    is_strict: bool
    largest: int | None

    @classmethod
    def of(cls, field: FileField) -> Use:
        """Return what a field tells of its files."""
        listed = [
            frozenset(each.lower() for each in validator.allowed_extensions)
            for validator in field.validators
            if isinstance(validator, FileExtensionValidator)
            and validator.allowed_extensions is not None
        ]
        limits = [
            limit
            for validator in field.validators
            for name in _LIMITS
            if isinstance(limit := getattr(validator, name, None), int)
        ]
        usual = frozenset(_PICTURES) if isinstance(field, ImageField) else frozenset[str]()
        return cls(
            label_of(field),
            frozenset.intersection(*listed) if listed else usual,
            bool(listed),
            min(limits, default=None),
        )


@attrs.frozen
class Need:
    """
    A bucket that a site would use.

    Attributes:
        directory: whose bucket it is; empty for names without one.
        bucket_id: the ID it has, or would get.
        uses: the fields that keep files in it.
        is_certain: whether files certainly go there, not only where a name asks for it.
        there: its settings; None if there is no such bucket.
        rivals: IDs of buckets that are in the way: several that are named like the directory, or
            one whose ID differs in case only.

    """

    directory: str
    bucket_id: str
    uses: tuple[Use, ...] = ()
    is_certain: bool = False
    there: BucketSettings | None = None
    rivals: tuple[str, ...] = ()

    @property
    def users(self) -> str:
        """Who uses it, for people."""
        if self.uses:
            return ", ".join(use.field for use in self.uses)
        return f"the directory {self.directory!r}" if self.directory else "names without directory"

    @property
    def name(self) -> str:
        """The name it would be created with."""
        return self.directory or self.bucket_id


def needs_of(storage: CloudStorage, there: Iterable[BucketSettings] = ()) -> tuple[Need, ...]:
    """
    Return the buckets that the site would use: those of its fields, and those the settings name.

    Args:
        storage: which storage's.
        there: the buckets there are.

    """
    told = storage.options
    existing = {bucket.bucket_id: bucket for bucket in there}
    directories: dict[str, list[Use]] = {ROOT: []}
    if told.laid_out.buckets_are_directories:
        directories |= {directory: [] for directory in told.buckets}
    for field in fields_of(storage):
        directory = _directory(field, told)
        if directory is not None:
            directories.setdefault(directory, []).append(Use.of(field))
    return tuple(_need(each, uses, told, existing) for each, uses in directories.items())


def untold_fields(storage: CloudStorage) -> list[str]:
    """Return the labels of the fields whose bucket cannot be told: a function names their files."""
    if not storage.options.laid_out.buckets_are_directories:
        return []
    return [label_of(field) for field in fields_of(storage) if _is_untold(field)]


def _need(
    directory: str, uses: list[Use], told: Options, existing: Mapping[str, BucketSettings]
) -> Need:
    bucket_id, rivals = located(directory, told.plan, existing)
    return Need(
        directory,
        bucket_id,
        tuple(uses),
        is_certain=bool(uses) or not told.laid_out.buckets_are_directories,
        there=existing.get(bucket_id),
        rivals=rivals,
    )


def located(
    directory: str, plan: BucketPlan, existing: Mapping[str, BucketSettings]
) -> tuple[str, tuple[str, ...]]:
    """
    Return the ID of a directory's bucket, and those of the buckets that are in its way.

    Args:
        directory: which directory; empty for names without one.
        plan: which ID its bucket should have.
        existing: the buckets there are.

    """
    expected = plan.bucket_id(directory)
    if expected in existing:
        return expected, ()
    if not plan.is_given(directory):
        named = sorted(each for each, bucket in existing.items() if bucket.name == directory)
        if len(named) == 1:
            return named[0], ()
        if named:
            return expected, tuple(named)
    return expected, tuple(each for each in existing if each.lower() == expected.lower())


def _is_untold(field: FileField) -> bool:
    """Return whether a function names the files of a field, given a row, which is not there."""
    is_own = type(field).generate_filename is not FileField.generate_filename
    return is_own or callable(field.upload_to)


def _directory(field: FileField, told: Options) -> str | None:
    """Return the directory whose bucket keeps a field's files; None if it cannot be told."""
    if not told.laid_out.buckets_are_directories:
        return ROOT
    if _is_untold(field):
        return None
    # What Django would make of it today, dates included. Sites put code of their own there.
    with contextlib.suppress(Exception):
        name = field.generate_filename(None, "file")  # type: ignore[arg-type] # no function asks
        return told.laid_out.place(name).directory
    return None
