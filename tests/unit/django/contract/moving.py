"""
A site moves from one layout to the other, and every name in its database stays what it is.

1. Beside the default storage, name one of the other layout: same project, same ``bucket_id``.
2. ``meeting(new.options.laid_out, names)`` of the names in the database must be empty; give all but
   one of each group another name first.
3. While the site runs: ``new.service.replace(name, old.service.content(name))`` for each name. It
   may be repeated, and moves nothing that was moved already.
4. Let nobody save for a moment, do step 3 again, and make the new storage the default.
5. Compare the signatures of both. The old buckets, but not that of ``bucket_id``, may go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile

from cloud_storages.domain.layouts import meeting
from cloud_storages.testing import storage_requests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloud_storages.backends.base import CloudStorage

Make = "Callable[..., CloudStorage]"


def move(names: Iterable[str], old: CloudStorage, new: CloudStorage) -> None:
    for name in names:
        new.service.replace(name, old.service.content(name))


def contents(names: Iterable[str], storage: CloudStorage) -> dict[str, bytes]:
    found = {}
    for name in names:
        with storage.open(name) as file:
            found[name] = file.read()
    return found


class Moving:
    def test_from_last_directory_to_path(self, make: Make, folder: str) -> None:
        old = make(layout="last-directory")
        wanted = [
            f"{folder}/a.txt",
            f"{folder}/Photo.PNG",
            f"x/y/{folder}/日本語.jpg",
            f"{folder}-{'d' * 80}/{'語' * 165}.jpg",
            "root.txt",
        ]
        names = [old.save(name, ContentFile(name.encode())) for name in wanted]
        names.append(old.save(f"{folder}/large.bin", ContentFile(bytes(6_000_000))))

        new = make(layout="path")
        assert meeting(new.options.laid_out, names) == []
        move(names, old, new)
        names.append(old.save(f"{folder}/late.txt", ContentFile(b"late")))
        move(names, old, new)

        assert contents(names, new) == contents(names, old)
        assert [new.signature(name) for name in names] == [old.signature(name) for name in names]
        assert new.listdir(folder) == old.listdir(folder)
        assert new.listdir("")[1] == old.listdir("")[1]

    def test_from_path_to_last_directory(self, make: Make, folder: str) -> None:
        old = make(layout="path")
        names = [
            old.save(f"{year}/{folder}/{number}.jpg", ContentFile(f"{year} {number}".encode()))
            for year in (2025, 2026)
            for number in range(3)
        ]

        new = make(layout="last-directory")
        assert meeting(new.options.laid_out, names) == [
            (f"2025/{folder}/{number}.jpg", f"2026/{folder}/{number}.jpg") for number in range(3)
        ]
        for name in names[:3]:
            fresh = name.replace(".jpg", "-2025.jpg")
            old.service.replace(fresh, old.service.content(name))
            names[names.index(name)] = fresh
        assert meeting(new.options.laid_out, names) == []
        move(names, old, new)

        assert contents(names, new) == contents(names, old)
        assert len(new.listdir(folder)[1]) == len(names)

    def test_into_a_location_of_the_same_bucket(self, make: Make, folder: str) -> None:
        old, new = make(layout="path"), make(layout="path", location="site")
        names = [old.save(f"{folder}/{n}.txt", ContentFile(b"x" * n)) for n in range(3)]

        move(names, old, new)

        assert contents(names, new) == contents(names, old)
        assert new.listdir(folder) == old.listdir(folder)

    def test_what_was_moved_is_not_moved_again(self, make: Make, folder: str) -> None:
        old, new = make(layout="last-directory"), make(layout="path")
        names = [old.save(f"{folder}/{n}.txt", ContentFile(b"x" * n)) for n in range(3)]
        move(names, old, new)

        with storage_requests() as made:
            move(names, make(layout="last-directory"), new)

        assert {request.method for request in made} == {"GET"}
        assert {request.operation for request in made} == {"find"}

    def test_what_was_replaced_meanwhile_is_moved_anew(self, make: Make, folder: str) -> None:
        old, new = make(layout="last-directory", overwrite=True), make(layout="path")
        name = old.save(f"{folder}/a.txt", ContentFile(b"old"))
        move([name], old, new)

        old.save(name, ContentFile(b"new"))
        move([name], old, new)

        assert contents([name], new) == {name: b"new"}

    def test_what_is_gone_is_told(self, make: Make, folder: str) -> None:
        old, new = make(layout="last-directory"), make(layout="path")

        with pytest.raises(FileNotFoundError):
            move([f"{folder}/gone.txt"], old, new)

        assert not new.exists(f"{folder}/gone.txt")

    @pytest.mark.parametrize(
        "told",
        [{"layout": "last-directory"}, {"layout": "path"}, {"layout": "path", "location": "site"}],
        ids=["last-directory", "path", "location"],
    )
    def test_a_storage_names_all_its_files(
        self, make: Make, folder: str, told: dict[str, Any]
    ) -> None:
        storage = make(**told)
        make(layout="path", location="elsewhere").save("a.txt", ContentFile(b"x"))
        saved = {
            storage.save(name, ContentFile(b"x"))
            for name in (f"{folder}/a.txt", f"{folder}/B.txt", f"{folder}2/a.txt", "Root.txt")
        }

        named = list(storage.service.names())

        assert len(named) == len(set(named))
        ours = {name for name in named if name.startswith((folder, "Root"))}
        assert ours == saved
