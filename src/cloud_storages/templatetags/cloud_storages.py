"""
Pictures in templates, drawn by Appwrite at the sizes a page needs.

::

    {% load cloud_storages %}
    {% picture entry.photo widths="320,640,1280" sizes="(max-width: 600px) 100vw, 50vw" alt=entry %}
    <a href="{% preview_url entry.photo width=1920 output="webp" %}">

Each tag costs what ``storage.preview_url`` costs. A page of many private pictures should call
``storage.urls([entry.photo for entry in entries])`` in its view, so that all tokens are taken from
the cache, or made, at once.

An empty field renders nothing. A file on a storage of another kind has its own URL, whatever its
size. What no preview can have (too large, too small, no number) raises ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs
from django import template
from django.core.files.storage import default_storage
from django.utils.html import format_html, format_html_join

from cloud_storages.backends.base import CloudStorage
from cloud_storages.domain.showing import Preview

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

__all__ = ["picture", "preview_url", "register"]

register = template.Library()

#: A telephone, a tablet or a telephone with a fine screen, a desk.
_WIDTHS = (320, 640, 1280)
#: Wishes that ``picture`` takes; width and height are attributes of its element.
_WISHES = frozenset(attrs.fields_dict(Preview)) - {"width", "height"}
_RATIO = re.compile(r"\s*(\d+)\s*[:/]\s*(\d+)\s*")


@register.simple_tag
def preview_url(image: Any, *, expires: Any = None, **wishes: Any) -> str:
    """
    Return the address of a picture at a size.

    Args:
        image: value of an image field, or the name of a file on the default storage.
        expires: as for ``storage.url``; of no meaning for other kinds of storage.
        **wishes: as for ``storage.preview_url``.

    """
    Preview(**wishes)  # a mistake shows on every storage, the one of a developer too
    if not image:
        return ""
    storage = _storage(image)
    if isinstance(storage, CloudStorage):
        return storage.preview_url(image, expires=expires, **wishes)
    return str(storage.url(str(image)))


@register.simple_tag
def picture(  # the arguments are those of a tag
    image: Any,
    *,
    widths: str | Iterable[int] = _WIDTHS,
    ratio: str | None = None,
    alt: Any = "",
    expires: Any = None,
    **others: Any,
) -> SafeString | str:
    """
    Return one ``<img>`` whose browser chooses among several widths.

    Width and height are told, so that nothing moves when the picture arrives, where the field
    has ``width_field`` and ``height_field``, or a ratio is given; the file is not asked. Widths
    beyond the picture's own are left out then.

    Args:
        image: value of an image field, or the name of a file on the default storage.
        widths: in pixels, such as ``"320,640,1280"``.
        ratio: width to height, such as ``"16:9"``, to which the picture is cut.
        alt: what is read out to those who do not see the picture.
        expires: as for ``storage.url``; of no meaning for other kinds of storage.
        **others: ``quality``, ``output``, ``gravity`` and other wishes of ``storage.preview_url``;
            everything else is an attribute of the element: ``sizes``, ``class``, ``data_id`` for
            ``data-id``. One that is None or False is left out, such as ``loading=None``.

    """
    wishes = {name: others.pop(name) for name in _WISHES & others.keys()}
    cut = _ratio(ratio)
    chosen = _numbers(widths)
    for width in chosen:
        Preview(width=width, **wishes)
    if not image:
        return ""
    storage, own = _storage(image), _own_size(image)
    urls: dict[int, str] = {}
    if isinstance(storage, CloudStorage):
        fitting = _fitting(chosen, own[0]) if own else chosen
        urls = storage.preview_urls(image, fitting, ratio=cut, expires=expires, **wishes)
    attributes: dict[str, Any] = {"src": urls[max(urls)] if urls else _url(image, expires)}
    if urls:
        attributes["srcset"] = ", ".join(f"{url} {width}w" for width, url in urls.items())
    else:
        others.pop("sizes", None)
    shown = (max(urls), max(1, round(max(urls) / cut))) if urls and cut else own
    if shown:
        attributes["width"], attributes["height"] = shown
    return _element({**attributes, "alt": alt, "loading": "lazy", **others})


def _element(attributes: dict[str, Any]) -> SafeString:
    written = (
        (name.rstrip("_").replace("_", "-"), "" if value is True else value)
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return format_html("<img{}>", format_html_join("", ' {}="{}"', written))


def _storage(image: Any) -> Any:
    return getattr(image, "storage", default_storage)


def _url(image: Any, expires: Any) -> str:
    storage = _storage(image)
    told = {"expires": expires} if isinstance(storage, CloudStorage) else {}
    return str(storage.url(str(image), **told))


def _own_size(image: Any) -> tuple[int, int] | None:
    """Return width and height of a picture as its model has them; the file is not asked."""
    field = getattr(image, "field", None)
    names = (getattr(field, "width_field", None), getattr(field, "height_field", None))
    width, height = (getattr(image.instance, name, None) if name else None for name in names)
    return (width, height) if width and height else None


def _fitting(widths: list[int], own: int) -> list[int]:
    """Return the widths up to a picture's own, which stands for those beyond."""
    return sorted({min(width, own) for width in widths})


def _numbers(widths: str | Iterable[int]) -> list[int]:
    if not isinstance(widths, str):
        return sorted(widths)
    parts = [part.strip() for part in widths.split(",")]
    try:
        return sorted({int(part) for part in parts})
    except ValueError:
        raise ValueError(
            f"'widths' is {widths!r} instead of numbers of pixels, such as '320,640'."
        ) from None


def _ratio(ratio: str | None) -> float | None:
    if ratio is None:
        return None
    found = _RATIO.fullmatch(str(ratio))
    if found is None or not int(found[1]) or not int(found[2]):
        raise ValueError(f"'ratio' is {ratio!r} instead of width to height, such as '16:9'.")
    return int(found[1]) / int(found[2])
