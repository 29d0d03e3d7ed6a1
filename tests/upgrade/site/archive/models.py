from django.db import models


class Entry(models.Model):
    """A row of a site: one of its files, or several."""

    root = models.FileField(blank=True)
    document = models.FileField(upload_to="documents", blank=True)
    capital = models.FileField(upload_to="Documents", blank=True)
    picture = models.ImageField(upload_to="Pictures", blank=True)
    dated = models.FileField(upload_to="reports/2025/05/31", blank=True)
    nested = models.FileField(upload_to="assets/statics/media", blank=True)
    customer = models.FileField(upload_to="a_very_long_directory_name_for_customers", blank=True)

    class Meta:
        app_label = "archive"

    def __str__(self):
        return f"entry {self.pk}"
