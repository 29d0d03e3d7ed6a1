"""An environment of lower bounds is one, or it is said what is not at its bound."""

import pytest


@pytest.fixture
def installed(release):
    """Return a function that makes what an environment has."""
    module = release("installed")
    requires = ["Django>=4.1", 'Pillow>=10.1; extra == "emulator"', "typing_extensions>=4"]

    def make(requires=requires, **versions):
        found = {"django": "4.1", "pillow": "10.1.0", "typing-extensions": "4.0.0", **versions}
        return module.off_bounds(module.Installed("3.10.1", found, requires))

    return make


def test_all_at_their_bounds(installed):
    assert installed() == []


@pytest.mark.parametrize(("name", "version"), [("django", "4.1.1"), ("pillow", "13.0.0")])
def test_what_is_newer_is_told(installed, name, version):
    (told,) = installed(**{name: version})

    assert name in told.lower()
    assert version in told


def test_what_is_missing_is_told(installed):
    (told,) = installed(["Django>=4.1", 'tqdm>=4.66; extra == "progress"'])

    assert told.startswith("tqdm")
    assert "missing" in told


@pytest.mark.parametrize("requirement", ["attrs", "attrs<30", "attrs>22"])
def test_a_dependency_without_a_lower_bound_is_told(installed, requirement):
    (told,) = installed([requirement], attrs="22.2.0")

    assert "lower bound" in told
