"""An emulator as a context manager: store, application and server, started and stopped together."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, final

from cloud_storages.emulator.app import Application
from cloud_storages.emulator.served import Served
from cloud_storages.emulator.server import Shell
from cloud_storages.emulator.settings import SERVICE_USER, Settings
from cloud_storages.emulator.store import Store
from cloud_storages.emulator.traffic import Traffic
from cloud_storages.emulator.versions import DEFAULT

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping


@final
class Emulator(Served):
    """
    An Appwrite Storage server for tests and development, on a thread of this process.

    It serves from entering the block until leaving it, on `host` and a free port unless `port`
    names one. `key` may do everything, `read_key` may only read, each of `keys` what its scopes
    say, and an `expired_key` nothing. `data` is a directory to keep everything in; without one,
    nothing survives the block. `storage_limit` is in bytes, `server_version` the release to behave
    like. The switches: `s3_signatures` gives chunked
    uploads the signature of an S3 device, `case_sensitive_lookup` looks identifiers up as MongoDB
    does, `antivirus` refuses the EICAR test content, with `purge_later` the files of deleted
    buckets wait for `purge`, and `service_user` is who a key acts as in the texts of scope errors.

    Entering raises OSError where the port or the directory cannot be had; the constructor raises
    ValueError for settings that make no sense.
    """

    def __init__(
        self,
        *,
        project: str,
        key: str,
        read_key: str | None = None,
        keys: Mapping[str, Iterable[str]] | None = None,
        expired_key: str | None = None,
        data: str | os.PathLike[str] | None = None,
        storage_limit: int = 30_000_000,
        server_version: str = DEFAULT,
        host: str = "127.0.0.1",
        port: int = 0,
        s3_signatures: bool = False,
        case_sensitive_lookup: bool = False,
        antivirus: bool = False,
        purge_later: bool = False,
        service_user: str = SERVICE_USER,
    ) -> None:
        super().__init__(host, port)
        self._settings = Settings(
            project=project,
            key=key,
            read_key=read_key,
            keys=keys or {},
            expired_key=expired_key,
            storage_limit=storage_limit,
            server_version=server_version,
            s3_signatures=s3_signatures,
            case_sensitive_lookup=case_sensitive_lookup,
            antivirus=antivirus,
            purge_later=purge_later,
            service_user=service_user,
        )
        self._data = None if data is None else Path(data)
        self._store: Store | None = None
        self._shell: Shell | None = None
        self._application: Application | None = None
        self._ahead = timedelta()
        self.traffic = Traffic()

    def __repr__(self) -> str:
        return f"<Emulator of Appwrite {self._settings.server_version}, {self._settings.project}>"

    @property
    def project(self) -> str:
        """The identifier of the one project."""
        return self._settings.project

    @property
    def endpoint(self) -> str:
        """The address of the API, such as ``http://127.0.0.1:8090/v1``."""
        if self._shell is None:
            raise RuntimeError("the emulator is not running")
        return self._address(self._shell.port, "/v1")

    def start(self) -> None:
        """Begin to serve; raises OSError where port or directory cannot be had."""
        with self._lock:
            if self._shell is not None:
                raise RuntimeError("the emulator is running already")
            sensitive = self._settings.case_sensitive_lookup
            store = Store(self._data, case_sensitive=sensitive)
            application = Application(store, self._settings, self._now)
            try:
                self._shell = Shell(
                    application,
                    store,
                    self.traffic,
                    self._faults,
                    self._host,
                    self._port,
                    compresses=self._settings.rules.compresses_textual_answers,
                    clock=self._now,
                )
            except BaseException:
                store.close()
                raise
            self._store, self._application = store, application

    def stop(self) -> None:
        """Stop serving and let go of everything; stopping twice is harmless."""
        with self._lock:
            shell, store = self._shell, self._store
            self._shell = self._store = self._application = None
        if shell is not None and store is not None:
            shell.close()
            store.close()

    @contextlib.contextmanager
    def ahead(self, seconds: float) -> Iterator[None]:
        """Let its clock be ahead while the block runs, for what expires; blocks add up."""
        with self._lock:
            self._ahead += timedelta(seconds=seconds)
        try:
            yield
        finally:
            with self._lock:
                self._ahead -= timedelta(seconds=seconds)

    def _now(self) -> datetime:
        return datetime.now(timezone.utc) + self._ahead

    def purge(self) -> None:
        """Remove the files of deleted buckets that ``purge_later`` left lying."""
        if self._application is not None:
            self._application.purge()
