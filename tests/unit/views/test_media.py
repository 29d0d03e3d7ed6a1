"""What files are told to be."""

import mimetypes

import pytest

from cloud_storages.views.media import content_type, is_script, may_run


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("icons/logo.svg", "image/svg+xml"),
        ("LOGO.SVG", "image/svg+xml"),
        ("site.css", "text/css; charset=utf-8"),
        ("data.json", "application/json"),
        ("font.woff2", "font/woff2"),
        ("photo.jpeg", "image/jpeg"),
        ("photo.webp", "image/webp"),
        ("photo.avif", "image/avif"),
        ("film.mp4", "video/mp4"),
        ("letter.pdf", "application/pdf"),
        ("notes.txt", "text/plain; charset=utf-8"),
        ("a.tar.gz", "application/gzip"),
        ("page.html.gz", "application/gzip"),
        ("a.txt.br", "application/x-brotli"),
        ("README", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
        ("v1.2/README", "application/octet-stream"),
        (".svg", "image/svg+xml"),
        ("data:text/html,<script>", "application/octet-stream"),
        ("data:,a.jpeg", "image/jpeg"),
    ],
)
def test_a_file_is_what_its_name_says(name, told):
    assert content_type(name, {}, "utf-8") == told


def test_a_site_knows_better():
    known = {".glb": "model/gltf-binary", ".txt": "text/plain; charset=latin-1"}

    assert content_type("A.GLB", known, "utf-8") == "model/gltf-binary"
    assert content_type("a.txt", known, "utf-8") == "text/plain; charset=latin-1"
    assert content_type("a.css", known, None) == "text/css"


def test_a_system_that_calls_scripts_plain_text_is_not_believed(monkeypatch):
    monkeypatch.setitem(mimetypes.types_map, ".js", "text/plain")

    assert content_type("a.js", {}, None) == "text/javascript"


@pytest.mark.parametrize(
    ("told", "runs", "script"),
    [
        ("text/html; charset=utf-8", True, False),
        ("Text/HTML", True, False),
        ("application/xhtml+xml", True, False),
        ("image/svg+xml", True, False),
        ("application/xml", True, False),
        ("text/xml; charset=utf-8", True, False),
        ("application/rss+xml", True, False),
        ("text/javascript; charset=utf-8", False, True),
        ("application/javascript", False, True),
        ("application/x-javascript", False, True),
        ("text/plain", False, False),
        ("text/css", False, False),
        ("application/json", False, False),
        ("application/pdf", False, False),
        ("image/png", False, False),
    ],
)
def test_types_that_can_run_script_are_known(told, runs, script):
    assert may_run(told) is runs
    assert is_script(told) is script
