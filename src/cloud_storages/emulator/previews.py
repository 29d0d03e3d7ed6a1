"""Previews of pictures, rendered by Pillow; for anything else, a placeholder."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from attrs import frozen

from cloud_storages.emulator import php
from cloud_storages.emulator.errors import refuse
from cloud_storages.emulator.filenames import extension

if TYPE_CHECKING:
    from PIL.Image import Image

    from cloud_storages.emulator.records import File
    from cloud_storages.emulator.store import Store

CACHED_BY = (
    "width",
    "height",
    "gravity",
    "quality",
    "borderWidth",
    "borderColor",
    "borderRadius",
    "opacity",
    "rotation",
    "background",
    "output",
)
INPUTS = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "heic", "webp", "gif"))
OUTPUTS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "avif": "image/avif",
    "gif": "image/gif",
}
LARGEST = 20_000_000
_KEPT = 32 * 1024 * 1024


@frozen
class Wishes:
    """What a preview should look like. Sizes are in pixels, `rotation` in degrees."""

    width: int = 0
    height: int = 0
    gravity: str = "center"
    quality: int = -1
    border_width: int = 0
    border_color: str = ""
    border_radius: int = 0
    opacity: float = 1
    rotation: int = 0
    background: str = ""
    output: str = ""


@frozen
class Picture:
    """A rendered preview."""

    mime_type: str
    content: bytes


class Cache:
    """The latest previews, up to 32 MiB of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], Picture] = OrderedDict()
        self._size = 0

    def get(self, key: tuple[int, str]) -> Picture | None:
        """Return the preview made for `key`, a file's row number and the wishes, or None."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: tuple[int, str], picture: Picture) -> None:
        """Keep a preview, dropping the oldest ones for it."""
        with self._lock:
            self._drop(key)
            self._kept[key] = picture
            self._size += len(picture.content)
            while self._size > _KEPT and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def forget(self, file: int) -> None:
        """Drop all previews of the file with that row number."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == file]:
                self._drop(key)

    def _drop(self, key: tuple[int, str]) -> None:
        old = self._kept.pop(key, None)
        self._size -= len(old.content) if old else 0


def wishes(values: dict[str, Any]) -> Wishes:
    """Return the wishes in checked parameters."""

    def whole(name: str) -> int:
        return int(php.number(values[name]) or 0)

    return Wishes(
        width=whole("width"),
        height=whole("height"),
        gravity=str(values["gravity"]).lower(),
        quality=whole("quality"),
        border_width=whole("borderWidth"),
        border_color=values["borderColor"],
        border_radius=whole("borderRadius"),
        opacity=float(php.number(values["opacity"]) or 0),
        rotation=whole("rotation"),
        background=values["background"],
        output=values["output"],
    )


def render(store: Store, file: File, wanted: Wishes) -> Picture:
    """
    Return the preview of `file`; raises Refusal if it is a picture that cannot be read.

    Pillow is imported here, so that an emulator without previews does not need it.
    """
    from PIL import Image  # noqa: PLC0415 - see the docstring

    is_picture = file.mime_type in INPUTS and file.size_actual <= LARGEST
    if not is_picture:
        image = Image.new("RGB", (256, 256), "#eceff1")
        return _drawn(image, "png", wanted)
    found = store.object_at(file.path)
    if found is None:
        raise refuse("storage_file_not_found")
    with store.open(found[0]) as content:
        try:
            image = Image.open(content)
            image.load()
        except (OSError, SyntaxError, ValueError) as error:
            raise refuse("storage_file_type_unsupported", str(error)) from error
    return _drawn(image, _own_output(file), wanted)


def _own_output(file: File) -> str:
    kind = extension(file.path).lower()
    if kind:
        return kind if kind in OUTPUTS else "jpg"
    return next((name for name, mime in OUTPUTS.items() if mime == file.mime_type), "jpg")


def _drawn(image: Image, own_output: str, wanted: Wishes) -> Picture:
    output = wanted.output or own_output
    image = _composed(image.convert("RGBA"), wanted)
    return Picture(OUTPUTS[output], _encoded(image, output, wanted.quality))


def _composed(image: Image, wanted: Wishes) -> Image:
    from PIL import Image as images  # noqa: N813, PLC0415 - a module named like its class
    from PIL import ImageDraw, ImageOps  # noqa: PLC0415 - see render

    image = _cropped(image, wanted)
    if wanted.opacity < 1:
        image.putalpha(image.getchannel("A").point(lambda alpha: int(alpha * wanted.opacity)))
    if wanted.border_width:
        color = f"#{wanted.border_color or '000000'}"
        image = ImageOps.expand(image, wanted.border_width, color)
    if wanted.border_radius:
        mask = images.new("L", image.size, 0)
        box = (0, 0, image.width - 1, image.height - 1)
        ImageDraw.Draw(mask).rounded_rectangle(box, wanted.border_radius, 255)
        image.putalpha(mask)
    if wanted.rotation % 360:
        # Imagick turns clockwise, Pillow the other way
        image = image.rotate(-wanted.rotation, expand=True)
    if wanted.background:
        ground = images.new("RGBA", image.size, f"#{wanted.background}")
        image = images.alpha_composite(ground, image)
    return image


def _cropped(image: Image, wanted: Wishes) -> Image:
    from PIL import ImageOps  # noqa: PLC0415 - see render

    if not wanted.width and not wanted.height:
        return image
    width = wanted.width or max(1, round(image.width * wanted.height / image.height))
    height = wanted.height or max(1, round(image.height * wanted.width / image.width))
    return ImageOps.fit(image, (width, height), centering=_centering(wanted.gravity))


def _centering(gravity: str) -> tuple[float, float]:
    words = gravity.split("-")
    across = 0.0 if "left" in words else 1.0 if "right" in words else 0.5
    down = 0.0 if "top" in words else 1.0 if "bottom" in words else 0.5
    return across, down


def _encoded(image: Image, output: str, quality: int) -> bytes:
    form = "jpeg" if output == "jpg" else output
    options: dict[str, Any] = {"quality": quality} if quality >= 0 and form != "png" else {}
    if form in ("jpeg", "gif"):
        image = image.convert("RGB")
    content = io.BytesIO()
    try:
        image.save(content, form, **options)
    except (KeyError, OSError, ValueError) as error:
        text = f"no encoder here for the format {output}"
        raise refuse("storage_file_type_unsupported", text) from error
    return content.getvalue()
