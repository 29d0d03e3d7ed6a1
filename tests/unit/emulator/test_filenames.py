from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.emulator.filenames import (
    UnusableFilenameError,
    extension,
    filename,
    parameters,
)


def parsed(disposition: bytes) -> str | None:
    return filename(parameters(disposition))


def of(name: bytes) -> str | None:
    return parsed(b'form-data; name="file"; filename="' + name + b'"')


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"a.txt", "a.txt"),
        (b"semi;colon.txt", "semi"),
        (b"100%25.txt", "100%.txt"),
        (b"a%3Bb.txt", "a;b.txt"),
        (b"50%.txt", "50%.txt"),
        (b"50%4.txt", "50%4.txt"),
        (b"q%22uote.txt", 'q"uote.txt'),
        (b"%22quoted%22", "quoted"),
        (b"a+b.txt", "a+b.txt"),
        (b"dir/sub/c.txt", "dir/sub/c.txt"),
        (b"back\\slash", "back\\slash"),
        ("日本語.txt".encode(), "日本語.txt"),
        (b"a%0D%0Ab", "a\r\nb"),
        (b"", ""),
        (b"a=b", "a=b"),
    ],
)
def test_what_is_made_of_a_name(sent: bytes, kept: str) -> None:
    assert of(sent) == kept


def test_an_extended_parameter_makes_no_file() -> None:
    assert parsed(b"form-data; name=\"file\"; filename*=UTF-8''a.txt") is None


def test_of_two_names_the_first_counts() -> None:
    assert parsed(b'form-data; filename="one"; filename="two"') == "one"


def test_names_need_no_quotes() -> None:
    assert parsed(b"form-data;filename=plain.txt") == "plain.txt"


def test_509_bytes_are_the_longest_name() -> None:
    assert of(b"x" * 509) == "x" * 509
    with pytest.raises(UnusableFilenameError):
        of(b"x" * 510)


def test_the_limit_counts_decoded_bytes() -> None:
    assert of(b"%41" * 509) == "A" * 509


@given(st.text(st.characters(exclude_characters='"\x00', exclude_categories=["Cs"]), max_size=120))
def test_a_percent_encoded_name_comes_back(name: str) -> None:
    assert of(quote(name, safe="").encode()) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "txt"),
        ("a.tar.gz", "gz"),
        (".hidden", "hidden"),
        ("noext", ""),
        ("dir.d/noext", ""),
        ("dir/a.B", "B"),
        ("trailing.", ""),
    ],
)
def test_extensions(name: str, expected: str) -> None:
    assert extension(name) == expected
