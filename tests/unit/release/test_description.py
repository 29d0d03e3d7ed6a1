"""The page on the package index has no link that works in the repository only."""

import pytest


@pytest.fixture
def page(release):
    """Return a function that tells what is wrong with a page."""
    description = release("description")
    metadata = description.Metadata

    def wrong(text):
        told = {"metadata_version": "2.4", "name": "a", "version": "1"}
        page = {"description": text, "description_content_type": "text/markdown"}
        return description.wrong_page(metadata.from_raw({**told, **page}))

    return wrong


@pytest.mark.parametrize("link", ["CHANGELOG.md", "docs/images/gallery.png", "../a"])
def test_a_relative_link_is_told(page, link):
    (told,) = page(f"# a\n\nSee [this]({link}) and [that](https://example.org/a).\n")

    assert link in told


def test_links_to_the_web_and_within_the_page_are_fine(page):
    assert page("# a\n\n[one](https://example.org), [two](#limits)\n") == []


def test_a_page_that_is_not_the_readme_is_told(page):
    assert page("") != []
