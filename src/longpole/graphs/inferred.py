"""A graph that nobody declared, mined from the order in which runs did their steps: no more than a guess.

What always happened to be early looks like a condition, so there are rather
too many edges. What a step reads or does cannot be seen from outside. What
runs inside of several steps (a model that all of them call) is no step itself.

Upstream: `services.graphs`. Downstream: `building`.
Source: the edges are those of `analysis.happens_before`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.graphs.building import built

_GUESS = "Guessed from the order in which {runs:,} runs did their steps: there may be too many edges."


class SeenStep(Protocol):
    """An execution of a step; `domain.runs.NodeExecution` is one."""

    @property
    def node_execution_id(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def parent_node_execution_id(self) -> str | None: ...  # noqa: D102 - as in the domain
    @property
    def node_id(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def node_type(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def node_title(self) -> str: ...  # noqa: D102 - as in the domain
    @property
    def waits_for(self) -> tuple[str, ...]: ...  # noqa: D102 - as in the domain


class SeenRun(Protocol):
    """What a run did."""

    @property
    def nodes(self) -> Sequence[SeenStep]: ...  # noqa: D102 - as in the domain
    @property
    def workflow_name(self) -> str | None: ...  # noqa: D102 - as in the domain


def inferred_graph(
    runs: Iterable[SeenRun], edges: Iterable[tuple[str, str]], engine: Engine = Engine.GENERIC
) -> WorkflowGraph | None:
    """The graph of what runs did; None where they did nothing.

    Args:
        runs: The newest first.
        edges: Which node comes right before which, by id; what nodes say that they waited for is added.
        engine: What ran them.
    """
    runs = list(runs)
    found: dict[str, list[SeenStep]] = defaultdict(list)
    waited: set[tuple[str, str]] = set()
    around: dict[str, set[str | None]] = defaultdict(set)
    for run in runs:
        by_execution = {node.node_execution_id: node.node_id for node in run.nodes}
        present = set(by_execution.values())
        for node in run.nodes:
            found[node.node_id].append(node)
            around[node.node_id].add(by_execution.get(node.parent_node_execution_id or ""))
            waited |= {(earlier, node.node_id) for earlier in node.waits_for if earlier in present}
    steps = {node_id for node_id in found if len(around[node_id]) == 1 or None in around[node_id]}
    if not steps:
        return None
    nodes = [_step(found[node_id][0], around[node_id]) for node_id in steps]
    pairs = {pair for pair in (*edges, *waited) if pair[0] != pair[1] and steps.issuperset(pair)}
    return built(
        engine,
        nodes,
        [GraphEdge(*pair) for pair in pairs],
        source=GraphSource.INFERRED,
        name=runs[0].workflow_name,
        warnings=[_GUESS.format(runs=len(runs))],
    )


def _step(node: SeenStep, around: set[str | None]) -> GraphNode:
    """The step; inside of another where it always was inside of that one."""
    container = next(iter(around)) if len(around) == 1 else None
    inside = None if container == node.node_id else container
    return GraphNode(node.node_id, node.node_type, node.node_title, inside, has_dynamic_reads=True)
