"""The check as a whole: server and site in temporary places, the steps, and what is left."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import requests
from running.appwrite import appwrite, is_named
from running.problems import CannotRun
from running.site import bound, prepare, serving

from checking.browser import Browser
from checking.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_INDENT = 9
_NO_SUCH_BUCKET = 404


def main() -> int:
    """
    Check the demo; return the exit status, 0 or 1.

    Raises:
        CannotRun: there is nothing to check, as a server is named in part.

    """
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="demo-check-")))
        embedded = not is_named()
        if not embedded:
            # The bucket of the environment may hold other things, and may not be public.
            os.environ["APPWRITE_BUCKET_ID"] = f"demo-check-{secrets.token_hex(6)}"
        _say(f"The demo on {stack.enter_context(appwrite(folder / 'appwrite'))},")
        _say(f"in the bucket {os.environ['APPWRITE_BUCKET_ID']}, which lasts as long as the check")
        well = _visited(stack, folder, embedded=embedded)
    _say(f"{'All is well' if well else 'The demo does not work'}, after {_since(started)}.")
    return 0 if well else 1


def _visited(stack: contextlib.ExitStack, folder: Path, *, embedded: bool) -> bool:
    """Serve the site and visit it; whether all went well."""
    server = stack.enter_context(bound(0))
    try:
        administrator = prepare(server, folder / "db.sqlite3")
    except CannotRun as error:
        _say(f"{'FAILED':{_INDENT}}the site is set up")
        _say(f"{'':{_INDENT}}{error}")
        return False
    stack.callback(_close_connections)
    if not embedded:
        for bucket in _buckets():
            stack.callback(_delete_bucket_or_say, bucket)
    # Each request in the terminal would hide the steps; errors still show their traceback.
    logging.getLogger("django.server").setLevel(logging.ERROR)
    browser = stack.enter_context(Browser(stack.enter_context(serving(server))))
    # Later steps build on earlier ones, so the first failure ends the visit.
    return all(_step(title, act) for title, act in Visit(browser, administrator).steps)


def _step(title: str, act: Callable[[], None]) -> bool:
    """Take a step and say what came of it."""
    try:
        act()
        _say(f"{'ok':{_INDENT}}{title}")
        _say(f"{'':{_INDENT}}Appwrite holds {_held()}")
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the check is for
        _say(f"{'FAILED':{_INDENT}}{title}")
        _say(f"{'':{_INDENT}}{type(error).__name__}: {error}")
        return False
    return True


def _held() -> str:
    """Return what the bucket holds, as the site's own storage lists it."""
    from gallery.albums import ALBUMS  # noqa: PLC0415 - set up by now

    held = zip(_buckets(), (list(_below(each.storage.listdir, "")) for each in ALBUMS), strict=True)
    told = [f"in {bucket}: {', '.join(files)}" for bucket, files in held if files]
    return "; ".join(told) or "no file"


def _buckets() -> list[str]:
    """Return the IDs of the buckets that the site may have made."""
    from gallery.albums import ALBUMS  # noqa: PLC0415 - set up by now

    return [album.storage.options.bucket_id for album in ALBUMS]


def _below(listdir: Callable[[str], tuple[list[str], list[str]]], folder: str) -> Iterator[str]:
    """Yield the name of every file below a folder."""
    folders, files = listdir(folder)
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _below(listdir, f"{folder}{name}/")


def _delete_bucket_or_say(bucket: str) -> None:
    try:
        _delete_bucket(bucket)
    except requests.RequestException as error:
        _say(f"The bucket {bucket}, if it exists, could not be deleted: {error}")


def _delete_bucket(bucket: str) -> None:
    """Delete a bucket with all its files, if it exists; no storage of Django's can do that."""
    endpoint = os.environ["APPWRITE_API_ENDPOINT"].rstrip("/")
    answer = requests.delete(
        f"{endpoint}/storage/buckets/{quote(bucket, safe='')}",
        headers={
            "X-Appwrite-Project": os.environ["APPWRITE_PROJECT_ID"],
            "X-Appwrite-Key": os.environ["APPWRITE_API_KEY"],
        },
        timeout=30,
    )
    if answer.status_code != _NO_SUCH_BUCKET:
        answer.raise_for_status()


def _close_connections() -> None:
    from django.db import connections  # noqa: PLC0415 - set up by now

    connections.close_all()


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
