"""The states of an upload. Nothing checks lengths, so a chunk may be a few bytes here."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Server

THREE = [
    "bytes 0-5242879/12000000",
    "bytes 5242880-10485759/12000000",
    "bytes 10485760-11999999/12000000",
]
TWO = ["bytes 0-5242879/6000000", "bytes 5242880-5999999/6000000"]


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_chunks_join_in_their_own_order(server: Server, order: tuple[int, ...]) -> None:
    server.bucket()
    parts = [b"one ", b"two ", b"three"]

    statuses = [server.upload("f", parts[i], place=THREE[i]).status for i in order]

    assert statuses == [201, 201, 201]
    assert server.content("f") == b"one two three"
    file = server.file("f")
    assert (file["chunksUploaded"], file["signature"]) == (3, md5(b"one two three"))
    assert file["sizeOriginal"] == 12_000_000


def test_a_partial_file_has_a_row_and_no_bytes(server: Server) -> None:
    server.bucket()
    server.upload("f", b"one", place=THREE[0])

    file = server.file("f")
    assert (file["chunksUploaded"], file["chunksTotal"]) == (1, 3)
    assert (file["signature"], file["mimeType"], file["compression"]) == ("", "", "")
    view = server.json("GET", "/storage/buckets/b/files/f/view")
    assert view["message"] == "File not found in /storage/uploads/app-demo/b/f.bin"
    assert server.ask("DELETE", "/storage/buckets/b/files/f").status == 204
    assert server.file("f")["type"] == "storage_file_not_found"


def test_a_chunk_that_is_there_stays(server: Server) -> None:
    server.bucket()
    server.upload("f", b"first", place=TWO[0])

    assert server.upload("f", b"other", place=TWO[0]).status == 201
    server.upload("f", b" last", place=TWO[1])

    assert server.content("f") == b"first last"


def test_a_finished_file_answers_chunks_with_itself(server: Server) -> None:
    server.bucket()
    server.upload("f", b"old")

    again = server.upload("f", b"new", place=TWO[0])

    assert again.status == 200
    assert server.content("f") == b"old"
    assert server.upload("f", b"new").status == 409


def test_a_small_upload_to_a_partial_file_is_its_first_chunk(server: Server) -> None:
    server.bucket()
    server.upload("f", b" last", place=TWO[1])

    assert server.upload("f", b"tiny").status == 201
    assert server.content("f") == b"tiny last"


def test_name_and_size_are_the_first_requests_and_permissions_the_last_ones(server: Server) -> None:
    server.bucket()
    server.upload("f", b"a", name="1.mp4", place=TWO[0], fields={"permissions": ['read("users")']})

    second = server.upload("f", b"b", name="2.mp4", place="bytes 0-5242879/7000000")
    done = server.upload("f", b"c", name="3.mp4", place=TWO[1], fields={"permissions": []})

    assert second.status == done.status == 201
    file = server.file("f")
    assert (file["name"], file["sizeOriginal"], file["$permissions"]) == ("1.mp4", 6_000_000, [])
    assert server.content("f") == b"ac"


def test_another_extension_puts_the_bytes_elsewhere(server: Server) -> None:
    server.bucket()
    server.upload("f", b"a", name="f.mp4", place=TWO[0])
    server.upload("f", b"a", name="f.bin", place=TWO[0])
    server.upload("f", b"b", name="f.bin", place=TWO[1])

    assert server.file("f")["chunksUploaded"] == 2
    view = server.json("GET", "/storage/buckets/b/files/f/view")
    assert view["type"] == "storage_file_not_found"
    assert server.json("DELETE", "/storage/buckets/b/files/f")["type"] == "general_server_error"


@pytest.mark.parametrize(
    ("place", "header_id", "expected"),
    [
        ("bytes 0-9", "", "storage_invalid_content_range"),
        ("bytes 5-20/10", "", "storage_invalid_content_range"),
        ("bytes 0-9/10", "bad id", "storage_invalid_appwrite_id"),
        ("bytes 0-9/10", "unique()", "storage_invalid_appwrite_id"),
        ("bytes 0-9/30000001", "", "storage_invalid_file_size"),
    ],
)
def test_places_that_are_refused(server: Server, place: str, header_id: str, expected: str) -> None:
    server.bucket()

    response = server.upload("f", b"x", place=place, headers={"x-appwrite-id": header_id})

    assert f'"{expected}"'.encode() in response.body
    assert server.file("f")["type"] == "storage_file_not_found"


def test_the_header_names_the_file_of_a_chunk_only(server: Server) -> None:
    server.bucket()
    server.upload("unique()", b"x", place=TWO[0], headers={"x-appwrite-id": "chosen"})
    server.upload("plain", b"x", headers={"x-appwrite-id": "ignored"})

    listed = server.json("GET", "/storage/buckets/b/files")
    assert [file["$id"] for file in listed["files"]] == ["chosen", "plain"]


def test_extensions_are_lowered_but_the_bucket_s_list_is_not(server: Server) -> None:
    server.bucket(allowedFileExtensions=["jpg", "PNG"])

    names = ("a.JPG", "a.png", "a.PNG", "a")
    statuses = [server.upload(f"f{i}", b"x", name=name).status for i, name in enumerate(names)]

    assert statuses == [201, 400, 400, 400]


def test_a_file_without_a_name_is_invalid(server: Server) -> None:
    server.bucket()

    response = server.upload("f", b"x", name="")

    assert response.status == 403
    assert b'"storage_invalid_file"' in response.body


def test_sizes_on_the_device_follow_the_encoding(server: Server) -> None:
    server.bucket()
    server.bucket("plain", encryption=False)
    server.bucket("packed", encryption=False, compression="gzip")
    for bucket in ("b", "plain", "packed"):
        server.upload("f", b"ab" * 500, bucket=bucket)

    assert server.file("f")["sizeActual"] == 1336
    assert server.file("f", "plain")["sizeActual"] == 1000
    packed = server.file("f", "packed")
    assert packed["sizeActual"] < 100
    assert packed["compression"] == "gzip"


@pytest.mark.parametrize(
    ("settings", "content", "is_itself"),
    [
        ({}, b"0", False),
        ({}, b"", True),
        ({}, b"1", True),
        ({"encryption": False}, b"0", True),
        ({"encryption": False, "compression": "gzip"}, b"", False),
        ({"encryption": False, "compression": "zstd"}, b"0", False),
        ({"compression": "zstd"}, b"", False),
    ],
)
def test_what_php_takes_for_empty_comes_back_encoded(
    server: Server, settings: dict[str, Any], content: bytes, is_itself: bool
) -> None:
    server.bucket(**settings)
    server.upload("f", content)

    served = server.content("f")

    assert (served == content) is is_itself
    assert len(served) == (len(content) if is_itself else server.file("f")["sizeActual"])


def test_s3_devices_sign_chunked_uploads_by_their_parts(serve: Callable[..., Server]) -> None:
    server = serve(s3_signatures=True)
    server.bucket()
    server.upload("f", b"one", place=TWO[0])
    server.upload("f", b"two", place=TWO[1])
    server.upload("g", b"one")

    digests = hashlib.md5(b"one").digest() + hashlib.md5(b"two").digest()
    assert server.file("f")["signature"] == f"{md5(digests)}-2"
    assert server.file("g")["signature"] == md5(b"one")


def test_the_antivirus_knows_one_virus(serve: Callable[..., Server]) -> None:
    # put together here, so that no scanner takes this file for what it talks about
    virus = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    server = serve(antivirus=True)
    server.bucket()
    server.bucket("trusting", antivirus=False)

    assert server.upload("f", b"text " + virus).status == 403
    assert server.file("f")["type"] == "storage_file_not_found"
    assert server.upload("f", virus, bucket="trusting").status == 201


def test_identifiers_are_taken_in_any_case(server: Server) -> None:
    server.bucket()
    server.upload("Photo", b"x")

    assert server.upload("pHOTO", b"y").status == 409
    assert server.file("PHOTO")["$id"] == "Photo"


def test_lookups_may_be_sensitive_to_case(serve: Callable[..., Server]) -> None:
    server = serve(case_sensitive_lookup=True)
    server.bucket()
    server.upload("Photo", b"x")

    assert server.upload("photo", b"y").status == 409
    assert server.file("photo")["type"] == "storage_file_not_found"
    assert server.file("Photo")["$id"] == "Photo"


def test_zero_is_no_identifier(server: Server) -> None:
    server.bucket()

    assert server.upload("0", b"x").status == 201
    assert server.file("0")["type"] == "storage_file_not_found"


class TestBefore195:
    """Servers up to 1.9.0 work a chunk's place out from its own length."""

    @pytest.fixture
    def old(self, serve: Callable[..., Server]) -> Server:
        server = serve(server_version="1.8.1")
        server.bucket()
        return server

    def test_a_chunk_for_a_finished_file_is_a_conflict(self, old: Server) -> None:
        old.upload("f", b"x")

        assert old.upload("f", b"y", place=TWO[0]).status == 409

    def test_any_constant_chunk_size_will_do(self, old: Server) -> None:
        for place, part in (("0-3/10", b"abcd"), ("4-7/10", b"efgh"), ("8-9/10", b"ij")):
            assert old.upload("f", part, place=f"bytes {place}").status == 201

        assert old.content("f") == b"abcdefghij"

    def test_a_chunk_sent_again_replaces_the_first(self, old: Server) -> None:
        for part in (b"abcd", b"ABCD"):
            old.upload("f", part, place="bytes 0-3/8")
        old.upload("f", b"efgh", place="bytes 4-7/8")

        assert old.content("f") == b"ABCDefgh"

    def test_the_fields_of_later_releases_are_missing(self, old: Server) -> None:
        old.upload("f", b"x")

        assert {"sizeActual", "encryption", "compression"}.isdisjoint(old.file("f"))

    def test_a_chunk_counted_twice_ends_in_a_missing_part(
        self, serve: Callable[..., Server]
    ) -> None:
        server = serve(server_version="1.5.11")
        server.bucket()
        server.upload("f", b"abcd", place="bytes 0-3/8")

        assert server.upload("f", b"abcd", place="bytes 0-3/8").status == 500


def test_the_development_head_has_folders(serve: Callable[..., Server]) -> None:
    server = serve(server_version="HEAD")
    server.bucket()
    server.upload("f", b"x", name="a.txt", fields={"folder": "photos/2026"})
    refused = server.upload("g", b"x", fields={"folder": "/photos"})

    file = server.file("f")
    assert (file["folder"], file["key"]) == ("photos/2026/", "photos/2026/a.txt")
    assert refused.status == 400
