"""
Appwrite Storage from request to answer, without a socket.

The order of the checks is the order in which errors win: project and key, scope, route,
parameters, then the operation itself.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from cloud_storages.emulator import (
    access,
    models,
    pages,
    parameters,
    php,
    previews,
    reading,
    routes,
    tokens,
    uploads,
)
from cloud_storages.emulator.errors import Refusal, refuse
from cloud_storages.emulator.records import Bucket, File, Token
from cloud_storages.emulator.rules import dates, permissions
from cloud_storages.emulator.rules.identifiers import effective, generate
from cloud_storages.emulator.store import DeviceError, TakenError
from cloud_storages.emulator.values import Response
from cloud_storages.emulator.versions import is_newer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cloud_storages.emulator.access import Caller
    from cloud_storages.emulator.settings import Settings
    from cloud_storages.emulator.store import Store
    from cloud_storages.emulator.values import Headers, Request

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"
NOT_CACHED = ("Cache-Control", "no-cache, no-store, must-revalidate")
NOSNIFF = ("X-Content-Type-Options", "nosniff")
_WINDOW = 60
_logger = logging.getLogger(__name__)


@frozen
class _Call:
    """One request on its way through an operation."""

    request: Request
    route: routes.Route
    who: Caller
    given: dict[str, Any]
    now: datetime

    @property
    def stamp(self) -> str:
        return dates.stamp(self.now)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Application:
    """
    The operations of one emulated project over its store.

    `clock` returns the present moment, aware of its zone.
    """

    def __init__(
        self, store: Store, settings: Settings, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._store = store
        self._settings = settings
        self._rules = settings.rules
        self._clock = clock
        self._previews = previews.Cache()
        self._purging = threading.Lock()
        self._unpurged: deque[Bucket] = deque()
        rules = settings.rules
        self._bucket_list = pages.Listing(models.bucket_attributes(rules), rules)
        self._file_list = pages.Listing(models.file_attributes(rules), rules)
        self._token_list = pages.Listing(models.TOKEN_ATTRIBUTES, rules)

    def handle(self, request: Request) -> Response:
        """Answer one request; whatever goes wrong inside becomes an answer, too."""
        if request.method == "OPTIONS":
            return self._finished(request, Response(204, (("Content-Type", "text/html"), NOSNIFF)))
        found = routes.find(request.method, self._path(request), tokens=self._rules.tokens)
        route = found[0] if found else None
        try:
            call = self._admitted(request, found)
        except Refusal as refusal:
            return self._finished(request, self._refused(refusal, route, is_admitted=False))
        try:
            response = self._carried_out(call)
        except Refusal as refusal:
            response = self._refused(refusal, route)
        except DeviceError:
            response = self._refused(refuse("storage_file_not_found"), route)
        except Exception:
            _logger.exception("%s %s", request.method, request.path)
            response = self._refused(refuse("general_unknown"), route)
        return self._finished(request, response)

    def purge(self) -> None:
        """Remove what buckets left behind that were deleted with ``purge_later``."""
        with self._purging:
            while self._unpurged:
                self._store.purge_bucket(self._unpurged.popleft())

    def _path(self, request: Request) -> str:
        # a segment 0 was empty to the router of older servers
        path = request.path
        if self._rules.zero_id_means_the_list and path.endswith("/files/0"):
            return path[: -len("/0")]
        return path

    def _admitted(
        self, request: Request, found: tuple[routes.Route, dict[str, str]] | None
    ) -> _Call:
        """Return the call a request makes; raises Refusal for whoever may not make it."""
        if found is not None and found[0].scope == routes.PUBLIC:
            return self._admitted_without_project(request, found[0])
        who = access.caller(request, self._settings)
        if found is None:
            raise refuse("general_route_not_found")
        route, in_path = found
        access.check_scope(who, route.scope, self._settings)
        source = request.query if route.method == "GET" else request.fields
        return _Call(request, route, who, {**source, **in_path}, self._clock())

    def _admitted_without_project(self, request: Request, route: routes.Route) -> _Call:
        # guests have the scope "public" and keys do not, on every server seen
        who = access.VISITOR
        if request.header("x-appwrite-key"):
            who = access.caller(request, self._settings)
            access.check_scope(who, route.scope if who.is_key else "", self._settings)
        return _Call(request, route, who, {}, self._clock())

    def _carried_out(self, call: _Call) -> Response:
        operation: Callable[[_Call], Response] = getattr(self, f"_{call.route.operation}")
        response = operation(call)
        lines = self._rate_lines(call.now) if call.route.is_limited else ()
        return attrs.evolve(response, headers=(NOSNIFF, *response.headers, *lines))

    # -- what every answer has ---------------------------------------------------------------

    def _refused(
        self, refusal: Refusal, route: routes.Route | None, *, is_admitted: bool = True
    ) -> Response:
        headers: Headers = (NOT_CACHED, ("Expires", "0"), ("Pragma", "no-cache"))
        if refusal.type != "project_id_missing":
            headers = (NOSNIFF, *headers)
        if is_admitted and route is not None and route.operation == "preview_file":
            # the cache of previews has put its own line there before anything can fail
            headers = (NOT_CACHED, *headers)
        if route is None and self._rules.unknown_route_is_html:
            page = pages.not_found(refusal.status, refusal.message)
            return Response(refusal.status, (("Content-Type", HTML), *headers), page)
        body = {
            "message": refusal.message,
            "code": refusal.status,
            "type": refusal.type,
            "version": self._rules.reports,
        }
        return Response(refusal.status, (("Content-Type", JSON), *headers), php.encode(body))

    def _finished(self, request: Request, response: Response) -> Response:
        headers: list[tuple[str, str]] = [("Server", "Appwrite")]
        wanted = request.header("x-appwrite-response-format")
        if is_newer(wanted, self._rules.reports):
            headers.append(("X-Appwrite-Warning", _warning(wanted, self._rules.reports)))
        origin = request.header("origin")
        if origin:
            headers += _cross_origin(origin)
        return attrs.evolve(response, headers=(*headers, *response.headers))

    def _rate_lines(self, now: datetime) -> Headers:
        window = int(now.timestamp()) // _WINDOW * _WINDOW + _WINDOW
        return (
            ("X-RateLimit-Limit", str(_WINDOW)),
            ("X-RateLimit-Remaining", str(_WINDOW - 1)),
            ("X-RateLimit-Reset", str(window)),
        )

    # -- health ------------------------------------------------------------------------------

    def _get_version(self, _call: _Call) -> Response:
        return _json(200, {"version": self._rules.reports})

    def _get_health(self, _call: _Call) -> Response:
        return _json(200, {"name": "http", "status": "pass", "ping": 0})

    def _ping(self, call: _Call) -> Response:
        if not call.who.is_at_home:
            raise refuse("project_not_found")
        return Response(200, (("Content-Type", "text/plain; charset=UTF-8"),), b"Pong!")

    # -- buckets -----------------------------------------------------------------------------

    def _create_bucket(self, call: _Call) -> Response:
        declared = parameters.bucket_settings(self._settings.storage_limit, self._rules)
        values = parameters.read([parameters.new_identifier("bucketId"), *declared], call.given)
        identifier = effective(values["bucketId"])
        bucket = Bucket(
            id=identifier,
            name=values["name"],
            created=call.stamp,
            updated=call.stamp,
            maximum_file_size=self._settings.storage_limit,
            search=f"{identifier} {values['name']}",
        )
        try:
            with self._store.changes():
                bucket = self._store.add_bucket(_set(bucket, values))
        except TakenError:
            raise refuse("storage_bucket_already_exists") from None
        return _json(201, models.bucket_model(bucket, self._rules))

    def _list_buckets(self, call: _Call) -> Response:
        declared = parameters.listing(self._bucket_list.check, self._rules, searchable=True)
        values = parameters.read(declared, call.given)
        rows = [
            (_row(models.bucket_model(bucket, self._rules), bucket.seq), bucket.search)
            for bucket in self._store.buckets()
        ]
        return _json(200, self._bucket_list.answer("buckets", "Bucket", rows, values))

    def _get_bucket(self, call: _Call) -> Response:
        bucket = self._any_bucket(call)
        return _json(200, models.bucket_model(bucket, self._rules))

    def _update_bucket(self, call: _Call) -> Response:
        declared = parameters.bucket_settings(self._settings.storage_limit, self._rules)
        # null keeps what the bucket has; on a new bucket it is an error
        declared = [attrs.evolve(p, takes_null=p.takes_null or p.name in _KEPT) for p in declared]
        values = parameters.read([parameters.path("bucketId"), *declared], call.given)
        with self._store.changes():
            bucket = self._store.bucket(values["bucketId"])
            if bucket is None:
                raise refuse("storage_bucket_not_found")
            changed = _set(bucket, values)
            if changed != bucket:
                changed = attrs.evolve(changed, updated=call.stamp)
            self._store.save_bucket(changed)
        return _json(200, models.bucket_model(changed, self._rules))

    def _delete_bucket(self, call: _Call) -> Response:
        values = parameters.read([parameters.path("bucketId")], call.given)
        with self._store.changes():
            bucket = self._store.bucket(values["bucketId"])
            if bucket is None:
                raise refuse("storage_bucket_not_found")
            self._store.remove_bucket(bucket)
        self._unpurged.append(bucket)
        if not self._settings.purge_later:
            self.purge()
        return _no_content()

    def _any_bucket(self, call: _Call) -> Bucket:
        values = parameters.read([parameters.path("bucketId")], call.given)
        bucket = self._store.bucket(values["bucketId"]) if call.who.is_at_home else None
        if bucket is None:
            raise refuse("storage_bucket_not_found")
        return bucket

    def _open_bucket(self, call: _Call) -> Bucket:
        """Return the bucket of a call about files, which guests see while it is enabled."""
        bucket = self._any_bucket(call)
        if not bucket.enabled and not call.who.is_key:
            raise refuse("storage_bucket_not_found")
        return bucket

    # -- files -------------------------------------------------------------------------------

    def _create_file(self, call: _Call) -> Response:
        declared = parameters.new_file(self._rules, parameters.folder_problem)
        values = parameters.read(declared, call.given)
        bucket = self._open_bucket(call)
        access.check_may(call.who, permissions.CREATE, bucket.permissions, self._settings)
        granted = permissions.expanded(values["permissions"] or (), permissions.FILE_ACTIONS)
        access.check_grants(call.who, granted)
        if bucket.maximum_file_size > self._settings.storage_limit:
            raise refuse("general_server_error")
        upload = call.request.files.get("file") or call.request.files.get("0")
        if upload is None:
            raise refuse("storage_file_empty")
        identifier, chunk = uploads.place(
            values["fileId"],
            upload,
            call.request.header("content-range"),
            call.request.header("x-appwrite-id"),
            self._settings,
        )
        uploads.check(bucket, upload, chunk)
        folder = values.get("folder") or ""
        wanted = uploads.Wanted(
            bucket=bucket,
            identifier=identifier,
            upload=upload,
            chunk=chunk,
            permissions=granted,
            folder=folder if folder.endswith("/") or not folder else f"{folder}/",
            now=call.stamp,
        )
        status, file = uploads.receive(self._store, wanted, self._settings)
        return _json(status, models.file_model(file, self._rules))

    def _list_files(self, call: _Call) -> Response:
        declared = [
            parameters.path("bucketId"),
            *parameters.listing(self._file_list.check, self._rules, searchable=True),
        ]
        values = parameters.read(declared, call.given)
        bucket = self._open_bucket(call)
        sees_all = access.may(call.who, permissions.READ, bucket.permissions)
        if not sees_all and not bucket.file_security:
            access.check_may(call.who, permissions.READ, bucket.permissions, self._settings)
        rows = [
            (_row(models.file_model(file, self._rules), file.seq), file.search)
            for file in self._store.files(bucket, self._file_list.identifiers(values))
            if sees_all or access.may(call.who, permissions.READ, file.permissions)
        ]
        return _json(200, self._file_list.answer("files", "File", rows, values))

    def _get_file(self, call: _Call) -> Response:
        parameters.read(_FILE, call.given)
        bucket = self._open_bucket(call)
        file = self._readable(call, bucket, token=None)
        return _json(200, models.file_model(file, self._rules))

    def _readable(self, call: _Call, bucket: Bucket, token: Token | None) -> File:
        """Return the file of a call if the caller may read it; raises Refusal."""
        opens = token is not None and token.bucket_seq == bucket.seq
        sees_all = opens or access.may(call.who, permissions.READ, bucket.permissions)
        if not sees_all and not bucket.file_security:
            access.check_may(call.who, permissions.READ, bucket.permissions, self._settings)
        file = self._store.file(bucket, call.given["fileId"])
        if file is not None and not sees_all:
            file = file if access.may(call.who, permissions.READ, file.permissions) else None
        if token is not None and (file is None or token.file_seq != file.seq):
            raise refuse("user_unauthorized")
        if file is None:
            raise refuse("storage_file_not_found")
        return file

    def _update_file(self, call: _Call) -> Response:
        values = parameters.read(parameters.changed_file(self._rules), call.given)
        bucket = self._open_bucket(call)
        may_all = access.may(call.who, permissions.UPDATE, bucket.permissions)
        if not may_all and not bucket.file_security:
            access.check_may(call.who, permissions.UPDATE, bucket.permissions, self._settings)
        turn = self._store.turn(bucket.seq, values["fileId"].lower())
        with turn, self._store.changes():
            file = self._store.file(bucket, values["fileId"])
            if file is None:
                raise refuse("storage_file_not_found")
            granted = file.permissions
            if values["permissions"] is not None:
                granted = permissions.expanded(values["permissions"], permissions.FILE_ACTIONS)
                access.check_grants(call.who, granted)
            if not may_all and not access.may(call.who, permissions.UPDATE, file.permissions):
                raise refuse("user_unauthorized")
            name = file.name if values["name"] is None else values["name"]
            changed = attrs.evolve(file, name=name, permissions=granted)
            if changed != file:
                changed = attrs.evolve(changed, updated=call.stamp)
                self._store.save_file(changed)
        return _json(200, models.file_model(changed, self._rules))

    def _delete_file(self, call: _Call) -> Response:
        values = parameters.read(_FILE, call.given)
        bucket = self._open_bucket(call)
        may_all = access.may(call.who, permissions.DELETE, bucket.permissions)
        if not may_all and not bucket.file_security:
            access.check_may(call.who, permissions.DELETE, bucket.permissions, self._settings)
        file = self._store.file(bucket, values["fileId"])
        if file is None:
            raise refuse("storage_file_not_found")
        if not may_all:
            access.check_may(call.who, permissions.DELETE, file.permissions, self._settings)
        self._previews.forget(uploads.delete(self._store, bucket, file.id).seq)
        return _no_content()

    def _view_file(self, call: _Call) -> Response:
        file = self._file_to_hand_out(call)
        return reading.shown(self._store, file, call.request.header("range"), self._settings)

    def _download_file(self, call: _Call) -> Response:
        file = self._file_to_hand_out(call)
        return reading.saved(self._store, file, call.request.header("range"), self._settings)

    def _file_to_hand_out(self, call: _Call) -> File:
        token = parameters.token()
        values = parameters.read([*_FILE, *([token] if self._rules.tokens else [])], call.given)
        bucket = self._open_bucket(call)
        return self._readable(call, bucket, self._redeemed(values, call))

    def _redeemed(self, values: dict[str, Any], call: _Call) -> Token | None:
        secret = values.get("token")
        return tokens.redeem(secret, self._store, call.now) if secret else None

    def _preview_file(self, call: _Call) -> Response:
        values = parameters.read(parameters.preview(), call.given)
        bucket = self._open_bucket(call)
        may_transform = bucket.transformations or not self._rules.bucket_transformations
        if not may_transform and not call.who.is_key:
            raise refuse("storage_bucket_transformations_disabled")
        file = self._readable(call, bucket, self._redeemed(values, call))
        key = (file.seq, json.dumps({n: call.given.get(n) for n in previews.CACHED_BY}))
        kept = self._previews.get(key)
        if kept is not None:
            lines = (("Cache-Control", "private, max-age=15552000"), ("X-Appwrite-Cache", "hit"))
            return Response(200, (("Content-Type", kept.mime_type), *lines), kept.content)
        picture = previews.render(self._store, file, previews.wishes(values))
        self._previews.put(key, picture)
        self._note_preview(call, bucket, file)
        headers = (
            ("Content-Type", picture.mime_type),
            NOT_CACHED,
            ("Cache-Control", "private, max-age=2592000"),
            ("X-Appwrite-Cache", "miss"),
        )
        return Response(200, headers, picture.content)

    def _note_preview(self, call: _Call, bucket: Bucket, file: File) -> None:
        """Write down that a preview was made, at most daily; this moves the file's update time."""
        limit = dates.stamp(call.now - timedelta(days=1))
        if file.transformed >= limit:
            return
        with self._store.turn(bucket.seq, file.id.lower()), self._store.changes():
            current = self._store.file(bucket, file.id)
            if current is not None:
                noted = attrs.evolve(current, transformed=call.stamp, updated=call.stamp)
                self._store.save_file(noted)

    # -- tokens ------------------------------------------------------------------------------

    def _create_token(self, call: _Call) -> Response:
        expire = parameters.Parameter("expire", self._expiry(call), takes_null=True)
        values = parameters.read([*_FILE, expire], call.given)
        bucket = self._open_bucket(call)
        file = self._store.file(bucket, values["fileId"])
        if file is None:
            raise refuse("storage_file_not_found")
        token = Token(
            id=generate(),
            bucket_seq=bucket.seq,
            file_seq=file.seq,
            resource_id=f"{values['bucketId']}:{values['fileId']}",
            created=call.stamp,
            updated=call.stamp,
            expire=_expire(values["expire"], call.now),
        )
        with self._store.changes():
            token = self._store.add_token(token)
        return _json(201, self._token_model(token))

    def _list_tokens(self, call: _Call) -> Response:
        declared = [
            *_FILE,
            *parameters.listing(self._token_list.check, self._rules, searchable=False),
        ]
        values = parameters.read(declared, call.given)
        bucket = self._open_bucket(call)
        file = self._store.file(bucket, values["fileId"])
        if file is None:
            raise refuse("storage_file_not_found")
        rows = []
        for token in self._store.tokens(file):
            row = _row(self._token_model(token), token.seq)
            rows.append(({**row, "$updatedAt": token.updated}, ""))
        answer = self._token_list.answer("tokens", "File token", rows, values)
        for shown in answer["tokens"]:
            del shown["$updatedAt"]
        return _json(200, answer)

    def _get_token(self, call: _Call) -> Response:
        values = parameters.read([parameters.path("tokenId")], call.given)
        return _json(200, self._token_model(self._any_token(values["tokenId"])))

    def _update_token(self, call: _Call) -> Response:
        expire = parameters.Parameter("expire", self._expiry(call), takes_null=True)
        values = parameters.read([parameters.path("tokenId"), expire], call.given)
        with self._store.changes():
            token = self._any_token(values["tokenId"])
            until = _expire(values["expire"], call.now)
            changed = attrs.evolve(token, expire=until, updated=call.stamp)
            self._store.save_token(changed)
        return _json(200, self._token_model(changed))

    def _delete_token(self, call: _Call) -> Response:
        values = parameters.read([parameters.path("tokenId")], call.given)
        with self._store.changes():
            self._store.remove_token(self._any_token(values["tokenId"]))
        return _no_content()

    def _any_token(self, identifier: str) -> Token:
        token = self._store.token(identifier)
        if token is None:
            raise refuse("token_not_found")
        return token

    def _token_model(self, token: Token) -> dict[str, Any]:
        return models.token_model(token, tokens.secret_of(token, self._store.secret))

    def _expiry(self, call: _Call) -> Callable[[object], str | None]:
        def check(value: object) -> str | None:
            problem = dates.future_problem(value, call.now)
            return f"{problem} or null" if problem else None

        return check


_FILE = (parameters.path("bucketId"), parameters.path("fileId"))
_KEPT = ("maximumFileSize",)


def _set(bucket: Bucket, values: dict[str, Any]) -> Bucket:
    """Return a bucket with the settings of a request; what is null stays."""
    granted = values["permissions"]
    changes: dict[str, Any] = {
        "name": values["name"],
        "file_security": parameters.truth(values, "fileSecurity"),
        "enabled": parameters.truth(values, "enabled"),
        "allowed_extensions": tuple(values["allowedFileExtensions"]),
        "antivirus": parameters.truth(values, "antivirus"),
    }
    if granted is not None:
        changes["permissions"] = permissions.expanded(granted, permissions.BUCKET_ACTIONS)
    if values["maximumFileSize"] is not None:
        changes["maximum_file_size"] = parameters.whole(values, "maximumFileSize")
    if values["compression"] is not None:
        changes["compression"] = values["compression"]
    if values["encryption"] is not None:
        changes["encryption"] = parameters.truth(values, "encryption")
    if "transformations" in values:
        changes["transformations"] = parameters.truth(values, "transformations")
    return attrs.evolve(bucket, **changes)


def _expire(value: str | None, now: datetime) -> str:
    return "" if value is None else dates.stamp(dates.read(value, now))


def _row(model: dict[str, Any], seq: int) -> dict[str, Any]:
    return {**model, "$sequence": seq}


def _json(status: int, value: object) -> Response:
    return Response(status, (("Content-Type", JSON),), php.encode(value))


def _no_content() -> Response:
    return Response(204, (("Content-Type", "text/html"),))


def _warning(wanted: str, version: str) -> str:
    return (
        f"The current SDK is built for Appwrite {wanted}. However, the current Appwrite server"
        f" version is {version}. Please downgrade your SDK to match the Appwrite version:"
        " https://appwrite.io/docs/sdks"
    )


def _cross_origin(origin: str) -> list[tuple[str, str]]:
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"),
        ("Access-Control-Allow-Headers", ", ".join(_ALLOWED_HEADERS)),
        ("Access-Control-Expose-Headers", "X-Appwrite-Session, X-Fallback-Cookies"),
    ]


_ALLOWED_HEADERS: Sequence[str] = (
    "Origin",
    "Cookie",
    "Set-Cookie",
    "X-Requested-With",
    "Content-Type",
    "X-Appwrite-Project",
    "X-Appwrite-Key",
    "X-Appwrite-Response-Format",
    "X-Appwrite-ID",
    "Content-Range",
    "Range",
    "Cache-Control",
    "Expires",
    "Pragma",
)
