"""Landscapes; each painting is a function of the size alone."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from seeds.canvas import disc, glow, mixed, polygon, ridge, sky

if TYPE_CHECKING:
    from seeds.canvas import Size


def hills(size: Size) -> Image.Image:
    """Paint hills one behind the other, in the haze before sunrise."""
    width, height = size
    image = sky(size, "#3d4f7c", "#8f86a8", "#e9a98f", "#f7d9b0")
    glow(image, (width * 0.66, height * 0.5), height * 0.36, "#ffdca8", 0.9)
    disc(image, (width * 0.66, height * 0.5), height * 0.055, "#fff3da")
    chance = random.Random(11)  # noqa: S311 - a form, not a secret
    for layer in range(6):
        colour = mixed("#c99a96", "#1f2b3f", (layer / 5) ** 0.8)
        polygon(image, ridge(size, 0.52 + layer * 0.085, 0.075, chance), colour)
    return image


def lake(size: Size) -> Image.Image:
    """Paint a mountain and its reflection."""
    width, height = size
    half = height // 2
    upper = sky((width, half), "#5d9cc0", "#a8cfd8", "#f2ead3")
    chance = random.Random(3)  # noqa: S311 - a form, not a secret
    for layer, level in enumerate((0.66, 0.8, 0.93)):
        colour = mixed("#8fa9b8", "#2c4a4f", layer / 2)
        polygon(upper, ridge((width, half), level, 0.12, chance), colour)
        if layer == 0:
            _mountain(upper)
    image = Image.new("RGB", size)
    image.paste(upper, (0, 0))
    mirrored = Image.blend(
        upper.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        Image.new("RGB", upper.size, "#2a5a70"),
        0.33,
    )
    image.paste(mirrored, (0, half))
    draw = ImageDraw.Draw(image)
    for row in range(26):
        y = half + half * (row / 26) ** 1.6
        x, long = chance.uniform(0, width), width * chance.uniform(0.04, 0.22)
        draw.line((x, y, x + long, y), fill=mixed("#d7e6e6", "#4f7f92", row / 26), width=3)
    return image


def _mountain(image: Image.Image) -> None:
    width, height = image.size
    peak = (width * 0.52, height * 0.16)
    foot, other = (width * 0.14, height), (width * 0.92, height)
    polygon(image, (foot, peak, other), "#6f8797")
    polygon(image, ((width * 0.6, height), peak, other), "#566e80")
    snow = ((0.405, 0.42), (0.45, 0.38), (0.48, 0.46), (0.53, 0.4), (0.565, 0.47), (0.62, 0.395))
    polygon(image, (peak, *((width * x, height * y) for x, y in snow)), "#f7f7f2")


def moonlight(size: Size) -> Image.Image:
    """Paint the moon over a quiet sea."""
    width, height = size
    image = sky(size, "#0b1530", "#182a52", "#3b5580", "#6d86a5")
    chance = random.Random(5)  # noqa: S311 - a form, not a secret
    for _ in range(170):
        spot = (chance.uniform(0, width), chance.uniform(0, height * 0.45))
        disc(image, spot, chance.uniform(0.5, 1.9) * width / 1800, "#dfe8f7")
    moon = (width * 0.36, height * 0.27)
    glow(image, moon, height * 0.27, "#9db9e3", 0.75)
    disc(image, moon, height * 0.075, "#fdf8e7")
    horizon = int(height * 0.62)
    image.paste(sky((width, height - horizon), "#4a6688", "#1c3357", "#0b1a36"), (0, horizon))
    draw = ImageDraw.Draw(image)
    for row in range(44):
        depth = row / 44
        y = horizon + 6 + (height - horizon) * depth**1.25
        half = width * (0.02 + 0.1 * depth) * chance.uniform(0.35, 1)
        x = moon[0] + width * chance.uniform(-0.02, 0.02) * (1 + 2 * depth)
        thick = 2 + height * 0.0052 * depth
        colour = mixed("#f2efe0", "#5b7799", depth * 0.75)
        draw.rounded_rectangle((x - half, y, x + half, y + thick), thick / 2, fill=colour)
    return image


def dunes(size: Size) -> Image.Image:
    """Paint dunes in the afternoon, each with its light and its dark side."""
    width, height = size
    image = sky(size, "#7fb2c9", "#bcd7d8", "#f4e6cc")
    disc(image, (width * 0.2, height * 0.22), height * 0.06, "#fffaf0")
    for layer in range(4):
        base = 0.5 + layer * 0.15
        peak, slope = (0.72, 0.24, 0.62, 0.36)[layer], (0.1, 0.15, 0.16, 0.13)[layer]
        light, dark = mixed("#f3cf9b", "#d9914f", layer / 3), mixed("#d6a473", "#8a4b2c", layer / 3)
        crest = [
            (
                x,
                height * (base - slope * math.exp(-(((x / width - peak) / 0.3) ** 2)))
                + height * 0.02 * math.sin(x / width * 5 + layer),
            )
            for x in range(0, width + 8, 8)
        ]
        polygon(image, [*crest, (width, height), (0, height)], light)
        lee = [point for point in crest if point[0] >= width * peak]
        edge = [
            (
                width * (peak + 0.05 * math.sin(step / 3) - 0.2 * step / 12),
                lee[0][1] + (height - lee[0][1]) * step / 12,
            )
            for step in range(13)
        ]
        polygon(image, [*lee, (width, height), *reversed(edge)], dark)
    return image
