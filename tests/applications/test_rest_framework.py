"""Files that come and go through an API of Django REST framework."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from home.models import Invoice
from rest_framework.test import APIClient

from cloud_storages.testing import assertNumStorageRequests

API = "/api/invoices/"
both_layouts = pytest.mark.usefixtures("layout")


@pytest.fixture
def upload(picture):
    """Upload an invoice of this content with a scan of it."""

    def uploaded(content=b"three apples"):
        file = SimpleUploadedFile("invoice.txt", content)
        answer = APIClient().post(API, {"file": file, "scan": picture()}, format="multipart")
        assert answer.status_code == 201, answer.json()
        return answer.json()

    return uploaded


@both_layouts
def test_the_addresses_in_the_answer_open_what_was_uploaded(upload, fetch, looks):
    answer = upload()

    assert fetch(answer["file"]) == b"three apples"
    assert looks(answer["scan"]) == (400, 300, "red")


def test_they_open_nothing_without_their_token(upload, opens):
    address, _, token = upload()["file"].partition("&token=")

    assert token
    assert not opens(address)


def test_what_is_no_picture_is_refused_before_anything_is_stored():
    text, scan = SimpleUploadedFile("a.txt", b"text"), SimpleUploadedFile("a.jpg", b"text")

    with assertNumStorageRequests(0):
        answer = APIClient().post(API, {"file": text, "scan": scan}, format="multipart")

    assert answer.status_code == 400
    assert list(answer.json()) == ["scan"]


def test_an_upload_costs_a_request_and_one_more_for_its_first_address(upload):
    upload()  # the bucket is there
    file = SimpleUploadedFile("may.txt", b"three apples")

    with assertNumStorageRequests(2):
        answer = APIClient().post(API, {"file": file}, format="multipart")

    assert answer.status_code == 201


@both_layouts
def test_a_list_costs_a_request_for_each_file_once(upload):
    for _ in range(3):
        upload()
    cache.clear()

    with assertNumStorageRequests(6):
        first = APIClient().get(API).json()
    with assertNumStorageRequests(0):
        assert APIClient().get(API).json() == first


def test_a_page_of_a_list_asks_for_the_files_it_shows_only(upload):
    for _ in range(3):
        upload()
    cache.clear()

    with assertNumStorageRequests(2):
        answer = APIClient().get(API, {"limit": 1, "offset": 1}).json()

    assert [each["id"] for each in answer["results"]] == [Invoice.objects.order_by("pk")[1].pk]


def test_a_replaced_file_is_another(upload, fetch):
    before = upload()
    file = SimpleUploadedFile("invoice.txt", b"four apples")

    answer = APIClient().patch(f"{API}{before['id']}/", {"file": file}, format="multipart")

    assert answer.status_code == 200
    assert fetch(answer.json()["file"]) == b"four apples"
    assert answer.json()["scan"] == before["scan"]
