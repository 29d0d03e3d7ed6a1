"""Identifiers, checks, PHP's values, collation, full text, dates, versions, faults."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.emulator import Fault, php
from cloud_storages.emulator.faults import Faults
from cloud_storages.emulator.routes import find
from cloud_storages.emulator.rules import checks, collation, dates, fulltext, identifiers
from cloud_storages.emulator.settings import Settings
from cloud_storages.emulator.versions import is_newer, rules_for

NOW = datetime(2026, 7, 22, 10, 11, 12, 345_678, timezone.utc)


@pytest.mark.parametrize("value", ["a", "0", "A.b-c_d.0", "x" * 36, "a.", "a--"])
def test_identifiers_that_are_accepted(value: str) -> None:
    assert identifiers.identifier_problem(value) is None
    assert identifiers.new_identifier_problem(value) is None


@pytest.mark.parametrize(
    "value", ["", "-a", "_a", ".a", "$a", "a b", "é", "a/b", "a%b", "x" * 37, "a\n", 5, None]
)
def test_identifiers_that_are_refused(value: object) -> None:
    assert identifiers.identifier_problem(value) == identifiers.UID
    assert identifiers.new_identifier_problem(value) == identifiers.CUSTOM_ID


def test_only_something_new_may_be_unique() -> None:
    assert identifiers.new_identifier_problem("unique()") is None
    assert identifiers.identifier_problem("unique()") == identifiers.UID


@pytest.mark.parametrize("asked", ["unique()", "0"])
def test_made_up_identifiers(asked: str) -> None:
    made = identifiers.effective(asked)

    assert len(made) == 20
    assert set(made) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (5, 5),
        ("5", 5),
        (" 5 ", 5),
        ("+5", 5),
        ("-5", -5),
        ("5.0", 5.0),
        (".5", 0.5),
        ("1e2", 100.0),
        ("", None),
        ("x", None),
        ("5x", None),
        ("0x1A", None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_php_numbers(value: object, seen: float | None) -> None:
    number = php.number(value)

    assert (number, type(number)) == (seen, type(seen))


def test_php_text_is_true_even_if_it_says_false() -> None:
    assert [php.truth(value) for value in ("false", "true", "0", "", 0, 1)] == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]


def test_php_escapes_slashes_only() -> None:
    assert php.encode({"a": "b/ü"}) == '{"a":"b\\/ü"}'.encode()


def test_fields_nest_by_their_brackets() -> None:
    pairs = [("a[0]", "x"), ("a[1]", "y"), ("b[]", "p"), ("b[]", "q"), ("c[d][e]", "z"), ("f", "")]

    assert php.nest(pairs) == {"a": ["x", "y"], "b": ["p", "q"], "c": {"d": {"e": "z"}}, "f": ""}


@pytest.mark.parametrize("value", ["0", "4000", 7])
def test_numbers_in_range(value: object) -> None:
    assert checks.between(0, 4000)(value) is None


@pytest.mark.parametrize("value", ["-1", "4001", "x", "1.5", 1.0, "", None, True])
def test_numbers_out_of_range(value: object) -> None:
    assert checks.between(0, 4000)(value) == "Value must be a valid range between 0 and 4,000"


def test_the_rest_of_the_checks_say_what_appwrite_says() -> None:
    assert checks.text(3)("") == (
        "Value must be a valid string and at least 1 chars and no longer than 3 chars"
    )
    assert checks.text(3)("äöü") is None
    assert checks.boolean("yes") == "Value must be a valid boolean"
    assert checks.hex_color("zzz") == "Value must be a valid Hex color code"
    assert checks.hex_color("#fff") == "Value must be a valid Hex color code"
    assert checks.hex_color("fff") is None
    assert checks.one_of(("a", "b"), exactly=True)("A") == "Value must be one of (a, b)"
    assert checks.one_of(("a", "b"), exactly=False)("A") is None
    assert checks.or_null(checks.boolean)("x") == "Value must be a valid boolean or null"
    assert checks.texts(2, 3)(["a", "b", "c"]) == (
        "Value must a valid array no longer than 2 items and Value must be a valid string and at"
        " least 1 chars and no longer than 3 chars"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("Photo", "PHOTO"), ("été", "ETE"), ("a", "a   "), ("Straße", "STRASE"), ("😀", "😁")],
)
def test_texts_mariadb_takes_for_equal(one: str, other: str) -> None:
    assert collation.key(one) == collation.key(other)


@pytest.mark.parametrize(("one", "other"), [("a", " a"), ("が", "か"), ("o", "ø"), ("a_", "ab")])
def test_texts_mariadb_tells_apart(one: str, other: str) -> None:
    assert collation.key(one) != collation.key(other)


@given(st.text("ab%_\\é", max_size=6), st.text("ab%_é", max_size=3))
def test_like_without_backslashes_is_plain_containment(text: str, value: str) -> None:
    folded = collation.like_key(text)

    assert collation.like(text, value, before=True, after=True) == (
        collation.like_key(value) in folded
    )
    assert collation.like(text, value, before=False, after=True) == (
        folded.startswith(collation.like_key(value))
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("photo", True),
        ("PHO", True),
        ("png", True),
        ("summer photo", True),
        ("photo summer", True),
        ("hoto", False),
        ("a3", False),
        ('"holiday photo"', True),
        ('"photo holiday"', False),
        ("+-*", False),
    ],
)
def test_full_text_search(search: str, found: bool) -> None:
    assert fulltext.matches("a3 holiday photo.png", search) is found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2051-01-01T00:00:00.000+00:00", "2051-01-01T00:00:00.000+00:00"),
        ("2051-01-01", "2051-01-01T00:00:00.000+00:00"),
        ("2051-01-01 12:30", "2051-01-01T12:30:00.000+00:00"),
        ("2051-01-01T01:00:00+01:00", "2051-01-01T00:00:00.000+00:00"),
        ("2051-01-01T00:00:00.1234567Z", "2051-01-01T00:00:00.123+00:00"),
        ("+1 day", "2026-07-23T10:11:12.345+00:00"),
    ],
)
def test_dates_are_read_and_written(text: str, expected: str) -> None:
    assert dates.stamp(dates.read(text, NOW)) == expected


@pytest.mark.parametrize("value", ["", "soon", "2026-13-01", 5, None, "2001-01-01"])
def test_dates_that_do_not_lie_ahead(value: object) -> None:
    assert dates.future_problem(value, NOW) == (
        "Value must be valid date in the future and between 0000-01-01 00:00:00 and 9999-12-31"
        " 00:00:00."
    )


def test_releases_differ_where_they_do() -> None:
    old, newer, head = rules_for("1.5.11"), rules_for("1.8.1"), rules_for("HEAD")

    assert (old.tokens, newer.tokens) == (False, True)
    assert (old.view_open_range, newer.view_open_range) == (2_000_000, 20_000_000)
    assert (newer.late_chunk_answers_the_old_file, head.late_chunk_answers_the_old_file) == (
        False,
        True,
    )
    assert (rules_for("1.6.2").key_without_project, head.key_without_project) == (
        "unauthorized",
        "forbidden",
    )
    assert (rules_for("1.9.6").folders, head.folders, head.reports) == (False, True, "1.9.6")


@pytest.mark.parametrize("name", ["1.4.13", "latest", "1.9", ""])
def test_releases_that_are_not_emulated(name: str) -> None:
    with pytest.raises(ValueError, match="Appwrite"):
        rules_for(name)


def test_which_release_is_newer() -> None:
    assert is_newer("2.5.0", "1.9.6")
    assert not is_newer("1.9.0", "1.9.6")
    assert not is_newer("", "1.9.6")


def test_settings_never_show_a_key() -> None:
    settings = Settings(project="p", key="hush", read_key="whisper")

    assert "hush" not in repr(settings)
    assert "whisper" not in repr(settings)


@pytest.mark.parametrize(
    "wrong",
    [
        {"project": ""},
        {"key": ""},
        {"storage_limit": 0},
        {"read_key": "k"},
        {"server_version": "1"},
    ],
)
def test_settings_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Settings(**{"project": "p", "key": "k", **wrong})  # type: ignore[arg-type]


def test_two_slashes_find_the_route_and_take_the_wrong_word() -> None:
    found = find("GET", "/v1//storage/buckets/b/files", tokens=True)

    assert found is not None
    assert (found[0].operation, found[1]) == ("list_files", {"bucketId": "buckets"})


def test_a_fault_befalls_the_requests_it_names() -> None:
    faults = Faults()
    fault = Fault(method="GET", path="/files/", nth=2, times=2, status=503)
    faults.inject(fault)
    asked = [("GET", "/files/a"), ("PUT", "/files/a"), ("GET", "/b"), *[("GET", "/files/a")] * 3]

    befallen = [faults.befalling(method, path) is not None for method, path in asked]

    assert befallen == [False, False, False, True, True, False]


def test_faults_can_be_taken_back() -> None:
    faults = Faults()
    faults.inject(Fault(drop="before"))
    faults.clear()

    assert faults.befalling("GET", "/") is None


@pytest.mark.parametrize("wrong", [{"nth": 0}, {"times": 0}, {"drop": "sideways"}])
def test_faults_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault(**wrong)  # type: ignore[arg-type]
