"""A second database, for sites that have several."""

import pytest
from django.core.management import call_command
from django.db import connections


@pytest.fixture
def tenant(tmp_path):
    """The alias of a database that has the same tables as the default one, and other rows."""
    alias = "tenant"
    connections.databases[alias] = {
        **connections.databases["default"],
        "NAME": str(tmp_path / "tenant.sqlite3"),
    }
    try:
        call_command("migrate", run_syncdb=True, verbosity=0, database=alias)
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


@pytest.fixture
def routed(monkeypatch):
    """Let a router decide which database a model is read from and written to."""

    def install(router):
        monkeypatch.setattr("django.db.router.routers", [router], raising=False)

    return install
