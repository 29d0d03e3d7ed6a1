"""The application, and its one signal."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class GalleryConfig(AppConfig):
    """Sees to it that files go when their entry goes, whoever deletes it."""

    name = "gallery"

    def ready(self) -> None:
        """Listen to deletions, of which the admin makes some without calling ``delete``."""
        from gallery.models import (  # noqa: PLC0415 - needs the loaded apps
            Photo,
            PrivatePhoto,
            remove_files,
        )

        for model in (Photo, PrivatePhoto):
            post_delete.connect(remove_files, sender=model)
