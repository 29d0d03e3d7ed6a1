"""The upgrade guide as a program: its sections, and what they say to type."""

import re
from pathlib import Path

import attrs

PATH = Path(__file__).resolve().parents[2] / "docs" / "upgrading-from-1.2.5.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@attrs.frozen
class Block:
    """Something to type: ``language`` is ``sh`` for a shell, ``python`` for the settings."""

    language: str
    text: str


def blocks(section: str) -> list[Block]:
    """Return what a section says to type, in its order."""
    _, _, rest = PATH.read_text(encoding="utf-8").partition(f"\n## {section}\n")
    text, _, _ = rest.partition("\n## ")
    found = [Block(*match) for match in _BLOCK.findall(text)]
    assert found, f"the guide has no section {section!r} with anything to type"
    return found
