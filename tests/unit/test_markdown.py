"""What is read of a page of Markdown, by which examples are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.markdown import COMMENT, Block, blocks, fenced

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """\
# A page

```python
first = 1
```

## Typing

<!-- in a second terminal -->

```console
$ one
```

1. A step

   <!-- as above -->
   ````html+django
   ```
     {{ inner }}
   ````

<!-- hidden
second = 2
-->
<!-- said -->
of something else
```{eval-rst}
.. a directive
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path


def test_blocks_and_comments_come_in_the_order_of_the_page(page: Path) -> None:
    assert list(blocks(page)) == [
        Block("python", "first = 1\n", 3),
        Block(COMMENT, "in a second terminal", 9, "Typing"),
        Block("console", "$ one\n", 11, "Typing"),
        Block(COMMENT, "as above", 17, "Typing"),
        Block("html+django", "```\n  {{ inner }}\n", 18, "Typing"),
        Block(COMMENT, "hidden\nsecond = 2\n", 23, "Typing"),
        Block(COMMENT, "said", 26, "Typing"),
        Block("{eval-rst}", ".. a directive\n", 28, "Typing"),
    ]


def test_fenced_blocks_are_what_a_reader_sees(page: Path) -> None:
    assert [block.line for block in fenced(page)] == [3, 11, 18, 28]


@pytest.mark.parametrize("text", ["```python\n``\n", "<!-- hidden\nx\n"])
def test_what_is_not_closed_is_told_by_its_line(page: Path, text: str) -> None:
    page.write_text(f"# A page\n{text}")
    with pytest.raises(ValueError, match="what begins on line 2 is not closed by"):
        list(blocks(page))
