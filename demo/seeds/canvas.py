"""What every painting is made of: colours, skies, soft lights, ridges."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

Size = tuple[int, int]
Point = tuple[float, float]
Colour = tuple[int, int, int]


def mixed(one: str, other: str, share: float) -> Colour:
    """Return a colour between two; share 0 is the one, 1 the other."""
    ends = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    red, green, blue = (round(a + (b - a) * share) for a, b in ends)
    return red, green, blue


def sky(size: Size, *colours: str) -> Image.Image:
    """Return a canvas that goes through colours from top to bottom."""
    height = size[1]
    strip = Image.new("RGB", (1, height))
    steps = len(colours) - 1
    for y in range(height):
        step, share = divmod(y / height * steps, 1)
        strip.putpixel((0, y), mixed(colours[int(step)], colours[int(step) + 1], share))
    return strip.resize(size)


def glow(image: Image.Image, centre: Point, radius: float, colour: str, strength: float) -> None:
    """Lighten a canvas around a point; strength is 0 to 1 of the colour in the middle."""
    small = (max(1, image.width // 16), max(1, image.height // 16))
    light = Image.new("L", small)
    disc(light, (centre[0] / 16, centre[1] / 16), radius / 16, round(255 * strength))
    light = light.filter(ImageFilter.GaussianBlur(radius / 26)).resize(image.size)
    solid = Image.new("RGB", image.size, colour)
    image.paste(Image.composite(ImageChops.screen(image, solid), image, light))


def disc(image: Image.Image, centre: Point, radius: float, colour: str | int | Colour) -> None:
    """Draw a filled circle."""
    x, y = centre
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(image).ellipse(box, fill=colour)


def ridge(size: Size, level: float, roughness: float, chance: random.Random) -> list[Point]:
    """
    Return the outline of a hill that fills a canvas below it.

    Args:
        size: of the canvas.
        level: where it is on average, 0 for the top to 1 for the bottom of the canvas.
        roughness: how far it leaves that level, in the same measure.
        chance: decides on its form.

    """
    width, height = size
    waves = [
        (chance.uniform(0.5, 1.1) * 2**n, chance.uniform(0, math.tau), 0.5**n) for n in range(4)
    ]

    def at(x: float) -> float:
        swing = sum(part * math.sin(x * speed * math.tau + phase) for speed, phase, part in waves)
        return height * (level + roughness * swing / 2)

    outline = [(x, at(x / width)) for x in range(0, width + 8, 8)]
    return [*outline, (width, height), (0, height)]


def polygon(image: Image.Image, points: Sequence[Point], colour: str | Colour) -> None:
    """Draw a filled polygon."""
    ImageDraw.Draw(image).polygon(list(points), fill=colour)
