"""Addresses of the gallery."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from gallery import views
from gallery.albums import AlbumConverter

register_converter(AlbumConverter, "album")

urlpatterns = [
    path("", RedirectView.as_view(url="/photos/")),
    path("<album:album>/", views.Gallery.as_view(), name="gallery"),
    path("<album:album>/<int:pk>/", views.Detail.as_view(), name="detail"),
    path("<album:album>/<int:pk>/edit/", views.Edit.as_view(), name="edit"),
    path("<album:album>/<int:pk>/delete/", views.Delete.as_view(), name="delete"),
    path("<album:album>/<int:pk>/share/", views.Share.as_view(), name="share"),
]
