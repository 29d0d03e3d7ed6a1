"""Names are refused or accepted before anything is asked, and cut without colliding."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cloud_storages.domain.errors import InvalidName
from cloud_storages.domain.names import (
    alternative,
    content_suffix,
    directories,
    fitted,
    segments,
    shortened,
)

PLAIN = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/\\"), min_size=1
)
SEGMENT = PLAIN.filter(lambda text: text not in (".", ".."))
NAMES = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "/etc/passwd",
        "\\windows",
        "..",
        ".",
        "a/..",
        "a/../b",
        "a/./b",
        "a\\..\\b",
        "docs/",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "a\x85b",
        "a/\tb/c",
        "lone \ud800 surrogate",
    ],
)
def test_names_that_no_storage_may_take_are_refused(name):
    with pytest.raises(InvalidName):
        segments(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", ("a.txt",)),
        ("a/b/c.txt", ("a", "b", "c.txt")),
        ("a\\b\\c.txt", ("a", "b", "c.txt")),
        ("a//b.txt", ("a", "b.txt")),
        ("...", ("...",)),
        ("..a/b..", ("..a", "b..")),
        (" ", (" ",)),
    ],
)
def test_names_are_cut_at_their_slashes(name, expected):
    assert segments(name) == expected


@given(st.lists(SEGMENT, min_size=1))
def test_segments_are_what_a_name_was_made_of(parts):
    assert segments("/".join(parts)) == tuple(parts)


@pytest.mark.parametrize(
    ("path", "expected"), [("", ()), ("a", ("a",)), ("a/", ("a",)), ("a/b/", ("a", "b"))]
)
def test_a_directory_may_end_in_a_slash_and_be_the_root(path, expected):
    assert directories(path) == expected


@given(NAMES, st.integers(60, 300))
def test_a_shortened_text_fits_and_shortens_no_further(text, limit):
    short = shortened(text, limit=limit)

    assert len(short) <= limit
    assert shortened(short, limit=limit) == short


@given(st.text("ab.é", min_size=1, max_size=200), st.text("ab.é", min_size=1, max_size=200))
def test_two_texts_are_never_shortened_to_one(one, other):
    # A stand-in of another text would be that text's name in every other respect.
    assume(one != shortened(other, limit=60) and other != shortened(one, limit=60))

    assert (shortened(one, limit=60) == shortened(other, limit=60)) == (one == other)


@given(NAMES)
def test_a_text_that_fits_and_has_an_ordinary_extension_stays(text):
    assume(len(text.rpartition("/")[2].rpartition(".")[2].encode()) < 99)

    assert shortened(text, limit=len(text)) == text


def test_an_extension_longer_than_any_disk_takes_is_shortened_away():
    short = shortened("a." + "x" * 300, limit=509)

    assert len(short.rpartition(".")[2]) <= 100
    assert short.startswith("a")


def test_a_shortened_name_keeps_its_extension():
    assert shortened("x" * 600 + ".png", limit=509).endswith(".png")


def _numbered(root, extension):
    return f"{root}_1234567{extension}"


@pytest.mark.parametrize(
    ("name", "max_length", "expected"),
    [
        ("docs/a.txt", None, "docs/a_1234567.txt"),
        ("docs/a.tar.gz", None, "docs/a_1234567.tar.gz"),
        ("README", None, "README_1234567"),
        (".env", None, ".env_1234567"),
        ("docs/abcdef.txt", 20, "docs/abc_1234567.txt"),
        ("docs/abcdef.txt", 23, "docs/abcdef_1234567.txt"),
    ],
)
def test_an_alternative_is_formed_before_all_suffixes_and_fits(name, max_length, expected):
    assert alternative(name, _numbered, max_length) == expected


@given(NAMES, st.integers(10, 120))
def test_an_alternative_is_never_too_long(name, max_length):
    try:
        other = alternative(name, _numbered, max_length)
    except InvalidName as error:
        assert "max_length" in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert len(other) <= max_length
        assert other.rpartition("/")[0] == name.rpartition("/")[0]


@given(NAMES, st.integers(1, 60))
def test_a_name_that_fits_stays_and_another_is_cut_the_same_way_each_time(name, max_length):
    try:
        short = fitted(name, max_length)
    except InvalidName:
        assert len(name) > max_length
    else:
        assert len(short) <= max_length
        assert fitted(name, max_length) == short
        assert short == name or len(name) > max_length


def test_two_long_names_that_begin_alike_are_cut_to_two():
    one, other = (f"{'report ' * 10}{end}.txt" for end in ("one", "two"))

    assert fitted(one, 40) != fitted(other, 40)


def test_a_content_suffix_is_lower_case_and_as_long_as_asked():
    md5 = "d41d8cd98f00b204e9800998ecf8427e"

    assert content_suffix(md5, 7) == "2qoyzwm"
    assert content_suffix(md5, 26).startswith("2qoyzwm")
    assert len(content_suffix(md5, 26)) == 26
