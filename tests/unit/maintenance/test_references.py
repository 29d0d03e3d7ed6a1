"""Which files rows refer to, and letting a row name another file."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, connections, models
from django.test.utils import CaptureQueriesContext

from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.references import (
    Reference,
    databases_of,
    field_of,
    file_fields,
    is_referenced,
    label_of,
    named_among,
    names_now,
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


@pytest.fixture(params=[True, False], ids=["exact", "whatever the case"])
def _compares(request, monkeypatch):
    """Whether the database is one that is known to tell texts apart by case."""
    if not request.param:
        monkeypatch.setattr("cloud_storages.maintenance.references._EXACT", frozenset())


def test_looking_and_changing_are_one_statement():
    document = row()
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(sql.split()[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert repoint(reference(document), "docs/b.txt")

    assert statements == ["UPDATE"]


@pytest.mark.usefixtures("_compares")
def test_a_row_names_another_file_and_keeps_the_rest():
    document = row(picture="pictures/a.png")

    assert repoint(reference(document), "docs/b.txt")

    document.refresh_from_db()
    assert (document.file.name, document.picture.name) == ("docs/b.txt", "pictures/a.png")


@pytest.mark.usefixtures("_compares")
def test_a_row_that_changed_meanwhile_keeps_what_it_has():
    document = row("docs/newer.txt")

    assert not repoint(reference(document), "docs/b.txt")

    document.refresh_from_db()
    assert document.file.name == "docs/newer.txt"


@pytest.mark.usefixtures("_compares")
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


# Models that hide rows, lie about them, or have none


def test_rows_that_the_base_manager_hides_are_rows(monkeypatch):
    class Alive(models.Manager):
        def get_queryset(self):
            return super().get_queryset().exclude(file__startswith="deleted/")

    hiding = Alive()
    hiding.model = Document
    hidden = row("deleted/a.txt")
    monkeypatch.setattr(Document._meta, "base_manager", hiding)

    assert [each.pk for each in references([field_of(FILE)])] == [hidden.pk]
    assert is_referenced("deleted/a.txt", [field_of(FILE)])
    assert named_among(field_of(FILE), ["deleted/a.txt"]) == {"deleted/a.txt"}
    assert repoint(reference(hidden, "deleted/a.txt"), "docs/b.txt")


def test_a_model_without_a_table_is_named(monkeypatch):
    monkeypatch.setattr(Document._meta, "db_table", "nowhere")

    with pytest.raises(CannotRun, match=r"site\.Document\.file.*no such table"):
        list(references([field_of(FILE)]))


def test_a_field_whose_storage_has_wrong_settings_is_named(monkeypatch):
    class Wrong(FileSystemStorage):
        @property
        def location(self):
            raise ImproperlyConfigured("MEDIA_ROOT is missing")

    monkeypatch.setattr(field_of(FILE), "storage", Wrong())

    with pytest.raises(CannotRun, match=r"site\.Document\.file.*MEDIA_ROOT"):
        file_fields(FileSystemStorage("elsewhere"))


def test_a_column_that_two_models_share_comes_once(monkeypatch):
    photo = field_of("site.Photo.picture")
    monkeypatch.setattr(photo.model._meta, "managed", False)
    monkeypatch.setattr(photo.model._meta, "db_table", Document._meta.db_table)

    labels = [label_of(field) for field in file_fields()]

    assert "site.Document.picture" in labels
    assert "site.Photo.picture" not in labels


# Several databases


def test_rows_of_every_database_are_told_with_their_database(tenant):
    row("docs/here.txt")
    Document.objects.using(tenant).create(file="docs/there.txt")

    found = {(each.using, each.name) for each in references([field_of(FILE)])}

    assert found == {("default", "docs/here.txt"), (tenant, "docs/there.txt")}
    assert is_referenced("docs/there.txt", [field_of(FILE)])
    assert named_among(field_of(FILE), ["docs/there.txt"]) == {"docs/there.txt"}


def test_a_row_is_changed_in_the_database_it_was_read_from(tenant):
    here = row("docs/a.txt")
    there = Document.objects.using(tenant).create(pk=here.pk, file="docs/a.txt")
    (found,) = (each for each in references([field_of(FILE)]) if each.using == tenant)

    assert repoint(found, "docs/b.txt")

    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.file.name, there.file.name) == ("docs/a.txt", "docs/b.txt")
    assert names_now(field_of(FILE), [here.pk], tenant) == {here.pk: "docs/b.txt"}


class Replicated:
    """Reads from one database and writes to another."""

    def __init__(self, reads, writes):
        self._reads, self._writes = reads, writes

    def db_for_read(self, *_, **__):
        return self._reads

    def db_for_write(self, *_, **__):
        return self._writes


def test_a_replica_decides_nothing(tenant, routed):
    row("docs/newer.txt")
    routed(Replicated(reads=tenant, writes="default"))

    assert [each.name for each in references([field_of(FILE)])] == ["docs/newer.txt"]
    assert is_referenced("docs/newer.txt", [field_of(FILE)])


def test_what_only_a_database_for_reading_has_is_in_use_all_the_same(tenant, routed):
    Document.objects.using(tenant).create(file="docs/archived.txt")
    routed(Replicated(reads=tenant, writes="default"))

    assert is_referenced("docs/archived.txt", [field_of(FILE)])
    assert list(references([field_of(FILE)])) == []


def test_a_database_that_the_router_keeps_a_model_out_of_is_not_asked(tenant, routed):
    class Apart:
        def allow_migrate(self, db, *_, **__):
            return db != tenant

    routed(Apart())

    assert databases_of(field_of(FILE), copies=True) == ["default"]


def test_a_database_that_cannot_be_asked_is_named(tenant, monkeypatch):
    connections[tenant].close()
    monkeypatch.setitem(connections[tenant].settings_dict, "NAME", "/nowhere/tenant.sqlite3")

    with pytest.raises(CannotRun, match=r"'tenant'.*allow_migrate"):
        databases_of(field_of(FILE))


def test_a_database_without_the_table_is_left_out(tenant):
    with connections[tenant].schema_editor() as editor:
        editor.delete_model(Document)

    assert databases_of(field_of(FILE)) == ["default"]
