"""Patterns and paper; each painting is a function of the size alone."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from seeds.canvas import disc, sky

if TYPE_CHECKING:
    from seeds.canvas import Point, Size


def quarters(size: Size) -> Image.Image:
    """Paint a pattern of quarter circles on squares."""
    width, height = size
    palette = ("#f1e4cf", "#e4b363", "#e0674c", "#2f4858", "#3f8f8b", "#f6f2ea")
    image = Image.new("RGB", size, palette[0])
    draw = ImageDraw.Draw(image)
    chance = random.Random(23)  # noqa: S311 - a form, not a secret
    side = math.gcd(width, height)
    while side > width / 7:
        side //= 2
    for left in range(0, width, side):
        for top in range(0, height, side):
            ground, first, second = chance.sample(palette, 3)
            draw.rectangle((left, top, left + side, top + side), fill=ground)
            corner = chance.randrange(4)
            x, y = left + side * (corner in (1, 2)), top + side * (corner in (2, 3))
            tile = Image.new("RGB", (side, side), ground)
            disc(tile, (x - left, y - top), side, first)
            disc(tile, (x - left, y - top), side * 0.5, second)
            image.paste(tile, (left, top))
    return image


def blossom(size: Size) -> Image.Image:
    """Paint a flower of translucent petals."""
    width, height = size
    image = sky(size, "#f8efe9", "#f3dcd6")
    draw = ImageDraw.Draw(image, "RGBA")
    reach = min(width, height) * 0.43
    for ring, (colour, share) in enumerate(_PETALS):
        for petal in range(14):
            turn = math.tau * petal / 14 + ring * 0.23
            outline = _petal((width / 2, height / 2), reach * share, turn)
            draw.polygon(outline, fill=f"{colour}56")
    disc(image, (width / 2, height / 2), reach * 0.1, "#7a3b45")
    return image


_PETALS = (("#d66d75", 1.0), ("#e29578", 0.74), ("#ffcf99", 0.47))


def _petal(root: Point, length: float, turn: float) -> list[Point]:
    """Return the outline of an ellipse that begins at a point and leans in some direction."""
    points = []
    for step in range(90):
        angle = math.tau * step / 90
        along, across = length * (1 + math.cos(angle)) / 2, length * 0.24 * math.sin(angle)
        x = along * math.cos(turn) - across * math.sin(turn)
        y = along * math.sin(turn) + across * math.cos(turn)
        points.append((root[0] + x, root[1] + y))
    return points


def rainbow(size: Size) -> Image.Image:
    """Paint bows of cut paper, each with its shadow."""
    width, height = size
    image = Image.new("RGB", size, "#f4ede1")
    shadow = ImageDraw.Draw(image, "RGBA")
    x, y = width / 2, height * 0.86
    for number, colour in enumerate(_BOWS):
        radius = min(width, height) * (0.66 - number * 0.085)
        for step in range(8, 0, -1):
            reach = radius + step * 1.6
            box = (x - reach, y - reach + step, x + reach, y + reach + step)
            shadow.ellipse(box, fill="#2a211809")
        disc(image, (x, y), radius, colour)
    shadow.rectangle((0, y, width, height), fill="#e9decb")
    return image


_BOWS = ("#355070", "#6d597a", "#b56576", "#e56b6f", "#eaac8b", "#f4d8b6", "#f4ede1")
