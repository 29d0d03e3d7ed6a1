from django.db import models


class Document(models.Model):
    """A model as sites have them: a file and a picture on the default storage."""

    file = models.FileField(upload_to="documents", blank=True)
    picture = models.ImageField(upload_to="pictures", blank=True)
    short = models.FileField(upload_to="short", max_length=30, blank=True)

    def __str__(self) -> str:
        return self.file.name


class Photo(models.Model):
    """A picture whose size is in the database."""

    picture = models.ImageField(
        upload_to="pictures", width_field="width", height_field="height", blank=True
    )
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return self.picture.name
