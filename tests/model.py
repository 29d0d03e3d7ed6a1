"""
A Hypothesis machine that drives a storage through Django's interface and keeps a plain model of it.

The model is a dict from names to contents. What it says was written from the documentation, not
from the code: it knows nothing of IDs, buckets or signatures.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from cloud_storages.testing import colliding_names, contents, hostile_names, names

if TYPE_CHECKING:
    from django.core.files.storage import Storage

POLICIES: dict[str, dict[str, bool]] = {
    "keep both": {},
    "reuse identical": {"create_new_if_same_content": False},
    "overwrite": {"overwrite": True},
}
LAYOUTS = ("last-directory", "path")

_TITLE_BYTES, _EXTENSION_BYTES, _DIRECTORY_LENGTH = 509, 100, 128


def canonical(layout: str, name: str, location: str = "") -> str | None:
    """Return what a name should become, or None where the documentation leaves the form open."""
    above = f"{location}/" if location else ""
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    kept = parts[-2:] if layout == "last-directory" else parts
    if layout == "last-directory":
        fits = len(parts[-1].encode()) <= _TITLE_BYTES
        fits = fits and all(len(part) <= _DIRECTORY_LENGTH for part in kept[:-1])
    else:
        fits = len((above + "/".join(kept)).encode()) <= _TITLE_BYTES
    extension = parts[-1].rpartition(".")
    short = not extension[1] or len(extension[2].encode()) < _EXTENSION_BYTES
    return "/".join(kept) if fits and short else None


class _Fails(Exception):
    """What a caller's own code raises while it writes."""


class StorageMachine(RuleBasedStateMachine):
    """
    What anyone may do to a storage, in any order.

    A subclass makes the storage, empty and seen by nobody else.
    """

    policy = "keep both"
    layout = "last-directory"
    legacy_ids = False
    location = ""

    wanted = Bundle("wanted")
    saved = Bundle("saved")

    def __init__(self) -> None:
        super().__init__()
        self.storage = self.make_storage(
            layout=self.layout,
            legacy_ids=self.legacy_ids,
            location=self.location,
            **POLICIES[self.policy],
        )
        self.files: dict[str, bytes] = {}
        self.directories: set[str] = set()
        self.twins: dict[tuple[str, bytes, int | None], str] = {}
        self.forms: dict[str, str] = {}
        self.touched: str | None = None

    def make_storage(self, **options: Any) -> Storage:
        raise NotImplementedError

    # Names

    @initialize(target=wanted, data=st.data())
    def choose_names(self, data: st.DataObject) -> Any:
        some = st.lists(colliding_names(self.layout), min_size=2, max_size=4)
        return multiple(*map(self._cased, data.draw(some)))

    @rule(target=wanted, data=st.data())
    def choose_a_colliding_name(self, data: st.DataObject) -> str:
        return self._cased(data.draw(colliding_names(self.layout)))

    @rule(target=wanted, name=names())
    def choose_an_odd_name(self, name: str) -> str:
        return self._cased(name)

    def _cased(self, name: str) -> str:
        # Names that differ in case only share a legacy ID; they have a test of their own.
        return name.upper() if self.legacy_ids else name

    # Writing

    @rule(target=saved, name=wanted, data=contents())
    def save(self, name: str, data: bytes) -> str:
        return self._save(name, data)

    @rule(target=saved, name=saved, data=contents())
    def save_again(self, name: str, data: bytes) -> str:
        return self._save(name, data)

    @rule(target=saved, name=wanted, data=st.data())
    def save_a_content_that_is_there(self, name: str, data: st.DataObject) -> str:
        known = st.sampled_from(sorted(set(self.files.values())) or [b"first"])
        return self._save(name, data.draw(known))

    @rule(target=saved, name=wanted, data=contents(), longest=st.sampled_from((20, 45, 100)))
    def save_with_a_limit(self, name: str, data: bytes, longest: int) -> Any:
        try:
            form = str(self.storage.get_available_name(name, max_length=longest))
        except SuspiciousFileOperation:
            with pytest.raises(SuspiciousFileOperation):
                self.storage.save(name, ContentFile(data), max_length=longest)
            return multiple()
        assert len(form) <= longest
        try:
            returned = self.storage.save(name, ContentFile(data), max_length=longest)
        except SuspiciousFileOperation:
            # No alternative is as short as that.
            assert self.policy != "overwrite"
            assert form in self.files
            assert self.policy == "keep both" or self.files[form] != data
            return multiple()
        assert len(returned) <= longest
        self._note_save(form, data, returned, longest)
        return returned

    def _save(self, name: str, data: bytes) -> str:
        expected = self._canonical(name)
        returned = self.storage.save(name, ContentFile(data))
        self._note_save(expected, data, returned)
        return returned

    def _note_save(
        self, expected: str, data: bytes, returned: str, longest: int | None = None
    ) -> None:
        if self.policy == "overwrite" or expected not in self.files:
            assert returned == expected
        elif self.policy == "reuse identical":
            if self.files[expected] == data:
                assert returned == expected
            else:
                assert returned == self.twins.get((expected, data, longest), returned)
            assert self.files.get(returned, data) == data
            self.twins[expected, data, longest] = returned
        else:
            assert returned not in self.files
        assert returned.rpartition("/")[0] == expected.rpartition("/")[0]
        self._note(returned, data)

    def _note(self, name: str, data: bytes) -> None:
        self.files[name] = data
        self.touched = name
        if self.layout == "last-directory":
            self.directories.add(name.rpartition("/")[0])

    def _forget_twins(self) -> None:
        # An alternative may be taken by the next best name once this one is gone or changed.
        self.twins.clear()

    def _canonical(self, name: str) -> str:
        told = canonical(self.layout, name, self.location)
        form = str(self.storage.get_available_name(name))
        if told is not None:
            assert form == told
        assert self.forms.setdefault(name, form) == form
        assert str(self.storage.get_available_name(form)) == form
        return form

    @rule(target=saved, name=wanted | saved, data=contents(), mode=st.sampled_from(("wb", "w+b")))
    def open_to_write(self, name: str, data: bytes, mode: str) -> str:
        form = self._canonical(name)
        with self.storage.open(name, mode) as file:
            assert file.name == form
            file.write(data)
        self._forget_twins()
        self._note(form, data)
        return form

    @rule(name=wanted | saved, data=contents())
    def open_to_write_and_fail(self, name: str, data: bytes) -> None:
        def fail() -> None:
            with self.storage.open(name, "wb") as file:
                file.write(data)
                raise _Fails

        with pytest.raises(_Fails):
            fail()

    @rule(target=saved, name=wanted | saved, data=contents())
    def open_to_append(self, name: str, data: bytes) -> str:
        form = self._canonical(name)
        with self.storage.open(name, "ab") as file:
            file.write(data)
        self._forget_twins()
        self._note(form, self.files.get(form, b"") + data)
        return form

    @rule(target=saved, name=wanted | saved, data=contents())
    def open_to_create(self, name: str, data: bytes) -> str:
        form = self._canonical(name)
        if form in self.files:
            with pytest.raises(FileExistsError):
                self.storage.open(name, "xb")
            return form
        with self.storage.open(name, "xb") as file:
            file.write(data)
        self._forget_twins()
        self._note(form, data)
        return form

    @rule(name=wanted | saved, data=contents(), at=st.integers(0, 50), end=st.none() | st.just(60))
    def open_to_change(self, name: str, data: bytes, at: int, end: int | None) -> None:
        form = self._canonical(name)
        if form not in self.files:
            with pytest.raises(FileNotFoundError):
                self.storage.open(name, "r+b")
            return
        real = io.BytesIO(self.files[form])
        with self.storage.open(name, "r+b") as file:
            for changed in (file, real):
                changed.seek(at)
                changed.write(data)
                if end is not None:
                    changed.truncate(end)
        self._forget_twins()
        # BytesIO does not grow by truncate, a file does.
        expected = real.getvalue()
        self._note(form, expected if end is None else expected.ljust(end, b"\x00"))

    @rule(name=consumes(saved))
    def delete(self, name: str) -> None:
        self._delete(name)

    @rule(name=wanted)
    def delete_whatever_is_there(self, name: str) -> None:
        self._delete(name)

    def _delete(self, name: str) -> None:
        self.storage.delete(name)
        if self.files.pop(self._canonical(name), None) is not None:
            self._forget_twins()
        assert not self.storage.exists(name)

    # Reading

    @rule(name=wanted | saved, data=st.data())
    def read_pieces(self, name: str, data: st.DataObject) -> None:
        form = self._canonical(name)
        if form not in self.files:
            with pytest.raises(FileNotFoundError):
                self.storage.open(name)
            return
        real = io.BytesIO(self.files[form])
        sizes, places = st.integers(-1, 2500), st.integers(0, 2500)
        with self.storage.open(name) as file:
            assert file.size == len(self.files[form])
            for _ in range(data.draw(st.integers(1, 4))):
                if data.draw(st.booleans()):
                    place = data.draw(places)
                    assert file.seek(place) == real.seek(place)
                size = data.draw(sizes)
                assert file.read(size) == real.read(size)
                assert file.tell() == real.tell()
            back = min(len(self.files[form]), 3)
            assert file.seek(-back, os.SEEK_END) == real.seek(-back, os.SEEK_END)
            assert file.read() == real.read()

    @rule(name=wanted | saved)
    def ask(self, name: str) -> None:
        form = self._canonical(name)
        assert self.storage.exists(name) == (form in self.files)
        if form in self.files:
            assert self.storage.size(name) == len(self.files[form])
            assert self.storage.get_created_time(name).tzinfo is not None
            assert self.storage.get_modified_time(name) == self.storage.get_created_time(name)
            assert self.storage.url(name) == self.storage.url(form)
        else:
            with pytest.raises(FileNotFoundError):
                self.storage.size(name)
            with pytest.raises(FileNotFoundError):
                self.storage.get_created_time(name)

    @rule(names=st.tuples(wanted | saved, wanted | saved, wanted), changed=saved, data=contents())
    def ask_ahead(self, names: tuple[str, ...], changed: str, data: bytes) -> None:
        with self.storage.prefetch_metadata([*names, changed]):
            for name in names:
                self.ask(name)
            self.open_to_write(changed, data, "wb")
            for name in (*names, changed):
                self.ask(name)
            self._delete(changed)
            for name in (*names, changed):
                self.ask(name)
        self.open_to_write(changed, data, "wb")

    @rule(name=wanted | saved)
    def list_the_directory_of(self, name: str) -> None:
        self._check_listing(self._canonical(name).rpartition("/")[0])

    @rule()
    def list_the_root(self) -> None:
        self._check_listing("")

    def _check_listing(self, directory: str) -> None:
        prefix = f"{directory}/" if directory else ""
        below = [name.removeprefix(prefix) for name in self.files if name.startswith(prefix)]
        files = sorted(name for name in below if "/" not in name)
        if self.layout == "last-directory":
            exists = directory in self.directories
            folders = sorted(self.directories - {""}) if not directory else []
        else:
            exists = bool(below)
            folders = sorted({name.partition("/")[0] for name in below if "/" in name})
        if directory and not exists:
            with pytest.raises(FileNotFoundError):
                self.storage.listdir(directory)
            return
        assert self.storage.listdir(directory) == (folders, files)

    # Refusals

    @rule(name=hostile_names())
    def refuse(self, name: str) -> None:
        with pytest.raises(SuspiciousFileOperation):
            self.storage.save(name, ContentFile(b"hostile"))
        for act in (self.storage.open, self.storage.exists, self.storage.size):
            with pytest.raises(SuspiciousFileOperation):
                act(name)
        with pytest.raises(SuspiciousFileOperation):
            self.storage.open(name, "wb")
        with pytest.raises(SuspiciousFileOperation if name else ValueError):
            self.storage.delete(name)
        with pytest.raises(SuspiciousFileOperation if name else ValueError):
            self.storage.url(name)

    # What always holds

    @precondition(lambda self: self.touched is not None)
    @invariant()
    def what_was_written_last_reads_back(self) -> None:
        assert self.touched is not None
        name, self.touched = self.touched, None
        self._check_content(name)

    def _check_content(self, name: str) -> None:
        with self.storage.open(name) as file:
            assert file.read() == self.files[name], name

    def teardown(self) -> None:
        for name in self.files:
            self._check_content(name)
        for directory in {name.rpartition("/")[0] for name in self.files} | {""}:
            self._check_listing(directory)
        super().teardown()


CONFIGURATIONS = [
    *((policy, layout, False) for policy in POLICIES for layout in LAYOUTS),
    ("keep both", "last-directory", True),
    ("reuse identical", "path", True),
    ("overwrite", "last-directory", True),
    *((policy, "path in a location", False) for policy in POLICIES),
]


def configured(
    base: type[StorageMachine], policy: str, layout: str, legacy_ids: bool
) -> type[StorageMachine]:
    """Return a machine for storages of one configuration."""
    layout, _, location = layout.partition(" in a ")
    attributes = {
        "policy": policy,
        "layout": layout,
        "legacy_ids": legacy_ids,
        "location": location and f'"{location}/of Ours"',
    }
    return type(f"{base.__name__}Configured", (base,), attributes)


def go_the_short_way(machine: StorageMachine) -> None:
    """Do a little of everything, the same every time."""
    machine.save("media/photo.png", b"one")
    machine.save("media//photo.png", b"one")
    second = machine.save("x\\media\\photo.png", b"two")
    machine.what_was_written_last_reads_back()
    machine.save(second, b"three")
    machine.save("media/photo.png", b"two")
    machine.open_to_write("media/photo.png", b"written", "wb")
    machine.open_to_append("media/photo.png", b", appended")
    machine.open_to_change("media/photo.png", b"W", 0, None)
    machine.open_to_create("media/created.txt", b"created")
    machine.open_to_create("media/created.txt", b"refused")
    machine.open_to_write_and_fail("media/created.txt", b"lost")
    machine.what_was_written_last_reads_back()
    machine.save("root.txt", b"")
    machine.ask("media/photo.png")
    machine.ask("media/none.png")
    machine.ask_ahead(("media/photo.png", second, "media/none.png"), second, b"ahead")
    machine.list_the_directory_of("media/photo.png")
    machine.list_the_root()
    machine.delete("media/photo.png")
    machine.delete_whatever_is_there("media/none.png")
    machine.refuse("../photo.png")
    machine.teardown()


def check_an_odd_name(storage: Storage, name: str) -> None:
    """Save a name, and find it everywhere a name is told."""
    returned = storage.save(name, ContentFile(b"odd"))
    directory, _, filename = returned.rpartition("/")
    assert storage.exists(name)
    with storage.open(returned) as file:
        assert file.read() == b"odd"
    assert storage.listdir(directory)[1] == [filename]
    storage.delete(returned)
    assert not storage.exists(name)
