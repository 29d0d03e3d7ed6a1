"""
What pytest collects for ``--storage``: the tests of each alias, a class of its name.

The plugin says which aliases; without it there is nothing here.
"""

from __future__ import annotations

from cloud_storages.testing.djangostorage import aliases

globals().update(aliases.tests)
