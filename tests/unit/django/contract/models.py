"""What models and forms of a site do with its default storage."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
)
from django.test import RequestFactory, override_settings

from tests.site.models import Document
from tests.unit.django.contract.reading import picture

if TYPE_CHECKING:
    from collections.abc import Callable


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ("file", "picture", "short")


def submitted(instance: Document | None = None, **data: Any) -> Document:
    """Return what a form makes of a request that a browser sent as multipart."""
    request = RequestFactory().post("/", data)
    form = DocumentForm(request.POST, request.FILES, instance=instance)
    assert form.is_valid(), form.errors
    document = form.save()
    request.close()
    return document


def reloaded(document: Document) -> Document:
    return Document.objects.get(pk=document.pk)


@pytest.mark.usefixtures("documents")
class Models:
    """The default storage of the site is the one under test; the table is there and empty."""

    def test_a_saved_file_is_found_through_another_instance(
        self, fetch: Callable[[str], bytes]
    ) -> None:
        document = Document()
        document.file.save("report.txt", ContentFile(b"the report"))

        again = reloaded(document)

        assert again.file.name == "documents/report.txt"
        assert again.file.size == 10
        assert fetch(again.file.url) == b"the report"
        with again.file.open() as file:
            assert file.read() == b"the report"
        assert again.file.storage is default_storage

    def test_an_assigned_file_is_saved_with_its_instance(self) -> None:
        document = Document.objects.create(file=ContentFile(b"content", name="a.txt"))

        assert reloaded(document).file.read() == b"content"

    def test_a_field_file_is_read_piece_by_piece(self) -> None:
        document = Document.objects.create(file=ContentFile(b"one\ntwo\n", name="a.txt"))

        with reloaded(document).file.open() as file:
            assert [file.read(2), file.readline(), file.tell()] == [b"on", b"e\n", 4]
            assert list(file) == [b"one\n", b"two\n"]
            assert list(file.chunks(5)) == [b"one\nt", b"wo\n"]

    def test_a_field_file_is_opened_for_writing(self) -> None:
        document = Document.objects.create(file=ContentFile(b"old", name="a.txt"))

        with reloaded(document).file.open("wb") as file:
            file.write(b"new content")

        assert reloaded(document).file.read() == b"new content"
        assert reloaded(document).file.name == document.file.name

    def test_a_deleted_file_is_gone_and_its_field_empty(self) -> None:
        document = Document.objects.create(file=ContentFile(b"content", name="a.txt"))
        name = document.file.name

        document.file.delete()

        assert not default_storage.exists(name)
        assert not reloaded(document).file
        with pytest.raises(ValueError, match="no file associated"):
            _ = reloaded(document).file.url

    def test_two_files_of_one_name_are_two_files(self) -> None:
        documents = [
            Document.objects.create(file=ContentFile(content, name="a.txt"))
            for content in (b"1", b"2")
        ]

        assert documents[0].file.name == "documents/a.txt"
        assert re.fullmatch(r"documents/a_[a-z0-9]{7}\.txt", documents[1].file.name)
        assert [reloaded(document).file.read() for document in documents] == [b"1", b"2"]

    def test_a_short_field_gets_names_that_fit_whatever_is_taken(self) -> None:
        contents = [b"1", b"2", b"3"]
        documents = [
            Document.objects.create(
                short=SimpleUploadedFile("a-rather-long-file-name.txt", content)
            )
            for content in contents
        ]

        names = [reloaded(document).short.name for document in documents]

        assert len(set(names)) == 3
        assert max(map(len, names)) <= 30
        assert all(re.fullmatch(r"short/a-rather\S*\.txt", name) for name in names)
        assert [reloaded(document).short.read() for document in documents] == contents

    def test_a_field_too_short_for_the_suffix_refuses_the_file(self) -> None:
        document = Document()

        with pytest.raises(SuspiciousFileOperation, match="max_length"):
            document.short.save(f"a.{'x' * 30}", ContentFile(b"x"))

    @pytest.mark.parametrize(
        ("in_memory", "kind"),
        [(2_500_000, InMemoryUploadedFile), (0, TemporaryUploadedFile)],
        ids=["kept in memory", "kept on disk"],
    )
    def test_an_upload_through_a_form_is_stored(self, in_memory: int, kind: type[File]) -> None:
        data = bytes(range(256)) * 1000
        upload = io.BytesIO(data)
        upload.name = "My Upload.bin"

        with override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=in_memory):
            request = RequestFactory().post("/", {"file": upload})
            assert type(request.FILES["file"]) is kind
            document = DocumentForm(request.POST, request.FILES).save()
            request.close()

        assert document.file.name == "documents/My_Upload.bin"
        assert reloaded(document).file.read() == data

    def test_an_empty_upload_is_refused_by_the_form(self) -> None:
        empty = io.BytesIO()
        empty.name = "empty.txt"
        request = RequestFactory().post("/", {"file": empty})

        form = DocumentForm(request.POST, request.FILES)

        assert form.errors.as_data()["file"][0].code == "empty"

    def test_clearing_a_field_empties_it(self) -> None:
        document = submitted(file=SimpleUploadedFile("a.txt", b"content"))

        cleared = submitted(document, **{"file-clear": "on"})

        assert not reloaded(cleared).file

    def test_replacing_a_file_leaves_the_old_one_to_the_site(self) -> None:
        document = submitted(file=SimpleUploadedFile("a.txt", b"old"))
        old = document.file.name

        replaced = submitted(document, file=SimpleUploadedFile("b.txt", b"new"))

        assert reloaded(replaced).file.name == "documents/b.txt"
        assert reloaded(replaced).file.read() == b"new"
        assert default_storage.exists(old)

    def test_a_form_without_a_new_file_keeps_the_old_one(self) -> None:
        document = submitted(file=SimpleUploadedFile("a.txt", b"old"))

        kept = submitted(document)

        assert reloaded(kept).file.name == "documents/a.txt"

    def test_a_picture_knows_its_dimensions(self) -> None:
        document = submitted(picture=SimpleUploadedFile("p.jpg", picture(64, 48), "image/jpeg"))

        again = reloaded(document)

        assert (again.picture.width, again.picture.height) == (64, 48)
        assert (again.picture.width, again.picture.height) == (64, 48)

    def test_documents_made_in_bulk_have_their_files(self) -> None:
        contents = {f"{number}.txt": f"content {number}".encode() for number in range(5)}
        Document.objects.bulk_create(
            [Document(file=ContentFile(data, name=name)) for name, data in contents.items()]
        )

        stored = {
            document.file.name.rpartition("/")[2]: document.file.read()
            for document in Document.objects.all()
        }

        assert stored == contents

    def test_a_name_from_elsewhere_can_be_put_into_the_field(self) -> None:
        name = default_storage.save("documents/elsewhere.txt", ContentFile(b"content"))

        document = Document.objects.create(file=name)

        assert reloaded(document).file.read() == b"content"

    def test_a_file_that_is_missing_raises_where_it_is_used(self) -> None:
        document = Document.objects.create(file="documents/missing.txt")

        with pytest.raises(FileNotFoundError):
            document.file.open()
        with pytest.raises(FileNotFoundError):
            _ = document.file.size
        with pytest.raises(FileNotFoundError):
            _ = document.file.file
