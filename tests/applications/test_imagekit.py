"""Pictures that django-imagekit makes, when they are stored and when they are first shown."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.management import call_command
from home.models import Portrait

from cloud_storages.testing import assertNumStorageRequests

both_layouts = pytest.mark.usefixtures("layout")


@pytest.fixture
def portraits(picture):
    """Store portraits of these colours, all uploaded as ``cat.jpg``."""
    return lambda *colours: [
        Portrait.objects.create(image=picture(colour=colour, size=(2000, 1000)))
        for colour in colours
    ]


@pytest.mark.usefixtures("layout", "access")
def test_a_page_shows_thumbnails_and_costs_nothing_the_second_time(portraits, page, looks, caplog):
    portraits("red", "blue")

    addresses = page("home/portraits.html", portraits=Portrait.objects.order_by("pk"))

    assert list(map(looks, addresses)) == [(100, 100, "red"), (100, 100, "blue")]
    with assertNumStorageRequests(0):
        again = page("home/portraits.html", portraits=Portrait.objects.order_by("pk"))
    assert again == addresses
    assert not caplog.records


@both_layouts
def test_what_is_stored_is_the_processed_picture(portraits, looks):
    (portrait,) = portraits("red")

    assert looks(portrait.image.url) == (800, 400, "red")


def test_a_first_thumbnail_costs_three_requests_and_an_empty_cache_one_for_each(portraits):
    portraits("red", "blue", "green")
    with assertNumStorageRequests(3):
        _ = Portrait.objects.first().small.url
    _ = [portrait.small.url for portrait in Portrait.objects.all()]

    cache.clear()

    with assertNumStorageRequests(3):
        _ = [portrait.small.url for portrait in Portrait.objects.all()]


def test_the_command_makes_thumbnails_before_a_page_has_to(portraits):
    portraits("red", "blue")

    call_command("generateimages")

    with assertNumStorageRequests(0):
        _ = [portrait.small.url for portrait in Portrait.objects.all()]


def test_thumbnails_of_all_pictures_are_in_one_bucket(site, appwrite, portraits):
    site(APPWRITE_LAYOUT="last-directory")

    _ = [portrait.small.url for portrait in portraits("red", "blue")]

    assert {bucket["name"] for bucket in appwrite()} == {"portraits", "thumbnails"}


@both_layouts
def test_a_replaced_picture_has_a_new_thumbnail(portraits, picture, looks):
    (portrait,) = portraits("red")
    assert looks(portrait.small.url) == (100, 100, "red")

    portrait.image = picture(colour="blue")
    portrait.save()

    assert looks(Portrait.objects.get().small.url) == (100, 100, "blue")
