"""
``python -m tests.browser.screenshots``: take the pictures of the demo that the docs show.

They are written to ``docs/images/``. Exit status 2 where no browser is installed.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from PIL import Image, ImageOps

from tests.browser.chromium import DESK, missing, opened
from tests.demo import ROOT, serving

if TYPE_CHECKING:
    from tests.browser.visitor import Visitor

IMAGES = ROOT / "docs" / "images"
_PHONE = (390, 780)
_LIGHT, _DARK = "light", "dark"
#: Bytes that a picture in the docs may have.
_LARGEST = 300_000
#: Colours of one that would have more: enough for gradients, as they are dithered.
_COLOURS = 256
#: Bytes a second that a picture of some megabytes takes long enough to be seen on its way.
_SLOW = 1_000_000


def look(_visitor: Visitor) -> None:
    """Do nothing."""


def enter(title: str) -> Callable[[Visitor], None]:
    """Return what goes to the page of a picture."""
    return lambda visitor: visitor.follow_picture(title)


def share(visitor: Visitor) -> None:
    """Make a link to a private picture."""
    visitor.follow_picture("First night in the tent")
    visitor.follow("Share for one minute")


def upload(visitor: Visitor) -> None:
    """Upload a picture, and stop in the middle."""
    with tempfile.TemporaryDirectory() as folder:
        evening = ImageOps.colorize(Image.linear_gradient("L"), "#27406b", "#f3b27a", "#c9788b")
        # No compression: it shall take its time.
        evening.resize((1200, 900)).save(Path(folder) / "evening-by-the-sea.bmp")
        visitor.choose("/photos/", Path(folder) / "evening-by-the-sea.bmp", "Evening by the sea")
        visitor.browser.set_network_conditions(
            offline=False, latency=0, download_throughput=_SLOW, upload_throughput=_SLOW
        )
        visitor.click("Upload")
        bar = visitor.first("#upload progress")
        visitor.wait(lambda: visitor.property(bar, "value") > 0.5)


@attrs.frozen
class Shot:
    """
    A picture to take.

    Attributes:
        name: of its file.
        page: where to begin.
        act: what to do there.
        scheme: the colours somebody prefers, light or dark.
        size: width and height of the window in pixels.

    """

    name: str
    page: str = "/photos/"
    act: Callable[[Visitor], None] = look
    scheme: str = _LIGHT
    size: tuple[int, int] = DESK


SHOTS = (
    Shot("gallery-light"),
    Shot("gallery-dark", scheme=_DARK),
    Shot("gallery-phone", size=_PHONE),
    Shot("upload", act=upload),
    Shot("detail", act=enter("Mountain lake")),
    Shot("private-album", "/private/", scheme=_DARK, size=(1280, 640)),
    Shot("private-shared", "/private/", act=share, scheme=_DARK),
)


def main() -> int:
    """Take all pictures; return the exit status."""
    if missing():
        sys.stderr.write(f"screenshots: error: not installed: {missing()}\n")
        return 2
    from tests.browser.visitor import Visitor

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serving(Path(data)) as (site, _):
        for shot in SHOTS:
            with opened() as browser:
                taken = take(Visitor(browser, site), shot)
            file = IMAGES / f"{shot.name}.png"
            file.write_bytes(small(taken))
            sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB\n")
    return 0


def take(visitor: Visitor, shot: Shot) -> Image.Image:
    """Return one picture."""
    dress(visitor, shot)
    visitor.open(shot.page)
    shot.act(visitor)
    settle(visitor)
    return Image.open(io.BytesIO(visitor.browser.get_screenshot_as_png())).convert("RGB")


def small(taken: Image.Image) -> bytes:
    """Return a picture as a PNG, with fewer colours where it would be too large."""
    whole = written(taken)
    if len(whole) < _LARGEST:
        return whole
    palette = taken.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1)
    return written(taken.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG))


def written(picture: Image.Image) -> bytes:
    """Return a picture as a PNG with all its colours."""
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def dress(visitor: Visitor, shot: Shot) -> None:
    """Give the window its size and its colours."""
    width, height = shot.size
    is_phone = shot.size == _PHONE
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone}
    scheme = [{"name": "prefers-color-scheme", "value": shot.scheme}]
    visitor.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    visitor.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})


def settle(visitor: Visitor) -> None:
    """Wait until every picture in the window is there."""
    visitor.wait(
        lambda: visitor.browser.execute_script(
            "return [...document.images].every((image) => image.complete"
            " || image.getBoundingClientRect().top > innerHeight)"
        )
    )
    visitor.browser.execute_script("document.activeElement.blur(); scrollTo(0, 0)")


if __name__ == "__main__":
    sys.exit(main())
