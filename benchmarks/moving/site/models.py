"""What the site keeps."""

from django.db import models


class Upload(models.Model):
    """A file that somebody uploaded."""

    file = models.FileField(max_length=200)

    def __str__(self) -> str:
        """Return the name of the file."""
        return str(self.file.name)
