"""
What sites write with this package, for a type checker only; nobody runs it.

Each line that is told to be ignored must be an error: mypy reports an ignore that is not needed.
"""

import datetime as dt
from collections.abc import Awaitable
from typing import Any, assert_type

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import SimpleTestCase

import cloud_storages
from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.backends.memory import InMemoryStorage, reset
from cloud_storages.domain.errors import (
    AccessDenied,
    BucketMissing,
    CloudStorageError,
    FileMissing,
    Unavailable,
)
from cloud_storages.domain.layouts import meeting
from cloud_storages.domain.showing import Preview
from cloud_storages.emulator import Emulator, Exchange, Fault, Proxy, WireTraffic
from cloud_storages.maintenance import (
    Adoption,
    AnyStorage,
    BucketChanges,
    BucketList,
    CannotRun,
    Collection,
    Comparison,
    Ids,
    Migration,
    Problem,
    Report,
    Shard,
    Verdict,
    Verification,
    Wishes,
    adopt,
    change_bucket,
    check,
    cloud_storage_of,
    collect,
    compare_buckets,
    files_of,
    is_same_place,
    list_buckets,
    migrate,
    storage_of,
    verify,
)
from cloud_storages.maintenance.adopting import RowFinding, State
from cloud_storages.maintenance.checking import Finding
from cloud_storages.maintenance.collecting import Fate, Leftover, What
from cloud_storages.maintenance.references import Reference, file_fields, references
from cloud_storages.maintenance.verifying import FileFinding, Trouble
from cloud_storages.middleware import request_blocks, until_response
from cloud_storages.templatetags.cloud_storages import picture, preview_url
from cloud_storages.testing import (
    FileStoreConformance,
    StorageConformance,
    StorageRequestsMixin,
    assertNumStorageRequests,
    storage_requests,
)
from cloud_storages.testing.djangostorage import Promise, promises_of, verdicts
from cloud_storages.testing.djangostorage import Verdict as Kept
from cloud_storages.views import Allowed, ServeFile, anyone

assert_type(cloud_storages.__version__, str)


# Storages


def options() -> AppWriteStorage:
    return AppWriteStorage(
        api_key="key",
        project_id="project",
        bucket_id="media",
        layout="path",
        buckets={"invoices": "65ab0c"},
        access="private",
        url_lifetime=dt.timedelta(hours=1),
        overwrite=True,
    )


def reading_and_writing(storage: AppWriteStorage) -> None:
    assert_type(storage.save("docs/a.txt", ContentFile(b"content")), str)
    with storage.open("docs/a.txt") as file:
        assert_type(file, File[Any])
    storage.open("docs/a.txt", "w", encoding="latin-1", newline="").close()
    assert_type(storage.exists("docs/a.txt"), bool)
    assert_type(storage.size("docs/a.txt"), int)
    assert_type(storage.signature("docs/a.txt"), str)
    assert_type(storage.get_modified_time("docs/a.txt"), dt.datetime)
    assert_type(storage.listdir(""), tuple[list[str], list[str]])
    assert_type(storage.delete("docs/a.txt"), None)

    storage.open("docs/a.txt", 3)  # type: ignore[arg-type]
    storage.size(None)  # type: ignore[arg-type]
    storage.siez("docs/a.txt")  # type: ignore[attr-defined]
    storage.options.bucket_id = "other"  # type: ignore[misc]


def many_files(storage: AppWriteStorage, film: FieldFile) -> None:
    with storage.prefetch_metadata(["a.txt", film, None]):
        storage.size("a.txt")
    with storage.reporting(lambda stored, size: stored / size):
        storage.save("film.mp4", ContentFile(b"film"))
    assert_type(storage.urls(["a.txt"], expires=60), dict[str, str])

    storage.prefetch_metadata(3)  # type: ignore[arg-type]
    storage.reporting(lambda: None)  # type: ignore[misc,arg-type]


def addresses(storage: AppWriteStorage) -> None:
    assert_type(storage.url("a.jpg", expires=dt.timedelta(hours=1), download=True), str)
    assert_type(storage.preview_url("a.jpg", width=320, output="webp"), str)
    assert_type(storage.preview_urls("a.jpg", [320, 640], ratio=1.5), dict[int, str])
    assert_type(storage.is_previewable("a.jpg"), bool)

    assert_type(Preview(width=320, output="webp").width, int)

    Preview(width="wide")  # type: ignore[arg-type]
    storage.url("a.jpg", expires="tomorrow")  # type: ignore[arg-type]
    storage.preview_urls("a.jpg", 320)  # type: ignore[arg-type]


def in_memory() -> Storage:
    storage = InMemoryStorage(layout="path")
    assert_type(storage.reset(), None)
    reset()
    assert_type(meeting(storage.options.laid_out, ["a/b.txt"]), list[tuple[str, ...]])
    return storage


def failing(storage: AppWriteStorage) -> str:
    try:
        storage.size("a.txt")
    except (FileMissing, BucketMissing, AccessDenied) as error:
        assert_type(error.temporary, bool)
    except Unavailable as error:
        return str(error)
    except CloudStorageError:
        return ""
    except FileNotFoundError:
        return "never: it was caught as the package's own"
    return "fine"


# Pages


def is_owner(request: HttpRequest, name: str) -> bool:
    return request.user.is_authenticated and name.startswith("docs/")


async def is_guest(request: HttpRequest, name: str) -> bool:
    return not await is_owner_later(request, name)


def is_owner_later(request: HttpRequest, name: str) -> Awaitable[bool]:
    raise NotImplementedError


class Files(ServeFile):
    storage = "private"
    max_age = 60
    allowed = staticmethod(is_owner)


class WrongFiles(ServeFile):
    max_age = "a day"  # type: ignore[assignment]
    directories = 3  # type: ignore[assignment]


rules: list[Allowed] = [is_owner, is_guest, anyone]
wrong_rules: list[Allowed] = [len]  # type: ignore[list-item]
view = ServeFile.as_view(allowed=anyone, directories=("photos",))


def page(request: HttpRequest, storage: AppWriteStorage) -> HttpResponseBase:
    until_response(storage.prefetch_metadata(["a.txt"]))
    assert_type(request_blocks(page_of)(request), Any)
    assert_type(Files().serve(request, "a.txt"), HttpResponseBase)
    until_response("a.txt")  # type: ignore[arg-type]
    return page_of(request)


def page_of(request: HttpRequest) -> HttpResponseBase:
    return view(request, name=str(request.path))


def shown() -> str:
    return preview_url(None, width=320) + picture(None, widths="320,640", alt="")


# Tests of sites


class AlbumTest(StorageRequestsMixin, SimpleTestCase):
    def test_album(self) -> None:
        with assertNumStorageRequests(1) as made:
            self.client.get("/album/")
        with storage_requests() as also:
            also.extend(made)
        self.assertNumStorageRequests(0, str, "a")

        assertNumStorageRequests("1")  # type: ignore[arg-type]


class ConformanceTest(FileStoreConformance):
    """A harness is given to it as a fixture."""


def emulated() -> tuple[Exchange, ...]:
    with Emulator(project="demo", key="secret", server_version="1.8.1") as emulator:
        assert_type(emulator.endpoint, str)
        with Proxy(emulator.endpoint, round_trip=0.02) as proxy:
            proxy.inject(Fault(method="POST", nth=2, drop="after"))
            assert_type(proxy.traffic, WireTraffic)
        return emulator.traffic.exchanges


def wrongly_emulated() -> None:
    Emulator(project="demo")  # type: ignore[call-arg]
    Fault(drop="sometimes")  # type: ignore[arg-type]


# Maintenance


def maintained(problems: list[Problem]) -> AnyStorage:
    storage = cloud_storage_of("default")
    assert_type(storage_of("default"), Storage)
    assert_type(is_same_place(storage, storage_of("old")), bool)
    for reference in references(file_fields(storage)):
        assert_type(reference, Reference)
        assert_type(reference.name, str)
        reference.name = "b.txt"  # type: ignore[misc]
    try:
        return files_of("default")
    except CannotRun as error:
        problems.append(Problem.of("", error))
        storage_of(1)  # type: ignore[arg-type]
        raise


def way_out(finding: Finding) -> str:
    return finding.way_out


def looked_after() -> bool:
    report = check("default", deploy=True)
    assert_type(report, Report)
    wrong = [way_out(finding) for finding in report.of(Verdict.ERROR)]
    found = verify("default", content=True, fields=["album.Photo.picture"])
    assert_type(found, Verification)
    assert_type(found.ok, bool)
    assert_type(found.findings, tuple[FileFinding, ...])
    assert_type(
        next(each for each in found.findings if each.kind is Trouble.MISSING).size, int | None
    )
    cleared = collect("default", older_than=dt.timedelta(days=2), dry_run=True)
    assert_type(cleared, Collection)
    assert_type(cleared.count(Fate.REMOVED, What.STAGED), int)
    assert_type(cleared.leftovers, tuple[Leftover, ...])
    assert_type(
        change_bucket("default", "photos", Wishes(maximum_file_size=50_000_000)), BucketChanges
    )
    assert_type(compare_buckets(), Comparison)
    assert_type(list_buckets("default"), BucketList)
    adopted = adopt(storage_of("old"), ids=Ids.CURRENT, move=True, report="rows.jsonl")
    assert_type(adopted, Adoption)
    assert_type(adopted.findings, tuple[RowFinding, ...])
    assert_type(adopted.count(State.MISSING), int)
    moved = migrate("default", "appwrite", keep_rows=True, shard=Shard(3, 16))
    assert_type(moved, Migration)
    collect("default", older_than=3600)  # type: ignore[arg-type]
    verify("default", content="yes")  # type: ignore[arg-type]
    adopt(ids="current")  # type: ignore[arg-type]
    return found.ok and not wrong


# The suite for any storage


class OnTrial(StorageConformance):
    cannot = {"the_accessed_time_is_told": "the server keeps none"}  # noqa: RUF012 - as documented
    overwrites = False
    reuses = False
    chunk_size = 100_000
    examples = 5
    steps = 10
    replay = ("6.100.0", b"AXicY2BkAAA")

    def make_storage(self) -> Storage:
        return InMemoryStorage()

    def fetch(self, url: str) -> bytes:
        return super().fetch(url)


def judged() -> bool:
    assert_type(promises_of(OnTrial), dict[str, Promise])
    told = list(verdicts(OnTrial()))
    assert_type(told, list[Kept])
    assert_type([each.promise.name for each in told], list[str])
    verdicts(InMemoryStorage())  # type: ignore[arg-type]
    return all(each.ok for each in told if each.promise.kind == "documented")
