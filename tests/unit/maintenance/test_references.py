"""Which files rows refer to, and letting a row name another file."""

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.references import (
    Reference,
    field_of,
    file_fields,
    is_referenced,
    label_of,
    references,
    repoint,
    rows_of,
)
from tests.site.models import Document
from tests.unit.django.contract.sites import no_documents, table_of_documents

FILE = "site.Document.file"


@pytest.fixture(scope="module", autouse=True)
def _table():
    with table_of_documents():
        yield


@pytest.fixture(autouse=True)
def _rows():
    with no_documents():
        yield


def row(name="docs/a.txt", **fields):
    return Document.objects.create(file=name, **fields)


def reference(of, name="docs/a.txt"):
    return Reference(FILE, of.pk, name)


def test_every_file_field_on_a_storage_is_found_once():
    labels = [label_of(field) for field in file_fields(default_storage)]

    assert labels == [
        "site.Document.file",
        "site.Document.picture",
        "site.Document.short",
        "site.Photo.picture",
    ]


def test_fields_on_other_storages_are_left_out():
    assert file_fields(FileSystemStorage("elsewhere")) == []


def test_a_field_goes_by_its_label():
    assert field_of(FILE) is Document._meta.get_field("file")


@pytest.mark.parametrize("label", ["site.Document.pages", "site.Nothing.file", "nowhere.A.b", "x"])
def test_a_label_of_nothing_is_said_to_be_one(label):
    with pytest.raises(CannotRun, match=label):
        field_of(label)


def test_a_field_without_files_is_refused():
    with pytest.raises(CannotRun, match="holds no files"):
        field_of("site.Document.id")


def test_rows_come_in_batches_and_each_once():
    rows = [row(f"docs/{number}.txt") for number in range(7)]
    with CaptureQueriesContext(connection) as queries:
        found = list(references([field_of(FILE)], batch=3))

    assert [(each.pk, each.name) for each in found] == [(each.pk, each.file.name) for each in rows]
    assert len(queries) == 3


def test_rows_without_a_file_are_left_out():
    row("")

    assert list(references(file_fields(default_storage))) == []


def test_a_row_that_is_deleted_meanwhile_does_no_harm():
    rows = [row(f"docs/{number}.txt") for number in range(4)]
    found = references([field_of(FILE)], batch=2)
    seen = [next(found).name]
    for each in rows[1:3]:
        each.delete()

    seen += [each.name for each in found]

    assert seen == ["docs/0.txt", "docs/1.txt", "docs/3.txt"]


def test_the_rows_of_a_name_are_those_that_say_exactly_this():
    one, other = row("docs/a.txt"), row("docs/a.txt")
    row("docs/A.txt")

    found = [each.pk for each in rows_of("docs/a.txt", file_fields(default_storage))]

    assert found == [one.pk, other.pk]


def test_a_name_is_referenced_from_any_field():
    Document.objects.create(picture="pictures/a.png")

    assert is_referenced("pictures/a.png", file_fields(default_storage))
    assert not is_referenced("pictures/b.png", file_fields(default_storage))


def test_a_row_names_another_file_and_keeps_the_rest():
    document = row(picture="pictures/a.png")

    assert repoint(reference(document), "docs/b.txt")

    document.refresh_from_db()
    assert (document.file.name, document.picture.name) == ("docs/b.txt", "pictures/a.png")


def test_a_row_that_changed_meanwhile_keeps_what_it_has():
    document = row("docs/newer.txt")

    assert not repoint(reference(document), "docs/b.txt")

    document.refresh_from_db()
    assert document.file.name == "docs/newer.txt"


def test_a_row_that_is_gone_is_no_trouble():
    document = row()
    gone = reference(document)
    document.delete()

    assert not repoint(gone, "docs/b.txt")


def test_a_name_too_long_for_the_field_is_refused_before_anything_is_written():
    document = Document.objects.create(short="short/a.txt")

    with pytest.raises(CannotRun, match="40 characters"):
        repoint(Reference("site.Document.short", document.pk, "short/a.txt"), "x" * 40)

    document.refresh_from_db()
    assert document.short.name == "short/a.txt"
