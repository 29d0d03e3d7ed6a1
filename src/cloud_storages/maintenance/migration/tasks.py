"""
The task that copies a batch of files: Django's own from Django 6 on, before it django-tasks'.

Import this only where tasks are used: it needs one of the two.
"""

from __future__ import annotations

import importlib
import logging
from typing import Any

import django

from cloud_storages.maintenance.anystorage import files_of
from cloud_storages.maintenance.errors import CannotRun
from cloud_storages.maintenance.migration.copying import Copier, Done, How, Job, OnTaken
from cloud_storages.maintenance.migration.journal import Note
from cloud_storages.maintenance.migration.judging import Judge
from cloud_storages.maintenance.migration.looking import Looker
from cloud_storages.maintenance.migration.sources import source_of
from cloud_storages.maintenance.migration.targets import target_of
from cloud_storages.service.ahead import paged

__all__ = ["copy_batch"]

logger = logging.getLogger("cloud_storages")

_DJANGO_HAS_TASKS = django.VERSION >= (6, 0)
#: Problems in the result of a batch; all of them are logged.
_MOST_TOLD = 20


def _framework() -> Any:
    try:
        return importlib.import_module("django.tasks" if _DJANGO_HAS_TASKS else "django_tasks")
    except ImportError as error:
        raise CannotRun(
            "Django has tasks from version 6 on; for this one: pip install"
            " 'django-cloud-storages[tasks]'."
        ) from error


@_framework().task()  # type: ignore[untyped-decorator]  # of one of two packages
def copy_batch(
    source: str,
    target: str,
    files: list[list[Any]],
    on_conflict: str,
    after: float,
) -> dict[str, Any]:
    """
    Copy some files; the same again does nothing more. Rows are for the run afterwards.

    Args:
        source: alias of the storage they are read from.
        target: alias of the storage they are stored in.
        files: for each file what the journal knows of it.
        on_conflict: see ``migrate``.
        after: seconds after which an unfinished upload in the way is removed.

    Returns:
        What came of it: how many were ``copied``, ``skipped``, ``renamed`` and ``failed``, and
        the first ``problems``.

    Raises:
        CannotRun: no other file can be copied, either; the reason is what the last one met.

    """
    there, here = source_of(files_of(source)), target_of(files_of(target))
    copier = Copier(there, here, OnTaken(on_conflict), after)
    look = Looker(there, here).look
    judge, batch = Judge(), _Batch()
    for page in paged([Note(*told) for told in files], here.at_once):
        for each in look(page):
            result = copier.copy(each) if isinstance(each, Job) else each
            if isinstance(result, Done):
                judge.succeeded()
                batch.take(result)
                continue
            name, reason = result.problem.name, result.problem.reason
            logger.warning("not copied: %r: %s", name, reason)
            stopped = judge.failed(result)
            if stopped:
                raise CannotRun(stopped)
            batch.fail(name, reason)
    return batch.told


class _Batch:
    """Counts."""

    def __init__(self) -> None:
        counted = ("copied", "skipped", "renamed", "failed")
        self.told: dict[str, Any] = {**dict.fromkeys(counted, 0), "problems": []}

    def count(self, what: str) -> None:
        self.told[what] += 1

    def fail(self, name: str, reason: str) -> None:
        self.count("failed")
        if len(self.told["problems"]) < _MOST_TOLD:
            self.told["problems"].append({"name": name, "reason": reason})

    def take(self, done: Done) -> None:
        """Count a file that is where it should be."""
        self.count("skipped" if done.how is How.SKIPPED else "copied")
        if done.target != done.name:
            self.count("renamed")
