"""Wagtail's images, renditions and documents, through its models, its tag and its admin."""

from __future__ import annotations

import copy
import datetime as dt
import os

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from home.models import PrivateDocument
from wagtail.images.models import Image
from wagtail.models import Collection, CollectionViewRestriction

from cloud_storages.testing import assertNumStorageRequests

SHARING = [{"OVERWRITE_FILE": True}, {"CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT": False}]
both_layouts = pytest.mark.usefixtures("layout")


@pytest.fixture
def photos(picture):
    """Make images of these colours, all uploaded as ``cat.jpg``."""
    return lambda *colours: [
        Image.objects.create(title=colour, file=picture(colour=colour)) for colour in colours
    ]


@pytest.fixture
def replace(editor, picture):
    """Upload another ``cat.jpg`` for an image, in the admin."""

    def replaced(image, colour):
        form = {
            "title": image.title,
            "file": picture(colour=colour),
            "collection": image.collection_id,
        }
        answer = editor.post(reverse("wagtailimages:edit", args=[image.pk]), form)
        assert answer.status_code == 302, answer.content
        return Image.objects.get(pk=image.pk)

    return replaced


@pytest.fixture(params=SHARING, ids=["overwrite", "reuse"])
def _sharing(request, shared):
    shared(**request.param)


@pytest.fixture
def document():
    """A document in a collection that only those may see who are logged in."""
    members = Collection.get_first_root_node().add_child(name="Members")
    login = CollectionViewRestriction.LOGIN
    CollectionViewRestriction.objects.create(collection=members, restriction_type=login)
    file = ContentFile(b"for members only", "minutes.txt")
    return PrivateDocument.objects.create(title="Minutes", file=file, collection=members)


@pytest.mark.usefixtures("layout", "access")
def test_a_page_shows_renditions_and_costs_nothing_the_second_time(photos, page, looks):
    photos("red", "blue")

    addresses = page("home/gallery.html", photos=Image.objects.order_by("pk"))

    assert list(map(looks, addresses)) == [(100, 100, "red"), (100, 100, "blue")]
    with assertNumStorageRequests(0):
        again = page("home/gallery.html", photos=Image.objects.order_by("pk"))
    assert again == addresses


@pytest.mark.usefixtures("layout", "access")
def test_a_page_of_previews_makes_no_renditions(photos, page, looks):
    photos("red", "blue")

    addresses = page("home/previews.html", photos=Image.objects.order_by("pk"))

    assert list(map(looks, addresses)) == [(100, 100, "red"), (100, 100, "blue")]
    assert not Image.get_rendition_model().objects.exists()
    with assertNumStorageRequests(0):
        page("home/previews.html", photos=Image.objects.order_by("pk"))


def test_a_rendition_costs_two_requests(photos):
    (image,) = photos("red")
    image.get_rendition("fill-50x50")
    fresh = Image.objects.get()

    with assertNumStorageRequests(2):
        fresh.get_rendition("fill-100x100")


def test_a_rendition_of_a_large_picture_moves_it_once(picture, emulator, looks):
    noise = ContentFile(picture(size=(10, 10)).read() + os.urandom(2_000_000), "noise.jpg")
    image = Image.objects.create(title="Noise", file=noise)
    emulator.traffic.clear()

    rendition = Image.objects.get(pk=image.pk).get_rendition("fill-5x5")

    assert looks(rendition.url) == (5, 5, "red")
    assert sum(each.response_bytes for each in emulator.traffic.exchanges) < 2_500_000


@both_layouts
def test_a_picture_uploaded_in_the_admin_is_listed_there(editor, picture, looks):
    form = {"files[]": picture(), "title": "Cat", "collection": Collection.get_first_root_node().pk}
    by_script = {"x-requested-with": "XMLHttpRequest"}

    answer = editor.post(reverse("wagtailimages:add_multiple"), form, headers=by_script)

    assert answer.json()["success"], answer.json()
    image = Image.objects.get()
    assert looks(image.file.url) == (400, 300, "red")
    listed = editor.get(reverse("wagtailimages:index"))
    assert image.get_rendition("max-165x165").url in listed.content.decode()
    with assertNumStorageRequests(0):
        editor.get(reverse("wagtailimages:index"))


@both_layouts
def test_a_replaced_picture_takes_the_old_one_and_its_renditions_away(
    photos, replace, looks, opens
):
    (image,) = photos("red")
    before = [image.file.url, image.get_rendition("fill-100x100").url]

    image = replace(image, "blue")

    assert not any(map(opens, before))
    assert looks(image.file.url) == (400, 300, "blue")
    assert looks(image.get_rendition("fill-100x100").url) == (100, 100, "blue")


@both_layouts
def test_the_command_makes_renditions_anew(photos, looks, opens):
    (image,) = photos("red")
    before = image.get_rendition("fill-100x100").url

    call_command("wagtail_update_image_renditions", verbosity=0)

    assert not opens(before)
    with assertNumStorageRequests(0):
        rendition = Image.objects.get().get_rendition("fill-100x100")
    assert looks(rendition.url) == (100, 100, "red")


@both_layouts
def test_a_deleted_picture_takes_its_renditions_away(photos, opens):
    image, other = photos("red", "blue")
    addresses = [image.file.url, image.get_rendition("fill-100x100").url]

    with assertNumStorageRequests(len(addresses)):
        image.delete()

    assert not any(map(opens, addresses))
    assert opens(other.file.url)


def test_files_of_a_storage_with_a_key_of_its_own_are_deleted_too(site, server, photos, opens):
    aliases = copy.deepcopy(settings.STORAGES)
    aliases["default"]["OPTIONS"] = {
        "api_key": server.key,
        "bucket_id": "with-its-own-key",
        "url_lifetime": dt.timedelta(hours=1),
    }
    site(STORAGES=aliases, APPWRITE_API_KEY="standard_of_another_project")
    (image,) = photos("red")
    address = image.file.url
    assert opens(address)

    image.delete()

    assert not opens(address)


def test_overwriting_alone_deletes_the_new_picture_with_the_old(site, photos, replace, opens):
    # What the page warns of. When Wagtail looks first, the warning can go.
    site(OVERWRITE_FILE=True)
    (image,) = photos("red")

    assert not opens(replace(image, "blue").file.url)


@pytest.mark.usefixtures("layout", "_sharing")
def test_a_picture_that_is_replaced_by_itself_stays(photos, replace, looks):
    (image,) = photos("red")

    image = replace(image, "red")

    assert looks(image.file.url) == (400, 300, "red")
    assert looks(image.get_rendition("fill-100x100").url) == (100, 100, "red")


@pytest.mark.usefixtures("layout", "_sharing")
def test_the_last_row_that_shares_a_file_takes_it_away(photos, opens):
    image, same = photos("red", "red")
    assert image.file.name == same.file.name
    address = same.file.url

    image.delete()
    assert opens(address)
    same.delete()

    assert not opens(address)


@both_layouts
def test_a_document_of_a_private_collection_is_for_those_who_may_see_it(document, editor, fetch):
    refused, shown = Client().get(document.url), editor.get(document.url)

    assert "/login/" in refused["Location"]
    assert fetch(shown["Location"]) == b"for members only"
    with assertNumStorageRequests(0):
        assert editor.get(document.url)["Location"] == shown["Location"]


@both_layouts
def test_a_document_cannot_be_opened_without_its_token(document, opens):
    address, _, token = document.file.url.partition("&token=")

    assert token
    assert not opens(address)


def test_a_document_can_pass_through_the_site(site, document, editor):
    site(WAGTAILDOCS_SERVE_METHOD="serve_view")
    editor.get(document.url)

    with assertNumStorageRequests(1):
        answer = editor.get(document.url)
        content = b"".join(answer.streaming_content)

    assert content == b"for members only"
    assert answer["Content-Length"] == "16"


def test_a_document_uploaded_in_the_admin_is_stored_privately(editor, fetch):
    form = {
        "title": "Plan",
        "file": ContentFile(b"a plan", "plan.txt"),
        "collection": Collection.get_first_root_node().pk,
    }

    answer = editor.post(reverse("wagtaildocs:add"), form)

    assert answer.status_code == 302, answer.content
    document = PrivateDocument.objects.get()
    assert storages["private"].exists(document.file.name)
    assert fetch(document.file.url) == b"a plan"


@both_layouts
def test_a_deleted_document_takes_its_file_away(document, opens):
    address = document.file.url
    assert opens(address)

    document.delete()

    assert not opens(address)
