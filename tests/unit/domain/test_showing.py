"""What Appwrite would refuse to draw is refused before a browser sees it, with its name."""

import pytest

from cloud_storages.domain.showing import Mark, Preview, is_picture

LIMITS = [
    ("width", 1, 4000),
    ("height", 1, 4000),
    ("quality", 0, 100),
    ("border_width", 0, 100),
    ("border_radius", 0, 4000),
    ("opacity", 0, 1),
    ("rotation", -360, 360),
]


@pytest.mark.parametrize(("name", "least", "most"), LIMITS)
def test_a_number_is_taken_up_to_the_servers_limits(name, least, most):
    for value in (least, most):
        assert Preview(**{name: value}).chosen() == {name: str(value)}


@pytest.mark.parametrize(("name", "least", "most"), LIMITS)
def test_a_number_beyond_them_is_refused_by_name(name, least, most):
    for value in (least - 1, most + 1, 99999, "abc", "7", True, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=rf"^The {name} of a preview is {value!r} instead"):
            Preview(**{name: value})


@pytest.mark.parametrize("name", ["width", "height", "quality", "rotation"])
def test_pixels_and_degrees_are_whole(name):
    with pytest.raises(ValueError, match="whole number"):
        Preview(**{name: 10.5})


def test_an_opacity_may_be_a_fraction():
    assert Preview(opacity=0.25).chosen() == {"opacity": "0.25"}


@pytest.mark.parametrize("name", ["width", "height"])
def test_a_size_of_nothing_is_refused_with_what_to_do_instead(name):
    with pytest.raises(ValueError, match="leave it out"):
        Preview(**{name: 0})


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [("output", "webp", "bmp"), ("output", "jpg", "JPG"), ("gravity", "top-left", "northwest")],
)
def test_a_word_the_server_does_not_know_is_refused_with_those_it_knows(name, right, wrong):
    assert Preview(**{name: right}).chosen() == {name: right}
    with pytest.raises(ValueError, match=f"{name}.*{wrong}.*{right}"):
        Preview(**{name: wrong})


@pytest.mark.parametrize("name", ["border_color", "background"])
def test_a_colour_is_hexadecimal_with_or_without_its_sign(name):
    assert Preview(**{name: "#FFCC00"}).chosen() == {name: "FFCC00"}
    assert Preview(**{name: "fc0"}).chosen() == {name: "fc0"}
    for wrong in ("red", "#ff", "ffcc000", "ffcc00\n", 255):
        with pytest.raises(ValueError, match=name):
            Preview(**{name: wrong})


def test_what_is_not_chosen_is_left_to_the_server():
    assert Preview().chosen() == {}


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "x/b.png", "c.heic", "d.webp", "e.f.gif"])
def test_the_pictures_appwrite_reads_are_told_by_their_extension(name):
    assert is_picture(name)


@pytest.mark.parametrize("name", ["a.pdf", "a.svg", "a.avif", "a.tiff", "jpg", "a.jpg.txt", "a"])
def test_what_appwrite_cannot_read_is_no_picture(name):
    assert not is_picture(name)


def test_a_mark_shows_nothing_of_its_token():
    assert "open-sesame" not in repr(Mark(token="open-sesame", version="1a2b3c4d"))
