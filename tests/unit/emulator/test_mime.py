"""What `file --mime-type` (libmagic) says of the same bytes, and what Appwrite was seen to say."""

from __future__ import annotations

import io
import zipfile

import pytest

from cloud_storages.emulator.mime import sniff

OFFICE = "application/vnd.openxmlformats-officedocument."


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name in names:
            packed.writestr(zipfile.ZipInfo(name), "x" * 300)
    return content.getvalue()


def book(kind: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(zipfile.ZipInfo("mimetype"), kind)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "application/x-empty"),
        (b"x", "application/octet-stream"),
        (b"\n", "application/octet-stream"),
        (b"\0\1\2", "application/octet-stream"),
        (b"text", "text/plain"),
        ("naïve ünï".encode(), "text/plain"),
        ("😀".encode(), "text/plain"),
        (b"\xef\xbb\xbfhello", "text/plain"),
        ("\ufeffhello".encode("utf-16-le"), "text/plain"),
        ("\ufeffhello".encode("utf-16-be"), "text/plain"),
        ("hello world".encode("utf-16-le"), "application/octet-stream"),
        (b"\xe4\xf6\xfc \xdf", "text/plain"),
        (b"a\0b", "application/octet-stream"),
        (b"a\x01b", "application/octet-stream"),
        (b"a\x1bb", "text/plain"),
        (b"ab\0\0", "text/plain"),
        (b"abc\0", "application/octet-stream"),
        (b"body{color:red}", "text/plain"),
        (b"let x = 1;", "text/plain"),
        (b'{"a": 1}', "application/json"),
        (b"{}", "application/json"),
        (b"[]", "application/json"),
        (b'\n {"a":\n[1, {"b": null}]}\n', "application/json"),
        (b"[1,]", "application/json"),
        (b'{"a":1}\n{"b":2}\n', "application/x-ndjson"),
        (b'{"a":1', "text/plain"),
        (b'{"a":1} x', "text/plain"),
        (b"{'a':1}", "text/plain"),
        (b"[tru]", "text/plain"),
        (b"12", "text/plain"),
        (b'"abc"', "text/plain"),
        (b"a,b\n1,2\n", "text/csv"),
        (b"a,b,c\nd,e,f\ng,h,i\n", "text/csv"),
        (b'a,"b,c"\n1,2\n', "text/csv"),
        (b"a,b\n", "text/plain"),
        (b"a,b\n1,2,3\n", "text/plain"),
        (b"<html><body>x</body></html>", "text/html"),
        (b"<!doctype html>", "text/html"),
        (b"\n\n <HTML>x", "text/html"),
        (b'<a href="x">y</a>', "text/html"),
        (b"<p>hello</p>", "text/plain"),
        (b"<header>x", "text/plain"),
        (b'<?xml version="1.0"?><a/>', "text/xml"),
        (b'<?xml version="1.0"?>\n<svg></svg>', "image/svg+xml"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"\n  <svg></svg>", "text/plain"),
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\x89PNG\r\n\x1a\n", "application/octet-stream"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "image/jpeg"),
        (b"GIF89a\1\0\1\0", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/x-wav"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "image/avif"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "video/webm"),
        (b"\xff\xfb\x90\x64" + b"\0" * 200, "audio/mpeg"),
        (b"ID3\3\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x90\x64\0", "audio/mpeg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed"),
        (archive("a.txt"), "application/zip"),
        (archive(), "application/zip"),
        (
            archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
            f"{OFFICE}wordprocessingml.document",
        ),
        (
            archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
            f"{OFFICE}spreadsheetml.sheet",
        ),
        (book("application/epub+zip"), "application/epub+zip"),
        (
            book("application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (b"wOF2\0\1\0\0", "font/woff2"),
        (b"#!/bin/sh\necho\n", "text/x-shellscript"),
        (b"<?php echo 1;", "text/x-php"),
        (b"WEBVTT\n\n", "text/vtt"),
        (b"BEGIN:VCALENDAR\n", "text/calendar"),
    ],
)
def test_the_type_is_read_off_the_content(content: bytes, expected: str) -> None:
    assert sniff(content, len(content)) == expected
