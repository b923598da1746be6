"""Every command and option is documented, and every command that a page tells to run is there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from longpole.cli.commands import app

_PAGE = "docs/reference/commands.md"
_COMMAND = re.compile(r"(?:^|[`\s])longpole ([a-z-]+)(?: ([a-z]+))?", re.MULTILINE)
_MAKE = re.compile(r"(?:`|^    )make ([a-z]+)", re.MULTILINE)


def _commands(command: Any, path: str = "longpole") -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, f"{path} {name}")


_ALL = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", [path for path in _ALL if path != "longpole"])
def test_a_command_is_documented_with_its_options(pages: Any, path: str) -> None:
    depth = "#" * (path.count(" ") + 1)
    section = pages.section(_PAGE, f"{depth} {path}")
    options = {max(option.opts, key=len) for option in _ALL[path].params if option.param_type_name == "option"}
    words = set(re.findall(r"--[a-z-]+", section if depth == "##" else pages.text(_PAGE)))

    assert section
    assert set() == options - {"--help"} - words


def test_the_options_of_longpole_itself_are_documented(pages: Any) -> None:
    options = {max(option.opts, key=len) for option in _ALL["longpole"].params}

    assert set() == options - {"--help"} - set(re.findall(r"--[a-z-]+", pages.section(_PAGE, "# Commands")))


def test_every_command_on_a_page_is_there(pages: Any) -> None:
    """Commands stand in code: indented, or between backticks."""
    code = re.compile(
        r"`longpole ([a-z][a-z-]*)\b(?: ([a-z]+)\b(?![/-]))?"
        r"|^    (?:[A-Z_]+=\S+ )*longpole ([a-z][a-z-]*)\b(?: ([a-z]+)\b(?![/-]))?",
        re.MULTILINE,
    )
    lost = []
    for page in pages.paths:
        for found in code.finditer(pages.text(page)):
            name, inner = found[1] or found[3], found[2] or found[4]
            command = _ALL.get(f"longpole {name}")
            if command is None or (hasattr(command, "commands") and inner and inner not in command.commands):
                lost.append((page, found[0]))

    assert lost == []


def test_every_make_target_on_a_page_is_there(pages: Any) -> None:
    targets = set(re.findall(r"^([a-z]+):", (pages.root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {(name, page) for page in pages.paths for name in _MAKE.findall(pages.text(page))}

    assert sorted((name, page) for name, page in named if name not in targets) == []
