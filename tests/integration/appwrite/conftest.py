import pytest

from cloud_storages.emulator import Emulator

from .stores import KEY, delete_bucket, store_on


@pytest.fixture(scope="module")
def server():
    with Emulator(project="tests", key=KEY, storage_limit=100_000_000) as emulator:
        yield emulator


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def store(server, pauses):
    """A store on an empty bucket ``media``, which notes its pauses instead of taking them."""
    store = store_on(server, pauses)
    store.create_bucket("media", "media", public=True)
    server.traffic.clear()
    yield store
    server.clear_faults()
    delete_bucket(server)
