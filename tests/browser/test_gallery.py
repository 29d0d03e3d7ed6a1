"""What somebody with a browser does in the demo, and what must come of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloud_storages.emulator import Emulator, Fault
from tests.browser.chromium import missing

if TYPE_CHECKING:
    from tests.browser.visitor import Visitor

pytestmark = pytest.mark.skipif(
    bool(missing()), reason=f"a browser needs what is not installed here: {missing()}"
)

PUBLIC, PRIVATE = "/photos/", "/private/"
#: Bytes a second: slow enough for a picture of some megabytes to arrive in steps.
SLOW = 8_000_000
ORIGINAL = 1600
LARGE = ".large img"


@pytest.fixture
def title() -> str:
    """A title that no other picture has."""
    return f"Holidays {uuid.uuid4().hex[:6]}"


def test_an_upload_shows_its_progress_until_the_end(
    visitor: Visitor, make_picture: Callable[..., Path], title: str
) -> None:
    visitor.choose(PUBLIC, make_picture(), title)
    shown = visitor.watch_progress()
    visitor.browser.set_network_conditions(
        offline=False, latency=0, download_throughput=SLOW, upload_throughput=SLOW
    )
    try:
        visitor.send_form(title)
    finally:
        visitor.browser.delete_network_conditions()
    steps = shown()
    assert steps == sorted(steps)
    assert steps[-1] == 1
    assert any(0 < step < 1 for step in steps)
    assert visitor.titles()[0] == title


def test_the_form_works_without_scripts(
    visitor: Visitor, make_picture: Callable[..., Path], title: str
) -> None:
    visitor.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        visitor.choose(PUBLIC, make_picture(), title)
        visitor.send_form(title)
        assert visitor.titles()[0] == title
    finally:
        visitor.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_picture_dropped_on_the_form_is_shown_there_and_named_after_its_file(
    visitor: Visitor, make_picture: Callable[..., Path]
) -> None:
    visitor.open(PUBLIC)
    if visitor.all("details.add:not([open])"):
        visitor.click("Add a picture")
    spot = visitor.first("#upload .drop").rect
    data = {"items": [], "files": [str(make_picture("by_the-sea.png"))], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        visitor.browser.execute_cdp_cmd(
            "Input.dispatchDragEvent",
            {"type": kind, "x": spot["x"] + 40, "y": spot["y"] + 40, "data": data},
        )
    visitor.wait(lambda: visitor.all("#upload .zone img"))
    assert visitor.first("#upload .zone").text == "by_the-sea.png"
    assert visitor.first("#upload input[name=title]").get_property("value") == "by the sea"


def test_what_is_no_picture_is_refused_on_the_form_and_the_title_stays(
    visitor: Visitor, tmp_path: Path, title: str
) -> None:
    notes = tmp_path / "notes.png"
    notes.write_text("no picture")
    visitor.choose(PUBLIC, notes, title)
    visitor.click("Upload")
    (error,) = visitor.wait(lambda: visitor.all("#upload [role=alert]"))
    assert "valid image" in error.text
    assert visitor.first("#upload input[name=title]").get_property("value") == title
    field = visitor.browser.switch_to.active_element
    assert field.get_attribute("name") == "picture"
    assert error.get_attribute("id") in field.get_attribute("aria-describedby").split()
    assert_browser_noted(visitor, 422)


def test_an_upload_that_appwrite_refuses_is_tried_again_without_choosing_anew(
    visitor: Visitor, make_picture: Callable[..., Path], title: str, appwrite: Emulator
) -> None:
    visitor.choose(PUBLIC, make_picture(), title)
    appwrite.inject(Fault(method="POST", status=400))
    visitor.click("Upload")
    (error,) = visitor.wait(lambda: visitor.all("#upload [role=alert]"))
    assert "nothing was saved" in error.text
    assert title not in visitor.titles()
    visitor.send_form(title)
    assert visitor.titles()[0] == title
    assert_browser_noted(visitor, 422)


@pytest.mark.parametrize("album", [PUBLIC, PRIVATE])
def test_an_album_shows_previews_and_the_page_of_a_picture_leads_to_its_original(
    visitor: Visitor, make_picture: Callable[..., Path], title: str, album: str
) -> None:
    visitor.upload(album, make_picture(), title)
    tile = visitor.seen(".grid img")
    assert visitor.width(tile) in {320, 640}
    visitor.follow_picture(title)
    assert 0 < visitor.width(visitor.seen(LARGE)) < ORIGINAL
    visitor.follow("Open the original")
    assert visitor.width(visitor.seen("img")) == ORIGINAL


def test_a_telephone_is_sent_smaller_pictures_and_no_page_wider_than_its_screen(
    visitor: Visitor, make_picture: Callable[..., Path], title: str
) -> None:
    visitor.upload(PUBLIC, make_picture(), title)
    phone = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True}
    visitor.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        visitor.open(PUBLIC)
        assert visitor.width(visitor.seen(".grid img")) == 320
        for page in (PUBLIC, visitor.first(".grid a").get_attribute("href")):
            visitor.open(page)
            root = visitor.first("html")
            assert visitor.property(root, "scrollWidth") == 320
    finally:
        visitor.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_whatever_a_page_offers_has_a_name_for_those_who_do_not_see_it(
    visitor: Visitor, make_picture: Callable[..., Path], title: str
) -> None:
    visitor.choose(PRIVATE, make_picture(), title)
    assert visitor.unnamed() == []
    visitor.send_form(title)
    assert visitor.unnamed() == []
    visitor.follow_picture(title)
    visitor.follow("Share for one minute")
    visitor.click("Delete")
    assert visitor.unnamed() == []
    visitor.follow("Replace")
    assert visitor.unnamed() == []


def test_a_private_picture_opens_with_its_token_and_not_without(
    visitor: Visitor, make_picture: Callable[..., Path], title: str
) -> None:
    visitor.upload(PRIVATE, make_picture(), title)
    visitor.follow_picture(title)
    address = original(visitor)
    visitor.open(address)
    assert visitor.width(visitor.seen("img")) == ORIGINAL
    bare, token, _ = address.partition("&token=")
    assert token
    assert_refused(visitor, bare)


def test_a_shared_link_opens_for_others_until_it_expires(
    visitor: Visitor, make_picture: Callable[..., Path], title: str, appwrite: Emulator
) -> None:
    visitor.upload(PRIVATE, make_picture(), title)
    visitor.follow_picture(title)
    visitor.follow("Share for one minute")
    link = visitor.first("#shared_link").get_property("value")
    assert link != original(visitor)
    visitor.open(link)
    assert visitor.width(visitor.seen("img")) == ORIGINAL
    with appwrite.ahead(61):
        # Another's browser, which has kept nothing.
        visitor.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        assert_refused(visitor, link)


@pytest.mark.parametrize(("album", "status"), [(PUBLIC, 404), (PRIVATE, 401)])
def test_a_deleted_picture_is_gone_from_the_page_and_from_its_address(
    visitor: Visitor, make_picture: Callable[..., Path], title: str, album: str, status: int
) -> None:
    visitor.upload(album, make_picture(), title)
    visitor.follow_picture(title)
    address = original(visitor)
    visitor.click("Delete")
    visitor.follow("Delete for good")
    visitor.wait(lambda: f"“{title}” was deleted." in visitor.notes())
    assert title not in visitor.titles()
    visitor.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    assert_refused(visitor, address, status)


def original(visitor: Visitor) -> str:
    """Return where the original is that a picture's page leads to."""
    return visitor.link("Open the original")


def assert_refused(visitor: Visitor, address: str, status: int = 401) -> None:
    """Assert that a browser gets Appwrite's refusal instead of a picture."""
    visitor.open(address)
    assert visitor.all("img") == []
    assert json.loads(visitor.first("body").text)["code"] == status
    assert_browser_noted(visitor, status)


def assert_browser_noted(visitor: Visitor, status: int) -> None:
    """Assert that nothing is on the console but the browser's own note of a refusal."""
    assert [each for each in visitor.complaints() if f"status of {status}" not in each] == []
