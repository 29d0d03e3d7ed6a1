"""Examples, run one after the other as a site would: what one defines the next may use."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import types
import unittest
from importlib.metadata import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, models
from django.template import Context, Engine
from django.test import Client, override_settings
from django.test.utils import isolate_apps

from cloud_storages.backends.base import CloudStorage
from cloud_storages.checks import TAG, check_storages
from cloud_storages.emulator import __main__ as emulator_command
from cloud_storages.emulator.proxy import __main__ as proxy_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloud_storages.emulator import Emulator

    from .pages import Example

PROJECT, KEY = "my-project", "standard_for_examples"
#: Unencrypted addresses: the emulator has no others.
_EXPECTED = {"cloud_storages.W001"}
_CLOUD = "https://fra.cloud.appwrite.io/v1"
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@attrs.define
class Site:
    """A site that is made of a page's examples, its files on an emulator."""

    page: Path
    emulator: Emulator
    stack: contextlib.ExitStack
    namespace: dict[str, Any] = attrs.field(factory=dict)

    def begin(self) -> None:
        """Be a site that has what every page takes for granted."""
        self.stack.enter_context(isolate_apps("tests.site"))
        self.namespace.update(__name__="tests.site.models", os=os, client=Client())
        self.apply(
            {
                "APPWRITE_API_KEY": KEY,
                "APPWRITE_PROJECT_ID": PROJECT,
                "APPWRITE_BUCKET_ID": "my-site",
                "APPWRITE_API_ENDPOINT": _CLOUD,
                "STATIC_URL": "/static/",
                "SILENCED_SYSTEM_CHECKS": sorted(_EXPECTED),
                "STORAGES": {
                    **settings.STORAGES,
                    "default": {"BACKEND": "cloud_storages.backends.appwrite.AppWriteStorage"},
                },
            }
        )

    def run(self, example: Example) -> None:
        """Run one example; what does not hold is raised."""
        run: Callable[[Example], None] | None = {
            "python": self._python,
            "pycon": self._session,
            "console": self._console,
            "html+django": self._template,
            "text": lambda _: None,
        }.get(example.language)
        assert run, f"line {example.line}: nobody knows how to run {example.language!r}"
        run(example)

    def apply(self, told: dict[str, Any]) -> None:
        """Let settings hold from here to the end of the page."""
        told = {name: self._meant(name, value) for name, value in told.items()}
        self.stack.enter_context(override_settings(**told))

    def _meant(self, name: str, value: Any) -> Any:
        if value == _CLOUD:
            return self.emulator.endpoint
        if isinstance(value, list) and ... in value:
            return [*getattr(settings, name), *(each for each in value if each is not ...)]
        return value

    # Python

    def _python(self, example: Example) -> None:
        if example.text.startswith("# settings.py"):
            self._settings(example)
            return
        before = dict(self.namespace)
        self._execute(example, self.namespace)
        new = [value for name, value in self.namespace.items() if before.get(name) is not value]
        for value in new:
            if _is_model(value) and value._meta.apps is not apps:  # the page's own
                self._create_table(value)
            if isinstance(value, type) and issubclass(value, unittest.TestCase):
                _pass(value)
        if before.get("urlpatterns") is not self.namespace.get("urlpatterns"):
            urls = types.ModuleType("urls")
            urls.__dict__["urlpatterns"] = self.namespace["urlpatterns"]
            self.apply({"ROOT_URLCONF": urls})

    def _execute(self, example: Example, namespace: dict[str, Any]) -> None:
        code = "\n" * example.line + example.text  # so that tracebacks show the page's lines
        exec(compile(code, str(self.page), "exec", dont_inherit=True), namespace)

    def _create_table(self, model: type[models.Model]) -> None:
        model._meta.db_table = f"example_{model.__name__.lower()}"
        with connection.schema_editor() as editor:
            editor.create_model(model)
        self.stack.callback(_drop, model)

    def _settings(self, example: Example) -> None:
        namespace: dict[str, Any] = {"os": os, "BASE_DIR": Path()}
        self._execute(example, namespace)
        told = {name: value for name, value in namespace.items() if name.isupper()}
        # Applications are loaded once in a process; those of the examples are there.
        assert {*told.pop("INSTALLED_APPS", ())} <= {..., *settings.INSTALLED_APPS}
        self.apply(told)
        for alias in storages.backends:
            storage = storages[alias]
            if isinstance(storage, CloudStorage):
                assert storage.options
        found = {message.id: message for message in check_storages(None)}
        assert not found.keys() - _EXPECTED, [*found.values()]

    def _session(self, example: Example) -> None:
        test = doctest.DocTestParser().get_doctest(
            example.text, self.namespace, self.page.name, str(self.page), example.line
        )
        test.globs = self.namespace
        report = io.StringIO()
        runner = doctest.DocTestRunner(optionflags=_FLAGS, verbose=False)
        runner.run(test, out=report.write, clear_globs=False)
        assert not runner.failures, report.getvalue()

    # Templates

    def _template(self, example: Example) -> None:
        tags = {"cloud_storages": "cloud_storages.templatetags.cloud_storages"}
        template = Engine(libraries=tags).from_string(example.text)
        self.namespace["rendered"] = template.render(Context(self.namespace))

    # Consoles

    def _console(self, example: Example) -> None:
        for command, output in _commands(example.text):
            told = _run(shlex.split(command))
            for line in output:
                assert line in told, f"{command} does not print {line!r}, but:\n{told}"


def _run(words: list[str]) -> str:
    match words:
        case ["python", "manage.py", name, *arguments]:
            return _managed(name, arguments)
        case ["pip", "install", requirement]:
            _installable(requirement)
        case ["python", "-m", "cloud_storages.emulator", *arguments]:
            emulator_command._parser().parse_args(arguments)
        case ["python", "-m", "cloud_storages.emulator.proxy", *arguments]:
            proxy_command._parser().parse_args(arguments)
        case _:
            raise AssertionError(f"nobody knows how to run {words}")
    return ""


def _managed(name: str, arguments: list[str]) -> str:
    if name == "check":
        # Other tests import applications that are not installed, and with them their checks.
        arguments = [*arguments, "--tag", TAG]
    told = io.StringIO()
    call_command(name, *arguments, stdout=told, stderr=told)
    return told.getvalue()


def _installable(requirement: str) -> None:
    found = re.fullmatch(r"([\w-]+)(?:\[([\w,]+)\])?", requirement)
    assert found
    known = metadata(found[1])
    assert set((found[2] or "").split(",")) <= {"", *known.get_all("Provides-Extra", [])}


def _commands(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a block, each with what it prints."""
    found: list[tuple[str, list[str]]] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line)
    return found


def _pass(case: type[unittest.TestCase]) -> None:
    told = io.StringIO()
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    result = unittest.TextTestRunner(told).run(suite)
    assert result.wasSuccessful(), told.getvalue()
    assert result.testsRun


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, models.Model)


def _drop(model: type[models.Model]) -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def run(page: Path, found: list[Example], emulator: Emulator) -> None:
    """Run the examples of a page."""
    with contextlib.ExitStack() as stack:
        stack.callback(cache.clear)
        site = Site(page, emulator, stack)
        site.begin()
        for example in found:
            site.run(example)
