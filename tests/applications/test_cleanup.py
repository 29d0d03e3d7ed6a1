"""What django-cleanup deletes, and what it must not."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from home.models import Contract

from cloud_storages.testing import assertNumStorageRequests

both_layouts = pytest.mark.usefixtures("layout")


@pytest.fixture
def contract():
    """Make a row with a file of this content; the name is always the same."""
    return lambda content=b"old": Contract.objects.create(file=ContentFile(content, "contract.txt"))


def replace(row, content):
    row = Contract.objects.get(pk=row.pk)
    row.file = ContentFile(content, "contract.txt")
    row.save()
    return row


@both_layouts
def test_a_replaced_file_is_deleted(contract, fetch, opens):
    row = contract()
    before = row.file.url

    row = replace(row, b"new")

    assert not opens(before)
    assert fetch(row.file.url) == b"new"


@both_layouts
def test_the_file_of_a_deleted_row_is_deleted(contract, fetch, opens):
    row, other = contract(), contract()

    row.delete()

    assert not opens(row.file.url)
    assert fetch(other.file.url) == b"old"


def test_a_file_that_goes_costs_one_request(contract):
    row, other = contract(), contract()

    with assertNumStorageRequests(1):
        row.delete()
    with assertNumStorageRequests(2):  # the new file is stored, the old one deleted
        replace(other, b"new")


def test_a_row_that_is_not_deleted_after_all_keeps_its_file(contract, fetch):
    row = contract()

    with transaction.atomic():
        Contract.objects.get().delete()
        transaction.set_rollback(True)

    assert Contract.objects.filter(pk=row.pk).exists()
    assert fetch(row.file.url) == b"old"


@both_layouts
def test_a_file_that_rows_share_goes_with_the_last_of_them(shared, contract, fetch, opens):
    shared(CLOUD_STORAGE_CREATE_NEW_IF_SAME_CONTENT=False)
    one, two, three = contract(), contract(), contract()
    assert one.file.name == two.file.name == three.file.name
    address = one.file.url

    one.delete()
    assert fetch(address) == b"old"
    replace(two, b"new")
    assert fetch(address) == b"old"
    three.delete()

    assert not opens(address)


@both_layouts
def test_an_overwritten_file_is_not_deleted(shared, contract, fetch):
    shared(OVERWRITE_FILE=True)

    row = replace(contract(), b"new")

    assert fetch(row.file.url) == b"new"
