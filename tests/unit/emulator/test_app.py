"""Requests and answers without a socket: order of checks, access, tokens, previews, lists."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Server

FILES = "/storage/buckets/b/files"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 4)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, kind)
    return content.getvalue()


# -- which error wins ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"headers": {"x-appwrite-project": "x"}, "key": "wrong"}, "project_not_found"),
        ({"headers": {"x-appwrite-project": ""}}, "project_id_missing"),
        (
            {"query": {"project": "demo"}, "headers": {"x-appwrite-project": ""}},
            "project_id_missing",
        ),
        ({"key": "wrong"}, "user_unauthorized"),
        ({"key": "standard_wrong"}, "user_unauthorized"),
        ({"key": "other_kind"}, "storage_bucket_not_found"),
        ({"key": None}, "storage_bucket_not_found"),
        ({"key": None, "headers": {"x-appwrite-project": ""}}, "storage_bucket_not_found"),
        ({"key": None, "query": {"project": "nope"}}, "project_not_found"),
        ({"key": None, "headers": {"origin": "https://evil.example"}}, "general_unknown_origin"),
        ({"query": {"search": ""}}, "general_argument_invalid"),
    ],
)
def test_the_first_check_that_fails_answers(
    server: Server, parts: dict[str, Any], expected: str
) -> None:
    assert server.json("GET", FILES, **parts)["type"] == expected


def test_a_missing_scope_hides_everything_behind_it(server: Server) -> None:
    answer = server.json("PUT", f"{FILES}/-bad", key="r")

    assert answer["type"] == "general_unauthorized_scope"
    assert answer["message"].endswith('(role: applications) missing scopes (["files.write"])')


def test_who_a_key_acts_as_can_be_set(serve: Callable[..., Server]) -> None:
    server = serve(service_user="app.demo@service.example")

    assert server.json("POST", "/storage/buckets", key="r")["message"] == (
        'app.demo@service.example (role: applications) missing scopes (["buckets.write"])'
    )


def test_a_wrong_key_is_refused_before_the_cache_of_previews(server: Server) -> None:
    response = server.ask("GET", f"{FILES}/f/preview", key="wrong")

    assert response.header("cache-control") == "no-cache, no-store, must-revalidate"


def test_a_bad_identifier_comes_before_a_missing_bucket(server: Server) -> None:
    assert server.json("GET", f"{FILES}/-bad")["code"] == 400
    assert server.json("GET", f"{FILES}/a%2Eb")["code"] == 400


def test_unknown_paths_are_pages(server: Server) -> None:
    response = server.ask("GET", "/nonsense")

    assert (response.status, response.header("content-type")) == (404, "text/html; charset=UTF-8")


def test_an_unforeseen_failure_is_an_answer_too(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_identifier: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(server.store, "bucket", fail)

    assert server.json("GET", FILES)["type"] == "general_unknown"
    assert "ZeroDivisionError" in caplog.text


def test_a_null_that_means_nothing_is_a_server_error(server: Server) -> None:
    server.bucket()
    fields = {"name": "b", "enabled": None}

    assert server.json("PUT", "/storage/buckets/b", fields=fields)["type"] == "general_unknown"


def test_newer_clients_are_warned(server: Server) -> None:
    response = server.ask("GET", "/health", headers={"x-appwrite-response-format": "2.5.0"})

    assert "2.5.0" in (response.header("x-appwrite-warning") or "")
    assert server.ask("GET", "/health").header("x-appwrite-warning") is None


def test_limited_operations_say_so(server: Server) -> None:
    server.bucket()

    assert server.upload("f", b"x").header("x-ratelimit-limit") == "60"
    assert server.ask("GET", FILES).header("x-ratelimit-limit") is None


def test_health_and_version(server: Server) -> None:
    assert server.json("GET", "/health/version", key=None) == {"version": "1.9.6"}
    assert server.json("GET", "/health/version")["code"] == 401
    assert server.json("GET", "/health")["status"] == "pass"
    assert server.json("GET", "/health", key=None)["code"] == 401
    assert server.ask("GET", "/ping", key=None).body == b"Pong!"


# -- guests ----------------------------------------------------------------------------------


def test_guests_see_what_the_bucket_grants(server: Server) -> None:
    server.bucket(permissions=['read("users")'])
    server.upload("f", b"x")

    answer = server.json("GET", f"{FILES}/f", key=None)

    assert answer["message"] == (
        'Missing "read" permission for role "users". Only "["any","guests"]" scopes are allowed and'
        ' "["users"]" was given.'
    )


def test_guests_see_what_files_grant_where_files_are_secured(server: Server) -> None:
    server.bucket(fileSecurity=True)
    server.upload("open", b"x", fields={"permissions": ['read("any")']})
    server.upload("shut", b"x")

    listed = server.json("GET", FILES, key=None)

    assert [file["$id"] for file in listed["files"]] == ["open"]
    assert listed["total"] == 1
    assert server.content("open", key=None) == b"x"
    assert server.json("GET", f"{FILES}/shut/view", key=None)["type"] == "storage_file_not_found"
    changed = server.json("PUT", f"{FILES}/open", fields={"name": "n"}, key=None)
    assert changed["type"] == "user_unauthorized"
    assert server.json("DELETE", f"{FILES}/open", key=None)["message"] == (
        "No permissions provided for action 'delete'"
    )


def test_files_grant_nothing_where_they_are_not_secured(server: Server) -> None:
    server.bucket()
    server.upload("f", b"x", fields={"permissions": ['read("any")']})

    assert server.json("GET", f"{FILES}/f/view", key=None)["code"] == 401


def test_guests_grant_only_what_they_hold(server: Server) -> None:
    server.bucket(permissions=['create("any")'])

    mine = server.upload("f", b"x", key=None, fields={"permissions": ['read("guests")']})
    others = server.upload("g", b"x", key=None, fields={"permissions": ['read("users")']})

    assert mine.status == 201
    assert b"Permissions must be one of: (any, guests)" in others.body


def test_guests_do_not_see_disabled_buckets(server: Server) -> None:
    server.bucket(permissions=['read("any")'], enabled=False)
    server.upload("f", b"x")

    assert server.json("GET", f"{FILES}/f", key=None)["type"] == "storage_bucket_not_found"
    assert server.content("f") == b"x"


# -- buckets and renames ---------------------------------------------------------------------


def test_an_update_resets_what_it_does_not_name(server: Server) -> None:
    server.bucket(permissions=['read("any")'], encryption=False, allowedFileExtensions=["txt"])

    changed = server.json("PUT", "/storage/buckets/b", fields={"name": "n"})

    assert changed["$permissions"] == ['read("any")']
    assert (changed["encryption"], changed["allowedFileExtensions"]) == (True, [])


def test_update_times_move_only_with_a_change(server: Server) -> None:
    server.bucket()
    server.upload("f", b"x", name="f")
    server.now += timedelta(seconds=1)

    same = server.json("PUT", f"{FILES}/f", fields={"name": "f"})
    other = server.json("PUT", f"{FILES}/f", fields={"name": "g"})

    assert same["$updatedAt"] == same["$createdAt"] == "2026-07-22T10:11:12.000+00:00"
    assert other["$updatedAt"] == "2026-07-22T10:11:13.000+00:00"


@pytest.mark.parametrize(("release", "longest"), [("1.9.6", 128), ("1.8.1", 255)])
def test_how_long_a_new_name_may_be(
    serve: Callable[..., Server], release: str, longest: int
) -> None:
    server = serve(server_version=release)
    server.bucket()
    server.upload("f", b"x")

    names = ("x" * longest, "x" * (longest + 1))
    statuses = [server.ask("PUT", f"{FILES}/f", fields={"name": n}).status for n in names]

    assert statuses == [200, 400]


def test_a_late_purge_takes_the_new_buckets_bytes(serve: Callable[..., Server]) -> None:
    server = serve(purge_later=True)
    server.bucket()
    server.ask("DELETE", "/storage/buckets/b")
    server.bucket()
    server.upload("f", b"x")
    assert server.content("f") == b"x"

    server.app.purge()

    assert server.file("f")["$id"] == "f"
    assert server.json("GET", f"{FILES}/f/view")["type"] == "storage_file_not_found"
    assert server.json("DELETE", f"{FILES}/f")["type"] == "general_server_error"


def test_a_bucket_over_the_installation_s_limit_takes_nothing(serve: Callable[..., Server]) -> None:
    server = serve(storage_limit=10)
    answer = server.bucket(maximumFileSize=11)

    assert b"between 1 and 10" in answer.body


# -- lists -----------------------------------------------------------------------------------


def test_totals_stop_at_5000_and_can_be_off(server: Server) -> None:
    server.bucket()
    server.upload("f", b"x")

    totals = [server.json("GET", FILES, query={"total": t})["total"] for t in ("0", "false", "1")]

    assert totals == [0, 1, 1]


def test_older_releases_know_no_total(serve: Callable[..., Server]) -> None:
    server = serve(server_version="1.7.4")
    server.bucket()
    server.upload("f", b"x")

    assert server.json("GET", FILES, query={"total": "0"})["total"] == 1


def test_buckets_are_searched_and_filtered(server: Server) -> None:
    server.bucket("one", enabled=False)
    server.bucket("two")
    query = json.dumps({"method": "equal", "attribute": "enabled", "values": [True]})

    found = server.json("GET", "/storage/buckets", query={"queries": [query]})
    searched = server.json("GET", "/storage/buckets", query={"search": "one"})

    assert [bucket["$id"] for bucket in found["buckets"]] == ["two"]
    assert [bucket["$id"] for bucket in searched["buckets"]] == ["one"]


# -- tokens ----------------------------------------------------------------------------------


@pytest.fixture
def shared(server: Server) -> Server:
    server.bucket()
    server.upload("f", b"content")
    server.upload("g", b"other")
    return server


def token(server: Server, **fields: Any) -> Any:
    return server.json("POST", "/tokens/buckets/b/files/f", fields=fields)


def viewed(server: Server, secret: str, file: str = "f", key: str | None = None) -> int:
    path = f"{FILES}/{file}/view"
    return server.ask("GET", path, query={"token": secret}, key=key).status


def test_a_token_opens_its_file_and_no_other(shared: Server) -> None:
    secret = token(shared)["secret"]

    assert viewed(shared, secret) == 200
    assert viewed(shared, secret, "g") == 401
    assert viewed(shared, secret, "g", key="k") == 401
    assert viewed(shared, "nonsense") == 401
    assert viewed(shared, "nonsense", key="k") == 200


def test_a_token_ends_with_its_file(shared: Server) -> None:
    secret = token(shared)["secret"]
    shared.ask("DELETE", f"{FILES}/f")
    shared.upload("f", b"anew")

    assert viewed(shared, secret) == 401


def test_a_token_ends_when_it_expires(shared: Server) -> None:
    secret = token(shared, expire="2026-07-22T11:00:00Z")["secret"]
    assert viewed(shared, secret) == 200

    shared.now += timedelta(hours=1)

    assert viewed(shared, secret) == 401


def test_an_update_without_an_expiry_clears_it(shared: Server) -> None:
    made = token(shared, expire="2026-07-22T11:00:00Z")

    changed = shared.json("PATCH", f"/tokens/{made['$id']}", fields={})

    assert (made["expire"], changed["expire"]) == ("2026-07-22T11:00:00.000+00:00", "")
    assert changed["secret"] != made["secret"]
    shared.now += timedelta(hours=1)
    assert viewed(shared, changed["secret"]) == 200
    assert viewed(shared, made["secret"]) == 401


def test_tokens_are_listed_by_page_but_not_by_expiry(shared: Server) -> None:
    made = [token(shared)["$id"] for _ in range(3)]
    path = "/tokens/buckets/b/files/f"
    queries = [json.dumps({"method": "limit", "values": [2]})]
    expiry = json.dumps({"method": "isNull", "attribute": "expire"})

    page = shared.json("GET", path, query={"queries": queries})
    refused = shared.json("GET", path, query={"queries": [expiry]})

    assert ([t["$id"] for t in page["tokens"]], page["total"]) == (made[:2], 3)
    assert refused["message"].endswith("Attribute not found in schema: expire")


def test_a_deleted_token_is_gone(shared: Server) -> None:
    made = token(shared)

    assert shared.ask("DELETE", f"/tokens/{made['$id']}").status == 204
    assert shared.json("GET", f"/tokens/{made['$id']}")["type"] == "token_not_found"
    assert viewed(shared, made["secret"]) == 401


def test_tokens_came_with_1_7(serve: Callable[..., Server]) -> None:
    assert serve(server_version="1.6.2").ask("GET", "/tokens/x").status == 404


# -- previews --------------------------------------------------------------------------------


def preview(server: Server, file: str = "p", **query: Any) -> Any:
    return server.ask("GET", f"{FILES}/{file}/preview", query=query)


@pytest.mark.parametrize(
    ("query", "size", "kind"),
    [
        ({}, (8, 4), "PNG"),
        ({"width": "4"}, (4, 2), "PNG"),
        ({"height": "2"}, (4, 2), "PNG"),
        ({"width": "3", "height": "3", "gravity": "top-left"}, (3, 3), "PNG"),
        ({"output": "jpg", "quality": "10"}, (8, 4), "JPEG"),
        ({"output": "webp"}, (8, 4), "WEBP"),
        ({"output": "gif"}, (8, 4), "GIF"),
        ({"borderWidth": "2", "borderColor": "00ff00"}, (12, 8), "PNG"),
        ({"rotation": "90"}, (4, 8), "PNG"),
    ],
)
def test_previews_are_rendered(
    server: Server, query: dict[str, str], size: tuple[int, int], kind: str
) -> None:
    server.bucket()
    server.upload("p", picture(), name="p.png")

    rendered = Image.open(io.BytesIO(preview(server, **query).body))

    assert (rendered.size, rendered.format) == (size, kind)


def test_a_second_preview_comes_from_the_cache(server: Server) -> None:
    server.bucket()
    server.upload("p", picture(), name="p.png")

    first, second, other = preview(server), preview(server), preview(server, width="1")

    assert first.header("cache-control") == (
        "no-cache, no-store, must-revalidate, private, max-age=2592000"
    )
    assert second.header("cache-control") == "private, max-age=15552000"
    assert second.body == first.body != other.body


def test_what_is_no_picture_gets_a_placeholder(server: Server) -> None:
    server.bucket()
    server.upload("t", b"text", name="t.txt")

    assert preview(server, "t").header("content-type") == "image/png"


def test_a_broken_picture_and_heic_output_are_refused(server: Server) -> None:
    server.bucket()
    server.upload("p", b"GIF89a\1\0\1\0", name="p.gif")
    server.upload("q", picture(), name="q.png")

    assert preview(server).status == 400
    assert preview(server, "q", output="heic").status == 400


def test_errors_of_previews_are_told_not_to_be_cached_twice(server: Server) -> None:
    server.bucket()

    assert preview(server).header("cache-control") == (
        "no-cache, no-store, must-revalidate, no-cache, no-store, must-revalidate"
    )


# -- handing out -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shown"), [("a.txt", True), ("a\r\nb", False)])
def test_names_with_line_breaks_are_left_out(server: Server, name: str, shown: bool) -> None:
    server.bucket()
    server.upload("f", b"text", name=name)

    header = server.ask("GET", f"{FILES}/f/download").header("content-disposition")

    assert (header is not None) is shown


def test_types_are_shown_from_a_short_list_and_saved_as_they_are(server: Server) -> None:
    server.bucket()
    server.upload("f", b"<html><body>", name="f.html")

    kinds = [
        server.ask("GET", f"{FILES}/f/{way}").header("content-type") for way in ("view", "download")
    ]

    assert kinds == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["abc", "x0", "none"], ["abc", "x0"]),
        (["ABC", "àbd  "], ["abc", "abd"]),
        (["0"], []),
        ([f"f{number}" for number in range(400)], ["f1", "f2"]),
    ],
)
def test_files_are_listed_by_identifier_as_the_database_compares_them(
    server: Server, wanted: list[str], expected: list[str]
) -> None:
    server.bucket()
    for identifier in ("f2", "abd", "x0", "abc", "f1"):
        server.upload(identifier, b"x")
    by_id = json.dumps({"method": "equal", "attribute": "$id", "values": wanted})
    in_order = json.dumps({"method": "orderAsc", "attribute": "$id"})

    page = server.json(
        "GET", "/storage/buckets/b/files", query={"queries": [by_id, in_order], "total": "1"}
    )

    assert [file["$id"] for file in page["files"]] == expected
    assert page["total"] == len(expected)


def test_a_cursor_is_found_although_a_list_of_identifiers_leaves_it_out(server: Server) -> None:
    server.bucket()
    for identifier in ("a", "b", "c"):
        server.upload(identifier, b"x")
    asked = [
        {"method": "equal", "attribute": "$id", "values": ["a", "c"]},
        {"method": "cursorAfter", "values": ["b"]},
    ]

    page = server.json(
        "GET", "/storage/buckets/b/files", query={"queries": list(map(json.dumps, asked))}
    )

    assert [file["$id"] for file in page["files"]] == ["c"]
