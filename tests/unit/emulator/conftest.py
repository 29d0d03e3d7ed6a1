from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve, field

from cloud_storages.emulator.app import Application
from cloud_storages.emulator.settings import Settings
from cloud_storages.emulator.store import Store
from cloud_storages.emulator.values import Request, Response, Slice, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@define
class Server:
    """An application over a store of its own, driven by values instead of sockets."""

    settings: Settings
    store: Store = field(init=False)
    app: Application = field(init=False)
    now: datetime = datetime(2026, 7, 22, 10, 11, 12, tzinfo=timezone.utc)

    def __attrs_post_init__(self) -> None:
        self.store = Store(case_sensitive=self.settings.case_sensitive_lookup)
        self.app = Application(self.store, self.settings, lambda: self.now)

    def ask(self, method: str, path: str, *, key: str | None = "k", **parts: Any) -> Response:
        headers = {"x-appwrite-project": "demo", **parts.pop("headers", {})}
        if key is not None:
            headers["x-appwrite-key"] = key
        request = Request(method=method, path=f"/v1{path}", headers=headers, **parts)
        response = self.app.handle(request)
        body = response.body
        return evolve(response, body=body.read()) if isinstance(body, Slice) else response

    def json(self, method: str, path: str, **parts: Any) -> Any:
        import json

        response = self.ask(method, path, **parts)
        assert isinstance(response.body, bytes)
        return json.loads(response.body)

    def bucket(self, identifier: str = "b", **settings: Any) -> Response:
        fields = {"bucketId": identifier, "name": identifier, **settings}
        return self.ask("POST", "/storage/buckets", fields=fields)

    def upload(
        self,
        identifier: str,
        content: bytes,
        *,
        bucket: str = "b",
        name: str | None = None,
        place: str = "",
        **parts: Any,
    ) -> Response:
        with self.store.spool() as spooled:
            spooled.write(content)
        shown = f"{identifier}.bin" if name is None else name
        digest = hashlib.md5(content).hexdigest()
        upload = Upload(shown, Path(spooled.name), len(content), digest)
        headers = {"content-range": place} if place else {}
        return self.ask(
            "POST",
            f"/storage/buckets/{bucket}/files",
            fields={"fileId": identifier, **parts.pop("fields", {})},
            files={"file": upload},
            headers={**headers, **parts.pop("headers", {})},
            **parts,
        )

    def file(self, identifier: str, bucket: str = "b") -> Any:
        return self.json("GET", f"/storage/buckets/{bucket}/files/{identifier}")

    def content(self, identifier: str, bucket: str = "b", **parts: Any) -> bytes:
        path = f"/storage/buckets/{bucket}/files/{identifier}/view"
        body = self.ask("GET", path, **parts).body
        assert isinstance(body, bytes)
        return body


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(**settings: Any) -> Server:
        servers.append(Server(Settings(project="demo", key="k", read_key="r", **settings)))
        return servers[-1]

    yield start
    for server in servers:
        server.store.close()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()
