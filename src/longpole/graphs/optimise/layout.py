"""Where steps that run side by side stand on Dify's canvas: the first of each column stays, others go below all.

    before   a   b   c   d          after   a   ·   ·   d
                                            b
                                            c

Invariant: no step that is moved stands on another one of its level.

Upstream: `graphs.optimise.optimise`. Downstream: `graphs.optimise.text`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import Node

from longpole.graphs.optimise.text import YamlText, child, plain

_GAP_X, _GAP_Y = 60, 40
_WIDTH, _HEIGHT = 244, 90


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


def place_side_by_side(
    file: YamlText, level: Mapping[str, Node], container: Node | None, columns: Sequence[Sequence[str]]
) -> None:
    """Move the steps of `columns` so that those of a column stand below each other.

    Args:
        file: To be changed.
        level: The nodes of the level by id.
        container: The node around the level.
        columns: Ids, by how many steps they come after the first ones.
    """
    boxes = {node_id: _box(node) for node_id, node in level.items()}
    mine = [boxes[node_id] for column in columns for node_id in column if boxes[node_id] is not None]
    known = [box for box in boxes.values() if box is not None]
    if not mine or len(mine) != sum(map(len, columns)):
        return
    left = min(box.x for box in mine if box)
    below = max(box.y + box.height for box in known)
    wide, high = max(box.width for box in known) + _GAP_X, max(box.height for box in known) + _GAP_Y
    deepest = below
    for number, column in enumerate(columns):
        for row, node_id in enumerate(column[1:]):
            box = boxes[node_id]
            if box is not None:
                y = below + _GAP_Y + row * high
                deepest = max(deepest, y + box.height)
                _move(file, level[node_id], left + number * wide - box.x, y - box.y)
    right = left + len(columns) * wide
    if container is not None:
        _grow(file, container, "height", deepest + _GAP_Y)
        _grow(file, container, "width", right)


def columns_of(nodes: Sequence[str], waits: Mapping[str, set[str]]) -> list[list[str]]:
    """Steps by the longest way to them within `nodes`, which come in an order that the waits allow."""
    depth: dict[str, int] = {}
    columns: dict[int, list[str]] = defaultdict(list)
    for node_id in nodes:
        depth[node_id] = max((depth[other] + 1 for other in waits.get(node_id, ()) if other in depth), default=0)
        columns[depth[node_id]].append(node_id)
    return [columns[number] for number in sorted(columns)]


def _box(node: Node) -> _Box | None:
    x, y = _number(child(node, "position", "x")), _number(child(node, "position", "y"))
    if x is None or y is None:
        return None
    return _Box(x, y, _number(child(node, "width")) or _WIDTH, _number(child(node, "height")) or _HEIGHT)


def _move(file: YamlText, node: Node, by_x: float, by_y: float) -> None:
    for place in ("position", "positionAbsolute"):
        for axis, by in (("x", by_x), ("y", by_y)):
            at = child(node, place, axis)
            now = _number(at)
            if at is not None and now is not None and by:
                file.set_scalar(at, _written(now + by))


def _grow(file: YamlText, container: Node, what: str, least: float) -> None:
    for at in (child(container, what), child(container, "data", what)):
        now = _number(at)
        if at is not None and now is not None and now < least:
            file.set_scalar(at, _written(least))


def _number(node: Node | None) -> float | None:
    try:
        return float(plain(node) or "")
    except ValueError:
        return None


def _written(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
