"""
Saves files as a site does: ``python fill.py < uploads`` prints where they went.

Reads a JSON list of objects with ``field``, ``filename`` and ``content`` (base64), and writes one
of objects with ``pk`` and ``name``.
"""

import base64
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from archive.models import Entry  # noqa: E402 - Django must be set up before
from django.core.files.base import ContentFile  # noqa: E402

saved = []
for upload in json.load(sys.stdin):
    entry = Entry.objects.create()
    content = ContentFile(base64.b64decode(upload["content"]), name=upload["filename"])
    getattr(entry, upload["field"]).save(upload["filename"], content)
    saved.append({"pk": entry.pk, "name": getattr(entry, upload["field"]).name})
json.dump(saved, sys.__stdout__)
