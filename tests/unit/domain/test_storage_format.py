"""
Where files lie is a promise to every later release: what one stored, the next ones find.

The codes are sha256sum and base32 of texts, made with coreutils. Change code, never these lines.
"""

import pytest

from cloud_storages.domain.identifiers import identifier, legacy_identifier, staging
from cloud_storages.domain.layouts import BucketPlan, FullPath, LastDirectory

LAYOUTS = {
    "last-directory": LastDirectory(identifier),
    "path": FullPath(identifier),
    "location": FullPath(identifier, "site"),
    "legacy": LastDirectory(legacy_identifier),
}


@pytest.mark.parametrize(
    ("layout", "name", "directory", "file_id", "title"),
    [
        ("last-directory", "2026/docs/a.txt", "docs", "a.txt", "a.txt"),
        ("last-directory", "my photos", "", "my-photos-2njc67km3v25l73orqctc7fd5q", "my photos"),
        ("path", "docs/a.txt", "", "docs-a-txt-nn566oajvmq3ivbfineceihkq", "docs/a.txt"),
        ("path", "a.txt", "", "a.txt", "a.txt"),
        ("location", "a.txt", "", "site-a-txt-ugvjbgv4a6myfrtt55wbj364y", "site/a.txt"),
        ("legacy", "docs/Photo.PNG", "docs", "Photo.PNG", "Photo.PNG"),
    ],
)
def test_files_stay_where_they_are(layout, name, directory, file_id, title):
    place = LAYOUTS[layout].place(name)

    assert (place.directory, place.file_id, place.title) == (directory, file_id, title)


@pytest.mark.parametrize(
    ("directory", "bucket_id"),
    [("docs", "docs"), ("", "Root"), ("Straße", "strae-lcrxpdayyqlsntktyksmo7ol5wcrf6")],
)
def test_directories_keep_their_buckets(directory, bucket_id):
    assert BucketPlan("Root", {}, identifier).bucket_id(directory) == bucket_id


@pytest.mark.parametrize(
    ("slot", "staged"),
    [(0, "staged-mnwdiou3sdaqdmcqsadbbxtbszohi"), (7, "staged-fqm4jx32buwmerup3qm3dmpkv4mvn")],
)
def test_staged_copies_are_found_by_whoever_comes_later(slot, staged):
    assert staging("my_file.txt", slot) == staged


def test_names_too_long_for_appwrite_keep_their_short_form():
    file = LAYOUTS["path"].place("a" * 600 + ".jpg").title
    directory = LAYOUTS["last-directory"].place("d" * 130 + "/a.txt").directory

    assert file == "a" * 476 + "-ipstppuheyim5pdd3nmwnmfxip.jpg"
    assert directory == "d" * 101 + "-dogwkwjf2rpdqmt244spmha4zr"


@pytest.mark.parametrize(
    ("name", "title"), [('"a".txt', '\'"a".txt'), ('"a"', "'\"a\"'"), ("'a'", "'a'")]
)
def test_quotes_that_appwrite_strips_keep_their_guards(name, title):
    assert LAYOUTS["path"].place(name).title == title
