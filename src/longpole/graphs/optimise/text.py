"""A YAML file that is changed here and there, and stays as it was everywhere else, byte for byte.

The file is read for where things stand; changes are made to its text. So its
comments, order, quotes, line ends and indentation remain, and a difference of
the two files shows the changes and nothing else.

Invariant: edits do not overlap; with no edits the text is the same.

Upstream: `edges`, `settings`, `layout`. Downstream: none.
"""

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from longpole.domain.errors import InvalidInputError

_BOM = "\ufeff"


class YamlText:
    """A text of YAML, where everything stands in it, and what is to be changed."""

    def __init__(self, text: str) -> None:
        self._bom = _BOM if text.startswith(_BOM) else ""
        self.text = text.removeprefix(_BOM)
        root = YAML(typ="safe", pure=True).compose(self.text)
        if not isinstance(root, MappingNode):
            raise InvalidInputError("file", "is no YAML object")
        self.root = root
        self.line_end = "\r\n" if "\r\n" in self.text else "\n"
        self._edits: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, by: str) -> None:
        """Put `by` in the place of some characters; what is put in at one place comes in the order of the calls."""
        self._edits.append((start, end, by))

    def set_scalar(self, node: Node, by: str) -> None:
        """Another value in the place of one; `by` is YAML."""
        self.replace(node.start_mark.index, node.end_mark.index, by)

    def insert_lines(self, at: Node, *lines: str) -> None:
        """Put lines in front of the line of a key, as deep as it; `at` is the key."""
        start = self.line_start(at.start_mark.index)
        indent = " " * at.start_mark.column
        self.replace(start, start, "".join(f"{indent}{line}{self.line_end}" for line in lines))

    def result(self) -> str:
        """The text with all changes."""
        parts, at = [self._bom], 0
        for start, end, by in sorted(self._edits, key=lambda edit: edit[:2]):
            parts += [self.text[at:start], by]
            at = end
        return "".join([*parts, self.text[at:]])

    def line_start(self, index: int) -> int:
        """Where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end_after(self, index: int) -> int:
        """Where the line of a character ends, its line end included."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def written(self, node: Node) -> str:
        """How a value is written."""
        return self.text[node.start_mark.index : node.end_mark.index]

    def lines_of(self, item: Node) -> tuple[int, int]:
        """From where to where the lines of an item of a list go.

        Raises:
            InvalidInputError: It is not written in lines of its own, or is named or repeated elsewhere.
        """
        last = leaf(item)
        start, end = self.line_start(item.start_mark.index), self.line_end_after(last.end_mark.index - 1)
        before = self.text[start : item.start_mark.index]
        plain = isinstance(item, MappingNode) and not item.flow_style and before.strip() == "-"
        if not plain or any(found.anchor is not None for found in _all(item)):
            line = item.start_mark.line + 1
            raise InvalidInputError(f"line {line}", "an edge is not written as Dify writes it: export the file anew")
        return start, end


def child(node: Node | None, *keys: str) -> Node | None:
    """What stands at some keys; None where there is nothing."""
    for key in keys:
        if not isinstance(node, MappingNode):
            return None
        node = next((value for name, value in node.value if name.value == key), None)
    return node


def key_of(node: Node | None, key: str) -> Node | None:
    """A key itself, where an object has it."""
    return next((name for name, _ in node.value if name.value == key), None) if isinstance(node, MappingNode) else None


def items(node: Node | None) -> list[Node]:
    """The items of a list; none where there is no list."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def plain(node: Node | None) -> str | None:
    """A scalar's value as it was read; None where there is none."""
    return str(node.value) if isinstance(node, ScalarNode) else None


def leaf(node: Node) -> Node:
    """The last value inside of something."""
    while isinstance(node, MappingNode | SequenceNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, MappingNode) else last
    return node


def _all(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, MappingNode):
        for _, value in node.value:
            yield from _all(value)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            yield from _all(value)
