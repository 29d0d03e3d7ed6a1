"""One site, one server, and processes that move the one to the other."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import attrs

from benchmarks.contenders import ROOT

if TYPE_CHECKING:
    from types import TracebackType

_SETTINGS = "benchmarks.moving.site.settings"
_KIB = 1024
#: Seconds between two looks at how far a process is.
_PAUSE = 0.01
#: Where uploads of either kind go.
_PATHS = {"films": "/films", "photos": r"/photos-\d"}


@attrs.frozen
class Ran:
    """
    A process that has ended.

    Attributes:
        code: how it ended; negative if it was killed.
        seconds: how long it ran, from its first instruction.
        peak: bytes of memory it had at most.
        output: what it printed.

    """

    code: int
    seconds: float
    peak: int
    output: str = ""


class Running:
    """
    A process of the site.

    Args:
        command: its arguments.
        variables: its environment.
        home: its current directory.

    """

    def __init__(self, command: list[str], variables: dict[str, str], home: Path) -> None:
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed when it has ended
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=home,
            env=variables,
            stdout=self._output,
            stdin=subprocess.DEVNULL,
        )
        self._ended: Ran | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._ended is None and not self._reap(os.WNOHANG)

    def kill(self) -> Ran:
        """Kill it without a word."""
        self._process.send_signal(signal.SIGKILL)
        return self.wait()

    def wait(self) -> Ran:
        """Wait until it ends."""
        self._reap(0)
        return cast("Ran", self._ended)

    def _reap(self, flags: int) -> bool:
        if self._ended is None:
            pid, status, usage = os.wait4(self._process.pid, flags)
            if not pid:
                return False
            seconds = time.perf_counter() - self._began
            self._output.seek(0)
            code = self._process.returncode = os.waitstatus_to_exitcode(status)
            self._ended = Ran(code, seconds, usage.ru_maxrss * _KIB, self._output.read())
            self._output.close()
        return True


class Trial:
    """
    A site full of files, and an empty server beside it.

    Args:
        files: small ones, of 1 to 10 kB.
        large: bytes of the large one.
        delay: seconds that each upload takes more, as if the server was far.
        tasks: whether the site has a queue of tasks.

    """

    def __init__(self, files: int, large: int, delay: float = 0.0, *, tasks: bool = False) -> None:
        self._size = files, large
        self._home = Path(tempfile.mkdtemp(prefix="moving-"))
        self._variables = {
            **os.environ,
            "KEY": f"standard_{secrets.token_hex(16)}",
            "MOVING_HOME": str(self._home),
            "MOVING_DELAY": str(delay),
            "MOVING_TASKS": "1" if tasks else "",
            "DJANGO_SETTINGS_MODULE": _SETTINGS,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        }

    def __enter__(self) -> Trial:  # noqa: PYI034 - nothing derives from it
        self._server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.moving.server"],
            # What it leaves goes with the site.
            env={**self._variables, "TMPDIR": str(self._home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._variables["MOVING_ENDPOINT"] = self._line().removeprefix("listening on ")
        filled = self.module("benchmarks.moving.site.filling", *map(str, self._size)).wait()
        if filled.code:
            raise RuntimeError("the site could not be filled")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        cast("IO[str]", self._server.stdin).close()
        self._server.wait()
        cast("IO[str]", self._server.stdout).close()
        shutil.rmtree(self._home)

    @property
    def media(self) -> Path:
        """Where the files of the site are."""
        return self._home / "media"

    def module(self, *command: str) -> Running:
        """Run a module of Python's in the site."""
        return Running(list(command), self._variables, self._home)

    def manage(self, *command: str) -> Running:
        """Run a management command of the site."""
        return self.module("django", *command)

    def migrated(self, *options: str) -> tuple[Ran, dict[str, Any]]:
        """Run the command to its end; return what it says came of it, too."""
        ran = self.manage("storage_migrate", "old", "default", "--json", *options).wait()
        return ran, json.loads(ran.output)

    def stored(self) -> dict[str, int]:
        """Return what the server has stored: small files, chunks; and what it has refused."""
        return {key: told for key, told in self._asked("").items() if key != "answered"}

    def hold(self, **most: int) -> dict[str, int]:
        """
        Let the server answer only so many uploads from now on.

        Args:
            **most: for each kind of bucket, ``films`` and ``photos``; any number if not given.

        Returns:
            How many it will have answered of each when no more are.

        """
        answered = self._asked("hold " + json.dumps({_PATHS[kind]: most[kind] for kind in most}))
        return {kind: answered["answered"].get(kind, 0) + most[kind] for kind in most}

    def until_answered(self, process: Running, answered: dict[str, int]) -> None:
        """
        Wait until the server has answered so many uploads, of each kind.

        Raises:
            RuntimeError: the process ended before.

        """
        while True:
            has_ended = not process.is_running
            if _covers(self._asked("")["answered"], answered):
                return
            if has_ended:
                raise RuntimeError(f"it ended before: {process.wait()}")
            time.sleep(_PAUSE)

    def judged(self) -> dict[str, int]:
        """Return how many rows there are, how many open their own content, how many files."""
        ran = self.module("benchmarks.moving.site.judging").wait()
        told: dict[str, int] = json.loads(ran.output)
        return told

    def _asked(self, command: str) -> dict[str, Any]:
        commands = cast("IO[str]", self._server.stdin)
        commands.write(f"{command}\n")
        commands.flush()
        told: dict[str, Any] = json.loads(self._line())
        return told

    def _line(self) -> str:
        return cast("IO[str]", self._server.stdout).readline().rstrip("\n")


def _covers(answered: dict[str, int], wanted: dict[str, int]) -> bool:
    return all(answered.get(kind, 0) >= count for kind, count in wanted.items())
