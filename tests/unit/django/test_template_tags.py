"""What the tags of a template become in a page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import ImageFieldFile
from django.template import engines
from django.test import override_settings

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage
from tests.site.models import Document, Photo
from tests.unit.django.contract.sites import default_storage_is

if TYPE_CHECKING:
    from collections.abc import Iterator

APPWRITE = {
    "api_key": "standard_0123456789",
    "project_id": "site",
    "bucket_id": "media",
    "buckets": {"pictures": "p"},
}
DOTTED = "cloud_storages.backends.appwrite.AppWriteStorage"


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
    with override_settings(TEMPLATES=templates), default_storage_is(DOTTED, **APPWRITE):
        yield


def rendered(tag: str, **context: Any) -> str:
    return engines["django"].from_string(f"{{% load cloud_storages %}}{tag}").render(context)


class Elements(HTMLParser):
    """Collects the elements of a page as a browser understands them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute comes twice in {attrs}"
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def image(tag: str, **context: Any) -> dict[str, str | None]:
    """Return the attributes of the one image that a tag becomes."""
    elements = Elements(rendered(tag, **context))
    ((name, attributes),) = elements.found
    assert (name, elements.text) == ("img", "")
    return attributes


def candidates(srcset: str | None) -> dict[str, str]:
    """Return the addresses of a srcset by their widths."""
    assert srcset
    return {width: url for url, width in (each.split() for each in srcset.split(", "))}


@pytest.fixture
def document() -> Document:
    return Document(picture="pictures/a.jpg")


STORAGE = AppWriteStorage(**APPWRITE)


class TestPicture:
    def test_it_is_one_image_that_a_browser_chooses_the_size_of(self, document: Document) -> None:
        found = image(
            '{% picture d.picture widths="320, 640,1280" sizes="(max-width: 600px) 100vw, 50vw"'
            ' alt="A boat" %}',
            d=document,
        )

        assert candidates(found.pop("srcset")) == {
            f"{width}w": STORAGE.preview_url("pictures/a.jpg", width=width)
            for width in (320, 640, 1280)
        }
        assert found == {
            "src": STORAGE.preview_url("pictures/a.jpg", width=1280),
            "sizes": "(max-width: 600px) 100vw, 50vw",
            "alt": "A boat",
            "loading": "lazy",
        }

    def test_its_simplest_form_has_widths_of_its_own(self, document: Document) -> None:
        found = image("{% picture d.picture %}", d=document)

        assert list(candidates(found["srcset"])) == ["320w", "640w", "1280w"]
        assert found["alt"] == ""

    def test_widths_may_come_from_the_view(self, document: Document) -> None:
        found = image("{% picture d.picture widths=w %}", d=document, w=[800, 400])

        assert list(candidates(found["srcset"])) == ["400w", "800w"]

    def test_wishes_hold_for_every_size(self, document: Document) -> None:
        found = image('{% picture d.picture widths="320" output="webp" quality=60 %}', d=document)

        assert found["src"] == STORAGE.preview_url(
            "pictures/a.jpg", width=320, output="webp", quality=60
        )

    def test_a_ratio_cuts_every_size_and_keeps_its_place_in_the_page(
        self, document: Document
    ) -> None:
        found = image(
            '{% picture d.picture widths="320,640" ratio="16:9" gravity="top" %}', d=document
        )

        assert candidates(found["srcset"])["640w"] == STORAGE.preview_url(
            "pictures/a.jpg", width=640, height=360, gravity="top"
        )
        assert (found["width"], found["height"]) == ("640", "360")

    def test_width_and_height_are_told_where_the_model_has_them(self) -> None:
        photo = Photo(picture="pictures/a.jpg", width=3000, height=2000)

        found = image("{% picture p.picture %}", p=photo)

        assert (found["width"], found["height"]) == ("3000", "2000")

    def test_a_picture_is_not_drawn_larger_than_it_is(self) -> None:
        photo = Photo(picture="pictures/a.jpg", width=500, height=400)

        found = image('{% picture p.picture widths="320,640,1280" %}', p=photo)

        assert list(candidates(found["srcset"])) == ["320w", "500w"]

    def test_attributes_are_the_authors(self, document: Document) -> None:
        found = image(
            '{% picture d.picture class="wide" data_id=7 loading=None width=300 hidden=True %}',
            d=document,
        )

        assert (found["class"], found["data-id"], found["width"]) == ("wide", "7", "300")
        assert "loading" not in found
        assert found["hidden"] == ""

    def test_nothing_breaks_out_of_an_attribute(self, document: Document) -> None:
        hostile = '"><script>alert(1)</script>&amp;'
        document.picture = f"pictures/{hostile.replace('/', '')}.jpg"

        found = image("{% picture d.picture alt=a title=a sizes=a %}", d=document, a=hostile)

        assert found["alt"] == found["title"] == found["sizes"] == hostile
        assert "/files/" in (found["src"] or "")

    def test_ampersands_of_an_address_are_escaped_once(self, document: Document) -> None:
        page = rendered('{% picture d.picture widths="320" %}', d=document)

        assert "?project=site&amp;width=320" in page
        assert "&amp;amp;" not in page

    @pytest.mark.parametrize("value", ["", None, Document().picture])
    def test_an_empty_field_renders_nothing(self, value: Any) -> None:
        assert rendered("{% picture p %}|{% preview_url p width=320 %}", p=value) == "|"

    @pytest.mark.parametrize("filename", ["paper.pdf", "drawing.svg"])
    def test_what_appwrite_cannot_draw_is_shown_as_it_is(self, filename: str) -> None:
        name = f"pictures/{filename}"
        found = image(
            '{% picture p sizes="50vw" alt="x" class="c" %}', p=Document(picture=name).picture
        )

        url = STORAGE.url(name)
        assert found == {"src": url, "alt": "x", "loading": "lazy", "class": "c"}

    def test_a_file_of_another_storage_has_its_own_url(self) -> None:
        disk = FileSystemStorage("/nowhere", base_url="/media/")
        field = Document._meta.get_field("picture")
        value = ImageFieldFile(Document(), field, "pictures/a b.jpg")
        value.storage = disk

        assert image('{% picture p widths="320" sizes="50vw" alt="x" expires=60 %}', p=value) == {
            "src": "/media/pictures/a%20b.jpg",
            "alt": "x",
            "loading": "lazy",
        }
        assert rendered("{% preview_url p width=320 %}", p=value) == "/media/pictures/a%20b.jpg"

    def test_a_name_is_of_the_default_storage(self) -> None:
        assert image('{% picture "pictures/a.jpg" widths="320" %}')["src"] == STORAGE.preview_url(
            "pictures/a.jpg", width=320
        )

    @pytest.mark.parametrize(
        ("tag", "told"),
        [
            ('{% picture p widths="0" %}', "width of a preview is 0"),
            ('{% picture p widths="320,99999" %}', "width of a preview is 99999"),
            ('{% picture p widths="abc" %}', "'widths' is 'abc'"),
            ('{% picture p widths="" %}', "'widths' is ''"),
            ('{% picture p ratio="wide" %}', "'ratio' is 'wide'"),
            ('{% picture p ratio="0:1" %}', "'ratio' is '0:1'"),
            ('{% picture p output="bmp" %}', "output of a preview is 'bmp'"),
            ("{% preview_url p width=0 %}", "width of a preview is 0"),
            ('{% preview_url p width="abc" %}', "width of a preview is 'abc'"),
        ],
    )
    @pytest.mark.parametrize("filename", ["a.jpg", "a.pdf", ""])
    def test_a_mistake_in_a_template_is_told_whatever_the_field_holds(
        self, tag: str, told: str, filename: str
    ) -> None:
        name = f"pictures/{filename}" if filename else ""

        with pytest.raises(ValueError, match=told):
            rendered(tag, p=Document(picture=name).picture)

    def test_a_private_picture_carries_one_token_in_all_sizes(self) -> None:
        storage = InMemoryStorage(access="private")
        storage.save("pictures/a.jpg", ContentFile(b"content"))
        dotted = "cloud_storages.backends.memory.InMemoryStorage"
        with default_storage_is(dotted, access="private"):
            page = rendered('{% picture "pictures/a.jpg" widths="320,640" expires=60 %}')

        url = storage.preview_url("pictures/a.jpg", width=640, expires=60)
        token = url.partition(";token=")[2].partition(";")[0]
        assert page.count(token) == page.count("token=") == 3


class TestPreviewUrl:
    def test_it_is_the_address_escaped_for_html(self, document: Document) -> None:
        page = rendered('{% preview_url d.picture width=320 output="webp" %}', d=document)

        expected = STORAGE.preview_url("pictures/a.jpg", width=320, output="webp")
        assert page == expected.replace("&", "&amp;")

    def test_it_can_be_kept_in_a_variable(self, document: Document) -> None:
        page = rendered("{% preview_url d.picture width=320 as u %}<a href='{{ u }}'>", d=document)

        ((_, attributes),) = Elements(page).found
        assert attributes["href"] == STORAGE.preview_url("pictures/a.jpg", width=320)
