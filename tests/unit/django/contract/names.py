"""Which names are taken, which are refused, and what they become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.files.storage import Storage

    from cloud_storages.backends.base import CloudStorage

#: Names that no storage may take.
REFUSED = {
    "parent": "..",
    "itself": ".",
    "climbing": "a/../b.txt",
    "climbing at the end": "docs/..",
    "climbing with backslashes": "a\\..\\b.txt",
    "climbing out": "../b.txt",
    "dot segment": "a/./b.txt",
    "absolute": "/etc/passwd",
    "absolute with backslash": "\\etc\\passwd",
    "NUL": "docs/a\0.txt",
    "newline": "docs/a\n.txt",
    "carriage return": "docs/a\r\nX-Header: b.txt",
    "escape": "docs/\x1b[2J.txt",
    "delete": "do\x7fcs/a.txt",
    "trailing slash": "docs/",
    "only a slash": "/",
    "lone surrogate": "docs/\ud800.txt",
}
#: Those of them that Django itself refuses, too, in every version.
REFUSED_BY_DJANGO = ("parent", "climbing", "climbing out", "absolute")

CALLS: dict[str, Callable[[Any, str], Any]] = {
    "save": lambda storage, name: storage.save(name, ContentFile(b"x")),
    "open": lambda storage, name: storage.open(name),
    "open to write": lambda storage, name: storage.open(name, "wb"),
    "open to append": lambda storage, name: storage.open(name, "ab"),
    "open to create": lambda storage, name: storage.open(name, "x"),
    "exists": lambda storage, name: storage.exists(name),
    "size": lambda storage, name: storage.size(name),
    "url": lambda storage, name: storage.url(name),
    "delete": lambda storage, name: storage.delete(name),
    "get_created_time": lambda storage, name: storage.get_created_time(name),
    "get_modified_time": lambda storage, name: storage.get_modified_time(name),
    "get_available_name": lambda storage, name: storage.get_available_name(name),
}

#: File names that trouble servers, shells and databases, and are all fine.
UNUSUAL = {
    "capitals": "Photo.PNG",
    "no extension": "README",
    "hidden": ".htaccess",
    "a hyphen": "-",
    "the digit zero": "0",
    "spaces": "my  photo .jpg",
    "other script": "日本語.jpg",
    "emoji": "🎉 party 🎉.gif",
    "combining": "Cafe\u0301.txt",
    "right to left": "\u202egpj.exe",
    "syntax": 'a;b%41".txt',
    "query": "a?b=c&d#e.txt",
    "quotes": '"it\'s".txt',
    "template": "{{ name }}<script>.html",
    "percent": "100%.txt",
    "plus": "a+b.txt",
    "dots": "...a..b...",
    "an upload's own folder": "tmp_upload",
    "300 characters": f"{'long' * 74}.txt",
    "300 characters of other script": f"{'長' * 150}.txt",
    "looks like a derived ID": "report-abcdefghijklmnopqrstuvwxyz234",
    "long extension": f"a.{'x' * 90}",
}


class Names:
    """As with ``FileSystemStorage``."""

    @pytest.mark.parametrize("why", REFUSED_BY_DJANGO)
    @pytest.mark.parametrize("call", ["save", "get_available_name"])
    def test_names_that_django_refuses_are_refused(
        self, storage: Storage, why: str, call: str
    ) -> None:
        with pytest.raises(SuspiciousFileOperation):
            CALLS[call](storage, REFUSED[why])

    def test_backslashes_are_slashes(self, storage: Storage, folder: str) -> None:
        name = storage.save(f"{folder}\\a.txt", ContentFile(b"x"))

        assert name == f"{folder}/a.txt"
        assert storage.listdir(folder) == ([], ["a.txt"])


class OwnNames:
    """What goes beyond ``FileSystemStorage``."""

    @pytest.mark.parametrize("why", REFUSED)
    @pytest.mark.parametrize("call", CALLS)
    def test_names_no_storage_may_take_are_refused_by_every_method(
        self, storage: CloudStorage, why: str, call: str
    ) -> None:
        with pytest.raises(SuspiciousFileOperation):
            CALLS[call](storage, REFUSED[why])

    @pytest.mark.parametrize("call", [each for each in CALLS if each not in ("url", "delete")])
    def test_the_empty_name_is_refused(self, storage: CloudStorage, call: str) -> None:
        with pytest.raises(SuspiciousFileOperation):
            CALLS[call](storage, "")

    @pytest.mark.parametrize("path", ["..", "docs/..", "/docs", "a/../b", "do\0cs", "a/./b"])
    def test_paths_no_storage_may_take_are_not_listed(
        self, storage: CloudStorage, path: str
    ) -> None:
        with pytest.raises(SuspiciousFileOperation):
            storage.listdir(path)

    def test_a_refused_name_removes_nothing(self, storage: CloudStorage, folder: str) -> None:
        name = storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        for trick in (f"{folder}/..", f"{folder}/.", f"{folder}/", f"{folder}\\..", f"/{folder}"):
            with pytest.raises(SuspiciousFileOperation):
                storage.delete(trick)

        with storage.open(name) as file:
            assert file.read() == b"x"

    @pytest.mark.parametrize("kind", UNUSUAL)
    def test_an_unusual_file_name_makes_the_round_trip(
        self,
        storage: CloudStorage,
        folder: str,
        fetch: Callable[[str], bytes],
        kind: str,
    ) -> None:
        filename = UNUSUAL[kind]
        content = f"content of {filename}".encode()
        storage.save(f"{folder}/neighbour", ContentFile(b"x"))

        name = storage.save(f"{folder}/{filename}", ContentFile(content))

        assert name == f"{folder}/{filename}"
        assert storage.exists(name)
        assert storage.size(name) == len(content)
        with storage.open(name) as file:
            assert file.read() == content
        assert fetch(storage.url(name)) == content
        assert storage.listdir(folder) == ([], sorted([filename, "neighbour"]))
        storage.delete(name)
        assert not storage.exists(name)
        assert storage.listdir(folder) == ([], ["neighbour"])

    @pytest.mark.parametrize("kind", UNUSUAL)
    def test_an_unusual_file_name_lives_in_the_root_as_well(
        self, storage: CloudStorage, kind: str
    ) -> None:
        filename = UNUSUAL[kind]

        assert storage.save(filename, ContentFile(b"in the root")) == filename
        assert storage.listdir("")[1] == [filename]
        with storage.open(filename) as file:
            assert file.read() == b"in the root"

    @pytest.mark.parametrize(
        "form",
        ["{} My Photos", "{} 日本語", "{}.d", "{} a;b%41", "{}" + "x" * 120, "{}" + "長" * 80],
        ids=["spaces", "other script", "a dot", "syntax", "long", "long, other script"],
    )
    def test_an_unusual_directory_makes_the_round_trip(
        self, storage: CloudStorage, folder: str, fetch: Callable[[str], bytes], form: str
    ) -> None:
        directory = form.format(folder)[:120]

        name = storage.save(f"{directory}/a.txt", ContentFile(b"content"))

        assert name == f"{directory}/a.txt"
        assert storage.exists(name)
        assert fetch(storage.url(name)) == b"content"
        assert directory in storage.listdir("")[0]
        assert storage.listdir(directory) == ([], ["a.txt"])
        storage.delete(name)
        assert not storage.exists(name)

    def test_names_that_differ_in_case_are_different_files(
        self, storage: CloudStorage, folder: str, fetch: Callable[[str], bytes]
    ) -> None:
        names = [f"{folder}/{each}" for each in ("photo.png", "Photo.PNG", "PHOTO.PNG")]

        saved = [storage.save(name, ContentFile(name.encode())) for name in names]

        assert saved == names
        assert [fetch(storage.url(name)) for name in names] == [name.encode() for name in names]
        storage.delete(names[0])
        assert [storage.exists(name) for name in names] == [False, True, True]

    def test_directories_that_differ_in_case_are_different_directories(
        self, storage: CloudStorage, folder: str
    ) -> None:
        names = [f"{directory}/a.txt" for directory in (folder, folder.upper(), folder.title())]

        saved = [storage.save(name, ContentFile(name.encode())) for name in names]

        assert saved == names
        for name in names:
            with storage.open(name) as file:
                assert file.read() == name.encode()

    def test_characters_that_look_alike_are_different_files(
        self, storage: CloudStorage, folder: str
    ) -> None:
        names = [f"{folder}/{each}.txt" for each in ("a b", "ab", "a-b", "a_b", "é", "e\u0301")]

        assert [storage.save(name, ContentFile(name.encode())) for name in names] == names
        for name in names:
            with storage.open(name) as file:
                assert file.read() == name.encode()

    def test_a_name_too_long_for_appwrite_is_shortened_for_good(
        self, storage: CloudStorage, folder: str
    ) -> None:
        wanted = [f"{folder}/{'長' * 200}{end}.txt" for end in ("one", "two")]

        names = [storage.save(name, ContentFile(name.encode())) for name in wanted]

        assert len(set(names)) == 2
        assert all(len(name) < 210 and name.endswith(".txt") for name in names)
        assert sorted(storage.listdir(folder)[1]) == sorted(
            name.rpartition("/")[2] for name in names
        )
        for name, original in zip(names, wanted, strict=True):
            assert storage.exists(original)
            with storage.open(name) as file:
                assert file.read() == original.encode()


class LastDirectoryNames:
    """The layout ``last-directory``: the last directory is the bucket, the rest is ignored."""

    @pytest.mark.parametrize(
        "form",
        [
            "assets/statics/{}/my_file.txt",
            "other/{}/my_file.txt",
            "assets\\{}\\my_file.txt",
            "{}//my_file.txt",
        ],
    )
    def test_a_file_answers_to_every_name_with_its_last_directory(
        self, storage: CloudStorage, folder: str, form: str
    ) -> None:
        name = form.format(folder)

        saved = storage.save(name, ContentFile(b"content"))

        assert saved == f"{folder}/my_file.txt"
        for each in (name, saved):
            assert storage.exists(each)
            assert storage.size(each) == 7
            with storage.open(each) as file:
                assert (file.name, file.read()) == (saved, b"content")
        assert storage.url(name) == storage.url(saved)
        storage.delete(name)
        assert not storage.exists(saved)

    def test_saving_the_canonical_name_again_canonicalises_to_itself(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make(overwrite=True)
        name = storage.save(f"assets/{folder}/a.txt", ContentFile(b"old"))

        assert storage.save(name, ContentFile(b"new")) == name

    def test_a_conflict_is_noticed_behind_another_directory(
        self, storage: CloudStorage, folder: str
    ) -> None:
        first = storage.save(f"one/{folder}/a.txt", ContentFile(b"1"))
        second = storage.save(f"two/{folder}/a.txt", ContentFile(b"2"))

        assert first == f"{folder}/a.txt"
        assert second != first
        assert second.startswith(f"{folder}/a_")

    def test_max_length_concerns_the_canonical_name(
        self, storage: CloudStorage, folder: str
    ) -> None:
        name = storage.save(
            f"a/very/long/path/to/{folder}/a.txt",
            ContentFile(b"x"),
            max_length=len(folder) + 6,
        )

        assert name == f"{folder}/a.txt"

    def test_a_directory_is_listed_by_its_last_part(
        self, storage: CloudStorage, folder: str
    ) -> None:
        storage.save(f"assets/{folder}/a.txt", ContentFile(b"x"))

        assert storage.listdir(f"assets/{folder}") == ([], ["a.txt"])
        assert folder in storage.listdir("")[0]
        assert "assets" not in storage.listdir("")[0]

    def test_names_without_a_directory_live_in_the_default_bucket(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make()
        mapped = make(buckets={folder: storage.options.bucket_id})

        storage.save("a.txt", ContentFile(b"in the default bucket"))

        assert storage.listdir("")[1] == ["a.txt"]
        with mapped.open(f"{folder}/a.txt") as file:
            assert file.read() == b"in the default bucket"


class PathNames:
    """The layout ``path``: one bucket, full names, nothing ignored or merged."""

    def test_the_same_file_name_in_two_directories_is_two_files(
        self, storage: CloudStorage, folder: str
    ) -> None:
        names = [f"{folder}/a.txt", f"one/{folder}/a.txt", f"two/{folder}/a.txt", "a.txt"]

        assert [storage.save(name, ContentFile(name.encode())) for name in names] == names

        for name in names:
            with storage.open(name) as file:
                assert file.read() == name.encode()
        storage.delete(names[0])
        assert [storage.exists(name) for name in names] == [False, True, True, True]

    def test_a_tree_is_listed_level_by_level(self, storage: CloudStorage) -> None:
        for name in ("top.txt", "a/1.txt", "a/b/2.txt", "a/b/3.txt", "a/bc/4.txt", "ab/5.txt"):
            storage.save(name, ContentFile(b"x"))

        assert storage.listdir("") == (["a", "ab"], ["top.txt"])
        assert storage.listdir("a") == (["b", "bc"], ["1.txt"])
        assert storage.listdir("a/b") == ([], ["2.txt", "3.txt"])
        assert storage.listdir("a/b/") == ([], ["2.txt", "3.txt"])
        with pytest.raises(FileNotFoundError):
            storage.listdir("b")

    def test_everything_is_in_the_default_bucket(
        self, make: Callable[..., CloudStorage], folder: str
    ) -> None:
        storage = make()
        storage.save(f"{folder}/a.txt", ContentFile(b"x"))

        by_last_directory = make(layout="last-directory", location="")

        assert folder not in by_last_directory.listdir("")[0]
