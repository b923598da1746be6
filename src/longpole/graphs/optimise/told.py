"""What is said of a Dify file that was made quicker: what was done, what was left alone, and why.

Upstream: `graphs.optimise.optimise`. Downstream: `cli.graph_optimise` prints it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from longpole.domain.graphs import GraphNode, WorkflowGraph
from longpole.domain.node_types import snake_case
from longpole.graphs.optimise.settings import RETRIES, RETRY_INTERVAL_MS, has_default
from longpole.graphs.parallel_iterations import SequentialIteration, sequential_iterations
from longpole.graphs.purity import dify_purity, is_harmless
from longpole.graphs.removable_edges import Removable, Rewiring, Verdict, removable_edges, rewirings

_REMOTE = frozenset({"llm", "http_request", "tool"})
"""Types that Dify tries again when told to, and that fail for reasons which pass."""
_INSTANT = frozenset({"list_operator", "variable_aggregator", "variable_assigner", "if_else"})
"""Types that the engine computes itself, within a millisecond: beside them nothing is gained."""


class Kind(StrEnum):
    """What can be done to a file."""

    PARALLEL = "parallel"
    ITERATION = "iteration"
    RETRY = "retry"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was done, or was not, and why; `edges` where it is about edges."""

    kind: Kind
    nodes: tuple[str, ...]
    words: str
    reason: str


def is_worth_it(graph: WorkflowGraph, rewiring: Rewiring) -> bool:
    """Two steps that take time run side by side."""
    instant = {node.node_id for node in graph.nodes if snake_case(node.node_type) in _INSTANT}
    return any(one not in instant and other not in instant for one, other in rewiring.dropped)


def remote(graph: WorkflowGraph) -> tuple[GraphNode, ...]:
    """Steps that ask another service."""
    return tuple(node for node in graph.nodes if snake_case(node.node_type) in _REMOTE)


def to_try_again(graph: WorkflowGraph) -> list[GraphNode]:
    """Those that only read, and of whose retries nothing is said."""
    return [
        node
        for node in remote(graph)
        if "retry_config" not in node.config and is_harmless(dify_purity(node.node_type, node.config))
    ]


def to_be_given_defaults(graph: WorkflowGraph) -> list[GraphNode]:
    """Those that end the run when they fail, and whose results are known by name."""
    return [node for node in remote(graph) if not node.config.get("error_strategy") and has_default(node)]


def side_by_side(graph: WorkflowGraph, found: Sequence[Rewiring]) -> Iterator[Told]:
    """What was done to edges: each set, then each edge that went, then who waits for more now."""
    reasons = {each.edge: each.reason for each in removable_edges(graph)}
    for rewiring in found:
        words = f"{', '.join(graph.called(node_id) for node_id in rewiring.nodes)} run side by side where they can"
        reason = f"{_edges(len(rewiring.removed))} out, {len(rewiring.added)} in; what came after waits for all of them"
        yield Told(Kind.PARALLEL, rewiring.nodes, words, reason)
        for edge in rewiring.removed:
            words = f"{graph.called(edge.target)} does not wait for {graph.called(edge.source)}"
            yield Told(Kind.PARALLEL, (edge.source, edge.target), words, reasons[edge])
        for edge in rewiring.added:
            words = f"{graph.called(edge.target)} comes right after {graph.called(edge.source)}"
            yield Told(Kind.PARALLEL, (edge.source, edge.target), words, "it did so before, by way of others")


def items_in_parallel(graph: WorkflowGraph, loops: Sequence[SequentialIteration]) -> Iterator[Told]:
    """What was done to iterations."""
    for each in loops:
        words = f"{graph.called(each.node_id)} works on {each.slots} items at a time"
        yield Told(Kind.ITERATION, (each.node_id,), words, each.reason)


def tries(nodes: Sequence[GraphNode]) -> Iterator[Told]:
    """Which steps got retries."""
    for node in nodes:
        words = f"{node.called} is tried up to {RETRIES} times more, {RETRY_INTERVAL_MS / 1000:g} s apart"
        yield Told(Kind.RETRY, (node.node_id,), words, "it asks another service, only reads, and had no retries")


def defaults(nodes: Sequence[GraphNode]) -> Iterator[Told]:
    """Which steps got a value for when they fail."""
    for node in nodes:
        words = f"{node.called} gives empty results when it fails, and the run goes on"
        yield Told(Kind.ERRORS, (node.node_id,), words, "asked for: what comes after must do with empty results")


def left_alone(graph: WorkflowGraph, kinds: frozenset[Kind]) -> Iterator[Told]:
    """What was looked at and left alone; edges only where somebody could confirm them."""
    if Kind.PARALLEL in kinds:
        for rewiring in rewirings(graph):
            if not is_worth_it(graph, rewiring):
                words = f"{', '.join(graph.called(node_id) for node_id in rewiring.nodes)} go on one after the other"
                yield Told(Kind.PARALLEL, rewiring.nodes, words, "side by side they would save nothing")
        yield from (_left_edge(graph, edge) for edge in removable_edges(graph) if _is_open(edge))
    for each in sequential_iterations(graph) if Kind.ITERATION in kinds else ():
        if each.verdict is not Verdict.SAFE:
            words = f"{graph.called(each.node_id)} goes on as it does"
            yield Told(Kind.ITERATION, (each.node_id,), words, each.reason)
    if Kind.RETRY in kinds:
        for node in remote(graph):
            if "retry_config" not in node.config and not is_harmless(dify_purity(node.node_type, node.config)):
                reason = "it may change something, and a second try would do so twice"
                yield Told(Kind.RETRY, (node.node_id,), f"{node.called} gets no retries", reason)
    for node in () if Kind.ERRORS in kinds else to_be_given_defaults(graph):
        reason = "a value in place of a failure changes what the workflow answers: --errors does it"
        yield Told(Kind.ERRORS, (node.node_id,), f"{node.called} still ends the run when it fails", reason)


def _edges(count: int) -> str:
    return f"{count} edge{'' if count == 1 else 's'}"


def _is_open(edge: Removable) -> bool:
    return edge.verdict is Verdict.NEEDS_CONFIRMATION


def _left_edge(graph: WorkflowGraph, found: Removable) -> Told:
    ends = found.edge.source, found.edge.target
    words = f"{graph.called(ends[1])} still waits for {graph.called(ends[0])}"
    return Told(Kind.PARALLEL, ends, words, found.reason)
