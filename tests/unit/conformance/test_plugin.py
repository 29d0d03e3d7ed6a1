"""The pytest plugin, in sites of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import django
import pytest

from cloud_storages.testing import plugin
from cloud_storages.testing.djangostorage import sites
from tests.unit.django.sites_of_their_own import output_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = """
SECRET_KEY = "for-tests"
USE_TZ = True
STORAGES = {
    "default": {
        "BACKEND": "cloud_storages.backends.memory.InMemoryStorage",
        "OPTIONS": {"layout": "path"},
    },
    "small": {"BACKEND": "broken.Small"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
"""
BROKEN = """
from django.core.files.storage import FileSystemStorage

class Small(FileSystemStorage):
    def size(self, name):
        return 0
"""

needs_storages = pytest.mark.skipif(
    django.VERSION < (4, 2), reason="before Django 4.2 there were no aliases"
)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Run pytest in a little site; return its status and what it prints."""
    (tmp_path / "little.py").write_text(SETTINGS)
    (tmp_path / "broken.py").write_text(BROKEN)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")

    def run(
        *arguments: str, site: str | None = "little", loaded: str = plugin.__name__
    ) -> tuple[int, str]:
        variables = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", loaded, "-rfs", *arguments],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env={**variables, **({"DJANGO_SETTINGS_MODULE": site} if site else {})},
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@needs_storages
def test_the_suite_runs_on_the_aliases_that_are_named(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "test_theirs.py").write_text("def test_theirs(): assert False")
    status, told = run("--storage=default", "--storage=small", "-k", "size or saved_bytes")
    assert status == pytest.ExitCode.TESTS_FAILED
    assert "::small::test_size_is_in_bytes" in told
    assert "the size was 0, not 12" in told
    assert "::default::" not in told
    assert "theirs" not in told


@needs_storages
def test_what_the_configuration_excuses_is_skipped_with_its_reason(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npython_classes = Never\nstorage_cannot =\n"
        "    small size_is_in_bytes it is too small to count\n"
    )
    (tmp_path / "test_theirs.py").write_text("def test_theirs(): pass")
    status, told = run("--storage=small", "test_theirs.py", "-k", "size_is or theirs")
    assert status == pytest.ExitCode.OK
    assert "1 passed, 1 skipped" in told
    assert "it is too small to count (seen: the size was 0, not 12)" in told


@needs_storages
def test_a_class_of_the_sites_own_lends_its_options_to_the_one_in_memory(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "theirs.py").write_text(
        "from cloud_storages.backends.appwrite import AppWriteStorage\n"
        "class Kept(AppWriteStorage):\n"
        "    def __init__(self, days=0, **options):\n"
        "        super().__init__(**options)\n"
    )
    with (tmp_path / "little.py").open("a") as settings:
        settings.write(
            'STORAGES["default"] = {"BACKEND": "theirs.Kept", "OPTIONS":'
            ' {"days": 3, "layout": "path", "bucket_id": "theirs"}}\n'
        )
    (tmp_path / "test_theirs.py").write_text(
        "def test_theirs(in_memory_storage):\n"
        "    told = in_memory_storage.options\n"
        "    assert (told.layout, told.bucket_id) == ('path', 'theirs')\n"
    )
    status, told = run("test_theirs.py")
    assert (status, "1 passed" in told) == (pytest.ExitCode.OK, True), told


@needs_storages
def test_a_failing_walk_is_played_again_by_the_line_it_printed(
    run: Callable[..., tuple[int, str]],
) -> None:
    _, told = run("--storage=small", "-k", "any_order")
    line = re.search(r"@reproduce_failure\('[^']+', b'[^']+'\)", told)[0]
    both = run(
        "--storage=small", "--storage=default", "-k", "any_order", f"--storage-replay={line}"
    )
    assert "the size of" in both[1]
    # No other steps are tried on the storage that is right.
    assert "DidNotReproduce" in both[1]


def test_a_line_that_cannot_be_played_again_is_told(run: Callable[..., tuple[int, str]]) -> None:
    status, told = run("--storage=default", "--storage-replay=AXicY2A")
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "'AXicY2A' is no line such as @reproduce_failure" in told


@needs_storages
def test_a_project_with_such_an_option_of_its_own_does_without_the_plugin(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--storage')"
    )
    (tmp_path / "test_theirs.py").write_text("def test_theirs(): pass")
    status, told = run("--storage=theirs", loaded=f"no:{plugin.__name__}")
    assert (status, "1 passed" in told) == (pytest.ExitCode.OK, True), told


def test_without_a_site_it_says_what_is_missing(run: Callable[..., tuple[int, str]]) -> None:
    status, told = run("--storage=default", site=None)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert "set DJANGO_SETTINGS_MODULE to the module of its settings" in told


def test_a_storage_that_the_site_has_not_is_told_with_those_it_has() -> None:
    with pytest.raises(sites.NoSite, match=r"no storage 'media': .* 'default'"):
        sites.storage_of("media")


def test_an_excuse_without_a_reason_is_told(pytestconfig: pytest.Config) -> None:
    class Told:
        invocation_params = pytestconfig.invocation_params

        def getoption(self, name: str) -> Any:
            return ["default"] if name == "cloud_storages_aliases" else ""

        def getini(self, _name: str) -> list[str]:
            return ["default sizes"]

    with pytest.raises(pytest.UsageError, match="'default sizes' is no alias, promise and reason"):
        plugin.pytest_configure(Told())


def test_a_project_without_django_notices_nothing(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_theirs():\n"
        "    assert not {'django', 'appwrite', 'cheroot'} & set(sys.modules)\n"
    )
    status, told = run(site=None)
    assert (status, "1 passed" in told) == (pytest.ExitCode.OK, True)


def test_testing_imports_neither_django_nor_hypothesis_before_they_are_needed() -> None:
    script = """
        import sys
        import cloud_storages.testing.plugin
        print({"django", "hypothesis", "appwrite", "cheroot"} & set(sys.modules))
        import cloud_storages.testing
        cloud_storages.testing.names, cloud_storages.testing.FileStoreConformance
        print("django" in sys.modules)
    """
    assert output_of(script).split() == ["set()", "False"]


def test_without_hypothesis_it_says_what_to_install_and_fixtures_work_all_the_same() -> None:
    script = """
        import pathlib, types, pytest
        from django.conf import settings
        settings.configure(USE_TZ=True)
        from cloud_storages.testing import plugin
        from cloud_storages.testing.djangostorage import sites

        config = types.SimpleNamespace(
            getoption=lambda name: ["default"] if name == "cloud_storages_aliases" else "",
            invocation_params=types.SimpleNamespace(dir=pathlib.Path()),
        )
        with pytest.raises(pytest.UsageError) as caught:
            plugin.pytest_configure(config)
        print(caught.value)
        with sites.default_storage_is(plugin._IN_MEMORY, layout="path") as storage:
            print(storage.options.layout)
    """
    told = output_of(script, hidden=("hypothesis", "_hypothesis_pytestplugin"))
    assert told.splitlines() == [
        "--storage: hypothesis is missing: install django-cloud-storages[testing]",
        "path",
    ]
