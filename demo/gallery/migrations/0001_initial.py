"""The table of entries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by ``makemigrations``; no storage is in it, so it fits whatever the settings name."""

    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                (
                    "picture",
                    models.ImageField(
                        height_field="picture_height",
                        max_length=255,
                        upload_to="pictures",
                        width_field="picture_width",
                    ),
                ),
                (
                    "picture_size",
                    models.PositiveBigIntegerField(
                        default=0, editable=False, verbose_name="size in bytes"
                    ),
                ),
                (
                    "picture_width",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="width"),
                ),
                (
                    "picture_height",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="height"),
                ),
                (
                    "attachment",
                    models.FileField(
                        blank=True,
                        help_text="Optional: whatever belongs to the picture.",
                        max_length=255,
                        upload_to="attachments",
                    ),
                ),
                ("attachment_size", models.PositiveBigIntegerField(default=0, editable=False)),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ("-created", "-pk")},
        ),
    )
