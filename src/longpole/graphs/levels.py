"""A graph in levels, what is in one container each, and a level in regions that run on the same condition.

    start ─► ask ─► if ─true──► a ─► b ─┐       regions: {start, ask, if}, {a, b}, {c}, {join, end}
                     └─false─► c ───────┴─► join ─► end

All nodes of a region run, or none does. A node where paths of different
conditions meet begins a region of its own.

Invariant: what leads to a node of a region is in the region, or the one
decision or meeting point that it begins with.

Upstream: `domain.graphs`. Downstream: `graphs.hazards`, `graphs.rewiring`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from longpole.domain.graphs import GraphEdge, GraphNode, WorkflowGraph

Condition = tuple[str | None, str | None]
"""(None, None): always; (node, branch): that decision; (node, None): whenever the node that paths meet at runs."""
ALWAYS: Condition = (None, None)


@dataclass(frozen=True, slots=True)
class Level:
    """The nodes of one container, in an order that their edges allow, and the edges between them.

    Attributes:
        conditions: By place of the node.
        after: By place of the node: the places that come after it, as bits.
        deciding: Nodes whose edges are taken or not, as their outcome has it.
    """

    container_id: str | None
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    places: Mapping[str, int]
    conditions: tuple[Condition, ...]
    after: tuple[int, ...]
    deciding: frozenset[str]

    def entries(self) -> frozenset[str]:
        """Nodes that nothing on the level leads to."""
        return frozenset(self.places) - {edge.target for edge in self.edges}

    def meeting(self, node_id: str) -> bool:
        """Paths of different conditions meet at the node."""
        return self.conditions[self.places[node_id]] == (node_id, None)

    def exclude_each_other(self, one: int, other: int) -> bool:
        """They are on different branches of one decision."""
        taken = self._decided(one)
        return any(taken.get(node_id, branch) != branch for node_id, branch in self._decided(other).items())

    def _decided(self, place: int) -> dict[str, str]:
        """The branches that lead to a place, back to where paths meet."""
        found: dict[str, str] = {}
        source, branch = self.conditions[place]
        while source is not None and branch is not None:
            found[source] = branch
            source, branch = self.conditions[self.places[source]]
        return found


def levels(graph: WorkflowGraph) -> tuple[Level, ...]:
    """The graph's levels, in the order of their first nodes. A level with a circle in it is left out."""
    members: dict[str | None, list[GraphNode]] = defaultdict(list)
    for node in graph.nodes:
        members[node.container_id].append(node)
    found = (_level(container, nodes, graph.edges) for container, nodes in members.items())
    return tuple(level for level in found if level is not None)


def bits(mask: int) -> Iterator[int]:
    """The places in a set, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _level(container: str | None, nodes: list[GraphNode], edges: tuple[GraphEdge, ...]) -> Level | None:
    by_id = {node.node_id: node for node in nodes}
    inside = tuple(edge for edge in edges if edge.source in by_id and edge.target in by_id)
    order = _topological([node.node_id for node in nodes], inside)
    if order is None:
        return None
    places = {node_id: place for place, node_id in enumerate(order)}
    deciding = frozenset(edge.source for edge in inside if edge.branch is not None) | {
        node.node_id for node in nodes if node.config.get("error_strategy") == "fail-branch"
    }
    return Level(
        container_id=container,
        nodes=tuple(by_id[node_id] for node_id in order),
        edges=inside,
        places=places,
        conditions=_conditions(order, inside, deciding, _alternatives(nodes)),
        after=_after(order, inside, places),
        deciding=deciding,
    )


def _topological(node_ids: list[str], edges: tuple[GraphEdge, ...]) -> list[str] | None:
    waits = dict.fromkeys(node_ids, 0)
    follow: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        waits[edge.target] += 1
        follow[edge.source].append(edge.target)
    order = [node_id for node_id in node_ids if not waits[node_id]]
    for node_id in order:  # grows while it is walked
        for target in follow[node_id]:
            waits[target] -= 1
            if not waits[target]:
                order.append(target)
    return order if len(order) == len(node_ids) else None


def _alternatives(nodes: list[GraphNode]) -> frozenset[str]:
    """Where a workflow has several triggers, one of them begins a run."""
    triggers = frozenset(node.node_id for node in nodes if node.node_type.startswith("trigger"))
    return triggers if len(triggers) > 1 else frozenset()


def _conditions(
    order: list[str], edges: tuple[GraphEdge, ...], deciding: frozenset[str], alternatives: frozenset[str]
) -> tuple[Condition, ...]:
    into: dict[str, list[GraphEdge]] = defaultdict(list)
    for edge in edges:
        into[edge.target].append(edge)
    found: dict[str, Condition] = {}
    for node_id in order:
        leading = {
            (edge.source, edge.branch or "") if edge.source in deciding else found[edge.source]
            for edge in into[node_id]
        } or {ALWAYS}
        is_own = len(leading) > 1 or node_id in alternatives
        found[node_id] = (node_id, None) if is_own else leading.pop()
    return tuple(found[node_id] for node_id in order)


def _after(order: list[str], edges: tuple[GraphEdge, ...], places: Mapping[str, int]) -> tuple[int, ...]:
    follow = [0] * len(order)
    for edge in edges:
        follow[places[edge.source]] |= 1 << places[edge.target]
    return closed(follow)


def closed(follow: list[int]) -> tuple[int, ...]:
    """What comes after each place by any path, where each place is followed by later ones only."""
    reached = [0] * len(follow)
    for place in range(len(follow) - 1, -1, -1):
        mask = follow[place]
        for next_place in bits(follow[place]):
            mask |= reached[next_place]
        reached[place] = mask
    return tuple(reached)
