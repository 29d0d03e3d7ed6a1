"""Random use of the storage in memory, compared with a dict."""

import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.testing import LARGE_SIZES, ODD, bytes_of
from tests.model import (
    CONFIGURATIONS,
    LAYOUTS,
    POLICIES,
    StorageMachine,
    check_an_odd_name,
    configured,
    go_the_short_way,
)


class InMemoryMachine(StorageMachine):
    def make_storage(self, **options: Any) -> InMemoryStorage:
        return InMemoryStorage(
            project_id=uuid.uuid4().hex, bucket_id=f"t{uuid.uuid4().hex[:20]}", **options
        )


@pytest.mark.parametrize(("policy", "layout", "legacy_ids"), CONFIGURATIONS)
def test_a_short_walk_through_everything(policy: str, layout: str, legacy_ids: bool) -> None:
    go_the_short_way(configured(InMemoryMachine, policy, layout, legacy_ids)())


@pytest.mark.parametrize(("policy", "layout", "legacy_ids"), CONFIGURATIONS)
def test_the_storage_in_memory_does_what_a_dict_would(
    policy: str, layout: str, legacy_ids: bool
) -> None:
    run_state_machine_as_test(
        configured(InMemoryMachine, policy, layout, legacy_ids),
        settings=settings(max_examples=40, stateful_step_count=25),
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_legacy_names_that_differ_in_case_stay_two_files(layout: str) -> None:
    storage = InMemoryStorage(project_id=uuid.uuid4().hex, layout=layout, legacy_ids=True)
    first = storage.save("Photo.PNG", ContentFile(b"first"))
    second = storage.save("photo.png", ContentFile(b"second"))
    assert first == "Photo.PNG"
    assert second != "photo.png"
    assert storage.open(first).read() == b"first"
    assert storage.open(second).read() == b"second"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ODD)
def test_every_odd_name_is_saved_listed_read_and_deleted(name: str, layout: str) -> None:
    check_an_odd_name(InMemoryStorage(project_id=uuid.uuid4().hex, layout=layout), name)


@pytest.mark.parametrize("size", [10, LARGE_SIZES[0]])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_free_name_is_saved_though_no_alternative_would_be_short_enough(
    policy: str, size: int
) -> None:
    storage = InMemoryStorage(project_id=uuid.uuid4().hex, **POLICIES[policy])
    saved = storage.save("docs/a.jpg", ContentFile(bytes_of(size)), max_length=10)
    assert saved == "docs/a.jpg"
