"""
Opens every file of the site: ``python visit.py`` prints what is in it.

Writes a JSON list of objects with ``field``, ``pk``, ``name``, ``url`` and ``sha256``, or ``error``
for a file that does not open.
"""

import hashlib
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from archive.models import Entry  # noqa: E402 - Django must be set up before
from django.db.models import FileField  # noqa: E402

fields = [field.name for field in Entry._meta.fields if isinstance(field, FileField)]
seen = []
for entry in Entry.objects.order_by("pk"):
    for field in fields:
        file = getattr(entry, field)
        if not file:
            continue
        told = {"field": field, "pk": entry.pk, "name": file.name, "url": file.url}
        try:
            with file.open("rb") as opened:
                told["sha256"] = hashlib.sha256(opened.read()).hexdigest()
        except Exception as error:  # noqa: BLE001 - 1.2.5 raises anything
            told["error"] = f"{type(error).__name__}: {error}"
        seen.append(told)
json.dump(seen, sys.__stdout__)
