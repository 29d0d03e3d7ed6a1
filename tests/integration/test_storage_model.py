"""Random use of the storage on an emulated Appwrite, compared with a dict."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.emulator import Emulator
from cloud_storages.testing import ODD
from tests.model import (
    CONFIGURATIONS,
    LAYOUTS,
    POLICIES,
    StorageMachine,
    check_an_odd_name,
    configured,
    go_the_short_way,
)

#: To shrink a failure takes thousands of runs, each with a server of its own.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


class AppwriteMachine(StorageMachine):
    """Each run has a server of its own, so that listing the root shows its directories only."""

    def make_storage(self, **options: Any) -> AppWriteStorage:
        key = f"standard_{uuid.uuid4().hex}"
        self.emulator = Emulator(project="tests", key=key)
        self.emulator.start()
        return AppWriteStorage(
            endpoint=self.emulator.endpoint,
            project_id="tests",
            api_key=key,
            bucket_id=f"t{uuid.uuid4().hex[:20]}",
            **options,
        )

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.emulator.stop()


@pytest.mark.parametrize(("policy", "layout", "legacy_ids"), CONFIGURATIONS)
def test_a_short_walk_through_everything(policy: str, layout: str, legacy_ids: bool) -> None:
    go_the_short_way(configured(AppwriteMachine, policy, layout, legacy_ids)())


@pytest.mark.parametrize(("policy", "layout", "legacy_ids"), CONFIGURATIONS)
def test_the_storage_on_appwrite_does_what_a_dict_would(
    policy: str, layout: str, legacy_ids: bool
) -> None:
    run_state_machine_as_test(
        configured(AppwriteMachine, policy, layout, legacy_ids),
        settings=settings(max_examples=8, stateful_step_count=20, phases=WITHOUT_SHRINKING),
    )


@pytest.fixture(scope="module", params=LAYOUTS)
def alone(request: pytest.FixtureRequest) -> Iterator[AppWriteStorage]:
    """A storage that nobody else sees, to which one test after the other saves."""
    machine = configured(AppwriteMachine, "keep both", request.param, legacy_ids=False)()
    yield machine.storage
    machine.emulator.stop()


@pytest.mark.parametrize("name", ODD)
def test_every_odd_name_is_saved_listed_read_and_deleted(alone: AppWriteStorage, name: str) -> None:
    check_an_odd_name(alone, name)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("policy", POLICIES)
def test_legacy_names_that_differ_in_case_never_mix(
    make_storage: Callable[..., AppWriteStorage], policy: str, layout: str
) -> None:
    storage = make_storage(legacy_ids=True, layout=layout, **POLICIES[policy])
    first = storage.save("Photo.PNG", ContentFile(b"first"))
    assert first == "Photo.PNG"
    assert not storage.exists("photo.png")
    with pytest.raises(FileNotFoundError):
        storage.open("photo.png")
    storage.delete("photo.png")
    assert storage.open(first).read() == b"first"


def test_a_legacy_name_taken_in_another_case_gets_an_alternative(
    make_storage: Callable[..., AppWriteStorage],
) -> None:
    storage = make_storage(legacy_ids=True)
    first = storage.save("Photo.PNG", ContentFile(b"first"))
    second = storage.save("photo.png", ContentFile(b"second"))
    assert second != "photo.png"
    assert storage.open(first).read() == b"first"
    assert storage.open(second).read() == b"second"


def test_a_legacy_name_taken_in_another_case_does_not_hinder_reuse(
    make_storage: Callable[..., AppWriteStorage],
) -> None:
    storage = make_storage(legacy_ids=True, create_new_if_same_content=False)
    first = storage.save("Photo.PNG", ContentFile(b"first"))
    second = storage.save("photo.png", ContentFile(b"second"))
    assert storage.open(first).read() == b"first"
    assert storage.open(second).read() == b"second"
    assert storage.save("photo.png", ContentFile(b"second")) == second


def test_a_legacy_name_taken_in_another_case_is_not_reported_as_a_passing_trouble(
    make_storage: Callable[..., AppWriteStorage],
) -> None:
    storage = make_storage(legacy_ids=True, overwrite=True)
    first = storage.save("Photo.PNG", ContentFile(b"first"))
    with pytest.raises(FileExistsError):
        storage.save("photo.png", ContentFile(b"second"))
    assert storage.open(first).read() == b"first"
