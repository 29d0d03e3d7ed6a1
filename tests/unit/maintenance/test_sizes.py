"""Sizes as people write them."""

import pytest

from cloud_storages.maintenance.sizes import size_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("1000000", 1_000_000),
        ("50MB", 50_000_000),
        ("50 mb", 50_000_000),
        ("5MiB", 5_242_880),
        ("1.5 GB", 1_500_000_000),
        (" 12kB ", 12_000),
    ],
)
def test_a_size_is_understood(text, size):
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "0", "0MB", "-1", "50 apples", "MB", "1e9", "1,000", "0.1"])
def test_what_is_no_size_is_said_to_be_none(text):
    with pytest.raises(ValueError, match="no size"):
        size_of(text)
