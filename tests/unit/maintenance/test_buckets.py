"""Buckets as the site needs them: listed, created, changed, compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from django.core.files.storage import FileSystemStorage
from django.core.validators import FileExtensionValidator

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import AccessDenied, BucketTaken, Rejected
from cloud_storages.domain.values import BucketSettings
from cloud_storages.maintenance.buckets import (
    Wishes,
    change_bucket,
    compare_buckets,
    create_bucket,
    create_needed_buckets,
    list_buckets,
)
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.findings import Verdict
from tests.commands import ran
from tests.site.models import Document
from tests.unit.django.contract.sites import default_storage_is

if TYPE_CHECKING:
    from cloud_storages.ports import FileStore

IN_MEMORY = "cloud_storages.backends.memory.InMemoryStorage"
NEEDED = ["documents", "media", "pictures", "short"]


@pytest.fixture
def store() -> FileStore:
    """The buckets of the test site's default storage."""
    return InMemoryStorage().service.store


def ids(store: FileStore) -> list[str]:
    return sorted(each.bucket_id for each in store.all_bucket_settings())


class TestListing:
    def test_tells_every_bucket_with_who_uses_it(self, store: FileStore) -> None:
        store.create_bucket("pictures", "pictures", public=True)
        store.create_bucket("media", "media", public=False)
        store.create_bucket("another", "Another site's", public=False)

        found = {each.settings.bucket_id: each.used_by for each in list_buckets().buckets}

        assert found == {
            "another": (),
            "media": ("names without directory",),
            "pictures": ("site.Document.picture", "site.Photo.picture"),
        }

    @pytest.mark.parametrize("storage", [None, "default", InMemoryStorage()])
    def test_tells_the_storage_by_its_alias(self, storage: Any) -> None:
        told = [list_buckets(storage), compare_buckets(storage), create_needed_buckets(storage)]

        assert [each.storage for each in told] == ["default"] * 3
        assert {each.storage for each in compare_buckets(storage).findings} == {"default"}

    def test_of_a_storage_of_another_kind_is_refused(self) -> None:
        with pytest.raises(CannotRun, match="FileSystemStorage"):
            list_buckets(FileSystemStorage())

    def test_of_a_site_without_a_storage_of_this_package_says_so(self) -> None:
        other = default_storage_is("django.core.files.storage.FileSystemStorage")
        with other, pytest.raises(CannotRun, match="no storage of this package"):
            list_buckets()


class TestCreating:
    def test_makes_a_bucket_as_the_settings_ask_for(self, store: FileStore) -> None:
        (change,) = create_bucket(None, "archive").changes

        assert change.before is None
        assert change.after == store.bucket_settings("archive")
        assert change.after.is_public
        assert change.after.name == "archive"

    def test_makes_it_private_where_the_site_is(self, store: FileStore) -> None:
        with default_storage_is(IN_MEMORY, access="private"):
            create_bucket(None, "archive")

        assert not store.bucket_settings("archive").is_public

    def test_makes_it_as_it_is_wished(self, store: FileStore) -> None:
        wishes = Wishes(
            name="Old files",
            public=False,
            maximum_file_size=5000,
            allowed_extensions=(".PDF", "txt", "pdf"),
            compression="gzip",
            encryption=False,
            antivirus=False,
            transformations=False,
            file_security=True,
            enabled=False,
        )

        create_bucket("default", "archive", wishes)

        assert store.bucket_settings("archive") == BucketSettings(
            "archive",
            "Old files",
            file_security=True,
            enabled=False,
            maximum_file_size=5000,
            allowed_extensions=("pdf", "txt"),
            compression="gzip",
            encryption=False,
            antivirus=False,
            transformations=False,
        )

    def test_for_a_directory_makes_the_bucket_that_the_storage_uses(self, store: FileStore) -> None:
        storage = InMemoryStorage()
        (change,) = create_bucket(storage, "My Photos").changes

        with storage.open("My Photos/a.txt", "xb") as file:
            file.write(b"content")

        assert change.after.name == "My Photos"
        assert ids(store) == [change.bucket_id]

    def test_takes_the_bucket_that_the_settings_give_a_directory(self, store: FileStore) -> None:
        create_bucket(InMemoryStorage(buckets={"docs": "archive"}), "docs")

        assert store.bucket_settings("archive").name == "docs"

    def test_in_the_layout_of_paths_takes_ids_only(self, store: FileStore) -> None:
        with pytest.raises(CannotRun, match="no ID"):
            create_bucket(InMemoryStorage(layout="path"), "My Photos")

        assert ids(store) == []

    @pytest.mark.parametrize("taken", ["archive", "ARCHIVE"])
    def test_leaves_a_bucket_alone_that_is_there(self, store: FileStore, taken: str) -> None:
        store.create_bucket(taken, "Theirs", public=False)

        with pytest.raises(CannotRun, match=taken):
            create_bucket(None, "archive")

        assert ids(store) == [taken]
        assert store.bucket_settings(taken).name == "Theirs"

    def test_makes_no_second_bucket_for_a_directory_that_has_one_by_its_name(
        self, store: FileStore
    ) -> None:
        store.create_bucket("d0c5", "documents", public=True)

        with pytest.raises(CannotRun, match="d0c5"):
            create_bucket(None, "documents")

    def test_as_a_dry_run_makes_nothing(self, store: FileStore) -> None:
        made = create_bucket(None, "archive", dry_run=True)

        assert made.dry_run
        assert [change.bucket_id for change in made.changes] == ["archive"]
        assert ids(store) == []

    def test_beyond_what_the_server_allows_is_told(self, store: FileStore) -> None:
        with pytest.raises(CannotRun, match="--max-size"):
            create_bucket(None, "archive", Wishes(maximum_file_size=10**12))

        assert ids(store) == []

    def test_whatever_is_needed_makes_what_is_not_there(self, store: FileStore) -> None:
        store.create_bucket("p1c5", "pictures", public=False)

        made = create_needed_buckets(None, Wishes(maximum_file_size=5_000_000))

        assert sorted(change.bucket_id for change in made.changes) == [
            "documents",
            "media",
            "short",
        ]
        assert ids(store) == ["documents", "media", "p1c5", "short"]
        assert store.bucket_settings("short").maximum_file_size == 5_000_000
        assert not store.bucket_settings("p1c5").is_public
        assert create_needed_buckets().changes == ()

    def test_whatever_is_needed_makes_nothing_if_one_cannot_be_made(self, store: FileStore) -> None:
        for bucket in ("twin-1", "twin-2"):
            store.create_bucket(bucket, "short", public=True)

        with pytest.raises(CannotRun, match="twin-1, twin-2"):
            create_needed_buckets()

        assert ids(store) == ["twin-1", "twin-2"]

    @pytest.mark.parametrize("error", [Rejected, AccessDenied])
    def test_whatever_is_needed_tells_what_it_made_before_it_failed(
        self, store: FileStore, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
    ) -> None:
        really = store.create_bucket_as

        def refused(settings: BucketSettings) -> BucketSettings:
            if len(ids(store)) == 2:
                raise error("The plan allows two buckets.")
            return really(settings)

        monkeypatch.setattr(store, "create_bucket_as", refused)
        done = ran("appwrite_buckets", "create", "--needed", "--json")

        told = json.loads(done.out)["error"]
        assert done.code == 2
        assert f"Created: {', '.join(in_order(store))}." in told
        assert "The plan allows two buckets." in told


def in_order(store: FileStore) -> list[str]:
    return [each.bucket_id for each in store.buckets()]


@pytest.fixture
def unusual(store: FileStore) -> BucketSettings:
    """A bucket of which everything is otherwise than a server would choose."""
    return store.create_bucket_as(
        BucketSettings(
            "documents",
            "Documents",
            permissions=('create("team:editors")', 'read("users")'),
            file_security=True,
            enabled=False,
            maximum_file_size=4_000_000,
            allowed_extensions=("pdf",),
            compression="gzip",
            encryption=False,
            antivirus=False,
            transformations=False,
        )
    )


class TestChanging:
    @pytest.mark.parametrize(
        ("wish", "changed"),
        [
            ({"name": "Papers"}, {"name": "Papers"}),
            (
                {"public": True},
                {"permissions": ('read("any")', 'create("team:editors")')},
            ),
            ({"public": False}, {"permissions": ('create("team:editors")',)}),
            ({"maximum_file_size": 7}, {"maximum_file_size": 7}),
            ({"allowed_extensions": ("TXT",)}, {"allowed_extensions": ("txt",)}),
            ({"allowed_extensions": ()}, {"allowed_extensions": ()}),
            ({"compression": "none"}, {"compression": "none"}),
            ({"encryption": True}, {"encryption": True}),
            ({"antivirus": True}, {"antivirus": True}),
            ({"transformations": True}, {"transformations": True}),
            ({"file_security": False}, {"file_security": False}),
            ({"enabled": True}, {"enabled": True}),
        ],
        ids=lambda value: str(next(iter(value))),
    )
    def test_one_setting_keeps_all_others(
        self,
        store: FileStore,
        unusual: BucketSettings,
        wish: dict[str, Any],
        changed: dict[str, Any],
    ) -> None:
        (change,) = change_bucket(None, "documents", Wishes(**wish)).changes

        assert store.bucket_settings("documents") == attrs.evolve(unusual, **changed)
        assert (change.before, change.after) == (unusual, attrs.evolve(unusual, **changed))
        assert list(change.differences) == list(changed)

    def test_to_what_is_so_already_does_nothing(self, unusual: BucketSettings) -> None:
        assert change_bucket(None, "documents", Wishes(name=unusual.name)).changes == ()

    def test_of_what_is_not_there_is_told(self, store: FileStore) -> None:
        with pytest.raises(CannotRun, match="'documents'"):
            change_bucket(None, "documents", Wishes(name="x"))

        assert ids(store) == []

    def test_goes_by_the_directory_that_a_bucket_is_named_like(self, store: FileStore) -> None:
        store.create_bucket("d0c5", "documents", public=True)

        change_bucket(None, "documents", Wishes(maximum_file_size=7))

        assert store.bucket_settings("d0c5").maximum_file_size == 7

    def test_as_a_dry_run_changes_nothing(self, store: FileStore, unusual: BucketSettings) -> None:
        (change,) = change_bucket(None, "documents", Wishes(enabled=True), dry_run=True).changes

        assert change.differences == {"enabled": (False, True)}
        assert store.bucket_settings("documents") == unusual

    @pytest.mark.usefixtures("unusual")
    def test_of_what_somebody_else_changes_meanwhile_is_told(
        self, store: FileStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        really = store.change_bucket

        def changed_again(settings: BucketSettings) -> BucketSettings:
            told = really(settings)
            really(attrs.evolve(settings, name="Theirs"))
            return told

        monkeypatch.setattr(store, "change_bucket", changed_again)

        with pytest.raises(CannotRun, match="name is 'Theirs' instead of 'Documents'"):
            change_bucket(None, "documents", Wishes(enabled=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "n" * 129},
        {"maximum_file_size": 0},
        {"compression": "rar"},
        {"allowed_extensions": ("tar.gz",)},
        {"allowed_extensions": ("",)},
        {"allowed_extensions": tuple(f"e{n}" for n in range(101))},
    ],
    ids=str,
)
def test_what_no_server_takes_cannot_be_wished(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Wishes(**wrong)


class TestComparing:
    def test_finds_nothing_where_all_that_is_needed_is_there(self) -> None:
        create_needed_buckets()

        found = compare_buckets()

        assert found.ok
        assert sorted(each.subject for each in found.findings) == NEEDED

    def test_finds_what_is_missing(self, store: FileStore) -> None:
        create_needed_buckets()
        store.create_bucket("unrelated", "unrelated", public=False)
        with default_storage_is(IN_MEMORY, buckets={"short": "shorter"}):
            found = compare_buckets()

        (difference,) = (each for each in found.findings if each.verdict is Verdict.ERROR)
        assert not found.ok
        assert difference.subject == "shorter"
        assert "--needed" in difference.way_out

    def test_finds_wrong_access_and_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class AtMost:
            max_size = 2_000_000

            def __call__(self, value: Any) -> None:
                """Refuse files that are larger; the test uploads none."""

        create_needed_buckets()
        field = Document._meta.get_field("file")
        own = [FileExtensionValidator(["pdf", "doc"]), AtMost()]
        monkeypatch.setattr(field, "validators", [*field.validators, *own])
        wishes = Wishes(public=False, maximum_file_size=1_999_999, allowed_extensions=("pdf",))
        change_bucket(None, "documents", wishes)

        wrong = [each for each in compare_buckets().findings if each.verdict is not Verdict.FINE]

        assert {each.subject for each in wrong} == {"documents"}
        assert [each.verdict for each in wrong] == [Verdict.ERROR] * 3
        assert "--public" in wrong[0].way_out
        assert "--max-size 2000000" in wrong[1].way_out
        assert "--extensions doc,pdf" in wrong[2].way_out

    def test_advises_what_makes_it_right(
        self, store: FileStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        field = Document._meta.get_field("file")
        own = [FileExtensionValidator(["pdf"])]
        monkeypatch.setattr(field, "validators", [*field.validators, *own])
        for bucket in ("media", "documents", "pictures"):
            store.create_bucket_as(
                BucketSettings(
                    bucket,
                    bucket,
                    enabled=False,
                    maximum_file_size=9,
                    allowed_extensions=() if bucket == "media" else ("JPG",),
                    transformations=False,
                )
            )

        for finding in compare_buckets().findings:
            advice = finding.way_out.removeprefix("Run manage.py appwrite_buckets ")
            if advice:
                words = advice.partition(", or ")[0].rstrip(".").split()
                assert ran("appwrite_buckets", *words).code == 0

        assert compare_buckets().ok
        assert ids(store) == NEEDED


class TestTheCommand:
    def test_creates_changes_and_lists(self, store: FileStore) -> None:
        created = ran("appwrite_buckets", "create", "photos", "--private", "--max-size", "5MiB")
        changed = ran(
            "appwrite_buckets", "change", "photos", "--extensions", "jpg,PNG", "--disabled"
        )
        listed = ran("appwrite_buckets", "list")

        settings = store.bucket_settings("photos")
        assert not settings.is_public
        assert not settings.enabled
        assert settings.maximum_file_size == 5 * 1024**2
        assert settings.allowed_extensions == ("jpg", "png")
        assert [created.code, changed.code, listed.code] == [0, 0, 0]
        assert "Created the bucket photos" in created.out
        assert "enabled: True -> False" in changed.out
        assert "5,242,880 bytes" in listed.out
        assert "jpg, png" in listed.out

    def test_compares_with_an_exit_code(self) -> None:
        before = ran("appwrite_buckets", "compare")
        ran("appwrite_buckets", "create", "--needed")

        assert before.code == 1
        assert "documents" in before.out
        assert ran("appwrite_buckets", "compare").code == 0
        assert ran("appwrite_buckets", "compare", "--max-size", "31MB").code == 1

    def test_prints_one_document_for_machines(self) -> None:
        would = json.loads(ran("appwrite_buckets", "create", "--needed", "--dry-run", "--json").out)
        listed = json.loads(ran("appwrite_buckets", "list", "--json").out)

        assert would["ok"] is would["dry_run"] is True
        assert sorted(change["bucket_id"] for change in would["changes"]) == NEEDED
        assert listed["buckets"] == []

    def test_tells_why_it_cannot_run_as_a_document_too(self) -> None:
        done = ran("appwrite_buckets", "change", "media", "--public", "--json")

        assert done.code == 2
        assert json.loads(done.out) == {"ok": False, "error": done.error}

    @pytest.mark.parametrize(
        "arguments",
        [
            ["create"],
            ["change"],
            ["change", "media"],
            ["change", "media", "--max-size", "5 apples"],
            ["create", "media", "--extensions", "tar.gz"],
            ["create", "media", "--public", "--private"],
            ["create", "media", "--needed"],
            ["create", "--needed", "--name", "All"],
            ["list", "media"],
            ["list", "--public"],
            ["compare", "--name", "x"],
            ["list", "--storage", "nowhere"],
            ["delete", "media"],
        ],
        ids=" ".join,
    )
    def test_refuses_what_makes_no_sense_before_doing_anything(
        self, store: FileStore, arguments: list[str]
    ) -> None:
        done = ran("appwrite_buckets", *arguments)

        assert done.error
        assert done.code != 0
        assert ids(store) == []


def test_a_bucket_that_another_process_creates_meanwhile_is_left_alone(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(settings: BucketSettings) -> BucketSettings:
        raise BucketTaken(f"The bucket {settings.bucket_id!r} exists.")

    monkeypatch.setattr(store, "create_bucket_as", taken)

    with pytest.raises(CannotRun, match="meanwhile"):
        create_bucket(None, "archive")
