"""A client of plain sockets: what it sends and gets is what travels, line by line."""

from __future__ import annotations

import http.client
import json
import uuid
from typing import Any
from urllib.parse import urlencode, urlsplit

from attrs import frozen


@frozen
class Answer:
    status: int
    lines: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        found = [value for each, value in self.lines if each.lower() == name]
        return ", ".join(found) if found else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def multipart(
    fields: dict[str, str], file: tuple[bytes, bytes] | None
) -> tuple[bytes, dict[str, str]]:
    """Return a multipart body; the file's name goes into the header as the bytes it is."""
    boundary = uuid.uuid4().hex
    pieces = []
    for name, value in fields.items():
        disposition = f'Content-Disposition: form-data; name="{name}"'
        pieces.append(f"--{boundary}\r\n{disposition}\r\n\r\n{value}\r\n".encode())
    if file is not None:
        filename, content = file
        head = b'Content-Disposition: form-data; name="file"; filename="' + filename + b'"'
        pieces.append(b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary.encode(), head, content))
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


class Client:
    """One kept connection to an endpoint; a new one when the server closes it."""

    def __init__(self, endpoint: str, project: str | None = "demo", key: str | None = None) -> None:
        parts = urlsplit(endpoint)
        self._base = parts.path
        self._headers = {}
        if project is not None:
            self._headers["X-Appwrite-Project"] = project
        if key is not None:
            self._headers["X-Appwrite-Key"] = key
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def __enter__(self) -> Client:  # noqa: PYI034 - nothing derives from it
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        fields: dict[str, str] | None = None,
        file: tuple[str | bytes, bytes] | None = None,
        headers: dict[str, str | None] | None = None,
        query: list[tuple[str, str]] | None = None,
    ) -> Answer:
        body: bytes | None = None
        sent: dict[str, str | None] = {**self._headers}
        if fields is not None or file is not None:
            part = None
            if file is not None:
                name = file[0] if isinstance(file[0], bytes) else file[0].encode()
                part = (name, file[1])
            body, more = multipart(fields or {}, part)
            sent.update(more)
        elif json_body is not None:
            body = json.dumps(json_body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        given = {name: value for name, value in sent.items() if value is not None}
        self.connection.request(method, self._base + path, body, given)
        response = self.connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())

    def upload(self, bucket: str, identifier: str, content: bytes, **options: Any) -> Answer:
        name = options.pop("name", f"{identifier}.bin")
        return self.send(
            "POST",
            f"/storage/buckets/{bucket}/files",
            fields={"fileId": identifier, **options.pop("fields", {})},
            file=(name, content),
            **options,
        )

    def bucket(self, identifier: str, **settings: Any) -> Answer:
        body = {"bucketId": identifier, "name": identifier, **settings}
        return self.send("POST", "/storage/buckets", json_body=body)


def queries(*wanted: dict[str, Any] | str) -> list[tuple[str, str]]:
    return [
        (f"queries[{number}]", query if isinstance(query, str) else json.dumps(query))
        for number, query in enumerate(wanted)
    ]
