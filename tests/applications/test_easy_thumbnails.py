"""Thumbnails of easy-thumbnails beside their pictures."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from easy_thumbnails.files import get_thumbnailer
from home.models import Picture

from cloud_storages.testing import assertNumStorageRequests

both_layouts = pytest.mark.usefixtures("layout")


@pytest.mark.usefixtures("layout", "access")
def test_a_page_shows_thumbnails_and_costs_nothing_the_second_time(picture, page, looks):
    for colour in ("red", "blue"):
        Picture.objects.create(image=picture(colour=colour))

    addresses = page("home/pictures.html", pictures=Picture.objects.order_by("pk"))

    assert list(map(looks, addresses)) == [(100, 100, "red"), (100, 100, "blue")]
    with assertNumStorageRequests(0):
        again = page("home/pictures.html", pictures=Picture.objects.order_by("pk"))
    assert again == addresses


def test_a_first_thumbnail_costs_four_requests(picture):
    Picture.objects.create(image=picture())
    fresh = Picture.objects.get()

    with assertNumStorageRequests(4):
        get_thumbnailer(fresh.image)["small"]


@both_layouts
def test_pictures_of_one_name_in_two_directories_have_two_thumbnails(picture, looks):
    for colour in ("red", "blue"):
        default_storage.save(f"{colour}/cat.jpg", picture(colour=colour))

    thumbnails = [
        get_thumbnailer(default_storage, f"{colour}/cat.jpg")["small"] for colour in ("red", "blue")
    ]

    assert [looks(each.url) for each in thumbnails] == [(100, 100, "red"), (100, 100, "blue")]


@both_layouts
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_replaced_picture_has_a_new_thumbnail(overwrite, shared, picture, looks):
    shared(OVERWRITE_FILE=overwrite)
    row = Picture.objects.create(image=picture(colour="red"))
    assert looks(row.image["small"].url) == (100, 100, "red")

    row.image = picture(colour="blue")
    row.save()

    assert looks(Picture.objects.get().image["small"].url) == (100, 100, "blue")


@both_layouts
def test_a_deleted_picture_takes_its_thumbnails_away(picture, opens):
    row = Picture.objects.create(image=picture())
    addresses = [row.image.url, row.image["small"].url]
    assert all(map(opens, addresses))

    row.image.delete()

    assert not any(map(opens, addresses))


def test_the_command_for_thumbnails_without_a_picture_deletes_those_only(picture, opens):
    lost, kept = (Picture.objects.create(image=picture(colour=each)) for each in ("red", "blue"))
    without, with_picture = lost.image["small"].url, kept.image["small"].url
    default_storage.delete(lost.image.name)

    call_command("thumbnail_cleanup", verbosity=0)

    assert not opens(without)
    assert opens(with_picture)
