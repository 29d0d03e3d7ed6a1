"""IDs are a storage format: legal, unlike each other, and the same for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.domain.identifiers import (
    STAGING_SLOTS,
    identifier,
    is_legal,
    legacy_identifier,
    staging,
)

TEXTS = st.text(min_size=1, max_size=80)
LEGAL_TEXTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,35}", fullmatch=True)
NEAR_IDS = st.one_of(TEXTS, LEGAL_TEXTS, TEXTS.map(identifier), LEGAL_TEXTS.map(str.upper))

# What Appwrite accepts, written down independently of the code.
ACCEPTED = re.compile(r"[a-z0-9][a-z0-9._-]{0,35}")


@given(NEAR_IDS)
def test_every_text_has_a_legal_lower_case_id(text):
    found = identifier(text)

    assert ACCEPTED.fullmatch(found)
    assert found != "0"
    assert not found.startswith("tmp_")


@given(NEAR_IDS, NEAR_IDS)
def test_two_texts_never_share_an_id(one, other):
    assert (identifier(one) == identifier(other)) == (one == other)


@given(TEXTS)
def test_a_text_that_equals_the_id_of_another_text_gets_an_id_of_its_own(text):
    derived = identifier(text)

    assert (identifier(derived) == derived) == (text == derived)


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,34}", fullmatch=True))
def test_a_short_lower_case_text_is_its_own_id(text):
    stays = text != "0" and not text.startswith("tmp_")

    assert (identifier(text) == text) == stays


@given(NEAR_IDS)
def test_derived_ids_have_36_characters_and_no_dot_so_none_is_a_name_of_old(text):
    found = identifier(text)

    if found != text:
        assert len(found) == 36
        assert "." not in found


# The codes are sha256sum and base32 of the text, made with coreutils.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my_file.txt", "my_file.txt"),
        ("photo.png", "photo.png"),
        ("2026", "2026"),
        ("a" * 36, "a" * 36),
        ("Photo.PNG", "photo-png-iv2ou47o7nu2cg3geeavxtjg2r"),
        ("a" * 37, "aaaaaaaaaaaaaaa-ehwakwzyzz2zzvgq6r36"),
        ("日本語.jpg", "jpg-oqp3d3soshakcfrnvfgi52lrcmffwkyl"),
        ("Straße", "strae-lcrxpdayyqlsntktyksmo7ol5wcrf6"),
        ("my photos", "my-photos-2njc67km3v25l73orqctc7fd5q"),
        ("docs/a.txt", "docs-a-txt-nn566oajvmq3ivbfineceihkq"),
        ("0", "0-l7wowzx7zbxtrwkspbwg22lmphbnxqrz3v"),
        ("-", "x-hfz6aixjgiqpsijmddinbrkdvz6dbhsgmq"),
        ("tmp_x", "tmp-x-bepn5wo4zr2shna2amkoszg2o56cyj"),
    ],
)
def test_ids_that_sites_have_stored_stay_what_they_are(text, expected):
    assert identifier(text) == expected


def test_names_that_differ_in_case_only_differ_in_more_than_case_as_ids():
    one, other = identifier("Photo.png"), identifier("photo.png")

    assert one.lower() != other.lower()


@given(TEXTS, st.integers(0, STAGING_SLOTS - 1))
def test_no_name_is_ever_stored_under_a_staging_id(text, slot):
    aside = staging(identifier(text), slot)

    assert ACCEPTED.fullmatch(aside)
    assert identifier(aside) != aside
    assert legacy_identifier(aside) != aside


@given(TEXTS)
def test_the_staging_ids_of_a_file_differ(text):
    file_id = identifier(text)

    assert len({staging(file_id, slot) for slot in range(STAGING_SLOTS)}) == STAGING_SLOTS


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,34}", fullmatch=True))
def test_with_legacy_ids_every_legal_id_of_up_to_35_characters_stays(text):
    assert (legacy_identifier(text) == text) == (text != "0")


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}", fullmatch=True),
    st.sampled_from(["", ".png", ".JPG", ".txt", "-1.txt", ".jpeg"]),
)
def test_with_legacy_ids_every_file_of_1_2_5_keeps_its_id(stem, rest):
    # 1.2.5 refused stems over 30 characters, and the server IDs over 36.
    name = (stem + rest)[:36]
    if len(name) > 30 and "." not in name:
        name = name[:30]

    assert (legacy_identifier(name) == name) == (name != "0")


@given(NEAR_IDS, NEAR_IDS)
def test_with_legacy_ids_two_texts_never_share_an_id_either(one, other):
    assert (legacy_identifier(one) == legacy_identifier(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "0", ".a", "-a", "_a", "a b", "a/b", "..", "a" * 37, "é"])
def test_what_appwrite_refuses_is_not_legal(text):
    assert not is_legal(text)
