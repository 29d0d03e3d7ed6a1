"""The check of a site: which storages, how strictly, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from cloud_storages.maintenance.checking import settled
from cloud_storages.maintenance.checking.checkup import Manner, findings_of
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.sites import Site, target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.core.files.storage import Storage

    from cloud_storages.maintenance.findings import Finding, Verdict

__all__ = ["Report", "check"]

#: The system check that tells of a storage with options it does not know.
_CANNOT_BE_MADE = "cloud_storages.E002"


@attrs.frozen
class Report:
    """
    What a check found.

    Attributes:
        findings: in the order in which they were made.
        deploy: whether warnings count as errors.

    """

    findings: tuple[Finding, ...]
    deploy: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong, or nothing that should stop a deployment."""
        return not any(each.stops(deploy=self.deploy) for each in self.findings)

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings of one verdict."""
        return tuple(each for each in self.findings if each.verdict is verdict)


def check(
    *storages: str | Storage,
    deploy: bool = False,
    dry_run: bool = False,
    largest: int | None = None,
    on_finding: Callable[[Finding], object] = lambda _: None,
) -> Report:
    """
    Look whether storages of this package would work, and return what is found.

    In each bucket that is there, a file of a few bytes is stored for a moment. Nothing else is
    changed; what is wrong is told, and never raised.

    Args:
        *storages: which, by their aliases or themselves; all that the site uses if none is given.
        deploy: whether warnings count as errors, and what only matters to visitors is told.
        dry_run: whether to store nothing, and to look at files that are there instead.
        largest: bytes that a file must be allowed to have in every bucket.
        on_finding: told of each finding when it is made.

    Raises:
        CannotRun: there is no such storage, or none of this package at all.

    """
    manner = Manner(deploy=deploy, dry_run=dry_run, largest=largest)
    found: list[Finding] = []
    for finding in _found(storages, manner):
        on_finding(finding)
        found.append(finding)
    return Report(tuple(found), deploy)


def _found(storages: tuple[str | Storage, ...], manner: Manner) -> Iterator[Finding]:
    site = Site.found()
    if storages:
        for storage in storages:
            yield from _of_one(site, storage, manner)
        return
    if not site.targets and not site.messages:
        raise CannotRun(
            "The site uses no storage of this package: STORAGES names none, and no field has one."
        )
    yield from map(settled.finding_of, site.messages)
    for each in site.targets:
        yield from findings_of(each, manner)


def _of_one(site: Site, storage: str | Storage, manner: Manner) -> Iterator[Finding]:
    if not isinstance(storage, str):
        yield from findings_of(target(storage), manner)
        return
    messages = site.about(storage)
    yield from map(settled.finding_of, messages)
    if not any(each.id == _CANNOT_BE_MADE for each in messages):
        yield from findings_of(site.target(storage), manner)
