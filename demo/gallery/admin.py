"""The gallery in Django's admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html

from cloud_storages.domain.errors import CloudStorageError
from gallery.explain import explained
from gallery.models import Entry, Photo, PrivatePhoto


class EntryAdmin(admin.ModelAdmin):
    """Entries with their pictures, small."""

    list_display = ("thumbnail", "title", "size", "created")
    list_display_links = ("thumbnail", "title")
    list_filter = ("created",)
    search_fields = ("title", "picture")

    @admin.display(description="picture")
    def thumbnail(self, photo: Entry) -> str:
        """Return the picture, as large as a line of the list allows."""
        return format_html(
            '<img src="{}" alt="" width="72" height="54" loading="lazy"'
            ' style="object-fit: cover; border-radius: 4px">',
            photo.picture.storage.preview_url(photo.picture, width=144, height=108),
        )

    @admin.display(ordering="picture_size")
    def size(self, photo: Entry) -> str:
        """Return the size of the picture as people write it."""
        return filesizeformat(photo.picture_size)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say what the storage refused, on the form, instead of failing."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except CloudStorageError as error:
            self.message_user(request, explained(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(Photo)
class PhotoAdmin(EntryAdmin):
    """Entries that everybody may see."""

    list_display = ("thumbnail", "title", "size", "attachment", "created")


@admin.register(PrivatePhoto)
class PrivatePhotoAdmin(EntryAdmin):
    """Entries of the private album."""
