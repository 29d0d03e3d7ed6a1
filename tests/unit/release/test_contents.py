"""Nothing gets into a distribution that nobody put on the list."""

import pytest

WANTED = [
    "cloud_storages/__init__.py",
    "cloud_storages/py.typed",
    "cloud_storages/management/commands/storage_verify.py",
    "django_cloud_storages-2.0.0.dist-info/METADATA",
    "django_cloud_storages-2.0.0.dist-info/entry_points.txt",
    "django_cloud_storages-2.0.0.dist-info/licenses/LICENSE",
]
STRANGERS = [
    "cloud_storages/__pycache__/apps.cpython-313.pyc",
    "cloud_storages/testing/.hypothesis/examples/a",
    "cloud_storages/backends/appwrite.py.orig",
    "cloud_storages/.env",
    "client_secret.json",
    "tests/test_a.py",
    "tests/__init__.py",
    "django_cloud_storages-2.0.0.dist-info/licenses/client_secret.json",
]


def compared(release, names, needed=()):
    contents = release("contents")
    allowed = rf"{contents.CODE}|{contents.METADATA}"
    return contents.compared("The wheel", set(names), allowed, set(needed))


def test_code_the_mark_of_types_and_metadata_belong_there(release):
    assert compared(release, WANTED, WANTED) == []


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_not_on_the_list_is_told(release, name):
    (told,) = compared(release, [*WANTED, name])

    assert name in told


def test_what_is_missing_is_told(release):
    (told,) = compared(release, WANTED[1:], WANTED)

    assert "lacks cloud_storages/__init__.py" in told


def test_the_source_that_must_be_shipped_is_all_of_it(release):
    contents = release("contents")
    if not (contents.ROOT / "src").exists():
        pytest.skip("here is the wheel, without its source")
    names = {path.relative_to(contents.ROOT).as_posix() for path in contents.source()}

    assert "src/cloud_storages/management/commands/__init__.py" in names
    assert "src/cloud_storages/py.typed" in names
