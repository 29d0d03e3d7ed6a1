"""Storages in directories of one bucket: what each sees, and what none can reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.backends.base import CloudStorage

Make = "Callable[..., CloudStorage]"


def content_of(storage: CloudStorage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


class Locations:
    @pytest.fixture
    def below(self, make: Callable[..., CloudStorage]) -> Callable[..., CloudStorage]:
        """Make storages in directories of one bucket."""
        return lambda location, **more: make(layout="path", location=location, **more)

    def test_names_are_relative_to_the_location(self, below: Make) -> None:
        site, whole = below("site/media"), below("")

        name = site.save("docs/a.txt", ContentFile(b"ours"))

        assert name == "docs/a.txt"
        assert content_of(site, name) == content_of(whole, "site/media/docs/a.txt") == b"ours"
        assert site.url(name) == whole.url("site/media/docs/a.txt")
        assert site.listdir("") == (["docs"], [])
        assert site.listdir("docs") == ([], ["a.txt"])
        assert whole.listdir("site/media/docs") == ([], ["a.txt"])
        assert whole.listdir("") == (["site"], [])

    def test_two_storages_in_one_bucket_keep_their_files_apart(self, below: Make) -> None:
        one, other = below("one"), below("other")

        for storage, content in ((one, b"one"), (other, b"other")):
            assert storage.save("a/b.txt", ContentFile(content)) == "a/b.txt"
        other.delete("a/b.txt")

        assert not other.exists("a/b.txt")
        assert other.listdir("") == ([], [])
        assert content_of(one, "a/b.txt") == b"one"

    def test_what_lies_beside_a_location_is_not_listed_in_it(self, below: Make) -> None:
        whole = below("")
        for name in ("site/a.txt", "sites/b.txt", "Site/c.txt", "x/site/d.txt", "site"):
            whole.save(name, ContentFile(b"x"))

        assert below("site").listdir("") == ([], ["a.txt"])
        assert below("x").listdir("") == (["site"], [])

    @pytest.mark.parametrize(
        "name", ["../other/a.txt", "..", "/other/a.txt", "a/../../other/a.txt"]
    )
    def test_nothing_outside_of_a_location_can_be_reached(self, below: Make, name: str) -> None:
        site, other = below("site"), below("other")
        other.save("a.txt", ContentFile(b"theirs"))

        for act in (site.exists, site.open, site.delete, site.size, site.url, site.listdir):
            with pytest.raises(SuspiciousFileOperation):
                act(name)
        with pytest.raises(SuspiciousFileOperation):
            site.save(name, ContentFile(b"ours"))

        assert content_of(other, "a.txt") == b"theirs"

    def test_a_file_of_the_storage_beside_it_is_missing(self, below: Make) -> None:
        below("other").save("a.txt", ContentFile(b"theirs"))

        with pytest.raises(FileNotFoundError):
            below("site").open("other/a.txt")

    def test_max_length_is_that_of_the_name_the_database_gets(self, below: Make) -> None:
        site = below("a/location/with/many/characters")

        short = site.save("docs/12345.txt", ContentFile(b"fits"), max_length=14)
        cut = site.save("docs/1234567890.txt", ContentFile(b"cut"), max_length=18)

        assert short == "docs/12345.txt"
        assert len(cut) == 18
        assert cut.startswith("docs/")
        assert (content_of(site, short), content_of(site, cut)) == (b"fits", b"cut")

    def test_a_name_that_is_too_long_for_appwrite_stays_in_its_location(self, below: Make) -> None:
        site = below("n" * 255)

        name = site.save("語" * 200 + ".txt", ContentFile(b"long"))

        assert content_of(site, name) == b"long"
        assert site.get_available_name(name) == name
        assert site.listdir("") == ([], [name])

    def test_a_location_with_quotes_at_its_beginning_is_listed(self, below: Make) -> None:
        site = below('"site"')

        site.save('"a".txt"', ContentFile(b"quoted"))

        assert site.listdir("") == ([], ['"a".txt"'])

    @pytest.mark.parametrize("policy", [{"overwrite": True}, {"create_new_if_same_content": False}])
    def test_every_policy_holds_within_the_location(self, below: Make, policy: Any) -> None:
        site, other = below("site", **policy), below("other", **policy)
        other.save("a.txt", ContentFile(b"theirs"))

        first = site.save("a.txt", ContentFile(b"old"))
        twin = site.save("a.txt", ContentFile(b"old"))
        last = site.save("a.txt", ContentFile(b"new"))

        assert first == twin == "a.txt"
        assert content_of(site, last) == b"new"
        assert content_of(other, "a.txt") == b"theirs"
        files = {"a.txt", last}
        assert site.listdir("") == ([], sorted(files))
