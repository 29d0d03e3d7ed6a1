"""
The pytest plugin: the suite for a site's own storages, and fixtures.

It is there wherever this package and pytest are installed, and imports nothing before it is used.
``pytest -p no:cloud_storages.testing.plugin`` does without it: so must a project whose own
``conftest.py`` has an option ``--storage``, since pytest takes none twice.

``DJANGO_SETTINGS_MODULE=mysite.settings pytest --storage=default`` holds the storage ``default`` of
the site's STORAGES to every promise of ``StorageConformance``, against whatever it is configured to
talk to: it writes there, and deletes what it wrote. The option may be repeated. The suite runs
alone, or after the tests of those paths that the command line names. What a storage cannot do is
told in pytest's configuration, ``*`` meaning every alias, and shown as a skip::

    [pytest]
    storage_cannot =
        media appending_keeps_what_was_there S3 has no way to append

When the comparison with a dict fails, Hypothesis prints a line that plays the same steps again,
once it is handed to the option ``--storage-replay``::

    pytest --storage=media --storage-replay="@reproduce_failure('6.100.0', b'AXic...')"

Fixtures, for tests of sites:

- ``in_memory_storage``: an empty ``InMemoryStorage`` is the default storage during the test.
- ``appwrite_emulator``: an emulator of Appwrite on a free port of this machine.
- ``appwrite_storage``: an ``AppWriteStorage`` on it is the default storage during the test.
- ``appwrite_faults``: lets things go wrong, such as ``appwrite_faults(method="POST", status=503)``;
  takes what ``cloud_storages.emulator.Fault`` takes.

Where the site's default storage is of this package, or of a class of the site's that derives from
one of this package, the first and the third have its options. A class of the site's that derives
from ``AppWriteStorage`` is that of ``appwrite_storage``, so that its own methods are tested, too.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cloud_storages.emulator import Emulator

__all__: list[str] = []

_SUITE = Path(__file__).parent / "djangostorage" / "suite.py"
_EVERY = "*"
_WORDS = 3
_REPLAY = re.compile(r"""reproduce_failure\(['"]([\d.]+)['"], *b['"]([\w+/=-]+)['"]\)""")
_IN_MEMORY = "cloud_storages.backends.memory.InMemoryStorage"
_IN_APPWRITE = "cloud_storages.backends.appwrite.AppWriteStorage"
_PROJECT = "tests"
_BUCKET = "media"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--storage``, ``--storage-replay`` and ``storage_cannot``."""
    group = parser.getgroup("django-cloud-storages", "storages of a Django site")
    group.addoption(
        "--storage",
        action="append",
        default=[],
        dest="cloud_storages_aliases",
        metavar="ALIAS",
        help=(
            "hold this storage of the site's STORAGES to the contract of Django's storages; may be"
            " repeated. Needs DJANGO_SETTINGS_MODULE and django-cloud-storages[testing]. What the"
            " tests save, in a directory of their own, they delete; where a server keeps empty"
            " directories, as Appwrite does buckets, two of them stay."
        ),
    )
    group.addoption(
        "--storage-replay",
        default="",
        dest="cloud_storages_replay",
        metavar="LINE",
        help=(
            "with --storage, play the steps again after which the comparison with a dict failed:"
            " the line @reproduce_failure('...', b'...') that it printed, behind an equals sign"
        ),
    )
    parser.addini(
        "storage_cannot",
        "with --storage, what a storage cannot do: lines of an alias or *, the promise (its test's"
        " name without test_), and the reason",
        type="linelist",
        default=[],
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let the suite be collected, if ``--storage`` asks for it."""
    aliases = list(dict.fromkeys(config.getoption("cloud_storages_aliases")))
    if not aliases:
        return
    _register_suite(config, aliases)
    if str(_SUITE) in config.args:
        return  # a worker of pytest-xdist is told by who started it
    paths = config.args if config.args_source is config.ArgsSource.ARGS else []
    config.args = [*paths, str(_SUITE)]


def _register_suite(config: pytest.Config, aliases: list[str]) -> None:
    sites = _sites(config)
    try:
        from cloud_storages.testing.djangostorage import aliases as suites  # noqa: PLC0415 - if it is used
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"--storage: {error.name} is missing: install django-cloud-storages[testing]"
        ) from error
    cannot = _read_cannot(config.getini("storage_cannot"))
    replay = _read_replay(config.getoption("cloud_storages_replay"))
    for alias in aliases:
        try:
            sites.storage_of(alias)
            told = {**cannot.get(_EVERY, {}), **cannot.get(alias, {})}
            suites.tests[alias] = suites.suite_of(alias, told, replay)
        except (sites.NoSite, TypeError) as error:
            raise pytest.UsageError(f"--storage: {error}") from error


def _read_cannot(lines: list[str]) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = {}
    for line in lines:
        words = line.split(None, _WORDS - 1)
        if len(words) < _WORDS:
            raise pytest.UsageError(
                f"storage_cannot: {line!r} is no alias, promise and reason, divided by spaces"
            )
        alias, promise, reason = words
        told.setdefault(alias, {})[promise] = reason
    return told


def _read_replay(line: str) -> tuple[str, bytes] | None:
    if not line:
        return None
    found = _REPLAY.search(line)
    if found is None:
        raise pytest.UsageError(
            f"--storage-replay: {line!r} is no line such as @reproduce_failure('6.100.0', b'AXic')"
        )
    return found[1], found[2].encode()


def _sites(config: pytest.Config) -> Any:
    """Return what knows of the site, which is set up then."""
    from cloud_storages.testing.djangostorage import sites  # noqa: PLC0415 - if it is used

    try:
        sites.set_up(config.invocation_params.dir)
    except sites.NoSite as error:
        raise pytest.UsageError(str(error)) from error
    return sites


@pytest.fixture
def in_memory_storage(pytestconfig: pytest.Config) -> Iterator[Any]:
    """Let an empty ``InMemoryStorage`` be the site's default storage; give it."""
    sites = _sites(pytestconfig)
    dotted, options = sites.stand_in(_IN_MEMORY)
    with sites.default_storage_is(dotted, **options) as storage:
        storage.reset()
        yield storage
        storage.reset()


@pytest.fixture
def appwrite_key() -> str:
    """Return the key that may do everything on the emulator."""
    return f"standard_{secrets.token_hex(16)}"


@pytest.fixture
def appwrite_emulator(appwrite_key: str) -> Iterator[Emulator]:
    """Start an emulator of Appwrite on a free port, and stop it after the test."""
    from cloud_storages.emulator import Emulator  # noqa: PLC0415 - if it is used

    with Emulator(project=_PROJECT, key=appwrite_key) as emulator:
        yield emulator


@pytest.fixture
def appwrite_storage(
    pytestconfig: pytest.Config, appwrite_emulator: Emulator, appwrite_key: str
) -> Iterator[Any]:
    """Let an ``AppWriteStorage`` on the emulator be the site's default storage; give it."""
    sites = _sites(pytestconfig)
    dotted, told = sites.stand_in(_IN_APPWRITE)
    options = {
        "bucket_id": _BUCKET,
        **told,
        "endpoint": appwrite_emulator.endpoint,
        "public_endpoint": appwrite_emulator.endpoint,
        "project_id": _PROJECT,
        "api_key": appwrite_key,
    }
    with sites.default_storage_is(dotted, **options) as storage:
        yield storage


@pytest.fixture
def appwrite_faults(appwrite_emulator: Emulator) -> Iterator[Callable[..., None]]:
    """Return what lets requests to the emulator go wrong; takes what ``Fault`` takes."""
    from cloud_storages.emulator import Fault  # noqa: PLC0415 - if it is used

    def inject(**fault: Any) -> None:
        appwrite_emulator.inject(Fault(**fault))

    yield inject
    appwrite_emulator.clear_faults()
