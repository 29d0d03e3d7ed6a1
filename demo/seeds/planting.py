"""Which paintings a new gallery begins with, and what they are called."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.utils.text import slugify
from gallery.models import Photo, PrivatePhoto

from seeds import landscapes, patterns, scenes

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    from seeds.canvas import Size

    Painting = tuple[str, Callable[[Size], Image], Size]

#: Newest first, as the page has them; sizes in pixels.
_PHOTOS: tuple[Painting, ...] = (
    ("Hills before sunrise", landscapes.hills, (1800, 1200)),
    ("Mountain lake", landscapes.lake, (1800, 1350)),
    ("Quarter circles", patterns.quarters, (1600, 1200)),
    ("Moon over a quiet sea", landscapes.moonlight, (1800, 1200)),
    ("Flower of many petals", patterns.blossom, (1400, 1400)),
    ("Dunes in the afternoon", landscapes.dunes, (1800, 1200)),
    ("Town at dusk", scenes.town, (1800, 1350)),
    ("Paper rainbow", patterns.rainbow, (1600, 1200)),
)
_PRIVATE: tuple[Painting, ...] = (
    ("First night in the tent", scenes.tent, (1800, 1200)),
    ("All candles lit", scenes.cake, (1600, 1200)),
    ("Our two boats", scenes.boats, (1800, 1350)),
)
#: Paintings are drawn so many times larger, and then reduced, which makes their edges smooth.
_FINE = 2


def plant() -> None:
    """
    Put the paintings into the two albums.

    Raises:
        CloudStorageError: one could not be stored.

    """
    for model, chosen in ((Photo, _PHOTOS), (PrivatePhoto, _PRIVATE)):
        for title, paint, size in reversed(chosen):
            picture = ContentFile(painted(paint, size), name=f"{slugify(title)}.jpg")
            model(title=title, picture=picture).save()


def painted(paint: Callable[[Size], Image], size: Size) -> bytes:
    """Return a painting as a JPEG of this size in pixels."""
    width, height = size
    file = io.BytesIO()
    canvas = paint((width * _FINE, height * _FINE)).reduce(_FINE)
    canvas.save(file, "JPEG", quality=88, optimize=True, progressive=True)
    return file.getvalue()
