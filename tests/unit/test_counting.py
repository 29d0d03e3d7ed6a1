"""``assertNumStorageRequests`` tells a site what its pages cost."""

import subprocess
import sys
import threading
import unittest
import uuid

import pytest
from django.core.files.base import ContentFile
from django.test import SimpleTestCase

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.testing import (
    StorageRequestsMixin,
    assertNumStorageRequests,
    storage_requests,
)


@pytest.fixture
def storage():
    storage = InMemoryStorage(project_id=uuid.uuid4().hex, api_key="standard_secret")
    storage.save("docs/a.txt", ContentFile(b"content"))
    return storage


def test_a_block_that_makes_as_many_requests_as_expected_passes(storage):
    with assertNumStorageRequests(0):
        storage.url("docs/a.txt")
    with assertNumStorageRequests(2) as made:
        storage.exists("docs/a.txt")
        storage.delete("docs/a.txt")

    assert [str(request) for request in made] == [
        "GET find docs/a.txt and others (docs/a.txt)",
        "DELETE delete docs/a.txt (docs/a.txt)",
    ]


def test_what_a_view_asks_of_a_file_is_listed_with_its_name(storage):
    with assertNumStorageRequests(1) as made:
        storage.service.look("docs/a.txt")

    assert [request.name for request in made] == ["docs/a.txt"]


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_another_number_fails_and_the_requests_are_listed(storage, expected):
    def page():
        storage.open("docs/a.txt").close()
        storage.size("docs/a.txt")

    with pytest.raises(AssertionError) as caught, assertNumStorageRequests(expected):
        page()

    assert str(caught.value).splitlines() == [
        f"2 storage requests made, {expected} expected. Those made were:",
        "1. GET read docs/a.txt (docs/a.txt)",
        "2. GET find docs/a.txt and others (docs/a.txt)",
    ]


def test_no_request_where_some_were_expected_fails(storage):
    with (
        pytest.raises(AssertionError, match="0 storage requests made, 1 expected"),
        assertNumStorageRequests(1),
    ):
        storage.url("docs/a.txt")


def test_what_the_block_itself_raises_is_not_hidden():
    with pytest.raises(KeyError), assertNumStorageRequests(5):
        raise KeyError


def test_nothing_is_counted_after_the_block(storage):
    with storage_requests() as made:
        pass
    storage.exists("docs/a.txt")

    assert made == []


def test_blocks_may_be_nested(storage):
    with assertNumStorageRequests(2):
        storage.exists("docs/a.txt")
        with assertNumStorageRequests(1):
            storage.exists("docs/a.txt")


def test_requests_of_other_threads_count(storage):
    thread = threading.Thread(target=storage.exists, args=("docs/a.txt",))

    with assertNumStorageRequests(1):
        thread.start()
        thread.join()


@pytest.mark.parametrize("base", [unittest.TestCase, SimpleTestCase])
def test_a_test_case_has_it_as_a_block_and_as_a_call(storage, base):
    class TestPage(StorageRequestsMixin, base):
        def test_block(self):
            with self.assertNumStorageRequests(1):
                storage.exists("docs/a.txt")

        def test_call(self):
            self.assertNumStorageRequests(1, storage.save, "docs/b.txt", content=ContentFile(b"b"))

        def test_wrong_block(self):
            with self.assertNumStorageRequests(2):
                storage.exists("docs/a.txt")

        def test_wrong_call(self):
            self.assertNumStorageRequests(0, storage.exists, "docs/a.txt")

    outcome = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(TestPage).run(outcome)

    assert outcome.testsRun == 4
    assert outcome.errors == []
    failed = [str(test).partition(" ")[0] for test, _ in outcome.failures]
    assert sorted(failed) == ["test_wrong_block", "test_wrong_call"]
    assert all("storage requests made" in report for _, report in outcome.failures)


def test_it_needs_neither_pytest_nor_hypothesis_nor_django():
    program = """
import sys
for name in ("pytest", "hypothesis", "django", "appwrite", "requests"):
    sys.modules[name] = None
from cloud_storages.testing import StorageRequestsMixin, assertNumStorageRequests
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_everything_that_is_public_is_there():
    import cloud_storages.testing

    for name in cloud_storages.testing.__all__:
        assert hasattr(cloud_storages.testing, name), name
    assert callable(cloud_storages.testing.names)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = cloud_storages.testing.nothing_of_the_kind
