"""The gallery's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import CreateView, DeleteView, DetailView, UpdateView
from django.views.generic.detail import SingleObjectMixin

from cloud_storages.domain.errors import CloudStorageError
from gallery.albums import ALBUMS, Album
from gallery.explain import explained
from gallery.facts import kept

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import BaseForm, ModelForm
    from django.http import HttpRequest, HttpResponse

    from gallery.models import Entry

#: As many as a page should load; older entries are in the admin.
_SHOWN = 60
_MINUTE = 60
_UNPROCESSABLE, _UNAVAILABLE = 422, 503


class _InAlbum(SingleObjectMixin):
    """Shows or changes an entry of the album that the address names."""

    request: HttpRequest
    kwargs: dict[str, Any]
    object: Entry
    context_object_name = "photo"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, and say why where the links to an album's pictures cannot be had."""
        try:
            # Rendered here: the page's own tags are what asks for the links.
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response
        except CloudStorageError as error:
            told = {"album": self.album, "albums": ALBUMS, "error": error}
            return render(request, "gallery/unavailable.html", told, status=_UNAVAILABLE)

    @property
    def album(self) -> Album:
        """The album of the address."""
        return self.kwargs["album"]

    def get_queryset(self) -> QuerySet[Entry]:
        """Return the album's entries, newest first."""
        return self.album.model.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the head of every page shows."""
        return super().get_context_data(album=self.album, albums=ALBUMS, **kwargs)


class _StoresFiles(_InAlbum):
    """Saves a form, says how that went, and shows a refusal of the storage on the form."""

    done = ""

    def get_form_class(self) -> type[ModelForm]:
        """Return the album's form."""
        return self.album.form

    def get_success_url(self) -> str:
        """Go on to the album."""
        return reverse("gallery", args=[self.album])

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
        if self.request.headers.get("X-Requested-With") == "XMLHttpRequest":
            # The script goes there itself: what it would follow here, visitors would not see.
            return JsonResponse({"next": response.url})
        return response

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Show the form again, with a status that tells a script so."""
        return self.render_to_response(self.get_context_data(form=form), status=_UNPROCESSABLE)


class Gallery(_StoresFiles, CreateView):
    """All entries of an album, newest first, and the form for a new one."""

    template_name = "gallery/gallery.html"
    done = "“{}” was uploaded."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the entries, with the tokens of private ones made at once; public ones need none."""
        photos = list(self.get_queryset()[:_SHOWN])
        self.album.storage.urls([photo.picture for photo in photos])
        return super().get_context_data(photos=photos, **kwargs)


class Detail(_InAlbum, DetailView):
    """One picture, large, with what is known of it."""

    template_name = "gallery/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the file lives, and its neighbours."""
        others = self.get_queryset()
        return super().get_context_data(
            kept=kept(self.object.picture),
            newer=others.filter(pk__gt=self.object.pk).last(),
            older=others.filter(pk__lt=self.object.pk).first(),
            share_seconds=settings.SHARE_SECONDS,
            share_label="one minute" if settings.SHARE_SECONDS == _MINUTE else "a short while",
            **kwargs,
        )


class Share(Detail):
    """The same page with a link for others, which opens the original for a short while."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a link; POST, since every one is a token more on the server."""
        if not self.album.is_private:
            raise Http404("Everybody may see this picture anyway.")
        return self.get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the link, or why there is none."""
        picture = self.get_object().picture
        try:
            # A moment, not a duration: this link is nobody else's, and ends when it says.
            end = timezone.now() + timedelta(seconds=settings.SHARE_SECONDS)
            link = picture.storage.url(picture.name, expires=end)
        except CloudStorageError as error:
            return super().get_context_data(refused=explained(error), **kwargs)
        return super().get_context_data(link=link, **kwargs)


class Edit(_StoresFiles, UpdateView):
    """Another title, another picture, another attachment."""

    template_name = "gallery/edit.html"
    done = "“{}” was changed."

    def get_success_url(self) -> str:
        """Go back to the picture."""
        return reverse("detail", args=[self.album, self.object.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the entry as it is stored: the form's own may hold a refused upload."""
        stored = self.get_queryset().get(pk=self.object.pk)
        return super().get_context_data(stored=stored, **kwargs)


class Delete(_StoresFiles, DeleteView):
    """Deletes an entry and its files; the page asks before, so there is no page of its own."""

    http_method_names = ("post",)
    done = "“{}” was deleted."

    def get_form_class(self) -> type[BaseForm]:
        """Return the empty form that Django's own view confirms with."""
        return self.form_class
