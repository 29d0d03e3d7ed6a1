"""Which files of 1.2.5 open, and moving those that do not: nothing is lost at any moment."""

import contextlib
import itertools
import json

import attrs
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError, connection
from django.db.models import QuerySet

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import AccessDenied, BucketTaken, Unavailable
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.adopting import Ids, State, adopt
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.inventory import ledger
from cloud_storages.ports import BytesContent
from tests.clocks import Clock
from tests.commands import ran
from tests.site.models import Document
from tests.unit.django.contract.sites import default_storage_is
from tests.upgrade.left_behind import LEFT_BEHIND, ROOT, STORED

FILE = "site.Document.file"
MEMORY = "cloud_storages.backends.memory.InMemoryStorage"
LARGE = 6 * 1024 * 1024


pytestmark = pytest.mark.usefixtures("documents")


@pytest.fixture
def legacy():
    """The site keeps the IDs of 1.2.5."""
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=True):
        yield


@pytest.fixture
def current():
    """The site gives today's IDs."""
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        yield


@pytest.fixture
def clock(legacy, monkeypatch):  # noqa: ARG001 - whose clock it is
    """The server's clock, which goes on when it is told to."""
    clock = Clock()
    monkeypatch.setattr(store(), "_now", clock)
    return clock


def store():
    return default_storage.service.store


def leave(bucket_id, file_id, data=b"data", title=None):
    """Store a file as 1.2.5 did: the bucket is named like its ID."""
    with contextlib.suppress(BucketTaken):
        store().create_bucket(bucket_id, bucket_id, public=True)
    return store().create(Location(bucket_id, file_id), title or file_id, BytesContent(data))


def begin(name, *, legacy_ids=False):
    """Leave an upload to a name unfinished, as a killed process would; return where."""
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=legacy_ids):
        place = default_storage.options.laid_out.place(name)
    location = Location(place.directory, place.file_id)
    store().begin_partial(location, place.title, LARGE)
    return location


def row(name):
    return Document.objects.create(file=name)


def name_of(row):
    row.refresh_from_db()
    return row.file.name


def opened(name):
    with default_storage.open(name) as file:
        return file.read()


def there():
    """Return what is in the store, by bucket ID and file ID."""
    return {
        str(info.location): info.signature
        for bucket in store().buckets()
        for info in store().files(bucket.bucket_id)
    }


def told(*arguments, code=0):
    """Return what the command prints, once it has exited with this code."""
    done = ran("appwrite_adopt", *arguments)
    assert (done.code, done.error) == (code, "")
    return done.out


# A whole site


@pytest.fixture
def site():
    """Everything the real 1.2.5 left behind."""
    with default_storage_is(MEMORY, bucket_id=ROOT, legacy_ids=True):
        for (bucket_id, file_id), each in STORED.items():
            leave(bucket_id, file_id, each.content, each.title)
        yield [(row(each.name), each) for each in LEFT_BEHIND]


def assert_all_open(site):
    for its_row, each in site:
        assert opened(name_of(its_row)) == each.opened, each


@pytest.mark.usefixtures("site")
def test_all_but_what_differs_in_case_opens_with_legacy_ids():
    found = adopt()

    strange = [each.name for each in LEFT_BEHIND if each.name != f"{each.bucket_id}/{each.file_id}"]
    assert found.rows == len(LEFT_BEHIND)
    assert found.open_with_legacy_ids == found.opens == len(LEFT_BEHIND) - len(strange)
    assert [each.name for each in found.findings] == strange
    assert not found.ok


def test_with_legacy_ids_rows_are_renamed_and_no_file_is_touched(site):
    before = there()
    moved = adopt(move=True)

    assert moved.ok
    assert moved.renamed == len([1 for each in LEFT_BEHIND if each.name.startswith("Doc")]) + 2
    assert moved.copied == 0
    assert there() == before
    assert_all_open(site)


@pytest.mark.parametrize("steps", [(Ids.CURRENT,), (Ids.LEGACY, Ids.CURRENT)])
def test_without_legacy_ids_every_file_opens_once_it_is_moved(site, steps):
    before = there()
    for ids in steps:
        assert adopt(ids=ids, move=True).ok
    assert before.items() <= there().items()
    with default_storage_is(MEMORY, bucket_id=ROOT, legacy_ids=False):
        assert_all_open(site)
        assert adopt(ids=Ids.CURRENT).open_without_legacy_ids == len(LEFT_BEHIND)


def test_the_site_that_keeps_legacy_ids_opens_everything_meanwhile(site):
    adopt(move=True)
    adopt(ids=Ids.CURRENT, move=True)

    assert_all_open(site)


def test_moving_again_does_nothing(site):
    adopt(ids=Ids.CURRENT, move=True)
    before, names = there(), [name_of(each) for each, _ in site]
    again = adopt(ids=Ids.CURRENT, move=True)

    assert (again.opens, again.copied, again.renamed) == (len(LEFT_BEHIND), 0, 0)
    assert (there(), [name_of(each) for each, _ in site]) == (before, names)


def test_old_files_go_once_the_site_opens_none_of_them(site):
    adopt(ids=Ids.CURRENT, move=True)
    with default_storage_is(MEMORY, bucket_id=ROOT, legacy_ids=False):
        assert adopt(ids=Ids.CURRENT, delete_old=True).deleted > 0
        assert_all_open(site)
        assert [
            each for each in STORED if "/".join(each) in there() and each[1] != each[1].lower()
        ] == []


# One file


@pytest.mark.usefixtures("legacy")
@pytest.mark.parametrize(
    ("name", "bucket_id", "file_id", "ids"),
    [
        ("docs/a.txt", "docs", "a.txt", {"legacy", "current"}),
        ("somewhere/else/docs/a.txt", "docs", "a.txt", {"legacy", "current"}),
        ("some\\docs\\a.txt", "docs", "a.txt", {"legacy", "current"}),
        ("main/root.txt", "main", "root.txt", {"legacy", "current"}),
        ("root.txt", "main", "root.txt", {"legacy", "current"}),
        ("docs/Photo.JPG", "docs", "Photo.JPG", {"legacy"}),
        ("Docs/a.txt", "Docs", "a.txt", {"legacy", "current"}),
        ("docs/tmp_a.txt", "docs", "tmp_a.txt", {"legacy"}),
        ("my docs/a.txt", "mydocs", "a.txt", set()),
        ("_docs/a.txt", "docs", "a.txt", set()),
        (f"{'d' * 40}/a.txt", "d" * 30, "a.txt", set()),
        ("up/../docs/a.txt", "docs", "a.txt", set()),
        ("/abs/docs/a.txt", "docs", "a.txt", set()),
        ("DOCS/a.txt", "docs", "a.txt", set()),
        ("docs/A.TXT", "docs", "a.txt", set()),
    ],
)
def test_what_1_2_5_opened_is_found_and_opens_once_it_is_moved(name, bucket_id, file_id, ids):
    leave(bucket_id, file_id)
    its_row = row(name)
    found = adopt()

    assert (found.open_with_legacy_ids, found.open_without_legacy_ids) == (
        int("legacy" in ids),
        int("current" in ids),
    )
    assert adopt(move=True).ok
    assert opened(name_of(its_row)) == b"data"
    assert adopt(ids=Ids.CURRENT, move=True).ok
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        assert opened(name_of(its_row)) == b"data"


@pytest.mark.usefixtures("legacy")
@pytest.mark.parametrize(
    "name", ["docs/a b.txt", "../a.txt", "docs/", f"docs/{'a' * 37}", "ü/a.txt"]
)
def test_what_1_2_5_could_not_name_is_missing(name):
    leave("docs", "a.txt")
    row(name)

    assert adopt(move=True).missing == 1


@pytest.mark.usefixtures("legacy")
def test_a_name_stays_where_its_bucket_and_file_are_to_be_had():
    leave("docs", "Photo.JPG")
    its_row = row("docs/Photo.JPG")
    adopt(ids=Ids.CURRENT, move=True)

    assert name_of(its_row) == "docs/Photo.JPG"


def test_a_name_stays_where_the_settings_name_another_bucket():
    leave("docs", "a.txt")
    its_row = row("docs/a.txt")
    with default_storage_is(MEMORY, bucket_id="main", buckets={"docs": "65ab"}):
        assert adopt(move=True).copied == 1
        assert name_of(its_row) == "docs/a.txt"
        assert opened("docs/a.txt") == b"data"


@pytest.mark.usefixtures("legacy")
def test_rows_that_share_a_file_go_on_sharing_it():
    leave("docs", "Photo.JPG")
    rows = [row("docs/Photo.JPG"), row("tenant/docs/Photo.JPG"), row("DOCS/Photo.JPG")]
    moved = adopt(ids=Ids.CURRENT, move=True)

    assert moved.ok
    assert len(there()) == 2
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        assert [opened(name_of(each)) for each in rows] == [b"data"] * 3


@pytest.mark.usefixtures("legacy")
def test_nothing_but_the_name_of_a_row_is_written():
    leave("docs", "a.txt")
    its_row = Document.objects.create(file="DOCS/a.txt", picture="pictures/p.png")
    adopt(move=True, fields=[FILE])
    its_row.refresh_from_db()

    assert (its_row.file.name, its_row.picture.name) == ("docs/a.txt", "pictures/p.png")


@pytest.mark.usefixtures("legacy")
def test_only_the_fields_that_are_named_are_looked_at():
    Document.objects.create(file="docs/a.txt", picture="pictures/p.png")

    assert adopt().rows == 2
    assert [each.field for each in adopt(fields=["site.Document.picture"]).findings] == [
        "site.Document.picture"
    ]


@pytest.mark.usefixtures("legacy")
def test_files_move_to_the_other_layout_too():
    leave("docs", "Photo.JPG")
    row("docs/Photo.JPG")
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False, layout="path"):
        assert adopt(ids=Ids.CURRENT, move=True).ok
        assert opened("docs/Photo.JPG") == b"data"


@pytest.mark.usefixtures("legacy")
def test_directories_that_would_leave_their_bucket_are_told():
    leave("Documents", "a.txt")  # the field's directory is "documents"

    assert adopt().buckets == {"documents": "Documents"}
    with default_storage_is(
        MEMORY, bucket_id="main", legacy_ids=True, buckets={"documents": "Documents"}
    ):
        its_row = Document()
        its_row.file.save("new.txt", ContentFile(b"new"))
        assert "Documents/new.txt" in there()
        assert adopt().ok
        assert adopt().buckets == {}


# What is not moved


@pytest.mark.usefixtures("legacy")
def test_a_missing_file_is_told():
    leave("docs", "a.txt")
    row("docs/b.txt")
    found = adopt(move=True)

    assert (found.missing, found.ok) == (1, False)
    assert [(each.name, each.state) for each in found.findings] == [("docs/b.txt", State.MISSING)]


@pytest.mark.usefixtures("legacy")
def test_an_unfinished_upload_is_told_and_left_alone():
    leave("docs", "a.txt")
    store().begin_partial(Location("docs", "Film.mp4"), "Film.mp4", LARGE)
    row("docs/Film.mp4")

    for ids in Ids:
        found = adopt(ids=ids, move=True)
        assert (found.partial, found.ok) == (1, False)
    assert "docs/Film.mp4" in there()


@pytest.mark.usefixtures("legacy")
def test_a_name_that_is_too_long_for_its_row_is_told():
    leave("d" * 28, "a.txt")
    its_row = Document.objects.create(short=f"{'D' * 20}/{'D' * 28}/a.txt")
    found = adopt(move=True)

    assert (found.failed, found.renamed) == (1, 0)
    assert "takes 30" in found.findings[0].reason
    assert name_of(its_row) == ""


@pytest.fixture
def names_are_unique():
    """No two rows may have one name, as some sites have it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX unique_file ON site_document (file)")
        yield
        cursor.execute("DROP INDEX unique_file")


@pytest.mark.usefixtures("legacy", "names_are_unique")
def test_a_name_that_another_row_must_have_alone_is_told():
    leave("docs", "a.txt")
    rows = [row("docs/a.txt"), row("DOCS/a.txt")]
    found = adopt(move=True)

    assert (found.opens, found.failed) == (1, 1)
    assert [name_of(each) for each in rows] == ["docs/a.txt", "DOCS/a.txt"]


@pytest.mark.usefixtures("legacy")
def test_a_row_that_the_database_does_not_let_go_is_told_and_others_are_renamed(monkeypatch):
    leave("docs", "a.txt")
    rows = [row("DOCS/a.txt"), row("Docs/a.txt")]
    update = QuerySet.update

    def locked(self, **values):
        if "DOCS/a.txt" in self.values_list("file", flat=True):
            raise OperationalError("database is locked")
        return update(self, **values)

    monkeypatch.setattr(QuerySet, "update", locked)
    found = adopt(move=True)

    assert (found.failed, found.renamed) == (1, 1)
    assert "database is locked" in found.findings[0].reason
    assert [name_of(each) for each in rows] == ["DOCS/a.txt", "docs/a.txt"]


@pytest.mark.usefixtures("legacy")
def test_a_key_that_may_not_list_buckets_makes_no_file_missing(monkeypatch):
    def refused(*_args, **_kwargs):
        raise AccessDenied("buckets.read")

    leave("docs", "a.txt")
    row("docs/a.txt")
    monkeypatch.setattr(MemoryStore, "buckets", refused)
    assert adopt().ok
    row("DOCS/a.txt")
    with pytest.raises(AccessDenied, match=r"buckets\.read"):
        adopt()


@pytest.mark.usefixtures("legacy")
def test_a_name_that_has_two_contents_keeps_both():
    leave("docs", "Photo.JPG", b"of 1.2.5")
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        default_storage.save("docs/Photo.JPG", ContentFile(b"saved since"))
    row("docs/Photo.JPG")
    before = there()
    for options in ({}, {"refresh": True}):
        found = adopt(ids=Ids.CURRENT, move=True, **options)
        assert (found.conflicts, found.ok) == (1, False)
        assert there() == before


@pytest.mark.usefixtures("current")
def test_what_1_2_5_stored_is_never_replaced():
    leave("docs", "Photo.JPG", b"of 1.2.5")
    default_storage.save("docs/Photo.JPG", ContentFile(b"saved since"))
    row("docs/Photo.JPG")
    before = there()

    assert adopt(ids=Ids.LEGACY, move=True, refresh=True).conflicts == 1
    assert there() == before


# While the site runs


@pytest.mark.usefixtures("legacy")
def test_a_copy_whose_original_changed_is_told_and_copied_anew_if_asked(clock):
    leave("docs", "Photo.JPG", b"old")
    row("docs/Photo.JPG")
    adopt(ids=Ids.CURRENT, move=True)
    clock.let_pass(seconds=1)
    with default_storage.open("docs/Photo.JPG", "wb") as file:
        file.write(b"new")

    assert adopt(ids=Ids.CURRENT, move=True).stale == 1
    assert adopt(ids=Ids.CURRENT, move=True, refresh=True).copied == 1
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        assert opened("docs/Photo.JPG") == b"new"


@pytest.mark.usefixtures("current")
def test_a_site_that_forgot_the_setting_keeps_what_it_saved_since():
    leave("docs", "Old.txt", b"old")
    default_storage.save("docs/New.txt", ContentFile(b"new"))
    row("docs/Old.txt")
    row("docs/New.txt")
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=True):
        assert adopt(move=True).copied == 1
        assert [opened("docs/Old.txt"), opened("docs/New.txt")] == [b"old", b"new"]


@pytest.mark.usefixtures("legacy")
def test_a_row_that_changed_meanwhile_is_left_alone(monkeypatch):
    leave("docs", "a.txt")
    its_row = row("DOCS/a.txt")
    find, changed = MemoryStore.find, []

    def changing(*args, **kwargs):
        if not changed:
            changed.append(Document.objects.filter(pk=its_row.pk).update(file="docs/other.txt"))
        return find(*args, **kwargs)

    monkeypatch.setattr(MemoryStore, "find", changing)

    assert adopt(move=True).failed == 1
    assert name_of(its_row) == "docs/other.txt"


@pytest.mark.usefixtures("legacy")
def test_what_a_killed_run_began_is_begun_anew_once_nobody_can_be_at_it(clock):
    leave("docs", "Film.mp4", b"x" * LARGE)
    row("docs/Film.mp4")
    begun = begin("docs/Film.mp4")
    clock.let_pass(minutes=59)
    found = adopt(ids=Ids.CURRENT, move=True)
    assert found.failed == 1
    assert "upload to its place is going on" in found.findings[0].reason
    assert str(begun) in there()
    clock.let_pass(minutes=1)

    assert adopt(ids=Ids.CURRENT, move=True).copied == 1
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        assert opened("docs/Film.mp4") == b"x" * LARGE


def test_an_upload_that_may_be_whole_is_left_alone_however_old_it_is(clock):
    leave("docs", "Film.mp4", b"x" * LARGE)
    row("docs/Film.mp4")
    begun = begin("docs/Film.mp4")
    kept = store()._buckets["docs"].files[begun.file_id]
    kept.info = attrs.evolve(kept.info, unproven=True)
    clock.let_pass(days=2)
    found = adopt(ids=Ids.CURRENT, move=True)

    assert found.failed == 1
    assert "may be whole" in found.findings[0].reason
    assert str(begun) in there()


@pytest.mark.usefixtures("legacy")
def test_what_a_killed_run_began_stays_where_the_server_tells_no_time(monkeypatch):
    leave("docs", "Film.mp4", b"x" * LARGE)
    row("docs/Film.mp4")
    begun = begin("docs/Film.mp4")
    monkeypatch.setattr(MemoryStore, "now", lambda _: None)

    assert adopt(ids=Ids.CURRENT, move=True).failed == 1
    assert str(begun) in there()


@pytest.mark.usefixtures("legacy")
@pytest.mark.parametrize("error", [AccessDenied, Unavailable])
def test_what_breaks_off_is_continued_by_the_next_run(monkeypatch, error):
    names = [f"docs/Photo{number}.JPG" for number in range(20)]
    for name in names:
        leave(*name.split("/"), name.encode())
        row(name)
    create, calls = MemoryStore.create, []

    def failing(*args):
        calls.append(args)
        if len(calls) > 5:
            raise error("no more")
        return create(*args)

    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "create", failing)
        with pytest.raises((CannotRun, AccessDenied), match="no more"):
            adopt(ids=Ids.CURRENT, move=True, workers=1)
    again = adopt(ids=Ids.CURRENT, move=True)

    assert again.ok
    assert (again.opens, again.copied) == (5, 15)
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        assert [opened(name) for name in names] == [name.encode() for name in names]


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def killed(monkeypatch):
    """Return a block in which the store does so many calls and no more; counts when it had to."""

    @contextlib.contextmanager
    def killed(after, *, effect):
        calls = []

        def dying(method):
            def called(*args, **kwargs):
                calls.append(method)
                if len(calls) > after and not effect:
                    raise Killed
                answer = method(*args, **kwargs)
                if len(calls) > after:
                    raise Killed
                return answer

            return called

        with monkeypatch.context() as patch:
            for name in ("create", "create_bucket", "delete", "find", "read", "stat"):
                patch.setattr(MemoryStore, name, dying(getattr(MemoryStore, name)))
            try:
                yield
            except Killed:
                ended.append(True)

    ended = []
    killed.ended = ended
    return killed


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.usefixtures("legacy")
def test_killed_at_any_call_it_loses_nothing_and_goes_on(killed, effect):
    contents = {"docs/Photo.JPG": b"1", "docs/Other.JPG": b"2", "DOCS/Third.JPG": b"3"}
    for after in itertools.count():
        ended, rows = len(killed.ended), []
        for name, data in contents.items():
            leave("docs", name.partition("/")[2], data)
            rows.append((row(name), data))
        original = there()
        with killed(after, effect=effect):
            adopt(ids=Ids.CURRENT, move=True, workers=1)
        assert original.items() <= there().items()
        assert adopt(ids=Ids.CURRENT, move=True).ok
        with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
            with killed(after, effect=effect):
                adopt(ids=Ids.CURRENT, delete_old=True)
            assert [opened(name_of(each)) for each, _ in rows] == list(contents.values())
            adopt(ids=Ids.CURRENT, delete_old=True)
            assert [opened(name_of(each)) for each, _ in rows] == list(contents.values())
            assert len(there()) == len(contents)
        store().clear()
        Document.objects.all().delete()
        if len(killed.ended) == ended:
            break  # both came to their end
    assert after > 10


# Deleting


@pytest.mark.usefixtures("legacy")
def test_old_files_stay_while_the_site_opens_them():
    leave("docs", "Photo.JPG")
    row("docs/Photo.JPG")
    with pytest.raises(CannotRun, match="APPWRITE_LEGACY_IDS"):
        adopt(ids=Ids.CURRENT, move=True, delete_old=True)

    assert list(there()) == ["docs/Photo.JPG"]


def test_an_old_file_stays_while_another_row_opens_it():
    leave("docs", "a.txt")
    with default_storage_is(MEMORY, bucket_id="main", buckets={"docs": "65ab", "old": "docs"}):
        row("docs/a.txt")
        other = row("old/a.txt")
        kept = adopt(move=True, ids=Ids.CURRENT, delete_old=True)
        assert (kept.copied, kept.deleted, kept.kept) == (1, 0, 1)
        other.delete()
        assert adopt(ids=Ids.CURRENT, delete_old=True).deleted == 1
        assert opened("docs/a.txt") == b"data"


@pytest.mark.usefixtures("current")
def test_an_old_file_of_another_content_stays():
    leave("docs", "Photo.JPG", b"old")
    default_storage.save("docs/Photo.JPG", ContentFile(b"new"))
    row("docs/Photo.JPG")

    assert adopt(ids=Ids.CURRENT, delete_old=True).deleted == 0
    assert "docs/Photo.JPG" in there()


@pytest.mark.usefixtures("legacy")
def test_a_dry_run_does_nothing():
    leave("docs", "Photo.JPG")
    its_row = row("DOCS/Photo.JPG")
    found = adopt(move=True, dry_run=True)
    assert (found.to_rename, found.renamed, name_of(its_row)) == (1, 0, "DOCS/Photo.JPG")
    adopt(move=True)
    adopt(ids=Ids.CURRENT, move=True)
    before = there()
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        found = adopt(ids=Ids.CURRENT, delete_old=True, dry_run=True)
    assert found.deleted == 1
    assert there() == before


@pytest.fixture
def interrupted():
    """A file whose replacement was interrupted: its staged copy is all there is of it."""
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=True):
        leave("docs", "another.txt")
        place = default_storage.options.laid_out.place("docs/a.txt")
        leave("docs", place.staging_ids[0], b"new", place.title)
        yield row("docs/a.txt")


@pytest.mark.usefixtures("interrupted")
@pytest.mark.parametrize(
    "options",
    [{}, {"dry_run": True, "move": True}, {"dry_run": True, "delete_old": True}],
)
def test_a_report_finishes_no_replacement(options):
    before = there()
    found = adopt(**options)

    assert (found.opens, found.ok) == (1, True)
    assert there() == before


@pytest.mark.usefixtures("interrupted")
def test_a_staged_copy_is_seen_beside_the_upload_that_was_to_take_its_place():
    begin("docs/a.txt", legacy_ids=True)
    before = there()

    assert adopt().opens == 1
    assert there() == before


def test_moving_finishes_a_replacement(interrupted):
    assert adopt(ids=Ids.CURRENT, move=True).ok
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False):
        assert opened(name_of(interrupted)) == b"new"


# Beside other storages


@pytest.mark.usefixtures("legacy")
@pytest.mark.parametrize("options", [{"move": True}, {"move": True, "dry_run": True}])
def test_rows_of_another_storage_are_never_changed(monkeypatch, tmp_path, options):
    leave("docs", "a.txt")
    its_row = row("DOCS/a.txt")
    disk = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", disk)
    with pytest.raises(CannotRun, match=FILE):
        adopt(fields=[FILE], **options)

    assert name_of(its_row) == "DOCS/a.txt"
    assert adopt(fields=[FILE]).to_rename == 1


@pytest.mark.usefixtures("current")
def test_an_old_file_stays_that_a_storage_with_another_address_of_the_server_opens(monkeypatch):
    leave("docs", "Photo.JPG")
    other = InMemoryStorage(
        bucket_id="main", legacy_ids=True, endpoint="https://another.address.example/v1"
    )
    # One server has many addresses, and the fake has one server for each.
    monkeypatch.setattr(other, "_store", lambda _told: store())
    monkeypatch.setattr(Document._meta.get_field("picture"), "storage", other)
    Document.objects.create(file="docs/Photo.JPG", picture="docs/Photo.JPG")
    found = adopt(ids=Ids.CURRENT, fields=[FILE], move=True, delete_old=True)

    assert (found.copied, found.deleted, found.kept) == (1, 0, 1)
    assert "docs/Photo.JPG" in there()


def test_an_old_file_stays_while_a_row_of_another_database_opens_it(tenant):
    leave("docs", "a.txt")
    with default_storage_is(MEMORY, bucket_id="main", buckets={"docs": "65ab", "old": "docs"}):
        row("docs/a.txt")
        Document.objects.using(tenant).create(file="old/a.txt")
        kept = adopt(move=True, ids=Ids.CURRENT, delete_old=True)

    assert (kept.copied, kept.deleted, kept.kept) == (1, 0, 1)
    assert "docs/a.txt" in there()


@pytest.mark.usefixtures("current")
def test_nothing_is_done_while_nobody_knows_what_another_storage_opens(monkeypatch):
    leave("docs", "Photo.JPG")
    row("docs/Photo.JPG")
    before = there()
    wrong = InMemoryStorage(layout="pth")
    monkeypatch.setattr(Document._meta.get_field("picture"), "storage", wrong)
    with pytest.raises(CannotRun, match=r"site\.Document\.picture.*layout"):
        adopt(ids=Ids.CURRENT, fields=[FILE], move=True, delete_old=True)

    assert there() == before


# The command


@pytest.mark.usefixtures("legacy")
def test_the_command_tells_what_to_do():
    leave("docs", "Photo.JPG")
    row("docs/Photo.JPG")

    assert "1 open as they are with APPWRITE_LEGACY_IDS = True" in told()
    text = told("--ids", "current", code=1)
    assert "To move them: manage.py appwrite_adopt --ids current --move" in text
    assert "set APPWRITE_LEGACY_IDS = False" in told("--ids", "current", "--move")


@pytest.mark.usefixtures("legacy")
def test_the_command_names_buckets_that_todays_ids_do_not_reach():
    store().create_bucket("Media", "Media of the site", public=True)
    store().create(Location("Media", "a.txt"), "a.txt", BytesContent(b"data"))
    row("Media/a.txt")

    assert "APPWRITE_BUCKETS: {'Media': 'Media'}" in told("--ids", "current", code=1)
    with default_storage_is(MEMORY, bucket_id="main", legacy_ids=False, buckets={"Media": "Media"}):
        assert "APPWRITE_BUCKETS" not in told("--ids", "current")


@pytest.mark.usefixtures("legacy")
def test_the_command_answers_in_json():
    leave("docs", "Photo.JPG")
    its_row = row("DOCS/Photo.JPG")
    answer = json.loads(told("--json", code=1))

    assert (answer["ok"], answer["ids"], answer["to_rename"]) == (False, "legacy", 1)
    assert answer["findings"] == [
        {
            "field": FILE,
            "pk": str(its_row.pk),
            "name": "DOCS/Photo.JPG",
            "state": "to be renamed",
            "new_name": "docs/Photo.JPG",
            "reason": "",
        }
    ]


@pytest.mark.usefixtures("legacy")
def test_the_command_lists_every_finding_in_a_file(tmp_path):
    path = tmp_path / "findings.jsonl"
    rows = [row(f"docs/{number}.txt") for number in range(30)]
    text = told("--report", str(path), code=1)

    assert text.count("missing: 'docs/") == 10
    assert "missing: and 20 more, --report FILE names them all" in text
    listed = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [each["name"] for each in listed] == [each.file.name for each in rows]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nowhere"], "no storage 'nowhere'"),
        (["staticfiles"], "staticfiles"),
        (["--fields", "site.Nothing.file"], "site.Nothing.file"),
        (["--refresh"], "--move"),
        (["--report", "no/such/directory/report"], "no/such/directory/report"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(arguments, why):
    done = ran("appwrite_adopt", *arguments)
    assert (done.code, done.out) == (2, "")
    assert why in done.error


@pytest.mark.parametrize("workers", ["0", "-1", "many"])
def test_the_command_takes_no_number_of_workers_but_a_positive_one(workers):
    done = ran("appwrite_adopt", "--workers", workers)
    assert "--workers" in done.error
    assert done.out == ""


def test_no_workers_copy_nothing():
    with pytest.raises(CannotRun, match="workers"):
        adopt(workers=0)


@pytest.mark.usefixtures("legacy")
def test_the_command_takes_several_fields_and_an_alias_after_them():
    Document.objects.create(file="docs/a.txt", picture="pictures/p.png", short="short/s.txt")
    fields = ["--fields", FILE, "--fields", "site.Document.picture"]
    answer = json.loads(told(*fields, "default", "--json", code=1))

    assert (answer["storage"], answer["rows"]) == ("default", 2)


@pytest.mark.usefixtures("legacy")
def test_a_storage_may_be_given_itself():
    leave("docs", "a.txt")
    row("docs/a.txt")
    found = adopt(default_storage)

    assert (found.storage, found.opens) == ("default", 1)


@pytest.mark.usefixtures("legacy")
def test_only_so_many_findings_are_kept_and_all_are_told(monkeypatch):
    monkeypatch.setattr(ledger, "REMEMBERED", 2)
    leave("docs", "a.txt")
    names = [*(f"docs/{number}.txt" for number in range(3)), "DOCS/a.txt"]
    for name in names:
        row(name)
    told = []
    found = adopt(on_finding=told.append)

    assert (found.missing, found.to_rename) == (3, 1)
    assert [each.name for each in told] == names
    assert [each.name for each in found.findings] == names[:2]
