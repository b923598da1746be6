"""Why one step must stay after another: what it uses, what either changes, what nobody knows.

Two steps may run side by side only if both are known to leave the world as it
was, neither uses anything of the other, and none of them is part of the
workflow's frame: its start, its decisions, what it sends and when.

Upstream: `graphs.levels`, `graphs.purity`. Downstream: `graphs.removable_edges`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from longpole.domain.graphs import Engine, GraphNode, Purity, WorkflowGraph
from longpole.domain.node_types import snake_case
from longpole.graphs.levels import Level
from longpole.graphs.purity import dify_purity, is_harmless, worst

_FRAME = {
    "start": "everything begins with {0}",
    "iteration_start": "every item begins with {0}",
    "loop_start": "every round begins with {0}",
    "loop_end": "{0} ends the loop",
    "end": "{0} waits for everything before it",
    "answer": "what {0} sends comes in this order",
    "if_else": "{0} decides what runs",
    "question_classifier": "{0} decides what runs",
    "human_input": "{0} waits for a person",
}
_ENTRIES = frozenset({"start", "iteration_start", "loop_start", "__start__"})
_CONTAINERS = frozenset({"iteration", "loop"})
_CLOSED = frozenset({"llm", "parameter_extractor", "question_classifier", "document_extractor"})
"""Types whose results depend on what they are given only, and on a model."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a step does and uses, with all that is inside of it.

    Attributes:
        uses: Ids of the nodes, of any level, whose results it uses.
        writes, shared_reads: Names of shared things.
        sees_the_world: What it makes depends on what is outside of the workflow, other than a model.
        frame: Why it keeps its place whatever it does, with `{0}` for its name; None where it need not.
    """

    purity: Purity
    is_dynamic: bool
    uses: frozenset[str]
    writes: frozenset[str]
    shared_reads: frozenset[str]
    sees_the_world: bool
    frame: str | None

    def shows(self, other: "Conduct") -> bool:
        """What it does may be noticed by the other, though nothing is handed over."""
        if self.writes:
            return bool(self.writes & other.shared_reads)
        return not is_harmless(self.purity) and other.sees_the_world


def conducts(graph: WorkflowGraph, level: Level) -> tuple[Conduct, ...]:
    """What the nodes of a level do, by place."""
    inside = _by_container(graph)
    node_ids = frozenset(node.node_id for node in graph.nodes)
    reached = _reached(graph.engine, level)
    found = []
    for node in level.nodes:
        parts = list(_parts(node, inside))
        found.append(
            Conduct(
                purity=worst(*(purity_of(graph.engine, part, is_around=part.node_id in inside) for part in parts)),
                is_dynamic=any(part.has_dynamic_reads for part in parts),
                uses=frozenset().union(*(uses_of(graph.engine, part, node_ids) for part in parts)),
                writes=frozenset(name for part in parts for name in part.writes),
                shared_reads=frozenset(name for part in parts for name in part.shared_reads),
                sees_the_world=any(_sees_the_world(graph.engine, part, inside) for part in parts),
                frame=_frame(graph.engine, level, node, is_reached=node.node_id in reached),
            )
        )
    return tuple(found)


def used_at(graph: WorkflowGraph, level: Level, node_id: str) -> str | None:
    """The node of the level that a node of any level is, or is inside of; None where it is elsewhere."""
    containers = {node.node_id: node.container_id for node in graph.nodes}
    seen = 0
    while node_id not in level.places:
        container = containers.get(node_id)
        if container is None or seen > len(containers):
            return None
        node_id, seen = container, seen + 1
    return node_id


def mentioned(config: Any, node_ids: frozenset[str]) -> Iterator[str]:
    """Nodes that a configuration names the way Dify does: `{{#id.name#}}` in a text, or a list that begins with an id.

    More than it uses, maybe: a selector that is switched off is found as well.
    """
    if isinstance(config, str):
        yield from (found for found in re.findall(r"#([^#.{}\s]+)\.", config) if found in node_ids)
    elif isinstance(config, Mapping):
        for inner in config.values():
            yield from mentioned(inner, node_ids)
    elif isinstance(config, list | tuple):
        if config and isinstance(config[0], str) and config[0] in node_ids:
            yield config[0]
        for inner in config:
            yield from mentioned(inner, node_ids)


def _sees_the_world(engine: Engine, node: GraphNode, inside: Mapping[str | None, list[GraphNode]]) -> bool:
    purity = purity_of(engine, node, is_around=node.node_id in inside)
    return purity is not Purity.PURE and not (engine is Engine.DIFY and snake_case(node.node_type) in _CLOSED)


def raced(level: Level, of: tuple[Conduct, ...]) -> int:
    """Places, as bits, of steps beside which another one runs that they may notice: who comes first, time decides.

    Of such a race the order that a workflow's author sees is the usual one. It must not be turned round.
    """
    found = 0
    acting_at = [(place, c) for place, c in enumerate(of) if c.writes or not is_harmless(c.purity)]
    for place, conduct in enumerate(of):
        for other, acting in acting_at if conduct.sees_the_world or conduct.shared_reads else ():
            is_ordered = other == place or level.after[place] >> other & 1 or level.after[other] >> place & 1
            if not is_ordered and acting.shows(conduct) and not level.exclude_each_other(place, other):
                found |= 1 << place
    return found


def own_variables(config: Any, node_id: str) -> Iterator[str]:
    """Names of a node's variables that a configuration mentions: `item` of `{{#it.item#}}` or of `[it, item]`."""
    if isinstance(config, str):
        yield from re.findall(rf"#{re.escape(node_id)}\.([^#.}}\s]+)", config)
    elif isinstance(config, Mapping):
        for inner in config.values():
            yield from own_variables(inner, node_id)
    elif isinstance(config, list | tuple):
        if len(config) > 1 and config[0] == node_id:
            yield str(config[1])
        for inner in config:
            yield from own_variables(inner, node_id)


def parts_of(graph: WorkflowGraph, node: GraphNode) -> tuple[GraphNode, ...]:
    """The node, and all that is inside of it, of any depth."""
    return tuple(_parts(node, _by_container(graph)))


def purity_of(engine: Engine, node: GraphNode, *, is_around: bool) -> Purity:
    """The stricter of what the graph says and what the configuration says; a Dify container is what is inside.

    Args:
        engine: What runs it.
        node: It alone, without what is inside of it.
        is_around: There is something inside of it.
    """
    if engine is not Engine.DIFY:
        return node.purity
    if snake_case(node.node_type) in _CONTAINERS:
        return Purity.PURE if is_around else Purity.UNKNOWN
    return worst(node.purity, dify_purity(node.node_type, node.config))


def uses_of(engine: Engine, node: GraphNode, node_ids: frozenset[str]) -> set[str]:
    """Nodes whose results it uses: those that the graph names, and for Dify those that its configuration does."""
    uses = set(node.reads)
    if engine is Engine.DIFY:
        uses.update(mentioned(node.config, node_ids))
    return uses - {node.node_id}


def _by_container(graph: WorkflowGraph) -> dict[str | None, list[GraphNode]]:
    inside: dict[str | None, list[GraphNode]] = defaultdict(list)
    for node in graph.nodes:
        inside[node.container_id].append(node)
    return inside


def _parts(node: GraphNode, inside: Mapping[str | None, list[GraphNode]]) -> Iterator[GraphNode]:
    waiting, seen = [node], {node.node_id}
    while waiting:
        part = waiting.pop()
        yield part
        for inner in inside.get(part.node_id, ()):
            if inner.node_id not in seen:
                seen.add(inner.node_id)
                waiting.append(inner)


def _reached(engine: Engine, level: Level) -> frozenset[str]:
    """Nodes that a run comes to: Dify begins at the start node, and never at a node that was left lying about."""
    if engine is not Engine.DIFY or level.container_id is not None:
        return frozenset(level.places)
    starts = [place for place, node in enumerate(level.nodes) if snake_case(node.node_type) == "start"]
    if not starts:
        return frozenset(level.places)
    return frozenset(
        node.node_id
        for place, node in enumerate(level.nodes)
        if any(place == start or level.after[start] >> place & 1 for start in starts)
    )


def _frame(engine: Engine, level: Level, node: GraphNode, *, is_reached: bool) -> str | None:
    kind = snake_case(node.node_type)
    if kind in _FRAME:
        return _FRAME[kind]
    if not is_reached:
        return "nothing leads to {0}"
    if node.node_id in level.deciding:
        return "what runs after {0} depends on how it ends"
    if level.meeting(node.node_id):
        return "paths of different branches meet at {0}"
    is_entry = node.node_id in level.entries()
    if is_entry and (engine is Engine.DIFY or node.node_type in _ENTRIES):
        return "everything begins with {0}"
    return None
