"""What an address at Appwrite is made of."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from cloud_storages.adapters.appwrite import AppwriteStore, Connection
from cloud_storages.domain.showing import Mark, Preview, Showing
from cloud_storages.domain.values import Location

STORE = AppwriteStore(
    Connection("http://internal/v1", "my site", "standard_key", "https://files.example/v1/")
)
THERE = Location("media", "a.jpg")


def query(showing: Showing, mark: Mark) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(STORE.url(THERE, showing, mark)).query, strict_parsing=True))


def test_it_is_on_the_public_side_and_escaped() -> None:
    url = STORE.url(THERE, Showing(), Mark(token="a.b+c/d="))

    assert url == (
        "https://files.example/v1/storage/buckets/media/files/a.jpg/view"
        "?project=my%20site&token=a.b%2Bc%2Fd%3D"
    )


def test_a_token_needs_no_version_beside_it() -> None:
    assert query(Showing(), Mark("secret", "1a2b3c4d")) == {"project": "my site", "token": "secret"}
    assert query(Showing(), Mark("", "1a2b3c4d")) == {"project": "my site", "v": "1a2b3c4d"}


@pytest.mark.parametrize("token", ["", "secret"])
def test_a_version_tells_previews_apart_in_the_servers_own_store_too(token: str) -> None:
    found = query(Showing(preview=Preview(width=64)), Mark(token, "1a2b3c4d"))

    assert found["borderColor"] == "1a2b3c"


def test_a_border_that_is_drawn_keeps_its_colour() -> None:
    preview = Preview(border_width=1, border_color="ff0000")

    assert query(Showing(preview=preview), Mark("", "1a2b3c4d"))["borderColor"] == "ff0000"
