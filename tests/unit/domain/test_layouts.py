"""Where a name's file lives, and under which name a file is listed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.domain.identifiers import identifier, legacy_identifier
from cloud_storages.domain.layouts import (
    LOCATION_BYTES,
    ROOT,
    BucketPlan,
    FullPath,
    LastDirectory,
    meeting,
    names_in,
)
from cloud_storages.domain.values import BucketInfo, FileInfo, Location

LAST = LastDirectory(identifier)
FULL = FullPath(identifier)
BELOW = FullPath(identifier, "site/Media")
QUOTED = FullPath(identifier, '"site"')
LAYOUTS = pytest.mark.parametrize(
    "layout",
    [LAST, FULL, BELOW, QUOTED],
    ids=["last-directory", "path", "location", "quoted location"],
)

SEGMENT = st.one_of(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/\\"),
        min_size=1,
        max_size=60,
    ).filter(lambda text: text not in (".", "..")),
    st.sampled_from(["Photo.png", "photo.png", "0", "-", "tmp_x", 'a;b%41".txt', "x" * 600]),
    st.sampled_from(["Photo.png", "日本語.jpg"]).map(identifier),
    st.text("\"'a", min_size=1, max_size=6),
)
NAMES = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)


def listed(layout, directory, *files):
    created = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    infos = [
        FileInfo(Location("b", file_id), title, 1, "x", created, complete)
        for file_id, title, complete in files
    ]
    return list(names_in(layout, directory, infos))


@pytest.mark.parametrize(
    ("name", "canonical", "directory", "title"),
    [
        ("assets/statics/media/my_file.txt", "media/my_file.txt", "media", "my_file.txt"),
        ("media/my_file.txt", "media/my_file.txt", "media", "my_file.txt"),
        ("my_file.txt", "my_file.txt", ROOT, "my_file.txt"),
        ("a\\b\\c.txt", "b/c.txt", "b", "c.txt"),
    ],
)
def test_the_last_directory_is_the_bucket(name, canonical, directory, title):
    place = LAST.place(name)

    assert (place.name, place.directory, place.title) == (canonical, directory, title)


def test_in_the_layout_path_nothing_is_ignored():
    place = FULL.place("assets/statics/media/my_file.txt")

    assert place.name == place.title == "assets/statics/media/my_file.txt"
    assert place.directory == ROOT


@given(name=NAMES)
def test_a_location_is_where_the_whole_bucket_has_a_directory_of_that_name(name):
    below, whole = BELOW.place(name), FULL.place(f"site/Media/{name}")

    assert f"site/Media/{below.name}" == whole.name
    assert (below.directory, below.file_id, below.title) == (
        whole.directory,
        whole.file_id,
        whole.title,
    )


@given(name=NAMES)
def test_no_name_leads_out_of_a_location_however_long_it_is(name):
    long = FullPath(identifier, "語" * (LOCATION_BYTES // 3))

    assert long.place(name).title.startswith(f"{long.location}/")


@pytest.mark.parametrize("title", ["a.txt", "site/a.txt", "site/Media", "site/media/a.txt"])
def test_what_is_outside_of_a_location_is_not_listed(title):
    assert listed(BELOW, ROOT, (FULL.place(title).file_id, title, True)) == []


@LAYOUTS
@given(name=NAMES)
def test_canonicalising_a_canonical_name_changes_nothing(layout, name):
    place = layout.place(name)

    assert layout.place(place.name) == place


@LAYOUTS
@given(one=NAMES, other=NAMES)
def test_two_canonical_names_never_share_a_location(layout, one, other):
    one, other = layout.place(one), layout.place(other)
    same_location = (one.directory, one.file_id) == (other.directory, other.file_id)

    assert same_location == (one.name == other.name)


@given(one=NAMES, other=NAMES)
def test_two_directories_never_share_a_bucket(one, other):
    one, other = LAST.place(f"{one}/f").directory, LAST.place(f"{other}/f").directory
    plan = BucketPlan("the-root", {}, identifier)

    assert (plan.bucket_id(one) == plan.bucket_id(other)) == (one == other)


@LAYOUTS
@given(name=NAMES)
def test_what_is_stored_fits_what_appwrite_keeps(layout, name):
    place = layout.place(name)

    assert len(place.title.encode()) <= 509
    assert len(place.directory) <= 128
    _, dot, extension = place.title.rpartition("/")[2].rpartition(".")
    assert not dot or len(extension.encode()) <= 100


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,25}\.[a-z]{1,5}(-[0-9])?", fullmatch=True),
)
def test_every_name_that_1_2_5_returned_is_the_same_bucket_and_file_with_legacy_ids(folder, name):
    if "0" in (folder, name):
        return  # the server itself never stored these under their own ID
    place = LastDirectory(legacy_identifier).place(f"{folder}/{name}")

    assert place.name == f"{folder}/{name}"
    assert place.file_id == name
    assert BucketPlan("root", {}, legacy_identifier).bucket_id(place.directory) == folder


@LAYOUTS
@given(name=NAMES)
def test_a_file_is_listed_under_the_name_it_was_saved_with(layout, name):
    place = layout.place(name)
    kept = place.title.strip('"')  # as Appwrite does

    assert listed(layout, place.directory, (place.file_id, kept, True)) == [place.name]


@pytest.mark.parametrize(
    ("file_id", "title", "names"),
    [
        ("photo.png", "photo.png", ["d/photo.png"]),
        ("65ab0c", "Made in the console.png", ["d/65ab0c"]),
        ("65ab0c", "dir/sub.png", ["d/65ab0c"]),
        ("65AB0C", "Made in the console.png", []),
        ("photo.png", "a\nb", ["d/photo.png"]),
        (identifier("Old.png"), "Renamed.png", []),
    ],
)
def test_everything_that_is_listed_can_be_opened_under_that_name(file_id, title, names):
    assert listed(LAST, "d", (file_id, title, True)) == names
    assert [LAST.place(name).file_id for name in names] == [file_id for _ in names]


def test_partials_are_not_listed():
    assert listed(LAST, "d", ("a.txt", "a.txt", False), ("b.txt", "b.txt", True)) == ["d/b.txt"]


@LAYOUTS
def test_a_file_that_exists_as_a_staged_copy_only_is_listed_where_it_can_be_opened(layout):
    place = layout.place("Photo.png")
    copy = (place.staging_ids[3], place.title, True)

    assert listed(layout, ROOT, copy) == ["Photo.png"]


@pytest.mark.parametrize(
    ("path", "directory", "prefix"),
    [("", ROOT, ""), (".", ROOT, ""), ("a", "a", "a/"), ("a/b/", "b", "a/b/")],
)
def test_a_path_is_listed_in_the_bucket_or_under_the_prefix_it_means(path, directory, prefix):
    assert LAST.bucket_directory(path) == directory
    assert FULL.prefix(path) == FULL.title_prefix(path) == prefix
    assert BELOW.prefix(path) == prefix
    assert BELOW.title_prefix(path) == f"site/Media/{prefix}"


BUCKETS = [
    BucketInfo("root", "Root"),
    BucketInfo("media", "Media"),
    BucketInfo("x1", "docs"),
    BucketInfo("x2", "twice"),
    BucketInfo("x3", "twice"),
    BucketInfo("x4", "media"),
    BucketInfo("x5", "mapped elsewhere"),
    BucketInfo("X6", "a/b"),
    BucketInfo(identifier("My Photos"), "My Photos"),
]


def test_directories_come_back_under_names_that_lead_to_their_buckets():
    plan = BucketPlan("root", {"invoices": "x5"}, identifier)

    assert plan.directory_names(BUCKETS) == [
        "Media",
        "docs",
        "x2",
        "x3",
        "x4",
        "invoices",
        "My Photos",
    ]


@pytest.mark.parametrize(
    ("directory", "goes"),
    [
        ("", False),
        ("invoices", False),
        ("photos", False),
        ("x5", True),
        ("main", True),
    ],
)
def test_a_bucket_that_the_settings_name_goes_by_one_directory(directory, goes):
    plan = BucketPlan("Main", {"invoices": "x5"}, identifier)

    assert plan.goes_by_another(directory) is goes


def test_a_directory_that_the_settings_map_is_its_own_even_to_the_root():
    plan = BucketPlan("main", {"main": "main"}, identifier)

    assert not plan.goes_by_another("main")


def test_buckets_are_found_by_exactly_their_name():
    plan = BucketPlan("root", {}, identifier)

    assert plan.found_by_name("twice", BUCKETS) == ("x2", "x3")
    assert plan.found_by_name("Docs", BUCKETS) == ()


@pytest.mark.parametrize(
    ("layout", "names", "groups"),
    [
        (LAST, [], []),
        (LAST, ["2025/05/a.jpg", "2026/05/a.jpg", "b.jpg"], [("2025/05/a.jpg", "2026/05/a.jpg")]),
        (LAST, ["a/b.jpg", "b.jpg", "a/c.jpg"], []),
        (FULL, ["2025/05/a.jpg", "2026/05/a.jpg", "b.jpg"], []),
        (FULL, ["a/b.jpg", "a//b.jpg", "a\\b.jpg"], [("a//b.jpg", "a/b.jpg", "a\\b.jpg")]),
        (FULL, ["a.jpg", "A.jpg", "a.jpg"], []),
    ],
)
def test_names_that_a_layout_takes_for_one_file_are_told(layout, names, groups):
    assert meeting(layout, names) == groups


@LAYOUTS
@given(names=st.lists(NAMES, max_size=6))
def test_of_names_that_do_not_meet_each_has_a_place_of_its_own(layout, names):
    groups = meeting(layout, names)
    alone = set(names).difference(*groups)

    places = [layout.place(name) for name in alone]
    assert len({(place.directory, place.file_id) for place in places}) == len(alone)
    assert all(len({layout.place(name) for name in group}) == 1 for group in groups)
