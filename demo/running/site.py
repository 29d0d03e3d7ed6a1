"""The site: prepared, served on loopback, and its administrator."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import threading
from typing import TYPE_CHECKING

import attrs
import django
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from running.problems import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "127.0.0.1"


@attrs.frozen
class Administrator:
    """Who may enter the admin."""

    name: str
    password: str


@contextlib.contextmanager
def bound(port: int) -> Iterator[ThreadedWSGIServer]:
    """
    Take a port for the site, 0 for a free one; the site is put on it later.

    Only loopback is served: this is a development server with Django's debug pages.

    Raises:
        CannotRun: the port cannot be had.

    """
    try:
        server = ThreadedWSGIServer((HOST, port), WSGIRequestHandler)
    except (OSError, OverflowError) as error:
        raise CannotRun(
            f"Port {port} cannot be used ({error}): choose another with --port, 0 for any free one."
        ) from error
    try:
        yield server
    finally:
        server.server_close()


def prepare(server: ThreadedWSGIServer, database: Path) -> Administrator:
    """
    Set Django up, check the settings, bring the database up to date, put the site on the port.

    Raises:
        CannotRun: the settings cannot work, for the reason that Django's checks give.

    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "website.settings"
    os.environ["DEMO_DATABASE"] = str(database)
    django.setup()
    from django.contrib.staticfiles.handlers import (  # noqa: PLC0415 - needs the loaded apps
        StaticFilesHandler,
    )
    from django.core.management import call_command  # noqa: PLC0415 - likewise
    from django.core.management.base import SystemCheckError  # noqa: PLC0415 - likewise
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - likewise

    try:
        call_command("check", stdout=io.StringIO())
    except SystemCheckError as error:
        raise CannotRun(str(error)) from error
    call_command("migrate", verbosity=0)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    return _administrator()


@contextlib.contextmanager
def serving(server: ThreadedWSGIServer) -> Iterator[str]:
    """Serve on a thread for the length of the block; say at which address."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield address(server)
    finally:
        server.shutdown()
        thread.join()


def address(server: ThreadedWSGIServer) -> str:
    """Return where a browser finds the site."""
    return f"http://{HOST}:{server.server_port}/"


def _administrator() -> Administrator:
    """
    Give the administrator a new password.

    A fixed one would be known to everybody who can reach this port, which on a shared computer
    are others, too; one made at the first start only would be lost when its terminal is closed.
    """
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs the loaded apps

    told = Administrator("demo", secrets.token_urlsafe(9))
    user, _ = get_user_model().objects.get_or_create(
        username=told.name, defaults={"is_staff": True, "is_superuser": True}
    )
    user.set_password(told.password)
    user.save()
    return told
