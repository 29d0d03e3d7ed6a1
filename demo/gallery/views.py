"""The gallery's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, UpdateView

from cloud_storages.domain.errors import CloudStorageError
from gallery.explain import explained
from gallery.forms import PhotoForm
from gallery.models import Photo

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

#: As many as a page should load; older entries are in the admin.
_SHOWN = 60


class _StoresFiles:
    """Saves a form, says how that went, and shows a refusal of the storage on the form."""

    request: HttpRequest
    object: Photo
    success_url = reverse_lazy("gallery")
    done = ""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Save; a storage that refuses or is down leaves the visitor on the form."""
        try:
            response = super().form_valid(form)
        except CloudStorageError as error:
            form.add_error(None, explained(error))
            return self.form_invalid(form)
        messages.success(self.request, self.done.format(self.object.title))
        if self.object.left_behind:
            names = ", ".join(self.object.left_behind)
            warning = f"These files could not be removed from Appwrite: {names}"
            messages.warning(self.request, warning)
        return response


class Gallery(_StoresFiles, CreateView):
    """All entries, newest first, and the form for a new one."""

    model = Photo
    form_class = PhotoForm
    template_name = "gallery/gallery.html"
    done = "“{}” was uploaded."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the entries; showing them makes no request to the storage."""
        return super().get_context_data(photos=Photo.objects.all()[:_SHOWN], **kwargs)


class Edit(_StoresFiles, UpdateView):
    """Another title, another picture, another attachment."""

    model = Photo
    form_class = PhotoForm
    template_name = "gallery/edit.html"
    done = "“{}” was changed."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the entry as it is stored: the form's own may hold a refused upload."""
        return super().get_context_data(stored=Photo.objects.get(pk=self.object.pk), **kwargs)


class Delete(_StoresFiles, DeleteView):
    """Deletes an entry and its files; the page asks before, so there is no page of its own."""

    model = Photo
    http_method_names = ("post",)
    done = "“{}” was deleted."
