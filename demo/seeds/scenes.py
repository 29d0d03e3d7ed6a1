"""Things people take pictures of; each painting is a function of the size alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PIL import ImageDraw

from seeds.canvas import disc, glow, mixed, polygon, ridge, sky

if TYPE_CHECKING:
    from PIL import Image

    from seeds.canvas import Colour, Point, Size


def town(size: Size) -> Image.Image:
    """Paint a town at dusk, with light in some windows."""
    width, height = size
    image = sky(size, "#232d52", "#5b4a7a", "#c9737f", "#f5b98a")
    chance = random.Random(42)  # noqa: S311 - a form, not a secret
    draw = ImageDraw.Draw(image)
    for layer in range(3):
        colour = mixed("#6d567f", "#141a30", layer / 2)
        left = -width * 0.02
        while left < width:
            broad = width * chance.uniform(0.045, 0.085)
            top = height * (0.42 + layer * 0.14 + chance.uniform(0, 0.17))
            draw.rectangle((left, top, left + broad, height), fill=colour)
            if chance.random() < 0.45:
                gable = ((left, top), (left + broad / 2, top - broad * 0.45), (left + broad, top))
                polygon(image, gable, colour)
            if layer:
                _light(draw, (left, top, left + broad, height), chance)
            left += broad
    return image


def _light(
    draw: ImageDraw.ImageDraw, house: tuple[float, float, float, float], chance: random.Random
) -> None:
    left, top, right, bottom = house
    pane = (right - left) / 7
    for row in range(int((bottom - top) / pane / 2.2)):
        for column in range(3):
            if chance.random() < 0.34:
                x, y = left + pane * (1 + 2 * column), top + pane * (1.2 + 2.2 * row)
                shade = mixed("#ffd98a", "#f3a65a", chance.random())
                draw.rectangle((x, y, x + pane, y + pane * 1.25), fill=shade)


def boats(size: Size) -> Image.Image:
    """Paint two boats on a calm day."""
    width, height = size
    image = sky(size, "#9fc9d6", "#d8e8e2", "#f7ecd6")
    disc(image, (width * 0.76, height * 0.24), height * 0.07, "#fff7e2")
    sea = int(height * 0.58)
    image.paste(sky((width, height - sea), "#7fb3b5", "#3f8791", "#2a6573"), (0, sea))
    draw = ImageDraw.Draw(image, "RGBA")
    chance = random.Random(8)  # noqa: S311 - a form, not a secret
    for row in range(60):
        y = sea + (height - sea) * (row / 60) ** 1.5
        x, long = chance.uniform(-0.05, 1) * width, width * (0.02 + 0.07 * row / 60)
        draw.line((x, y, x + long, y), fill="#ffffff3c", width=4)
    _boat(image, (width * 0.34, height * 0.7), height * 0.4, "#c94f4a")
    _boat(image, (width * 0.68, height * 0.63), height * 0.22, "#e3a94f")
    return image


def _boat(image: Image.Image, foot: Point, tall: float, colour: str) -> None:
    x, y = foot
    hull = [(-0.36, -0.02), (0.42, -0.02), (0.3, 0.1), (-0.26, 0.1)]
    main = [(0.03, -1.0), (0.03, -0.1), (0.36, -0.1)]
    jib = [(-0.02, -0.86), (-0.02, -0.1), (-0.3, -0.1)]
    for form, paint in ((hull, "#3b3a3f"), (main, colour), (jib, "#f8f3e8")):
        polygon(image, [(x + tall * dx, y + tall * dy) for dx, dy in form], paint)


def cake(size: Size) -> Image.Image:
    """Paint a cake with all its candles lit."""
    width, height = size
    image = sky(size, "#3a2740", "#5c3350", "#7c4155")
    unit, middle = min(width, height), width / 2
    glow(image, (middle, height * 0.44), unit * 0.34, "#ffb56b", 0.85)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.84, width, height), fill="#2c1c2d")
    disc_box = (middle - unit * 0.42, height * 0.81, middle + unit * 0.42, height * 0.87)
    draw.ellipse(disc_box, fill="#efe4d8")
    for number, (broad, top, colour) in enumerate(_TIERS):
        half, bottom = unit * broad, height * (0.845 - number * 0.15)
        box = (middle - half, height * top, middle + half, bottom)
        draw.rounded_rectangle(box, unit * 0.025, fill=colour)
        for drop in range(9):
            x = middle - half + half * 2 * (drop + 0.5) / 9
            long = unit * (0.04, 0.07, 0.05)[drop % 3]
            icing = (x - half / 9, height * top, x + half / 9, height * top + long)
            draw.rounded_rectangle(icing, half / 9, fill="#fbf3ea")
    for candle in range(5):
        x, top = middle + unit * 0.085 * (candle - 2), height * 0.43
        draw.rectangle((x - unit * 0.009, top, x + unit * 0.009, height * 0.55), fill="#f2c6a4")
        flame = (x - unit * 0.014, top - unit * 0.06, x + unit * 0.014, top - unit * 0.008)
        draw.ellipse(flame, fill="#ffe9a8")
    return image


#: Half its breadth, its top, and its colour, of each tier of the cake.
_TIERS = ((0.34, 0.68, "#d98c86"), (0.25, 0.54, "#e9a79b"))


def tent(size: Size) -> Image.Image:
    """Paint a tent with a lamp inside, under the stars."""
    width, height = size
    image = sky(size, "#0c1430", "#1f2c56", "#46507c")
    chance = random.Random(77)  # noqa: S311 - a form, not a secret
    for _ in range(220):
        spot = (chance.uniform(0, width), chance.uniform(0, height * 0.62))
        disc(image, spot, chance.uniform(0.6, 2.4) * width / 1800, "#e9eefb")
    for layer, level in enumerate((0.62, 0.72)):
        colour = mixed("#2c3a5c", "#172138", layer)
        for _ in range(26):
            _fir(image, (chance.uniform(0, width), height * (level + 0.12)), chance, colour)
        polygon(
            image,
            [
                (0, height * (level + 0.1)),
                (width, height * (level + 0.1)),
                (width, height),
                (0, height),
            ],
            colour,
        )
    polygon(image, ridge(size, 0.85, 0.02, chance), "#0f1626")
    unit, x, y = min(width, height), width * 0.5, height * 0.87
    glow(image, (x, y - unit * 0.12), unit * 0.34, "#ffb765", 0.75)
    left, top, right = (x - unit * 0.3, y), (x, y - unit * 0.32), (x + unit * 0.3, y)
    polygon(image, (left, top, right), "#e8994f")
    polygon(image, ((x + unit * 0.04, y), top, right), "#c9743a")
    polygon(image, ((x - unit * 0.13, y), (x - unit * 0.02, y - unit * 0.24), (x, y)), "#ffe6a6")
    return image


def _fir(image: Image.Image, foot: Point, chance: random.Random, colour: Colour) -> None:
    x, y = foot
    tall = image.height * chance.uniform(0.14, 0.3)
    for part in range(3):
        broad, top = tall * (0.12 + 0.07 * part), y - tall * (1 - part * 0.24)
        polygon(
            image,
            ((x - broad, top + tall * 0.42), (x, top), (x + broad, top + tall * 0.42)),
            colour,
        )
