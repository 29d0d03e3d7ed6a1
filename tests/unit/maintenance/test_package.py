"""The functions of maintenance are to be had from one place, which costs nothing to import."""

import pytest

from cloud_storages import maintenance
from tests.unit.django.sites_of_their_own import output_of


@pytest.mark.parametrize("name", maintenance.__all__)
def test_every_name_is_there(name):
    assert getattr(maintenance, name).__module__.startswith("cloud_storages.maintenance.")
    assert name in dir(maintenance)


def test_no_other_name_is_there():
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = maintenance.nothing


def test_it_may_be_imported_before_django_is_set_up():
    printed = output_of(
        """
        import sys

        import cloud_storages.maintenance
        from cloud_storages.maintenance import CannotRun

        print(CannotRun.__name__, "django.db.models" in sys.modules)
        """,
        hidden=(),
    )

    assert printed.split() == ["CannotRun", "False"]
