"""Processes that are spoken to line by line."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import threading
from typing import IO, TYPE_CHECKING, Any, cast

from benchmarks.contenders import ROOT

if TYPE_CHECKING:
    from types import TracebackType

    from benchmarks.contenders import Environment

_STOPPING = 10


class Ended(Exception):
    """A process ended, or was ended, before it answered; says what it last complained about."""


class Process:
    """
    A module that runs in an environment, from entering the block until leaving it.

    Args:
        environment: where it runs.
        module: which one.
        *arguments: its command line.
        variables: environment variables to add.
        patience: seconds it may live; it is killed then.

    """

    def __init__(
        self,
        environment: Environment,
        module: str,
        *arguments: str,
        variables: dict[str, str] | None = None,
        patience: float | None = None,
    ) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [environment.python, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            cwd=ROOT,
            env={**environment.variables, **(variables or {})},
            text=True,
        )
        self._input = cast("IO[str]", self._process.stdin)
        self._output = cast("IO[str]", self._process.stdout)
        self._killer = threading.Timer(patience, self._process.kill) if patience else None
        if self._killer:
            self._killer.daemon = True
            self._killer.start()

    @property
    def pid(self) -> int:
        """Its process ID."""
        return self._process.pid

    def say(self, message: object) -> None:
        """Send a line of JSON."""
        try:
            self._input.write(json.dumps(message) + "\n")
            self._input.flush()
        except BrokenPipeError:
            raise Ended(self._last_words()) from None

    def line(self) -> str:
        """
        Return the next line it prints.

        Raises:
            Ended: there is none to come.

        """
        line = self._output.readline()
        if not line:
            raise Ended(self._last_words())
        return line.rstrip("\n")

    def ask(self, message: object) -> Any:
        """Send a line of JSON, and return what the next line says."""
        self.say(message)
        return json.loads(self.line())

    def __enter__(self) -> Process:  # noqa: PYI034 - nothing derives from it
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._killer:
            self._killer.cancel()
        with contextlib.suppress(BrokenPipeError):
            self._input.close()
        try:
            self._process.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()
        self._complaints.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"ended with status {self._process.returncode}"
