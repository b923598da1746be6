"""Which iterations work on one item after the other, though no item has to do with another.

    items ─► [ ask ─► tidy ] × 12        is_parallel: false          12 × 1.1 s
                                         is_parallel: true, 10       2 × 1.1 s

The engine puts the results back in order. What a round of a loop leaves behind
is there for the next one: loops stay as they are.

Invariant: called safe only if every step inside is known to leave the world as
it was, and uses nothing but the item, its place, what came before the
iteration, and what came before the step in the same round.

Upstream: `domain.graphs`. Downstream: `graphs.optimise.optimise`, `advice.parallel_opportunities`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from longpole.domain.graphs import Engine, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.domain.node_types import snake_case
from longpole.graphs.hazards import conducts, own_variables, parts_of, purity_of, raced, used_at, uses_of
from longpole.graphs.levels import Level, levels
from longpole.graphs.purity import is_harmless
from longpole.graphs.removable_edges import Verdict

DEFAULT_SLOTS = 10
"""Items at a time in a parallel iteration of Dify's, unless it says otherwise; its engine has ten workers as well."""
_OF_THE_ITEM = frozenset({"item", "index"})


@dataclass(frozen=True, slots=True)
class SequentialIteration:
    """An iteration or loop, whether its rounds may run side by side, and why; `slots` how many at a time."""

    node_id: str
    verdict: Verdict
    reason: str
    slots: int = DEFAULT_SLOTS


def sequential_iterations(graph: WorkflowGraph) -> tuple[SequentialIteration, ...]:
    """A verdict on each iteration and loop of a Dify graph, in the graph's order."""
    if graph.engine is not Engine.DIFY:
        return ()
    by_container = {level.container_id: level for level in levels(graph)}
    return tuple(
        _judged(graph, node, by_container)
        for node in graph.nodes
        if snake_case(node.node_type) in {"iteration", "loop"}
    )


def _judged(graph: WorkflowGraph, node: GraphNode, by_container: Mapping[str | None, Level]) -> SequentialIteration:
    kept = _why_kept(graph, node, by_container)
    slots = node.config.get("parallel_nums")
    slots = slots if isinstance(slots, int) and not isinstance(slots, bool) and slots > 1 else DEFAULT_SLOTS
    if kept is not None:
        return SequentialIteration(node.node_id, Verdict.KEPT, kept, slots)
    if _is_raced(graph, node, by_container):
        reason = "no item uses anything of another, but a step beside it changes something that it may notice"
        return SequentialIteration(node.node_id, Verdict.NEEDS_CONFIRMATION, reason, slots)
    unknown = [part for part, purity in _purities(graph, _inside(graph, node)) if not is_harmless(purity)]
    if unknown:
        who = ", ".join(part.called for part in unknown)
        reason = f"no item uses anything of another, but nobody knows whether {who} changes anything"
        return SequentialIteration(node.node_id, Verdict.NEEDS_CONFIRMATION, reason, slots)
    reason = "no item uses anything of another, and the steps inside only compute or read"
    if graph.source is GraphSource.INFERRED:
        return SequentialIteration(node.node_id, Verdict.NEEDS_CONFIRMATION, f"{reason}, as far as runs show", slots)
    return SequentialIteration(node.node_id, Verdict.SAFE, reason, slots)


def _is_raced(graph: WorkflowGraph, node: GraphNode, by_container: Mapping[str | None, Level]) -> bool:
    level = by_container.get(node.container_id)
    return level is None or bool(raced(level, conducts(graph, level)) >> level.places[node.node_id] & 1)


def _inside(graph: WorkflowGraph, node: GraphNode) -> list[GraphNode]:
    return [part for part in parts_of(graph, node) if part.node_id != node.node_id]


def _why_kept(graph: WorkflowGraph, node: GraphNode, by_container: Mapping[str | None, Level]) -> str | None:
    if snake_case(node.node_type) == "loop":
        return "a round of a loop may use what the round before left behind"
    if node.config.get("is_parallel"):
        return "it works on several items at a time already"
    inside = _inside(graph, node)
    if not inside:
        return "nothing is known of what is inside of it"
    ties = chain(_what_is_changed(graph, inside), _ties_between_items(graph, node, inside, by_container))
    return next(ties, None)


def _what_is_changed(graph: WorkflowGraph, inside: list[GraphNode]) -> Iterator[str]:
    for part, purity in _purities(graph, inside):
        if part.writes:
            yield f"{part.called} writes {', '.join(sorted(set(part.writes)))}, in the order of the items"
        if part.has_dynamic_reads:
            yield f"{part.called} may use results that its configuration does not name"
        if purity is Purity.WRITES:
            yield f"{part.called} changes something outside the workflow, in the order of the items"


def _ties_between_items(
    graph: WorkflowGraph, node: GraphNode, inside: list[GraphNode], by_container: Mapping[str | None, Level]
) -> Iterator[str]:
    """What a step inside uses of the rounds before its own."""
    ids = frozenset(part.node_id for part in inside)
    containers = {other.node_id: other.container_id for other in graph.nodes}
    around = {container for container in containers.values() if container is not None}
    names = {node.node_id} | {str(part.config.get("iteration_id", "")) for part in inside if _is_in(part, node)} - {""}
    for part in inside:
        own = {name for called in names for name in own_variables(part.config, called)}
        is_unclear = node.node_id in part.reads and not own and part.node_id not in around
        if is_unclear or own - _OF_THE_ITEM:
            yield f"{part.called} uses results of the iteration while it is running"
        for used in sorted(uses_of(graph.engine, part, ids) & ids):
            if _is_inside(used, part.node_id, containers) or _is_inside(part.node_id, used, containers):
                continue
            level = by_container.get(containers[used])
            at = None if level is None else used_at(graph, level, part.node_id)
            if level is None or at is None or not level.after[level.places[used]] >> level.places[at] & 1:
                yield f"{part.called} uses a result that may be of the item before"


def _is_in(part: GraphNode, node: GraphNode) -> bool:
    """Directly. Its configuration has the iteration's name in the file, whatever it is called in runs."""
    return part.container_id == node.node_id


def _is_inside(node_id: str, container: str, containers: Mapping[str, str | None]) -> bool:
    around, steps = containers.get(node_id), 0
    while around is not None and steps <= len(containers):
        if around == container:
            return True
        around, steps = containers.get(around), steps + 1
    return False


def _purities(graph: WorkflowGraph, inside: list[GraphNode]) -> list[tuple[GraphNode, Purity]]:
    around = {node.container_id for node in graph.nodes}
    return [(part, purity_of(graph.engine, part, is_around=part.node_id in around)) for part in inside]
