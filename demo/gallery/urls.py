"""Addresses of the gallery."""

from django.urls import path

from gallery import views

urlpatterns = [
    path("", views.Gallery.as_view(), name="gallery"),
    path("photos/<int:pk>/", views.Edit.as_view(), name="edit"),
    path("photos/<int:pk>/delete/", views.Delete.as_view(), name="delete"),
]
