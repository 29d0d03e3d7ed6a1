"""How Sphinx builds the documentation: ``make docs``."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.conf import settings

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "_extensions"))

# The reference is read from the code, some of which is a Django application's.
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "cloud_storages"],
    STORAGES={"default": {"BACKEND": "cloud_storages.backends.memory.InMemoryStorage"}},
    USE_TZ=True,
)
django.setup()

from cloud_storages import __version__  # noqa: E402 - Django must be set up before

project = "django-cloud-storages"
release = version = __version__
copyright = "the authors of django-cloud-storages"
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "generated"]
exclude_patterns = ["_build", "_extensions"]
html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_show_sourcelink = False
templates_path: list[str] = []

myst_enable_extensions = ["tasklist"]
# Links such as other-page.md#a-heading, as they work on GitHub.
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
