"""A graph's file as plain values: YAML or JSON of bounded size, and where in it something stands.

Whoever sends a file may be anybody. So nothing is constructed but text,
numbers, lists and objects; what aliases repeat counts as often as it is
repeated, and a file that names itself is nested too deeply.

Invariant: what comes out can be stored as JSON by any database (no NUL, no lone
surrogates, no NaN), and is at most four times as large as the file may be.

Upstream: `reading`. Source: YAML 1.2 as ruamel.yaml reads it; RFC 8259.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import MAX_FILE_BYTES

_MAX_EXPANDED = 4 * MAX_FILE_BYTES
_PER_VALUE = 10
"""So many characters each value counts for, beside its own: in a file of a megabyte there are hardly more."""

_MAX_DEPTH = 64
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Path = tuple[str | int, ...]
"""Keys and positions that lead to a value."""


class FaultyGraphError(InvalidInputError):
    """The file is no graph, or a part of it is not as it must be; `path` leads there."""

    def __init__(self, path: Path, problem: str, value: Any = None, line: int | None = None) -> None:
        super().__init__(place(path), problem if line is None else f"{problem} (line {line})", value)
        self.path, self.told, self.value = path, problem, value


def place(path: Path) -> str:
    """`workflow.graph.nodes[3].id`; the file as a whole is `graph`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".") or "graph"


def is_json(text: str) -> bool:
    """It begins as JSON does, and is read as such."""
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


def parsed(text: str) -> Any:
    """The plain value that the text is of.

    Raises:
        FaultyGraphError: It is too large, or neither YAML nor JSON; names the line.
    """
    if len(text) > MAX_FILE_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_FILE_BYTES:
        raise FaultyGraphError((), f"is larger than {MAX_FILE_BYTES:,} bytes")
    text = _UNSTORABLE.sub("\ufffd", text.removeprefix("\ufeff"))
    try:
        value = json.loads(text) if is_json(text) else YAML(typ="safe", pure=True).load(text)
        return _Plain().value(value, ())
    except RecursionError:
        raise FaultyGraphError((), "is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise FaultyGraphError((), f"is not valid JSON: {error.msg}, column {error.colno}", line=error.lineno) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = re.sub(r"\s+", " ", error.problem or error.context or "").partition(" with value")[0]
        raise FaultyGraphError((), f"is not valid YAML: {problem}", line=mark and mark.line + 1) from None
    except (YAMLError, ValueError, TypeError, OverflowError) as error:
        if isinstance(error, FaultyGraphError):
            raise
        raise FaultyGraphError((), "is neither YAML nor JSON") from None


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, on which the value at `path` of a YAML text begins, or what is around it."""
    found = YAML(typ="safe", pure=True).compose(text.removeprefix("\ufeff"))
    for key in path:
        inner = _inside(found, key)
        if inner is None:
            break
        found = inner
    return None if found is None else found.start_mark.line + 1


def _inside(node: Any, key: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        found: Node = node.value[key]
        return found
    return None


class _Plain:
    """Copies values as JSON has them, until there are too many."""

    def __init__(self) -> None:
        self._left = _MAX_EXPANDED

    def value(self, value: Any, path: Path) -> Any:
        self._left -= _PER_VALUE
        if len(path) > _MAX_DEPTH:
            raise FaultyGraphError((), "is nested too deeply")
        if isinstance(value, str):
            self._left -= len(value)
            value = _UNSTORABLE.sub("\ufffd", value)  # escapes may have brought some in
        if self._left < 0:
            raise FaultyGraphError((), "is too large with all that its aliases repeat")
        if isinstance(value, Mapping):
            return {self._key(key, path): self.value(inner, (*path, str(key))) for key, inner in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.value(inner, (*path, number)) for number, inner in enumerate(value)]
        if value is None or isinstance(value, str | bool | int):
            return value
        return value if isinstance(value, float) and math.isfinite(value) else str(value)

    def _key(self, key: Any, path: Path) -> str:
        name = self.value(key, path)
        if isinstance(name, dict | list):
            raise FaultyGraphError(path, "has a key that is no text")
        return name if isinstance(name, str) else json.dumps(name)


def mapping(value: Any, path: Path) -> dict[str, Any]:
    """An object.

    Raises:
        FaultyGraphError: It is something else.
    """
    if not isinstance(value, dict):
        raise FaultyGraphError(path, f"must be an object, is {_kind(value)}")
    return value


def sequence(value: Any, path: Path, most: int | None = None) -> list[Any]:
    """A list.

    Raises:
        FaultyGraphError: It is something else, or has more than `most` elements.
    """
    if not isinstance(value, list):
        raise FaultyGraphError(path, f"must be a list, is {_kind(value)}")
    if most is not None and len(value) > most:
        raise FaultyGraphError(path, f"has {len(value):,} elements, more than {most:,}")
    return value


def identifier(value: Any, path: Path) -> str:
    """A text that names something; numbers are written out.

    Raises:
        FaultyGraphError: It is empty or something else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise FaultyGraphError(path, f"must be a text that is not empty, is {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return "an empty text" if isinstance(value, str) else "a number or truth value"
