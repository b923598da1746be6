"""Which edges of a workflow only cost time: the steps at their ends have nothing to do with each other.

An edge is safe to give up only if both steps are known to leave the world as
it was, and neither uses, by whatever way, what the other made. What nobody
knows is never called safe: it needs somebody's confirmation. Everything else
is kept, with the reason.

Invariant: with every edge that is called safe taken out, and the new edges put
in, each step runs on the same condition and with the same inputs as before,
whatever the order in which an engine runs what may run.

Upstream: `domain.graphs`. Downstream: `graphs.optimise.optimise`, `advice.parallel_opportunities`.
Source: the design's sheet of analyses, "Parallelisation": references as declared, a gate for side effects.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from longpole.domain.graphs import Engine, GraphEdge, GraphSource, Purity, WorkflowGraph
from longpole.graphs.hazards import Conduct
from longpole.graphs.levels import bits, levels
from longpole.graphs.orders import Orders, Pair, orders
from longpole.graphs.purity import is_harmless
from longpole.graphs.rewiring import groups, rewired


class Verdict(StrEnum):
    """What may become of an edge."""

    SAFE = "safe"
    NEEDS_CONFIRMATION = "needs_confirmation"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Removable:
    """An edge and its verdict; the reason in words, with titles of nodes."""

    edge: GraphEdge
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Rewiring:
    """Steps that can run side by side, and what to change for it; independent of every other rewiring.

    Attributes:
        nodes: Their ids, in the order in which they run now.
        removed, added: Edges.
        dropped: All pairs of steps that do not wait for each other any more, by an edge or by others in between.
        unknown: Of the nodes, those of which nobody knows what they do to the world.
    """

    verdict: Verdict
    container_id: str | None
    nodes: tuple[str, ...]
    removed: tuple[GraphEdge, ...]
    added: tuple[GraphEdge, ...]
    dropped: tuple[Pair, ...]
    unknown: tuple[str, ...] = ()


def removable_edges(graph: WorkflowGraph, fingerprint_veto: frozenset[Pair] = frozenset()) -> tuple[Removable, ...]:
    """A verdict on every edge, in the graph's order.

    Args:
        graph: As declared; of one that was inferred, nothing is called safe.
        fingerprint_veto: Pairs of nodes of which runs say that the second was given what the first made. They can
            only keep edges.
    """
    at = {(o.level.container_id, node.node_id): o for o in orders(graph, fingerprint_veto) for node in o.level.nodes}
    containers = {node.node_id: node.container_id for node in graph.nodes}
    return tuple(_judged(graph, at, containers, edge) for edge in graph.edges)


def rewirings(
    graph: WorkflowGraph, verdict: Verdict = Verdict.SAFE, fingerprint_veto: frozenset[Pair] = frozenset()
) -> tuple[Rewiring, ...]:
    """Ways to run steps side by side, as far as they have this verdict; each stands for itself."""
    return tuple(
        rewiring
        for found in orders(graph, fingerprint_veto)
        for rewiring in _rewirings(graph, found, verdict)
        if rewiring.verdict is verdict
    )


def with_rewiring(graph: WorkflowGraph, *rewirings: Rewiring) -> tuple[GraphEdge, ...]:
    """The graph's edges after all of these changes at once, in its order, new ones last."""
    dropped = {pair for rewiring in rewirings for pair in rewiring.dropped}
    gone: set[GraphEdge] = set()
    come: list[GraphEdge] = []
    for level in levels(graph):
        given_up = [0] * len(level.nodes)
        for source, target in dropped:
            if source in level.places and target in level.places:
                given_up[level.places[source]] |= 1 << level.places[target]
        if any(given_up):
            change = rewired(level, tuple(given_up))
            gone.update(change.removed)
            come += change.added
    return (*(edge for edge in graph.edges if edge not in gone), *come)


def _rewirings(graph: WorkflowGraph, found: Orders, verdict: Verdict) -> Iterator[Rewiring]:
    given_up = found.given_up if verdict is Verdict.SAFE else found.if_confirmed
    level = found.level
    for group in groups(given_up):
        own = tuple(later if group >> place & 1 else 0 for place, later in enumerate(given_up))
        change = rewired(level, own)
        unknown = tuple(level.nodes[p].node_id for p in bits(group) if not is_harmless(found.conducts[p].purity))
        is_known = not unknown and graph.source is not GraphSource.INFERRED
        yield Rewiring(
            verdict=Verdict.SAFE if is_known else Verdict.NEEDS_CONFIRMATION,
            container_id=level.container_id,
            nodes=tuple(level.nodes[p].node_id for p in bits(group)),
            removed=change.removed,
            added=change.added,
            dropped=tuple((level.nodes[p].node_id, level.nodes[q].node_id) for p in bits(group) for q in bits(own[p])),
            unknown=unknown,
        )


def _judged(
    graph: WorkflowGraph,
    at: Mapping[tuple[str | None, str], Orders],
    containers: Mapping[str, str | None],
    edge: GraphEdge,
) -> Removable:
    found = at.get((containers.get(edge.source), edge.source))
    if found is None or edge.target not in found.level.places:
        return Removable(edge, Verdict.KEPT, _why_not_looked_at(graph, containers, edge))
    one, other = found.level.places[edge.source], found.level.places[edge.target]
    names = graph.called(edge.source), graph.called(edge.target)
    if found.given_up[one] >> other & 1:
        reason = f"{names[1]} uses nothing that {names[0]} makes, and both only compute or read"
        if graph.source is GraphSource.INFERRED:
            return Removable(edge, Verdict.NEEDS_CONFIRMATION, f"{reason}; but the graph itself is a guess from runs")
        return Removable(edge, Verdict.SAFE, reason)
    if found.if_confirmed[one] >> other & 1:
        unknown = [
            name
            for place, name in ((one, names[0]), (other, names[1]))
            if not is_harmless(found.conducts[place].purity)
        ]
        who = " and ".join(unknown) or "a step beside them"
        reason = f"{names[1]} uses nothing that {names[0]} makes, but nobody knows whether {who} changes anything"
        return Removable(edge, Verdict.NEEDS_CONFIRMATION, reason)
    return Removable(edge, Verdict.KEPT, _why_kept(graph, found, edge))


def _why_not_looked_at(graph: WorkflowGraph, containers: Mapping[str, str | None], edge: GraphEdge) -> str:
    if graph.engine is Engine.N8N:
        return "n8n runs branches one after the other: nothing would be gained"
    container = containers.get(edge.source)
    if container != containers.get(edge.target):
        return "it leads into or out of a container"
    if container is not None:
        return f"it is inside of {graph.called(container)}, whose rounds may carry state"
    return "the graph has a circle, or is too large"


def _why_kept(graph: WorkflowGraph, found: Orders, edge: GraphEdge) -> str:
    return next(_reasons(graph, found, edge))


def _reasons(graph: WorkflowGraph, found: Orders, edge: GraphEdge) -> Iterator[str]:
    """The first is told."""
    level = found.level
    one, other = level.places[edge.source], level.places[edge.target]
    names = {one: graph.called(edge.source), other: graph.called(edge.target)}
    for place, name in names.items():
        frame = found.conducts[place].frame
        if frame is not None:
            yield frame.format(name)
    if found.uses[one] >> other & 1:
        yield f"one of {names[one]} and {names[other]} uses what the other makes"
    if found.vetoed[one] >> other & 1:
        yield f"in runs {names[other]} was given what {names[one]} made, though its configuration does not say so"
    for place, name in names.items():
        if found.races >> place & 1:
            yield f"{name} may notice what a step beside it does: the order that they have now is the usual one"
        yield from _own_reason(found.conducts[place], name)
    if level.conditions[one] != level.conditions[other]:
        yield f"{names[one]} and {names[other]} do not run on the same condition"
    yield f"{names[other]} needs {names[one]} through a step in between, or would make too many branches at once"


def _own_reason(conduct: Conduct, name: str) -> Iterator[str]:
    if conduct.writes:
        yield f"{name} writes {', '.join(sorted(conduct.writes))}"
    if conduct.purity is Purity.WRITES:
        yield f"{name} changes something outside the workflow"
    if conduct.is_dynamic:
        yield f"{name} may use results that its configuration does not name"
