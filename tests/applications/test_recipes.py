"""The page itself: nothing in it is left untried, and it says what it was tried with."""

from __future__ import annotations

import re
from importlib.metadata import version

from tests.applications import recipes

#: What settings.py, conftest.py, the tests and the package `home` make a site of.
TRIED = {
    "settings.py",
    "settings.py, where rows share files",
    "urls.py",
    "home/models.py",
    "home/storages.py",
    "home/views.py",
    "home/gallery.html",
    "home/previews.html",
    "home/pictures.html",
    "home/portraits.html",
}
NAMES = {"Django REST framework": "djangorestframework"}


def test_every_block_is_part_of_the_site_that_is_tested():
    assert {file for file, _ in recipes.files()} == TRIED


def test_the_versions_it_names_are_those_it_is_tried_with():
    told = re.findall(r"^\| \[([^]]+)]\S+ (\d+\.\d+) \|", recipes.PAGE.read_text(), re.MULTILINE)

    assert len(told) == 5
    assert told == [
        (name, ".".join(version(NAMES.get(name, name)).split(".")[:2])) for name, _ in told
    ]
