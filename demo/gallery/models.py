"""Entries of the gallery, each with files of its own."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from cloud_storages.domain.errors import CloudStorageError
from gallery.storages import private

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models.fields.files import FieldFile

logger = logging.getLogger("gallery")

_LONGEST_NAME = 255


class Entry(models.Model):
    """
    A picture with a title.

    Sizes are columns, because asking the storage for them would cost a request per file on every
    page, and break the page when the storage is down. Django fills width and height; sizes are
    filled by ``save``.

    Saving removes files that were replaced, deleting removes all, both after the commit: a
    transaction that is rolled back must still find its files. This is right because no two
    entries share a file, which holds as long as the storage keeps both of two equal uploads.
    """

    title = models.CharField(max_length=120)
    picture_size = models.PositiveBigIntegerField("size in bytes", editable=False, default=0)
    picture_width = models.PositiveIntegerField("width", editable=False, null=True)
    picture_height = models.PositiveIntegerField("height", editable=False, null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first, as galleries are."""

        abstract = True
        ordering = ("-created", "-pk")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Names of files that should have been removed and could not.
        self.left_behind: list[str] = []

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """
        Store the entry and its new files, then remove the files that it had before.

        Raises:
            CloudStorageError: a file could not be stored; nothing of this save was.

        """
        before = type(self).objects.filter(pk=self.pk).first()
        uploads = [(file, file.name) for file in self.files if _is_upload(file)]
        self.note_sizes()
        with transaction.atomic():
            try:
                super().save(*args, **kwargs)
            except BaseException:
                # A file has another name once it is stored: the one with its folder.
                self.remove(file for file, name in uploads if file.name != name)
                raise
            kept = {file.name for file in self.files}
            replaced = [file for file in before.files if file.name not in kept] if before else []
            transaction.on_commit(partial(self.remove, replaced))

    @property
    def files(self) -> list[FieldFile]:
        """The files of this entry that there are."""
        fields = [field for field in self._meta.fields if isinstance(field, models.FileField)]
        return [file for field in fields if (file := getattr(self, field.name))]

    def note_sizes(self) -> None:
        """Fill the columns that tell how large new files are."""
        if _is_upload(self.picture):
            self.picture_size = self.picture.size

    def remove(self, files: Iterable[FieldFile]) -> None:
        """Remove files; what the storage does not remove now is noted, and stays there."""
        for file in files:
            try:
                file.storage.delete(file.name)
            except CloudStorageError as error:
                self.left_behind.append(file.name)
                logger.warning("%s could not be removed: %s", file.name, error)


class Photo(Entry):
    """A picture that everybody may see, and perhaps a file that belongs to it."""

    picture = models.ImageField(
        upload_to="pictures",
        max_length=_LONGEST_NAME,
        width_field="picture_width",
        height_field="picture_height",
    )
    attachment = models.FileField(
        upload_to="attachments",
        max_length=_LONGEST_NAME,
        blank=True,
        help_text="Optional: whatever belongs to the picture.",
    )
    attachment_size = models.PositiveBigIntegerField(editable=False, default=0)

    @property
    def attachment_name(self) -> str:
        """The name of the attachment without its folder."""
        return PurePosixPath(self.attachment.name).name

    def note_sizes(self) -> None:
        """Note the attachment's size, too."""
        super().note_sizes()
        if not self.attachment:
            self.attachment_size = 0
        elif _is_upload(self.attachment):
            self.attachment_size = self.attachment.size


class PrivatePhoto(Entry):
    """A picture in a bucket that Appwrite opens for nobody without a token."""

    picture = models.ImageField(
        upload_to="album",
        storage=private,
        max_length=_LONGEST_NAME,
        width_field="picture_width",
        height_field="picture_height",
    )


def remove_files(instance: Entry, **_: object) -> None:
    """Remove the files of a deleted entry once the deletion is committed."""
    transaction.on_commit(partial(instance.remove, instance.files))


def _is_upload(file: FieldFile) -> bool:
    """Whether a file was assigned and is not stored yet; Django has no public word for it."""
    return bool(file) and not file._committed  # noqa: SLF001 - see above
