"""The table of the private album."""

from django.db import migrations, models

import gallery.storages


class Migration(migrations.Migration):
    """Names the function that returns the storage, so that no option of it is in here."""

    dependencies = (("gallery", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            name="PrivatePhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120)),
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
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "picture",
                    models.ImageField(
                        height_field="picture_height",
                        max_length=255,
                        storage=gallery.storages.private,
                        upload_to="album",
                        width_field="picture_width",
                    ),
                ),
            ],
            options={"ordering": ("-created", "-pk"), "abstract": False},
        ),
    )
