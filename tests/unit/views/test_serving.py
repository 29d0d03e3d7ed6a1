"""What a browser gets: content, headers, and no more than it asked for."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import os
from typing import TYPE_CHECKING, Any

import django
import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.http import Http404, HttpResponseForbidden
from django.test import AsyncClient, Client, RequestFactory, modify_settings
from django.utils.http import http_date
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.domain.errors import IntegrityError
from cloud_storages.views import ServeFile, anyone

from .sites import everyone

if TYPE_CHECKING:
    from pathlib import Path

    from django.core.files.storage import Storage

CONTENT = bytes(range(256)) * 1200
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"

Site = "Callable[..., Client]"
_USERS = ["django.contrib.contenttypes", "django.contrib.auth"]


@pytest.fixture(params=["ours", "Django's"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return InMemoryStorage() if request.param == "ours" else FileSystemStorage(tmp_path)


def stored(storage: Storage, name: str, content: bytes = CONTENT) -> str:
    return storage.save(name, ContentFile(content))


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


# Content


@pytest.mark.parametrize("size", [0, 1, 2, 65_536, 65_537, 300_000])
def test_a_file_arrives_whole(site: Site, storage: Storage, size: int) -> None:
    stored(storage, "docs/a.bin", CONTENT[:size])

    response = site().get("/media/docs/a.bin")

    assert response.status_code == 200
    assert body(response) == CONTENT[:size]
    assert response["Content-Length"] == str(size)
    assert response["Accept-Ranges"] == "bytes"
    assert response.has_header("ETag")


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_head_tells_what_get_would(site: Site, storage: Storage, size: int) -> None:
    stored(storage, "docs/a.png", CONTENT[:size])
    client = site()

    told = client.head("/media/docs/a.png", HTTP_RANGE="bytes=0-0")

    whole = client.get("/media/docs/a.png")
    assert (told.status_code, told.content) == (200, b"")
    # A small file comes with one request, which does not tell its time.
    assert {**dict(told.items()), **dict(whole.items())} == dict(told.items())
    assert told["Content-Length"] == str(size)
    body(whole)


def test_an_alias_names_the_storage(site: Site) -> None:
    stored(InMemoryStorage(), "docs/a.txt", b"text")

    assert body(site(storage="default").get("/media/docs/a.txt")) == b"text"


def test_an_unknown_alias_is_a_mistake_of_the_site(site: Site) -> None:
    client = site(storage="no-such-storage")
    client.raise_request_exception = True

    with pytest.raises(ImproperlyConfigured, match="no-such-storage"):
        client.get("/media/docs/a.txt")


@pytest.mark.parametrize(
    "name", ["docs/b.bin", "nowhere/a.bin", "docs", "docs/a.bin/b", "x" * 3000]
)
def test_what_is_missing_is_not_found(site: Site, storage: Storage, name: str) -> None:
    stored(storage, "docs/a.bin")
    client = site()

    assert client.get(f"/media/{name}").status_code == 404
    assert client.head(f"/media/{name}").status_code == 404
    assert client.get(f"/media/{name}", HTTP_RANGE="bytes=0-5").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../settings.py",
        "docs/../../x",
        "docs/..",
        "/etc/passwd",
        "docs/",
        "%00",
        "a%0d%0ab",
        "..%5cx",
    ],
)
def test_a_name_that_climbs_or_lies_is_not_found(site: Site, name: str) -> None:
    assert site().get(f"/media/{name}").status_code == 404


def test_only_reading_is_served(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")

    for method in (Client.post, Client.put, Client.delete, Client.patch):
        assert method(site(), "/media/docs/a.bin").status_code == 405
    assert storage.exists("docs/a.bin")


# Ranges

RANGES = st.one_of(
    st.builds("bytes={}-{}".format, st.integers(0, 400_000), st.integers(0, 400_000)),
    st.builds("bytes={}-".format, st.integers(0, 400_000)),
    st.builds("bytes=-{}".format, st.integers(0, 400_000)),
    st.from_regex(r"\A[Bb]ytes ?= ?[-0-9, ]{0,12}\Z"),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=RANGES, size=st.sampled_from([0, 1, 2, 65_537, len(CONTENT)]))
@example("bytes=0-0", 1)
@example("bytes=307199-", len(CONTENT))
@example("bytes=307200-", len(CONTENT))
@example("bytes=-5", 2)
def test_whatever_is_asked_for_the_answer_is_true(
    site: Site, storage: Storage, header: str, size: int
) -> None:
    name = f"docs/{size}.bin"
    if not storage.exists(name):
        stored(storage, name, CONTENT[:size])

    response = site().get(f"/media/{name}", HTTP_RANGE=header)

    content = body(response)
    if response.status_code == 206:
        span, total = response["Content-Range"].removeprefix("bytes ").split("/")
        first, last = map(int, span.split("-"))
        assert content == CONTENT[:size][first : last + 1] != b""
        assert int(total) == size
        assert response["Content-Length"] == str(len(content))
    elif response.status_code == 416:
        assert response["Content-Range"] == f"bytes */{size}"
        assert content == b""
    else:
        assert response.status_code == 200
        assert content == CONTENT[:size]
        assert not response.has_header("Content-Range")


def test_the_last_bytes_are_served(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")

    response = site().get("/media/docs/a.bin", HTTP_RANGE="bytes=-5")

    assert response.status_code == 206
    assert body(response) == CONTENT[-5:]
    assert response["Content-Range"] == "bytes 307195-307199/307200"


def test_a_range_goes_on_only_in_the_file_it_began_in(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")
    client = site()
    tags = client.head("/media/docs/a.bin")

    def status(condition: str) -> int:
        told = {"HTTP_RANGE": "bytes=5-9", "HTTP_IF_RANGE": condition}
        response = client.get("/media/docs/a.bin", **told)
        assert body(response) == (CONTENT[5:10] if response.status_code == 206 else CONTENT)
        return response.status_code

    assert status(tags["ETag"]) == 206
    assert status(tags["Last-Modified"]) == 206
    assert status("W/" + tags["ETag"]) == 200
    assert status('"another"') == 200
    assert status("Tue, 01 Jan 2030 00:00:00 GMT") == 200


# Caches


def test_what_a_browser_has_is_not_sent_again(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")
    client = site()
    first = client.get("/media/docs/a.bin")

    again = client.get("/media/docs/a.bin", HTTP_IF_NONE_MATCH=first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == first["Cache-Control"]
    body(first)


@pytest.mark.parametrize("size", [5, 300_000])
def test_a_file_has_one_entity_tag_however_it_is_asked_for(
    site: Site, storage: Storage, size: int
) -> None:
    stored(storage, "docs/a.bin", CONTENT[:size])
    client = site()
    told = (
        client.head("/media/docs/a.bin"),
        client.get("/media/docs/a.bin"),
        client.get("/media/docs/a.bin", HTTP_RANGE="bytes=0-3"),
        client.get("/media/docs/a.bin", HTTP_IF_NONE_MATCH='"x"'),
    )

    assert len({response["ETag"] for response in told}) == 1
    for response in told:
        body(response)


def test_dates_are_conditions_too(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")
    client = site()
    date = client.head("/media/docs/a.bin")["Last-Modified"]
    before = http_date((dt.datetime.now() - dt.timedelta(days=1)).timestamp())  # noqa: DTZ005

    assert client.get("/media/docs/a.bin", HTTP_IF_MODIFIED_SINCE=date).status_code == 304
    assert client.get("/media/docs/a.bin", HTTP_IF_UNMODIFIED_SINCE=before).status_code == 412
    later = client.get("/media/docs/a.bin", HTTP_IF_MODIFIED_SINCE=before)
    assert (later.status_code, body(later)) == (200, CONTENT)


def test_a_replaced_file_has_another_entity_tag(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin", b"old content")
    client = site()
    tag = client.head("/media/docs/a.bin")["ETag"]
    storage.delete("docs/a.bin")
    stored(storage, "docs/a.bin", b"new content, of another size")

    response = client.get("/media/docs/a.bin", HTTP_IF_NONE_MATCH=tag)

    assert (response.status_code, body(response)) == (200, b"new content, of another size")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "private, no-cache"),
        ({"max_age": 60}, "private, max-age=60"),
        ({"max_age": 0, "public": True}, "public, max-age=0"),
        ({"public": True}, "public, no-cache"),
    ],
)
def test_caches_do_as_they_are_told(
    site: Site, storage: Storage, options: dict[str, Any], told: str
) -> None:
    stored(storage, "docs/a.bin", b"x")

    assert site(**options).get("/media/docs/a.bin")["Cache-Control"] == told


# Types


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.xhtml", "a.xml", "a.SVG"])
def test_an_uploaded_document_runs_no_script(site: Site, storage: Storage, name: str) -> None:
    stored(storage, f"docs/{name}", SVG)

    for method in (Client.get, Client.head):
        response = method(site(), f"/media/docs/{name}")
        policy = response["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox"} <= set(policy)
        assert response["X-Content-Type-Options"] == "nosniff"


def test_uploaded_script_is_text_that_no_page_runs(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.js", b"alert(1)")

    response = site().get("/media/docs/a.js")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_files_of_the_site_itself_may_run(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.js", b"alert(1)")
    stored(storage, "docs/a.svg", SVG)
    client = site(trusted=True)

    assert client.get("/media/docs/a.js")["Content-Type"] == "text/javascript; charset=utf-8"
    assert not client.get("/media/docs/a.svg").has_header("Content-Security-Policy")


def test_pictures_and_styles_need_no_sandbox(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.css", b"a { color: red }")

    response = site().get("/media/docs/a.css")

    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert not response.has_header("Content-Security-Policy")


@pytest.mark.parametrize(("attachment", "how"), [(False, "inline"), (True, "attachment")])
def test_a_saved_file_gets_its_name(
    site: Site, storage: Storage, attachment: bool, how: str
) -> None:
    stored(storage, "docs/Übersicht 2.pdf", b"%PDF")

    response = site(attachment=attachment).get("/media/docs/Übersicht 2.pdf")

    assert response["Content-Disposition"] == f"{how}; filename*=utf-8''%C3%9Cbersicht%202.pdf"


# Permission


def test_without_a_rule_nothing_is_served(storage: Storage) -> None:
    stored(storage, "docs/a.bin")

    with pytest.raises(ImproperlyConfigured, match="allowed"):
        ServeFile.as_view(storage=storage)(RequestFactory().get("/"), name="docs/a.bin")


async def _later(_request: Any, name: str) -> bool:
    await asyncio.sleep(0)
    return name == "docs/mine.bin"


@pytest.mark.parametrize("rule", [lambda _, name: name == "docs/mine.bin", _later])
def test_a_rule_decides_awaited_or_not(site: Site, storage: Storage, rule: Any) -> None:
    stored(storage, "docs/mine.bin")
    stored(storage, "docs/yours.bin")
    client = site(allowed=rule)

    assert body(client.get("/media/docs/mine.bin")) == CONTENT
    assert client.get("/media/docs/yours.bin").status_code == 403
    assert client.head("/media/docs/yours.bin").status_code == 403
    assert client.get("/media/docs/yours.bin", HTTP_RANGE="bytes=0-1").status_code == 403


def test_a_subclass_may_be_the_rule(storage: Storage) -> None:
    class Mine(ServeFile):
        def allowed(self, request: Any, name: str) -> bool:
            return "key" in request.GET and name.startswith("docs/")

    stored(storage, "docs/a.bin")
    view = Mine.as_view(storage=storage)

    assert body(view(RequestFactory().get("/?key"), name="docs/a.bin")) == CONTENT
    with pytest.raises(PermissionDenied):
        view(RequestFactory().get("/"), name="docs/a.bin")


@pytest.mark.parametrize("rule", [anyone, staticmethod(anyone)])
def test_a_subclass_may_be_open_to_anyone(storage: Storage, rule: Any) -> None:
    class Open(ServeFile):
        allowed = rule

    stored(storage, "docs/a.bin")

    view = Open.as_view(storage=storage, directories=["docs"])

    assert body(view(RequestFactory().get("/"), name="docs/a.bin")) == CONTENT


@pytest.mark.parametrize("name", ["docs/a.bin", "a.bin", "secret/a.bin", "no-such/a.bin"])
def test_anyone_is_not_let_into_buckets_that_nobody_named(site: Site, name: str) -> None:
    stored(InMemoryStorage(), "secret/a.bin")
    client = site(storage=InMemoryStorage(), allowed=anyone)
    client.raise_request_exception = True

    with pytest.raises(ImproperlyConfigured, match=r"directories=.*'path'"):
        client.get(f"/media/{name}")


def test_anyone_may_have_all_of_a_storage_that_reaches_no_other(site: Site, tmp_path: Path) -> None:
    for each in (InMemoryStorage(layout="path"), FileSystemStorage(tmp_path)):
        name = stored(each, "2026/05/a.bin")

        assert body(site(storage=each, allowed=anyone).get(f"/media/{name}")) == CONTENT


def test_only_the_directories_of_a_view_are_served(site: Site, storage: Storage) -> None:
    for name in ("docs/a.bin", "docs2/a.bin", "secret/a.bin", "a.bin"):
        stored(storage, name)
    client = site(allowed=anyone, directories=("docs", "photos"))

    assert body(client.get("/media/docs/a.bin")) == CONTENT
    for name in ("docs2/a.bin", "secret/a.bin", "docs/../secret/a.bin", "a.bin", "photos/a.bin"):
        assert client.get(f"/media/{name}").status_code == 404
    root = site(allowed=anyone, directories=[""])
    assert body(root.get("/media/a.bin")) == CONTENT
    assert root.get("/media/docs/a.bin").status_code == 404


def test_what_lies_below_a_directory_of_a_view_is_served(site: Site, tmp_path: Path) -> None:
    name = stored(FileSystemStorage(tmp_path), "photos/2026/05/a.bin")
    client = site(storage=FileSystemStorage(tmp_path), allowed=anyone, directories=("photos",))

    assert body(client.get(f"/media/{name}")) == CONTENT


def test_a_directory_where_several_belong_is_a_mistake_of_the_site(site: Site) -> None:
    client = site(allowed=anyone, directories="docs")
    client.raise_request_exception = True

    with pytest.raises(ImproperlyConfigured, match=r"directories=\('docs',\)"):
        client.get("/media/docs/a.bin")


async def _later_nothing(_request: Any, _name: str) -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (lambda *_: HttpResponseForbidden(), "HttpResponseForbidden"),
        (lambda *_: "no", "str"),
        (_later_nothing, "NoneType"),
    ],
)
def test_a_rule_that_answers_neither_yes_nor_no_opens_nothing(
    site: Site, storage: Storage, rule: Any, told: str
) -> None:
    stored(storage, "docs/a.bin")
    client = site(allowed=rule)
    client.raise_request_exception = True

    with pytest.raises(ImproperlyConfigured, match=f"allowed.* not {told}"):
        client.get("/media/docs/a.bin")


@pytest.mark.parametrize("spelling", ["docs//mine.bin", "docs\\mine.bin", "docs/mine.bin"])
def test_a_rule_sees_the_one_name_of_a_file(site: Site, storage: Storage, spelling: str) -> None:
    stored(storage, "docs/mine.bin")
    seen: list[str] = []

    def rule(_: Any, name: str) -> bool:
        seen.append(name)
        return True

    assert body(site(allowed=rule).get(f"/media/{spelling}")) == CONTENT
    assert seen == ["docs/mine.bin"]


def test_a_longer_spelling_does_not_get_past_a_rule(site: Site) -> None:
    stored(InMemoryStorage(), "secret/a.bin")
    rule = lambda _, name: not name.startswith("secret/")  # noqa: E731 - as sites write it

    response = site(storage="default", allowed=rule).get("/media/open/secret/a.bin")

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("name", "other"), [("private/a.bin", "vault/a.bin"), ("a.bin", "main/a.bin")]
)
def test_the_id_of_a_bucket_does_not_get_past_a_rule(site: Site, name: str, other: str) -> None:
    storage = InMemoryStorage(bucket_id="main", buckets={"private": "vault"})
    stored(storage, name)
    client = site(storage=storage, allowed=lambda _, asked: asked != name)

    assert client.get(f"/media/{name}").status_code == 403
    assert client.get(f"/media/{other}").status_code == 404
    assert client.head(f"/media/up/{other}").status_code == 404
    assert body(site(storage=storage).get(f"/media/{name}")) == CONTENT


@pytest.mark.parametrize(("hidden", "status"), [(False, 403), (True, 404)])
def test_who_may_not_have_a_file_does_not_learn_whether_it_exists(
    site: Site, storage: Storage, hidden: bool, status: int
) -> None:
    stored(storage, "docs/a.bin")
    client = site(allowed=lambda *_: False, hidden=hidden)

    there, missing = client.get("/media/docs/a.bin"), client.get("/media/docs/b.bin")

    assert there.status_code == missing.status_code == status
    assert there.content.replace(b"a.bin", b"b.bin") == missing.content
    assert dict(there.items()) == dict(missing.items())


def test_hidden_looks_as_missing(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")

    refused = site(allowed=lambda *_: False, hidden=True).get("/media/docs/a.bin")
    missing = site().get("/media/docs/b.bin")

    assert (refused.status_code, refused.content) == (missing.status_code, missing.content)


class _User:
    def __init__(self, *, is_authenticated: bool) -> None:
        self.is_authenticated = is_authenticated


@modify_settings(INSTALLED_APPS={"append": _USERS})
def test_strangers_are_sent_to_log_in(site: Site) -> None:
    client = site(allowed=lambda *_: False, login_url="/login/")

    response = client.get("/media/docs/a.bin?x=1")

    assert response.status_code == 302
    assert response["Location"] == "/login/?next=/media/docs/a.bin%3Fx%3D1"


@modify_settings(INSTALLED_APPS={"append": _USERS})
def test_who_is_signed_in_is_refused_and_not_sent_around(site: Site, storage: Storage) -> None:
    site()
    view = ServeFile.as_view(storage=storage, allowed=lambda *_: False, login_url="/login/")
    request = RequestFactory().get("/media/docs/a.bin")

    request.user = _User(is_authenticated=False)
    assert view(request, name="docs/a.bin").status_code == 302

    request.user = _User(is_authenticated=True)
    with pytest.raises(PermissionDenied):
        view(request, name="docs/a.bin")


def test_a_view_of_ones_own_serves_what_it_found(storage: Storage) -> None:
    class Document(ServeFile):
        def get(self, request: Any, pk: int) -> Any:  # type: ignore[override]
            return self.serve(request, {1: name, 2: "", 3: "../a.bin"}.get(pk))

    name = stored(storage, "docs/a.bin")
    view = Document.as_view(storage=storage)

    assert body(view(RequestFactory().get("/"), pk=1)) == CONTENT
    for pk in (2, 3, 4):
        with pytest.raises(Http404):
            view(RequestFactory().get("/"), pk=pk)


# What goes wrong


def test_a_file_that_is_replaced_on_the_way_is_no_shorter_file(site: Site) -> None:
    storage = InMemoryStorage(overwrite=True)
    stored(storage, "docs/a.bin")
    response = site(storage=storage).get("/media/docs/a.bin")

    stored(storage, "docs/a.bin", CONTENT[::-1])

    with pytest.raises(IntegrityError):
        body(response)


def test_old_content_never_gets_the_entity_tag_of_new(site: Site, tmp_path: Path) -> None:
    class Busy(FileSystemStorage):
        """Its file is replaced between the first two things that are asked of it."""

        asked = 0

        def _happens(self) -> None:
            self.asked += 1
            if self.asked == 2:
                (tmp_path / "new").write_bytes(b"new")
                os.utime(tmp_path / "new", (1_000_000_000, 1_000_000_000))
                (tmp_path / "new").replace(tmp_path / "a.txt")

        def get_modified_time(self, name: str) -> dt.datetime:
            self._happens()
            return super().get_modified_time(name)

        def _open(self, name: str, mode: str = "rb") -> Any:
            self._happens()
            return super()._open(name, mode)

    (tmp_path / "a.txt").write_bytes(b"old")
    client = site(storage=Busy(tmp_path))
    told = client.get("/media/a.txt")
    had = body(told)

    again = client.get("/media/a.txt", HTTP_IF_NONE_MATCH=told["ETag"])

    assert (had if again.status_code == 304 else body(again)) == b"new"


def test_a_storage_that_finds_no_time_may_still_say_what_is_missing(
    site: Site, tmp_path: Path
) -> None:
    class Remote(FileSystemStorage):
        def get_modified_time(self, name: str) -> dt.datetime:
            raise LookupError(name)

    stored(Remote(tmp_path), "there.txt")
    client = site(storage=Remote(tmp_path))

    assert client.get("/media/missing.txt").status_code == 404
    assert client.get("/media/there.txt").status_code == 500


def test_a_file_that_shrinks_on_the_way_breaks_off(site: Site, tmp_path: Path) -> None:
    storage = FileSystemStorage(tmp_path)
    large = CONTENT * 4
    stored(storage, "docs/a.bin", large)
    response = site(storage=storage).get("/media/docs/a.bin")

    os.truncate(tmp_path / "docs" / "a.bin", 300_000)

    with pytest.raises(OSError, match="too early"):
        body(response)


def test_a_mistake_in_the_settings_is_no_missing_file(site: Site) -> None:
    response = site(storage=InMemoryStorage(layout="spiral")).get("/media/docs/a.bin")

    assert response.status_code == 500


# Among Django's own


def test_a_compressing_site_compresses_files_but_no_pieces(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.txt")
    client = site(middleware=("django.middleware.gzip.GZipMiddleware",))

    whole = client.get("/media/docs/a.txt", HTTP_ACCEPT_ENCODING="gzip")
    piece = client.get("/media/docs/a.txt", HTTP_ACCEPT_ENCODING="gzip", HTTP_RANGE="bytes=5-999")

    assert gzip.decompress(body(whole)) == CONTENT
    assert body(piece) == CONTENT[5:1000]


def test_conditions_are_met_once(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.txt")
    client = site(middleware=("django.middleware.http.ConditionalGetMiddleware",))
    whole = client.get("/media/docs/a.txt")

    assert body(whole) == CONTENT
    tag = whole["ETag"]
    assert client.get("/media/docs/a.txt", HTTP_IF_NONE_MATCH=tag).status_code == 304
    piece = client.get("/media/docs/a.txt", HTTP_RANGE="bytes=5-9", HTTP_IF_MATCH=tag)
    assert (piece.status_code, body(piece)) == (206, CONTENT[5:10])


def test_a_site_that_awaits_gets_the_same(site: Site, storage: Storage) -> None:
    stored(storage, "docs/a.bin")
    site(allowed=_later_anyone)

    async def fetched(**headers: str) -> tuple[int, bytes]:
        response = await AsyncClient().get("/media/docs/a.bin", **headers)
        if django.VERSION < (4, 2):
            return response.status_code, b"".join(response)
        return response.status_code, b"".join([piece async for piece in response])

    assert asyncio.run(fetched()) == (200, CONTENT)
    assert asyncio.run(fetched(range="bytes=70000-200000")) == (206, CONTENT[70000:200001])


async def _later_anyone(request: Any, name: str) -> bool:
    await asyncio.sleep(0)
    return everyone(request, name)
