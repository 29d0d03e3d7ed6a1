# ruff: noqa: S101
# Asserts are what a test is.
"""What the names of files promise."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation, SuspiciousOperation

from cloud_storages.testing.djangostorage import sources
from cloud_storages.testing.djangostorage.promises import promise
from cloud_storages.testing.djangostorage.seeing import raises, same, shown
from cloud_storages.testing.tables import FILENAMES, REFUSED

if TYPE_CHECKING:
    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Naming"]

_SECURITY = sources.note("releases/security/")
_OUTSIDE = ("../outside.txt", "/outside.txt", "sub/../../outside.txt")
_TRIES = 3
#: Filenames of which Django's own storages make others.
_INVALID = ("my photo (1).png", "日本語.jpg", "a;b&c='d'.txt")


class Naming:
    """``get_available_name`` and its like, names that are odd, names that must be refused."""

    @promise(sources.storage("save"), sources.note("ref/unicode/#files"))
    def test_odd_names_are_kept(self, tried: Trial) -> None:
        """Names with spaces, quotes, syntax of URLs or any script are saved, listed and opened."""
        for number, filename in enumerate(FILENAMES):
            data = f"{number}".encode()
            name = tried.save(filename, data)
            what = f"of the file saved as {filename!r}"
            same(tried.content(name), data, f"the content {what}")
            assert tried.storage.exists(name), f"exists() denies {name!r}"
            tried.storage.delete(name)
            assert not tried.storage.exists(name), f"delete() leaves {name!r}"

    @promise(sources.storage("save"), kind="customary")
    def test_names_that_look_alike_are_different_files(self, tried: Trial) -> None:
        """Spaces, accents and signs that resemble each other do not make two names one."""
        filenames = ["a b", "ab", "a-b", "a_b", "a+b", "a%20b", "\u00e9", "e\u0301"]
        self._check_apart(tried, filenames)

    @promise(sources.storage("save"), kind="customary")
    def test_names_that_differ_in_case_are_different_files(self, tried: Trial) -> None:
        """A name in other letters is another name."""
        self._check_apart(tried, ["photo.png", "Photo.PNG", "PHOTO.png"])

    def _check_apart(self, tried: Trial, filenames: list[str]) -> None:
        names = {filename: tried.save(filename, filename.encode()) for filename in filenames}
        same(len(set(names.values())), len(filenames), "the number of files")
        for filename, name in names.items():
            same(tried.content(name), filename.encode(), f"the content of {filename!r}")

    @promise(_SECURITY, sources.note("ref/exceptions/#suspiciousoperation"))
    def test_names_that_lead_out_are_not_saved(self, tried: Trial) -> None:
        """Absolute names, those with .. and those without a filename are refused by save."""
        for name in REFUSED:
            tried.refuses(name)

    @promise(_SECURITY, sources.note("ref/exceptions/#suspiciousoperation"), kind="customary")
    def test_names_that_lead_out_open_nothing(self, tried: Trial) -> None:
        """Absolute names and those with .. are refused by open, or lead to nothing."""
        tried.save("inside.txt", b"inside")
        refusals = (SuspiciousOperation, FileNotFoundError, ValueError)
        for name in _OUTSIDE:
            raises(refusals, lambda name=name: tried.storage.open(name), f"opening {name!r}")  # type: ignore[misc]
            with contextlib.suppress(SuspiciousOperation, ValueError):
                exists = tried.storage.exists(name)
                assert not exists, f"exists() is true of {name!r}"

    @promise(sources.custom("get_available_name"))
    def test_an_available_name_is_free(self, tried: Trial) -> None:
        """A name that get_available_name gives is one that nothing has."""
        wanted = tried.named("report.txt")
        same(str(tried.storage.get_available_name(wanted)), wanted, "the name of a free name")
        taken = tried.save("report.txt", b"taken")
        other = str(tried.storage.get_available_name(taken))
        if tried.overwrites:
            same(other, taken, "the available name, where overwriting is told,")
            return
        assert other != taken, f"get_available_name() gave {other!r}, which a file has"
        assert not tried.storage.exists(other), f"{other!r} exists"

    @promise(sources.custom("get_available_name"))
    def test_an_available_name_fits_max_length(self, tried: Trial) -> None:
        """A name that get_available_name gives is no longer than it may be."""
        longest = len(tried.named("")) + 16
        wanted = tried.named(f"{'long' * 20}.txt")
        name = tried.storage.get_available_name(wanted, max_length=longest)
        assert len(name) <= longest, f"{name!r} has {len(name)} characters, not {longest}"

    @promise(sources.custom("get_alternative_name"))
    def test_an_alternative_name_is_another(self, tried: Trial) -> None:
        """Alternatives differ from the name and from each other, and keep the extension."""
        names = {tried.storage.get_alternative_name("report", ".txt") for _ in range(_TRIES)}
        same(len(names - {"report.txt"}), _TRIES, "the number of alternatives")
        for name in names:
            assert name.endswith(".txt"), f"the alternative {name!r} lost its extension"

    @promise(sources.custom("get_valid_name"))
    def test_a_valid_name_can_be_saved(self, tried: Trial) -> None:
        """What get_valid_name makes of a filename is a filename, and the storage keeps it."""
        for number, filename in enumerate(_INVALID):
            valid = tried.storage.get_valid_name(filename)
            assert "/" not in valid, f"{shown(valid)} is no filename"
            data = f"{number}".encode()
            same(tried.content(tried.save(valid, data)), data, f"the content of {valid!r}")

    @promise(sources.custom("get_valid_name"), kind="customary")
    def test_a_valid_name_stays_as_it_is(self, tried: Trial) -> None:
        """What get_valid_name made of a filename it leaves alone: forms make it of it again."""
        for filename in _INVALID:
            valid = tried.storage.get_valid_name(filename)
            same(tried.storage.get_valid_name(valid), valid, f"the valid name of {valid!r}")

    @promise(sources.storage("generate_filename"))
    def test_a_generated_filename_keeps_its_path(self, tried: Trial) -> None:
        """The filename is made valid, the path before it stays, and save takes the result."""
        wanted = tried.named("my photo.png")
        generated = tried.storage.generate_filename(wanted)
        valid = tried.storage.get_valid_name("my photo.png")
        same(str(generated), tried.named(valid), "the generated filename")
        same(tried.content(tried.save_as(generated, b"photo")), b"photo", "the content")

    @promise(sources.storage("generate_filename"), _SECURITY)
    def test_a_generated_filename_never_leads_out(self, tried: Trial) -> None:
        """A path that leads out is refused where the filename is made."""
        for name in ("../photo.png", "sub/../../photo.png"):
            raises(
                SuspiciousFileOperation,
                lambda name=name: tried.storage.generate_filename(name),  # type: ignore[misc]
                f"generate_filename({name!r})",
            )
