"""A run that dies at any of its requests, or at any row, and the one that goes on after it."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.maintenance import migration
from tests.site.models import Document
from tests.unit.service.stores import Crash, Recorded

NAMES = ("a/x/f.txt", "b/x/f.txt", "x/f.txt", "x/g.txt", "c/x/taken.txt")
FILE = ["site.Document.file"]


class Mortal(InMemoryStorage):
    """A storage whose process dies at one of its requests."""

    dies_at, has_effect = 0, False

    def _store(self, told):
        self.calls = Recorded(
            super()._store(told), fails_at=self.dies_at, effect=self.has_effect, error=Crash
        )
        return self.calls


@pytest.fixture
def begin(put, tmp_path):
    """Begin anew: the files at the old place, a row for each, one name taken at the new."""
    numbers = itertools.count()

    def begin():
        Document.objects.all().delete()
        for name in NAMES:
            put(name, name.encode())
            Document.objects.create(file=name)
        place = f"place{next(numbers)}"
        InMemoryStorage(project_id=place).save("x/taken.txt", ContentFile(b"another"))
        return place, tmp_path / place

    return begin


def assert_all_is_well(storage):
    opened = set()
    for row, name in zip(Document.objects.order_by("pk"), NAMES, strict=True):
        with storage.open(row.file.name) as file:
            assert file.read() == name.encode()
        opened.add(row.file.name)
    assert len(opened) == len(NAMES)
    # The one that was there, and none that was stored twice.
    assert sorted(storage.service.names()) == sorted({*opened, "x/taken.txt"})


@pytest.mark.parametrize("has_effect", [False, True])
def test_killed_at_any_request_it_goes_on(old, begin, has_effect):
    deaths = 0
    for dies_at in itertools.count(1):
        place, journal = begin()
        mortal = Mortal(project_id=place)
        mortal.dies_at, mortal.has_effect = dies_at, has_effect
        try:
            migration.migrate(old, mortal, fields=FILE, workers=1, journal=journal)
            break
        except Crash:
            deaths += 1
        storage = InMemoryStorage(project_id=place)

        done = migration.migrate(old, Mortal(project_id=place), fields=FILE, journal=journal)

        assert done.ok
        assert_all_is_well(storage)
    assert deaths > len(NAMES)


@contextlib.contextmanager
def dying_at(statement):
    """Die just before the so-many-th change of a row."""
    seen = itertools.count(1)

    def wrapper(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and next(seen) == statement:
            raise Crash
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def test_killed_at_any_row_it_goes_on(old, begin):
    changed = 3  # the other names keep
    for statement in range(1, changed + 1):
        place, journal = begin()
        storage = InMemoryStorage(project_id=place)
        with dying_at(statement), pytest.raises(Crash):
            migration.migrate(old, storage, fields=FILE, journal=journal)

        done = migration.migrate(old, storage, fields=FILE, journal=journal)

        assert (done.ok, done.copied, done.rows_updated) == (True, 0, changed)
        assert_all_is_well(storage)
