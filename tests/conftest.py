"""What every test may use: a configured Django, a running emulator, the fake emptied before."""

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator

import attrs
import django
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.site.settings")
django.setup()

from django.core.cache import cache  # noqa: E402 - Django must be set up before

from cloud_storages.backends import memory  # noqa: E402 - Django must be set up before
from cloud_storages.backends.appwrite import AppWriteStorage  # noqa: E402
from cloud_storages.emulator import Emulator  # noqa: E402

# Examples are found by behaviour, not by time: this machine and CI differ in speed.
settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# In CI the same examples every time: a new one is found where somebody can look into it.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@attrs.frozen
class Server:
    """A server to test against: the emulator, or the real one the environment names."""

    endpoint: str
    project: str
    key: str = attrs.field(repr=False)
    emulator: Emulator | None = None

    @property
    def options(self) -> dict[str, str]:
        """Options that connect a storage to it, with a bucket of its own."""
        return {
            "endpoint": self.endpoint,
            "project_id": self.project,
            "api_key": self.key,
            "bucket_id": f"t{uuid.uuid4().hex[:20]}",
        }


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Return the server the environment names, or else an emulator for the length of the block."""
    endpoint = os.environ.get("APPWRITE_TEST_ENDPOINT")
    if endpoint:
        yield Server(endpoint, os.environ["APPWRITE_TEST_PROJECT"], os.environ["APPWRITE_TEST_KEY"])
        return
    key = f"standard_{uuid.uuid4().hex}"
    with Emulator(project="tests", key=key, storage_limit=500_000_000) as emulator:
        yield Server(emulator.endpoint, "tests", key, emulator)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for the whole run; each test makes buckets of its own."""
    with serving() as server:
        yield server


@pytest.fixture
def make_storage(server: Server) -> Iterator[Callable[..., AppWriteStorage]]:
    """Make storages on the server; the buckets they may have filled are deleted afterwards."""
    made = []

    def make(**options: object) -> AppWriteStorage:
        storage = AppWriteStorage(**{**server.options, "access": "public", **options})
        made.append(storage)
        return storage

    yield make
    for storage in made:
        _delete_buckets(server, storage.options.bucket_id)


@pytest.fixture
def emulator(server: Server) -> Emulator:
    """The emulator behind the server, for tests that count or disturb its traffic."""
    if server.emulator is None:
        pytest.skip("a real server neither counts its requests nor misbehaves on demand")
    server.emulator.traffic.clear()
    return server.emulator


@pytest.fixture(scope="module")
def _table_of_documents() -> Iterator[None]:
    # A site of other applications has no such model.
    from tests.unit.django.contract.sites import table_of_documents

    with table_of_documents():
        yield


@pytest.fixture
def documents(_table_of_documents: None) -> Iterator[None]:
    """The table of the test site's model; what the test puts into it is taken out again."""
    from tests.unit.django.contract.sites import no_documents

    with no_documents():
        yield


@pytest.fixture(autouse=True)
def _empty_memory() -> None:
    memory.reset()
    cache.clear()


def _delete_buckets(server: Server, *bucket_ids: str) -> None:
    import requests

    headers = {"X-Appwrite-Project": server.project, "X-Appwrite-Key": server.key}
    for bucket_id in bucket_ids:
        requests.delete(
            f"{server.endpoint}/storage/buckets/{bucket_id}", headers=headers, timeout=30
        )
