"""The check of one storage: one step after another, as far as each makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from cloud_storages.adapters.appwrite import AppwriteStore
from cloud_storages.adapters.appwrite.replies import SCOPES, Reply, ScopeAnswer
from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.maintenance.checking import inside, rights, server, settled
from cloud_storages.maintenance.checking.inside import Inside
from cloud_storages.maintenance.findings import Verdict, fine, not_told, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cloud_storages.maintenance.findings import Finding
    from cloud_storages.maintenance.sites import Target
    from cloud_storages.ports import FileStore

__all__ = ["Manner", "findings_of"]

_STEPS = (settled.STEP, *server.STEPS, rights.STEP, *inside.STEPS)
_OK = 200
_NOT_FOUND = 404


@attrs.frozen
class Manner:
    """
    How to check.

    Attributes:
        deploy: whether to tell what only matters to visitors.
        dry_run: whether to store nothing.
        largest: bytes that a file must be allowed to have, if anybody says so.

    """

    deploy: bool = False
    dry_run: bool = False
    largest: int | None = None


class _Stop(Exception):
    """Why the steps that are left make no sense."""


def findings_of(target: Target, manner: Manner) -> Iterator[Finding]:
    """Yield what is found of a storage, step by step; what is left after a failure is not told."""
    done = set()
    try:
        for finding in _findings(target, manner):
            done.add(finding.step)
            yield attrs.evolve(finding, storage=target.alias)
    except _Stop as stop:
        for step in _STEPS:
            if step not in done:
                yield attrs.evolve(not_told(step, str(stop)), storage=target.alias)


def _findings(target: Target, manner: Manner) -> Iterator[Finding]:
    yield from _all_right(settled.look(target), "The settings must be right first.")
    told, store = target.storage.options, target.storage.service.store
    known: dict[str, ScopeAnswer]
    if isinstance(store, AppwriteStore):
        prober = store.prober()
        visit: Callable[[str], Reply] = prober.visit
        yield from server.encryption(told, deploy=manner.deploy)
        finding, answer = server.endpoint(told, prober.version)
        yield from _all_right([finding], "The server must be reached first.")
        yield from _all_right([server.version(answer)], "The server must be a newer one first.")
        yield server.clock(answer, told)
        accepted = server.project_and_key(prober.health())
        yield from _all_right(accepted, "The server must take project and key first.")
        known = rights.answers(prober.scope)
        yield from rights.look(known, told)
    else:
        known = dict.fromkeys(SCOPES, ScopeAnswer.HELD)
        visit = _visiting(store)
        yield _kept_in_memory(deploy=manner.deploy)
    room = Inside(target, store, visit, known, manner.largest)
    yield from room.buckets()
    yield from room.urls(dry_run=manner.dry_run)


def _all_right(findings: Iterable[Finding], otherwise: str) -> Iterator[Finding]:
    """Yield findings; stop if something is wrong that all the rest rests on."""
    verdicts = set()
    for finding in findings:
        verdicts.add(finding.verdict)
        yield finding
    if Verdict.ERROR in verdicts:
        raise _Stop(otherwise)


def _kept_in_memory(*, deploy: bool) -> Finding:
    message = "Files are kept in the memory of this process, and lost when it ends."
    if not deploy:
        return fine("endpoint", message)
    way_out = "Use cloud_storages.backends.appwrite.AppWriteStorage."
    return warning("endpoint", message, "STORAGES", way_out)


def _visiting(store: FileStore) -> Callable[[str], Reply]:
    """Return what shows a URL of the fake as a server would."""

    def visit(url: str) -> Reply:
        shown = store.visit(url) if isinstance(store, MemoryStore) else None
        return Reply(_NOT_FOUND) if shown is None else Reply(_OK, body=shown)

    return visit
