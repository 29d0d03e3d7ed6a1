"""The two albums, and how an address names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from gallery.forms import PhotoForm, PrivatePhotoForm
from gallery.models import Photo, PrivatePhoto

if TYPE_CHECKING:
    from django.core.files.storage import Storage
    from django.forms import ModelForm

    from gallery.models import Entry


@attrs.frozen
class Album:
    """
    Pictures that are shown together.

    Attributes:
        slug: what addresses call it.
        title: what people call it.
        about: a sentence for its page.
        model: its entries.
        form: for an entry, new or old.
        is_private: whether its files need a link that the site made.

    """

    slug: str
    title: str
    about: str
    model: type[Entry]
    form: type[ModelForm]
    is_private: bool = False

    @property
    def storage(self) -> Storage:
        """Where its pictures are."""
        return self.model._meta.get_field("picture").storage  # noqa: SLF001 - Django's way to ask


PHOTOS = Album(
    "photos",
    "Photos",
    "Everybody may see these. Their addresses are plain and cost the site no request.",
    Photo,
    PhotoForm,
)
PRIVATE = Album(
    "private",
    "Private album",
    "Appwrite shows these to nobody without a link that this site made, and such a link expires.",
    PrivatePhoto,
    PrivatePhotoForm,
    is_private=True,
)
ALBUMS = (PHOTOS, PRIVATE)


class AlbumConverter:
    """The part of an address that names an album."""

    regex = "|".join(album.slug for album in ALBUMS)

    def to_python(self, value: str) -> Album:
        """Return the album of a slug."""
        return next(album for album in ALBUMS if album.slug == value)

    def to_url(self, album: Album) -> str:
        """Return the slug of an album."""
        return album.slug
