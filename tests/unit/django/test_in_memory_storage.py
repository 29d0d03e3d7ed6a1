"""The storage that a site's own tests use: no settings, no server, nothing left behind."""

from __future__ import annotations

import threading
from urllib.parse import urldefrag
from urllib.request import urlopen

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cloud_storages.backends import memory
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import FileMissing, NotFound, Rejected
from tests.unit.django.contract.sites import default_storage_is, without


def test_it_works_without_any_setting() -> None:
    with without("APPWRITE_ACCESS"):
        storage = InMemoryStorage()

        assert storage.save("docs/a.txt", ContentFile(b"content")) == "docs/a.txt"
        assert storage.listdir("") == (["docs"], [])


def test_it_can_be_the_default_storage_of_a_site() -> None:
    with default_storage_is("cloud_storages.backends.memory.InMemoryStorage"):
        name = default_storage.save("docs/a.txt", ContentFile(b"content"))

        assert isinstance(default_storage._wrapped, InMemoryStorage)
        with InMemoryStorage().open(name) as file:
            assert file.read() == b"content"


def test_instances_of_the_same_options_share_their_files() -> None:
    InMemoryStorage(project_id="one").save("a.txt", ContentFile(b"content"))

    with InMemoryStorage(project_id="one").open("a.txt") as file:
        assert file.read() == b"content"


@pytest.mark.parametrize(
    "other",
    [{"project_id": "other"}, {"endpoint": "https://other.example/v1"}, {"bucket_id": "other"}],
)
def test_another_project_endpoint_or_bucket_has_files_of_its_own(other: dict[str, str]) -> None:
    InMemoryStorage().save("a.txt", ContentFile(b"content"))

    assert not InMemoryStorage(**other).exists("a.txt")


def test_policies_of_instances_that_share_files_may_differ() -> None:
    InMemoryStorage().save("docs/a.txt", ContentFile(b"old"))

    assert InMemoryStorage(overwrite=True).save("docs/a.txt", ContentFile(b"new")) == "docs/a.txt"

    with InMemoryStorage().open("docs/a.txt") as file:
        assert file.read() == b"new"


def test_reset_forgets_the_files_of_one_project() -> None:
    one, two = InMemoryStorage(project_id="one"), InMemoryStorage(project_id="two")
    for storage in (one, two):
        storage.save("docs/a.txt", ContentFile(b"x"))

    one.reset()

    assert one.listdir("") == ([], [])
    assert not one.exists("docs/a.txt")
    assert two.exists("docs/a.txt")


def test_the_module_forgets_the_files_of_every_project() -> None:
    storages = [InMemoryStorage(project_id=project) for project in ("one", "two")]
    for storage in storages:
        storage.save("docs/a.txt", ContentFile(b"x"))

    memory.reset()

    assert [storage.exists("docs/a.txt") for storage in storages] == [False, False]
    assert storages[0].save("docs/a.txt", ContentFile(b"again")) == "docs/a.txt"


def test_errors_are_those_of_the_package() -> None:
    storage = InMemoryStorage()

    with pytest.raises(NotFound) as caught:
        storage.open("docs/a.txt")
    assert isinstance(caught.value, FileNotFoundError)
    storage.save("docs/b.txt", ContentFile(b"x"))
    with pytest.raises(FileMissing) as caught:
        storage.size("docs/a.txt")
    assert str(caught.value.location) == "docs/a.txt"
    assert caught.value.temporary is False


def test_a_file_larger_than_appwrite_takes_by_default_is_rejected() -> None:
    storage = InMemoryStorage()

    with pytest.raises(Rejected, match="30000001 bytes"):
        storage.save("docs/large.bin", ContentFile(bytes(30_000_001)))

    assert not storage.exists("docs/large.bin")
    assert storage.save("docs/large.bin", ContentFile(bytes(30_000_000))) == "docs/large.bin"


def test_buckets_are_not_created_where_the_site_says_so() -> None:
    storage = InMemoryStorage(create_buckets=False)

    with pytest.raises(FileNotFoundError, match="APPWRITE_CREATE_BUCKETS"):
        storage.save("docs/a.txt", ContentFile(b"x"))

    assert InMemoryStorage().listdir("") == ([], [])


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("Photo.PNG", "image/png"),
        ("data.json", "application/json"),
        ("README", "application/octet-stream"),
    ],
)
def test_a_url_shows_the_content_itself(filename: str, media_type: str) -> None:
    storage = InMemoryStorage()
    storage.save(f"docs/{filename}", ContentFile(b"content"))

    url = storage.url(f"docs/{filename}")

    assert url.startswith("data:")
    with urlopen(urldefrag(url).url) as answer:
        assert answer.headers.get_content_type() == media_type
        assert answer.read() == b"content"


def test_urls_of_different_files_differ_even_if_they_are_missing() -> None:
    storage = InMemoryStorage()

    assert storage.url("docs/a.txt") != storage.url("docs/b.txt")


def test_many_threads_saving_one_name_keep_every_content() -> None:
    storage = InMemoryStorage()
    names: list[str] = []
    threads = [
        threading.Thread(
            target=lambda number=number: names.append(
                storage.save("docs/a.txt", ContentFile(str(number).encode()))
            )
        )
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    contents = {storage.open(name).read() for name in names}
    assert contents == {str(number).encode() for number in range(8)}
