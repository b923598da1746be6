"""The pages, as text, and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CELL = re.compile(r"(?<!\\)\|")


class Pages:
    """Every page of the documentation, by its path from the repository's root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        found = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
        self.paths = sorted(path.relative_to(root).as_posix() for path in found)

    def text(self, path: str) -> str:
        """A page."""
        return (self.root / path).read_text(encoding="utf-8")

    def prose(self, path: str) -> str:
        """A page without its fenced blocks."""
        return _FENCED.sub("", self.text(path))

    def rows(self, path: str) -> dict[str, list[str]]:
        """The rows of a page's tables by their first cell, its backticks taken away."""
        lines = [line for line in self.text(path).splitlines() if line.startswith("| ")]
        cells = [[cell.strip() for cell in _CELL.split(line)[1:-1]] for line in lines]
        return {row[0].strip("`"): row[1:] for row in cells}

    def section(self, path: str, heading: str) -> str:
        """What stands under a heading, up to the next one of any level; empty where there is none."""
        _, _, rest = f"\n{self.text(path)}".partition(f"\n{heading}\n")
        return re.split(r"\n#+ ", rest)[0]

    def blocks(self, language: str, *paths: str) -> Iterator[tuple[str, str]]:
        """The fenced blocks in a language with their page; of all pages where none is named."""
        for path in paths or self.paths:
            for found in _FENCED.finditer(self.text(path)):
                if found[1] == language:
                    yield path, found[2]


@pytest.fixture(scope="session")
def pages() -> Pages:
    """Every page of the documentation."""
    return Pages(Path(__file__).parents[3])
