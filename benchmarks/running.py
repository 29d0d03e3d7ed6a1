"""Runs a plan: servers and proxies up, folders filled, every work in a process of its own."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from benchmarks import content, servers
from benchmarks.contenders import CONTENDERS, S3, Contender, Environment
from benchmarks.memory import Watch
from benchmarks.processes import Ended, Process
from benchmarks.results import Result, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.plan import Latency, Plan, Work
    from benchmarks.servers import Server

#: Seconds after which a work is given up.
PATIENCE = 900
_POINTS = 100
_FOLDERS = {"files": "bench-files", "listing": "bench-listing", "large": "bench-large"}
_TINY = 100


class CannotDo(Exception):
    """A contender does not do a work; says why."""


class Field:
    """
    The servers and proxies of a run, and what is stored on them.

    Args:
        plan: what is to be measured.
        stack: ends everything.

    """

    def __init__(self, plan: Plan, stack: contextlib.ExitStack) -> None:
        self._plan = plan
        self._here = Environment()
        self._place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        self._serial = 0
        self.contenders = [each for each in CONTENDERS if each.name in plan.contenders]
        self.paths = self._write_files()
        self._servers = self._start_servers(stack)
        self._proxies = stack.enter_context(Process(self._here, "benchmarks.serve.proxies"))
        self._addresses = {
            (kind, latency): self._open_proxy(server, latency)
            for kind, server in self._servers.items()
            for latency in plan.latencies
        }
        for server in self._servers.values():
            self._fill(server)

    def run(
        self, work: Work, contender: Contender, latency: Latency, *, profile: bool = False
    ) -> Sample:
        """
        Do a work once.

        Raises:
            CannotDo: it failed, or did something wrong; the message says what.

        """
        server = self._servers[contender.server]
        address = self._addresses[contender.server, latency]
        with self._folder(work, server) as folder:
            task = self._task(work, contender, address, folder)
            sample = self._measured({**task, "profile": profile}, contender, address)
            if not work.is_long:
                sample = attrs.evolve(sample, curve=())
            if work.name == "upload":
                stored = server.size_of(folder, self.paths["large"].name)
                if stored != self._plan.sizes.large:
                    raise CannotDo(f"{stored} bytes are stored of {self._plan.sizes.large}")
            return sample

    def _measured(self, task: dict[str, Any], contender: Contender, address: str) -> Sample:
        with Process(contender.environment, "benchmarks.worker", patience=PATIENCE) as worker:
            try:
                answer = worker.ask(task)
                if "failed" in answer:
                    raise CannotDo(answer["failed"])
                self._proxies.ask({"clear": address})
                with Watch(worker.pid) as watch:
                    outcome = worker.ask("go")
            except Ended as error:
                raise CannotDo(str(error)) from None
            if "failed" in outcome:
                raise CannotDo(outcome["failed"])
            traffic = self._proxies.ask({"traffic": address})
        return Sample(
            seconds=outcome["seconds"],
            notes=outcome["notes"],
            peak=watch.peak,
            curve=_thinned(watch.curve),
            **traffic,
        )

    def _task(self, work: Work, contender: Contender, address: str, folder: str) -> dict[str, Any]:
        access = self._servers[contender.server].access
        return {
            "work": work.name,
            "contender": contender.name,
            **attrs.asdict(access.at(address)),
            "direct": access.endpoint,
            "folder": folder,
            "sizes": attrs.asdict(self._plan.sizes),
            "paths": {name: str(path) for name, path in self.paths.items()},
        }

    @contextlib.contextmanager
    def _folder(self, work: Work, server: Server) -> Iterator[str]:
        """Provide the folder a work needs; a new one is removed afterwards."""
        if work.folder != "new":
            yield _FOLDERS[work.folder]
            return
        self._serial += 1
        folder = f"bench-{self._serial}"
        server.make_folder(folder)
        try:
            if work.name == "save-twin":
                server.put_file(folder, self.paths["twin"])
            yield folder
        finally:
            server.remove_folder(folder)

    def _start_servers(self, stack: contextlib.ExitStack) -> dict[str, Server]:
        kinds = {contender.server for contender in self.contenders}
        key = f"standard_{secrets.token_hex(32)}"
        started: dict[str, Server] = {}
        if "appwrite" in kinds:
            started["appwrite"] = servers.appwrite(stack, self._here, key)
        if "s3" in kinds:
            started["s3"] = servers.s3(stack, S3, key)
        return started

    def _open_proxy(self, server: Server, latency: Latency) -> str:
        """Return the address at which a server seems as far away as told."""
        told = {"round_trip": latency.round_trip, "connection_cost": latency.connection_cost}
        return str(self._proxies.ask({"open": server.access.endpoint, **told}))

    def _write_files(self) -> dict[str, Path]:
        """Write the files that the chosen works need to the disk."""
        sizes = self._plan.sizes
        names = {work.name for work in self._plan.works}
        paths = {
            "twin": self._place / "twin.bin",
            "large": self._place / "large.bin",
            "picture": self._place / "picture.jpg",
        }
        if "save-twin" in names:
            content.write_noise(paths["twin"], sizes.twin)
        if names & {"upload", "download"}:
            content.write_noise(paths["large"], sizes.large)
        if "dimensions" in names:
            content.write_picture(paths["picture"], *sizes.picture)
        return paths

    def _fill(self, server: Server) -> None:
        """Store what the chosen works read."""
        sizes = self._plan.sizes
        chosen = {work.folder for work in self._plan.works} - {"new"}
        for kind in chosen:
            folder = _FOLDERS[kind]
            server.make_folder(folder)
            count = {"files": sizes.files, "listing": sizes.listed}.get(kind, 1)
            for number in range(count):
                file = content.small(number)
                server.put(
                    folder, f"small-{number:04}.bin", file[:_TINY] if kind == "listing" else file
                )
        if "large" in chosen:
            server.put_file(_FOLDERS["large"], self.paths["large"])
        if self.paths["picture"].exists():
            server.put_file(_FOLDERS["files"], self.paths["picture"])


def measure(plan: Plan, field: Field, tell: Callable[[str], None]) -> list[Result]:
    """
    Do everything, contenders taking turns so that what disturbs one disturbs all.

    Args:
        plan: what to do.
        field: where.
        tell: is told what is being done.

    """
    results: list[Result] = []
    rounds = plan.rounds()
    for number, (work, latency, repeats) in enumerate(rounds, start=1):
        distance = f", {latency.milliseconds} ms away" if work.asks else ""
        tell(f"{number}/{len(rounds)}  {work.title(plan.sizes)}{distance}")
        begun = {
            each.name: Result(work.name, each.name, latency.round_trip, work.count(plan.sizes))
            for each in field.contenders
        }
        for turn in range(repeats):
            for contender in _rotated(field.contenders, turn):
                so_far = begun[contender.name]
                if so_far.failed is None:
                    begun[contender.name] = _once_more(field, work, contender, latency, so_far)
        results += begun.values()
    return results


def _once_more(
    field: Field, work: Work, contender: Contender, latency: Latency, so_far: Result
) -> Result:
    try:
        sample = field.run(work, contender, latency)
    except CannotDo as error:
        return attrs.evolve(so_far, failed=str(error))
    return attrs.evolve(so_far, samples=(*so_far.samples, sample))


def _rotated(contenders: list[Contender], turn: int) -> list[Contender]:
    start = turn % len(contenders)
    return contenders[start:] + contenders[:start]


def _thinned(curve: list[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    """Return at most some 100 points, of each stretch the highest."""
    stretch = -(-len(curve) // _POINTS) or 1
    highest = [
        max(curve[start : start + stretch], key=lambda point: point[1])
        for start in range(0, len(curve), stretch)
    ]
    return tuple((round(seconds, 3), size) for seconds, size in highest)
