"""The suite itself: that each of its checks can fail, and what it says then."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any
from unittest import SkipTest
from urllib.parse import unquote, urlsplit

import pytest
from django.core.files.storage import FileSystemStorage

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.testing import StorageConformance
from cloud_storages.testing.djangostorage import promises_of, verdicts
from tests.unit.conformance.broken import BREAKS, LosesTheLastByte

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.core.files.storage import Storage

Suite = type[StorageConformance]

#: It has a test of its own, for it is slow to fail.
IN_ANY_ORDER = "used_in_any_order_it_is_as_a_dict"


@pytest.fixture
def suite_of(tmp_path: Path) -> Callable[..., Suite]:
    """Make the suite of a storage on the disk."""

    def suite_of(storage: type[FileSystemStorage], **attributes: Any) -> Suite:
        class Conformance(StorageConformance):
            chunk_size = 100_000
            examples = 5

            def make_storage(self) -> Storage:
                made = storage(tmp_path)
                made.__dict__["base_url"] = "/media/"
                return made

            def fetch(self, url: str) -> bytes:
                return (tmp_path / unquote(urlsplit(url).path.removeprefix("/media/"))).read_bytes()

        return type("Conformance", (Conformance,), attributes)

    return suite_of


def check(suite: Suite, promise: str) -> None:
    getattr(suite(), f"test_{promise}")()


@pytest.mark.parametrize(
    ("storage", "promise"),
    [(storage, promise) for storage, promises in BREAKS.items() for promise in promises],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_storage_that_breaks_a_promise_is_told_so(
    suite_of: Callable[..., Suite], storage: type[FileSystemStorage], promise: str
) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever the storage did
        check(suite_of(storage), promise)
    assert not isinstance(caught.value, SkipTest)


def test_every_promise_is_broken_by_some_storage() -> None:
    known = {promise.name for promise in promises_of(StorageConformance).values()}
    told = {promise for promises in BREAKS.values() for promise in promises}
    assert told | {IN_ANY_ORDER} == known


def test_every_promise_says_where_django_documents_it() -> None:
    for test, promise in promises_of(StorageConformance).items():
        documented = getattr(StorageConformance, test).__doc__
        assert promise.sources
        leads = {"documented": "Source", "customary": "See"}[promise.kind]
        for source in promise.sources:
            assert source.startswith("https://docs.djangoproject.com/en/stable/")
            assert f"{leads}: {source}" in documented
        assert documented.startswith(promise.says)
        assert ("\nCustomary: " in documented) == (promise.kind == "customary")


def test_what_django_leaves_open_is_called_customary() -> None:
    kinds = {each.name: each.kind for each in promises_of(StorageConformance).values()}
    for name in (
        "deleting_what_is_missing_is_silent",
        "a_free_name_is_taken_as_it_is",
        "appending_keeps_what_was_there",
        "threads_saving_one_name_keep_their_files_apart",
        "a_file_of_a_field_can_be_pickled",
    ):
        assert kinds[name] == "customary"
    for name in ("saved_bytes_come_back", "max_length_is_honoured", "listdir_returns_two_lists"):
        assert kinds[name] == "documented"


def test_what_a_storage_cannot_do_is_skipped_with_its_reason(
    suite_of: Callable[..., Suite],
) -> None:
    suite = suite_of(LosesTheLastByte, cannot={"saved_bytes_come_back": "its bytes leak"})
    with pytest.raises(SkipTest, match=r"its bytes leak \(seen: the content was 76799 b"):
        check(suite, "saved_bytes_come_back")


def test_what_a_storage_can_after_all_must_not_be_excused(suite_of: Callable[..., Suite]) -> None:
    suite = suite_of(FileSystemStorage, cannot={"saved_bytes_come_back": "so it is said"})
    with pytest.raises(AssertionError, match="take 'saved_bytes_come_back' out"):
        check(suite, "saved_bytes_come_back")


def test_what_is_no_promise_cannot_be_excused(suite_of: Callable[..., Suite]) -> None:
    with pytest.raises(TypeError, match=r"names tmies, which is no promise\..* a_deleted_file"):
        suite_of(FileSystemStorage, cannot={"tmies": "mistyped"})


class WithoutMuch(FileSystemStorage):
    """Leaves out what Django says may be left out."""

    def listdir(self, path: str) -> Any:
        raise NotImplementedError("no listings")

    def size(self, name: str) -> int:
        raise NotImplementedError("no sizes")

    def url(self, name: str | None) -> str:
        raise NotImplementedError("no addresses")

    def get_created_time(self, name: str) -> dt.datetime:
        raise NotImplementedError("no times")


def test_what_django_allows_to_be_left_out_is_no_failure(suite_of: Callable[..., Suite]) -> None:
    found = {verdict.promise.name: verdict for verdict in verdicts(suite_of(WithoutMuch)())}
    assert [name for name, verdict in found.items() if not verdict.ok] == []
    for name, reason in (
        ("listdir_returns_two_lists", "no listings"),
        ("size_is_in_bytes", "no sizes"),
        ("url_is_an_address", "no addresses"),
        ("the_created_time_is_told", "no times"),
    ):
        assert found[name].outcome == "skipped"
        assert found[name].seen == f"not implemented, which Django allows: {reason}"


def test_saving_must_not_be_left_out(suite_of: Callable[..., Suite]) -> None:
    def left_out(*_: Any) -> None:
        raise NotImplementedError

    storage = type("Partial", (FileSystemStorage,), {"_save": left_out})
    with pytest.raises(AssertionError, match=r"save\(\) is not implemented"):
        check(suite_of(storage), "saved_bytes_come_back")


def test_nothing_is_left_in_the_storage(suite_of: Callable[..., Suite], tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_bytes(b"theirs")
    outcomes = {verdict.outcome for verdict in verdicts(suite_of(FileSystemStorage)())}
    assert outcomes == {"kept"}
    assert [path.name for path in tmp_path.rglob("*")] == ["theirs.txt"]


def test_directories_that_stay_behind_are_empty_and_the_suites_own(
    suite_of: Callable[..., Suite],
) -> None:
    storage = InMemoryStorage()
    storage.reset()
    suite = suite_of(lambda *_: storage, examples=3, fetch=StorageConformance.fetch)
    assert [verdict for verdict in verdicts(suite()) if not verdict.ok] == []
    directories, files = storage.listdir("")
    assert sorted(directories) == [suite.folder, f"{suite.folder}-deeper"]
    assert files == []
    assert [storage.listdir(directory)[1] for directory in directories] == [[], []]


class Forgetful(InMemoryStorage):
    """Loses a file when another one is deleted: the same in every walk of the same steps."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    def get_alternative_name(self, file_root: str, file_ext: str) -> str:
        return f"{file_root}_{next(self._numbers)}{file_ext}"

    def delete(self, name: str) -> None:
        super().delete(name)
        for directory in self.listdir("")[0]:
            for other in self.listdir(directory)[1][:1]:
                super().delete(f"{directory}/{other}")


def test_a_failing_walk_can_be_played_again(
    suite_of: Callable[..., Suite], capsys: pytest.CaptureFixture[str]
) -> None:
    def storage(*_: Any) -> Storage:
        return Forgetful()

    with pytest.raises((FileNotFoundError, AssertionError)) as caught:
        check(suite_of(storage, examples=100), IN_ANY_ORDER)
    told = "\n".join([capsys.readouterr().out, *getattr(caught.value, "__notes__", ())])
    steps = re.findall(r"state\.(\w+)\(", told)
    assert (steps[0], steps[-1]) == ("choose_names", "teardown")
    assert {"save"} < set(steps)
    version, blob = re.findall(r"@reproduce_failure\('([^']+)', b'([^']+)'\)", told)[0]

    again = suite_of(storage, replay=(version, blob.encode()))
    with pytest.raises(type(caught.value)) as once_more:
        check(again, IN_ANY_ORDER)
    assert str(once_more.value) == str(caught.value)
