"""What the commands have in common: one line for what is wrong, and output for any terminal."""

import io
import json
from unittest import mock

import attrs
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError

from cloud_storages.domain.errors import Unavailable
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.management.base import MaintenanceCommand
from tests.commands import ran


@attrs.frozen
class Names:
    """An outcome."""

    names: tuple[str, ...]
    ok: bool = True


class Command(MaintenanceCommand):
    """Tells names, or fails."""

    does = staticmethod(lambda: Names(()))

    def work(self, options):
        """Do what the test says."""
        del options
        return self.does()

    def tell(self, outcome, options):
        """Print the names."""
        del options
        for name in outcome.names:
            self.stdout.write(name, self.style.SUCCESS)


def failing(error):
    def fail():
        raise error

    return fail


@pytest.fixture
def run():
    """Run the command that does this; return what came of it."""

    def run(does, *arguments):
        command = Command()
        command.does = does
        return ran(command, *arguments)

    return run


ERRORS = [
    (CannotRun("There is no such field."), "There is no such field."),
    (Unavailable("The server is down."), "The server is down."),
    (OperationalError("no such table: album_photo"), "no such table: album_photo"),
    (ImproperlyConfigured("The option 'layout'\nis wrong."), "The option 'layout' is wrong."),
    (EOFError("EOF when reading a line"), "nobody to answer"),
]


@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_what_cannot_be_done_is_told_on_one_line(run, error, told):
    done = run(failing(error))

    assert (done.code, done.out) == (2, "")
    assert told in done.error
    assert "\n" not in done.error


@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_what_cannot_be_done_is_told_in_json(run, error, told):
    done = run(failing(error), "--json")
    answer = json.loads(done.out)

    assert (done.code, answer["ok"]) == (2, False)
    assert told in answer["error"]


def test_a_mistake_of_this_package_is_not_hidden():
    command = Command()
    command.does = failing(KeyError("mistake"))
    with pytest.raises(KeyError):
        call_command(command)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("name", ["docs/Ω.txt", "docs/ü.txt", "docs/\udcff.txt"])
def test_any_name_is_printed_on_any_terminal(name, encoding):
    for arguments in ([], ["--json"]):
        printed = io.BytesIO()
        command = Command(stdout=io.TextIOWrapper(printed, encoding=encoding, write_through=True))
        command.does = lambda: Names((name,))
        call_command(command, *arguments)
        text = printed.getvalue().decode(encoding)
        if arguments:
            assert json.loads(text)["names"] == [name]
        else:
            shown = name.encode(encoding, "backslashreplace").decode(encoding)
            assert shown in text


@pytest.mark.parametrize(
    ("what", "unit"), [("rows", "rows/s"), ("rows again", "rows/s"), ("copied", "files/s")]
)
def test_progress_is_told_in_what_is_counted(what, unit):
    stderr = io.StringIO()
    command = Command(stderr=stderr)
    times = mock.patch("time.monotonic", side_effect=range(0, 1000, 100))
    with times, command.progress(what, {"verbosity": 1}) as progress:
        progress.advance(5)

    assert stderr.getvalue().startswith(f"{what} 5, ")
    assert stderr.getvalue().endswith(f" {unit}\n")
