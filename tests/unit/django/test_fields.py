"""A field can have a storage of its own, given as an instance, a class or a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test.utils import isolate_apps

from cloud_storages.backends.memory import InMemoryStorage
from tests.site.models import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

own = InMemoryStorage(project_id="own")


def chosen() -> InMemoryStorage:
    return InMemoryStorage(project_id="chosen", overwrite=True)


@pytest.fixture
def thing(documents: None) -> Iterator[type[models.Model]]:  # noqa: ARG001 - for the database
    with isolate_apps("tests.site"):

        class Thing(models.Model):  # noqa: DJ008 - never shown
            default = models.FileField(upload_to="docs")
            instance = models.FileField(upload_to="docs", storage=own)
            function = models.FileField(upload_to="docs", storage=chosen)
            of_class = models.FileField(upload_to="docs", storage=InMemoryStorage)

            class Meta:
                app_label = "site"

    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    yield Thing
    with connection.schema_editor() as editor:
        editor.delete_model(Thing)


def test_every_field_stores_in_its_own_storage(thing: type[models.Model]) -> None:
    fields = ("default", "instance", "function", "of_class")
    files = {name: ContentFile(name.encode(), name=f"{name}.txt") for name in fields}

    made = thing.objects.create(**files)

    again = thing.objects.get(pk=made.pk)
    assert {name: getattr(again, name).read() for name in fields} == {
        name: name.encode() for name in fields
    }
    assert own.listdir("docs") == ([], ["instance.txt"])
    assert chosen().listdir("docs") == ([], ["function.txt"])
    assert InMemoryStorage().listdir("docs") == ([], ["default.txt", "of_class.txt"])


def test_the_options_of_a_field_storage_hold_for_its_field_only(thing: type[models.Model]) -> None:
    for content in (b"old", b"new"):
        thing.objects.create(
            function=ContentFile(content, name="a.txt"), instance=ContentFile(content, name="a.txt")
        )

    assert chosen().listdir("docs") == ([], ["a.txt"])
    assert len(own.listdir("docs")[1]) == 2
    assert {made.function.read() for made in thing.objects.all()} == {b"new"}


def test_a_file_moves_from_the_storage_of_one_field_to_another(thing: type[models.Model]) -> None:
    document = Document.objects.create(file=ContentFile(b"content", name="a.txt"))

    made = thing.objects.create(instance=ContentFile(document.file.read(), name="b.txt"))
    made.function.save("c.txt", document.file)

    assert (made.instance.name, made.instance.read()) == ("docs/b.txt", b"content")
    assert (made.function.name, chosen().open("docs/c.txt").read()) == ("docs/c.txt", b"content")
