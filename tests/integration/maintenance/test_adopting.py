"""A site of 1.2.5 on a server: adopted over HTTP, and seen as a browser sees it."""

import pytest
import requests
from django.core.files.storage import default_storage

from cloud_storages.domain.errors import AccessDenied
from cloud_storages.domain.values import Location
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.maintenance.adopting import Ids, adopt
from cloud_storages.ports import BytesContent
from tests.site.models import Document
from tests.unit.django.contract.sites import default_storage_is
from tests.upgrade.left_behind import LEFT_BEHIND, ROOT, STORED

APPWRITE = "cloud_storages.backends.appwrite.AppWriteStorage"
KEY = "standard_adopting"


pytestmark = pytest.mark.usefixtures("documents")


@pytest.fixture
def is_exact():
    """Whether the server finds IDs in their exact spelling only."""
    return False


@pytest.fixture
def emulator(is_exact):
    """A server of its own, for its buckets have the names of 1.2.5."""
    with Emulator(project="site", key=KEY, case_sensitive_lookup=is_exact) as emulator:
        yield emulator


@pytest.fixture
def options(emulator):
    return {
        "endpoint": emulator.endpoint,
        "project_id": "site",
        "api_key": KEY,
        "bucket_id": ROOT,
        "retries": 0,
    }


@pytest.fixture
def site(options, emulator, is_exact):
    """Return the rows of a site of 1.2.5, and what each opens: of those that opened at all."""
    with default_storage_is(APPWRITE, **options, legacy_ids=True):
        store = default_storage.service.store
        for bucket_id in {each.bucket_id for each in LEFT_BEHIND}:
            create_bucket(emulator, bucket_id)
        for (bucket_id, file_id), each in STORED.items():
            location = Location(bucket_id, file_id)
            store.create(location, each.title, BytesContent(each.content))
        yield [
            (Document.objects.create(file=each.name), each.opened)
            for each in LEFT_BEHIND
            if not is_exact or each.name == f"{each.bucket_id}/{each.file_id}"
        ]


def create_bucket(emulator, bucket_id):
    """Create a bucket as 1.2.5 did: named like its ID, open to everyone, not encrypted."""
    answer = requests.post(
        f"{emulator.endpoint}/storage/buckets",
        headers={"X-Appwrite-Project": "site", "X-Appwrite-Key": KEY},
        json={
            "bucketId": bucket_id,
            "name": bucket_id,
            "permissions": ['read("any")'],
            "encryption": False,
            "antivirus": False,
        },
        timeout=30,
    )
    answer.raise_for_status()


def assert_all_open(site):
    for row, content in site:
        row.refresh_from_db()
        with row.file.open() as file:
            assert file.read() == content, row.file.name
        assert requests.get(row.file.url, timeout=30).content == content, row.file.url


@pytest.mark.parametrize("is_exact", [False, True])
def test_a_site_is_adopted_and_its_old_files_go(site, options):
    assert adopt(move=True).ok
    assert_all_open(site)
    assert adopt(ids=Ids.CURRENT, move=True).ok
    assert_all_open(site)
    with default_storage_is(APPWRITE, **options, legacy_ids=False):
        assert_all_open(site)
        cleared = adopt(ids=Ids.CURRENT, delete_old=True)
        assert cleared.ok
        assert cleared.deleted
        assert_all_open(site)


def test_a_report_costs_few_requests(site, emulator):
    emulator.traffic.clear()
    found = adopt()

    assert found.rows == len(site)
    asked = [each.method for each in emulator.traffic.exchanges]
    assert len(asked) <= 40
    assert set(asked) == {"GET"}


def test_a_key_that_expires_half_way_ends_it_and_nothing_is_lost(site, emulator):
    adopt(move=True)
    body = b'{"message": "no", "code": 401, "type": "user_unauthorized", "version": "1.9.6"}'
    expired = {"status": 401, "headers": {"Content-Type": "application/json"}, "body": body}
    emulator.inject(Fault(path="/files", nth=30, times=1000, **expired))
    with pytest.raises(AccessDenied):
        adopt(ids=Ids.CURRENT, move=True, workers=1)
    emulator.clear_faults()
    assert_all_open(site)
    assert adopt(ids=Ids.CURRENT, move=True).ok
