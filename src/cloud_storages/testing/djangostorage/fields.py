# ruff: noqa: S101
# Asserts are what a test is.
"""
What a storage promises to the fields of a model, and to its migrations.

The models are made for a test and saved to no database: what a storage does for a field does not
depend on one, and a site's is not touched.
"""

from __future__ import annotations

import contextlib
import pickle
from typing import TYPE_CHECKING, Any
from unittest import mock

import django
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import same, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Fields"]

_LONGEST = 16


class Fields:
    """``FileField`` and ``FieldFile`` on the storage."""

    @promise(sources.field(), sources.field_file("save"), sources.field_file("open"))
    def test_a_field_saves_opens_and_tells(self, tried: Trial) -> None:
        """A file saved through a field is there under the name the field has."""
        with _documents(tried) as document:
            instance = document()
            _save(tried, instance, "report.txt", b"the report")
            name = instance.file.name
            assert name.startswith(f"{tried.folder}/"), f"upload_to is not in {shown(name)}"
            same(tried.content(name), b"the report", "the content")
            same(document(file=name).file.size, 10, "the size the field tells")
            with document(file=name).file.open() as file:
                same(file.read(), b"the report", "what the field reads")

    @promise(sources.field("storage"), sources.storage("save"))
    def test_two_files_of_one_name_are_two_in_a_field(self, tried: Trial) -> None:
        """A second upload of a name takes nothing from the first."""
        with _documents(tried) as document:
            instances = [document(), document()]
            for instance, data in zip(instances, (b"first", b"second"), strict=True):
                _save(tried, instance, "same.txt", data)
            names = [instance.file.name for instance in instances]
            same(len(set(names)), 1 if tried.overwrites else 2, "the number of names")
            same(tried.content(names[1]), b"second", "the content of the second")
            if not tried.overwrites:
                same(tried.content(names[0]), b"first", "the content of the first")

    @promise(sources.field_file("delete"))
    def test_a_field_deletes_its_file(self, tried: Trial) -> None:
        """Deleting through the field deletes the file and empties the field."""
        with _documents(tried) as document:
            instance = document()
            _save(tried, instance, "report.txt", b"the report")
            name = instance.file.name
            instance.file.delete(save=False)
            assert not instance.file, f"the field still has {instance.file!r}"
            same(tried.storage.exists(name), False, "exists() of the deleted file")

    @promise(sources.field_file("open"))
    def test_a_closed_field_file_opens_again(self, tried: Trial) -> None:
        """A field's file that was read and closed is read anew."""
        name = tried.save("report.txt", b"the report")
        with _documents(tried) as document:
            instance = document(file=name)
            for _ in range(2):
                instance.file.open("rb")
                same(instance.file.read(), b"the report", "what the field reads")
                instance.file.close()

    @promise(sources.field("storage"), sources.note("ref/models/fields/#filefield"))
    def test_a_field_keeps_to_its_max_length(self, tried: Trial) -> None:
        """What a field is given fits its column, also where the short name is taken."""
        longest = len(tried.named("")) + _LONGEST
        with _documents(tried, max_length=longest) as document:
            for data in (b"one", b"two"):
                instance = document()
                _save(tried, instance, f"{'long' * 20}.txt", data)
                name = instance.file.name
                assert len(name) <= longest, f"{name!r} has {len(name)} characters, not {longest}"
                same(tried.content(name), data, f"the content of {name!r}")

    @promise(sources.custom(), sources.note("topics/migrations/#custom-deconstruct-method"))
    def test_a_field_with_the_storage_goes_into_a_migration(self, tried: Trial) -> None:
        """A migration can write the storage down, and make one of the kind of what it wrote."""
        text, imports = MigrationWriter.serialize(models.FileField(storage=tried.storage))
        names: dict[str, Any] = {}
        exec("\n".join(sorted(imports)), names)  # noqa: S102 - as a migration is
        field = eval(text, names)  # noqa: S307 - as a migration is
        same(type(field.storage).__name__, type(tried.storage).__name__, "the kind of storage")

    @promise(
        sources.note("ref/models/querysets/#pickling-querysets"), sources.field(), kind="customary"
    )
    def test_a_file_of_a_field_can_be_pickled(self, tried: Trial) -> None:
        """A field's file comes out of a pickle, as out of a cache, and opens."""
        name = tried.save("report.txt", b"the report")
        with _documents(tried) as document:
            instance = document(file=name)
            with instance.file.open() as file:
                file.read(3)
                pickled = pickle.dumps(instance.file)
            with mock.patch.object(apps, "get_model", return_value=document):
                again = pickle.loads(pickled)  # noqa: S301 - made a line before
            with again.open() as file:
                same(file.read(), b"the report", "what is read")

    @promise(sources.custom())
    def test_the_storage_can_be_made_without_arguments(self, tried: Trial) -> None:
        """The class makes a storage of the settings alone."""
        made = type(tried.storage)()
        assert isinstance(made, type(tried.storage)), f"the class made a {type(made).__name__}"


@contextlib.contextmanager
def _documents(tried: Trial, **options: Any) -> Iterator[Any]:
    """Give a model whose file is on the storage; it is unknown to the site."""
    if not apps.ready:
        django.setup()
    with isolate_apps():

        class Document(models.Model):  # noqa: DJ008 - never shown
            file = models.FileField(storage=tried.storage, upload_to=tried.folder, **options)

            class Meta:
                app_label = "storage_conformance"

        yield Document


def _save(tried: Trial, instance: Any, filename: str, data: bytes) -> None:
    instance.file.save(filename, ContentFile(data), save=False)
    tried.deletes(instance.file.name)
