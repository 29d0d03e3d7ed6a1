"""The upgrade guide as a program: its sections, and what they say to type."""

from pathlib import Path

from tests import markdown

PATH = Path(__file__).resolve().parents[2] / "docs" / "upgrading-from-1.2.5.md"


def blocks(section: str) -> list[markdown.Block]:
    """Return what a section says to type, in its order: in the shell, or into the settings."""
    found = [block for block in markdown.fenced(PATH) if block.section == section]
    assert found, f"the guide has no section {section!r} with anything to type"
    return found
