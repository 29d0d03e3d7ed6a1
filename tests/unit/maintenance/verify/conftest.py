"""The test site on the fake, whose clock is not this machine's."""

import datetime as dt

import attrs
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import LastDirectory
from cloud_storages.domain.values import Location
from cloud_storages.maintenance.aliases import unwrapped
from cloud_storages.ports import BytesContent
from tests.site.models import Document
from tests.unit.django.contract.sites import no_documents, table_of_documents


@attrs.define
class Clock:
    """The server's clock, years behind."""

    now: dt.datetime = dt.datetime(2011, 5, 5, 12, 0, tzinfo=dt.timezone.utc)

    def __call__(self):
        return self.now

    def let_pass(self, **time):
        self.now += dt.timedelta(**time)


@attrs.define
class Site:
    """Files and the rows that refer to them."""

    storage: object
    store: object
    clock: Clock

    def add(self, name, data=b"content", **when):
        """Save a file and a row that refers to it, some time ago; return the row."""
        return Document.objects.create(file=self.put(name, data, **when))

    def put(self, name, data=b"content", **when):
        """Save a file, some time ago."""
        now, self.clock.now = self.clock.now, self.clock.now - dt.timedelta(**when)
        try:
            return self.storage.save(name, ContentFile(data))
        finally:
            self.clock.now = now

    def stage(self, name, data=b"new content", slot=0, **when):
        """Leave a staged copy, as a killed process would; return where."""
        place = LastDirectory(identifier).place(name)
        location = Location(place.directory, place.staging_ids[slot])
        self._ago(when, lambda: self.store.create(location, place.title, BytesContent(data)))
        return location

    def begin(self, name, size=5, **when):
        """Leave an upload unfinished; return where."""
        place = LastDirectory(identifier).place(name)
        location = Location(place.directory, place.file_id)
        self._ago(when, lambda: self.store.begin_partial(location, place.title, size))
        return location

    def spoil(self, name, data):
        """Change bytes behind the server's back."""
        place = LastDirectory(identifier).place(name)
        self.store._buckets[place.directory].files[place.file_id].data = data

    def everything(self, *buckets):
        """Return all that there is."""
        names = buckets or [bucket.bucket_id for bucket in self.store.buckets()]
        return sorted(
            (str(info.location), info.signature)
            for name in names
            for info in self.store.files(name)
        )

    def _ago(self, when, act):
        now, self.clock.now = self.clock.now, self.clock.now - dt.timedelta(**when)
        act()
        self.clock.now = now


@pytest.fixture(scope="session")
def _table():
    with table_of_documents():
        yield


@pytest.fixture
def site(_table, monkeypatch):
    storage = unwrapped(default_storage)
    store = storage.service._store
    clock = Clock()
    monkeypatch.setattr(store, "_now", clock)
    with no_documents():
        yield Site(storage, store, clock)
