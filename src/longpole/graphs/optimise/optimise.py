"""A Dify file made quicker where that is safe: steps side by side, items in parallel, another try for what only reads.

    FILE.yml ─► graph ─► what may change ─► edits of the text ─► NEW.yml, read again and compared

What is not known to be safe is left alone and told. A value in place of a
failure changes what a workflow answers: it is only made when asked for.

Invariant: the new file's graph is the old one with the changes that are told,
and nothing else; optimising it again changes nothing.

Upstream: `cli.graph_optimise`. Downstream: `removable_edges`, `parallel_iterations`, `text`, `edges`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ruamel.yaml.nodes import Node

from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import Engine, GraphEdge, WorkflowGraph
from longpole.domain.node_types import snake_case
from longpole.domain.what_if import Change, ParallelIteration, WithoutEdges
from longpole.graphs.documents import is_json
from longpole.graphs.levels import levels
from longpole.graphs.optimise.edges import change_edges, ends_of
from longpole.graphs.optimise.layout import columns_of, place_side_by_side
from longpole.graphs.optimise.settings import give_default, try_again, work_in_parallel
from longpole.graphs.optimise.text import YamlText, child, items, plain
from longpole.graphs.optimise.told import (
    Kind,
    Told,
    defaults,
    is_worth_it,
    items_in_parallel,
    left_alone,
    side_by_side,
    to_be_given_defaults,
    to_try_again,
    tries,
)
from longpole.graphs.parallel_iterations import SequentialIteration, sequential_iterations
from longpole.graphs.reading import read_graph
from longpole.graphs.removable_edges import Rewiring, Verdict, rewirings, with_rewiring
from longpole.graphs.rewiring import rewired

_SLOW = frozenset({
    "llm", "http_request", "tool", "agent", "knowledge_retrieval", "code", "parameter_extractor",
    "question_classifier", "document_extractor", "iteration", "loop",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Optimised:
    """A new text, and all that is to be said of it.

    Attributes:
        changes: What to ask of recorded runs: `analysis.what_if`.
        graph: As it was.
        waiting: As it was, with the new edges as well: whoever replays runs knows by it what a meeting point waits for.
        steps_before, steps_after: Steps that take time on the longest way through the graph. Counted, not measured.
    """

    text: str
    done: tuple[Told, ...]
    not_done: tuple[Told, ...]
    changes: tuple[Change, ...]
    graph: WorkflowGraph
    waiting: WorkflowGraph
    steps_before: int
    steps_after: int


def optimise(text: str, kinds: frozenset[Kind] = frozenset(Kind) - {Kind.ERRORS}) -> Optimised:
    """Change a Dify export (DSL, YAML) where that is safe.

    Args:
        text: The file.
        kinds: What may be done; error strategies only if they are named.

    Raises:
        InvalidInputError: It is no Dify export, or is written in a way that cannot be changed in place.
    """
    if is_json(text):
        raise InvalidInputError("file", "must be a Dify export in YAML, is JSON")
    graph = read_graph(text)
    if graph.engine is not Engine.DIFY:
        raise InvalidInputError("file", "must be a Dify export", str(graph.engine))
    work = _Work(YamlText(text), graph)
    found = tuple(each for each in rewirings(graph) if is_worth_it(graph, each)) if Kind.PARALLEL in kinds else ()
    loops = [each for each in sequential_iterations(graph) if each.verdict is Verdict.SAFE]
    loops = loops if Kind.ITERATION in kinds else []
    tried = to_try_again(graph) if Kind.RETRY in kinds else []
    given = to_be_given_defaults(graph) if Kind.ERRORS in kinds else []
    edges = with_rewiring(graph, *found)
    work.rewire(found)
    for each in loops:
        work_in_parallel(work.file, work.data(each.node_id), each.slots)
    for node in tried:
        try_again(work.file, work.data(node.node_id))
    for node in given:
        give_default(work.file, work.data(node.node_id), node)
    new = work.file.result()
    _check(new, graph, edges, {each.node_id for each in loops} | {node.node_id for node in (*tried, *given)})
    return Optimised(
        text=new,
        done=(*side_by_side(graph, found), *items_in_parallel(graph, loops), *tries(tried), *defaults(given)),
        not_done=tuple(left_alone(graph, kinds)),
        changes=_changes(found, loops),
        graph=graph,
        waiting=replace(graph, edges=tuple(dict.fromkeys((*graph.edges, *edges)))),
        steps_before=_longest(graph, graph.edges),
        steps_after=_longest(graph, edges),
    )


class _Work:
    """The file, its nodes by id, and what can be changed in it."""

    def __init__(self, file: YamlText, graph: WorkflowGraph) -> None:
        self.file, self.graph = file, graph
        at = child(file.root, "workflow", "graph")
        self.edges = items(child(at, "edges"))
        self.nodes: dict[str, Node] = {}
        for node in items(child(at, "nodes")):
            node_id = plain(child(node, "id"))
            if node_id is not None and graph.node(node_id) is not None:
                self.nodes.setdefault(node_id, node)
        if len(self.nodes) < len(graph.nodes):
            raise InvalidInputError("file", "must be an export of a whole app: `workflow.graph` is not where it is")

    def data(self, node_id: str) -> Node | None:
        return child(self.nodes[node_id], "data")

    def rewire(self, found: Sequence[Rewiring]) -> None:
        """All rewirings of a level at once."""
        for level in levels(self.graph):
            dropped = {pair for each in found if each.container_id == level.container_id for pair in each.dropped}
            if not dropped:
                continue
            given_up = [0] * len(level.nodes)
            for source, target in dropped:
                given_up[level.places[source]] |= 1 << level.places[target]
            change = rewired(level, tuple(given_up))
            change_edges(self.file, self.edges, self.nodes, change.removed, change.added)
            waits: dict[str, set[str]] = defaultdict(set)
            for edge in (*(edge for edge in level.edges if edge not in set(change.removed)), *change.added):
                waits[edge.target].add(edge.source)
            moved = {node_id for pair in dropped for node_id in pair}
            place_side_by_side(
                self.file,
                {node.node_id: self.nodes[node.node_id] for node in level.nodes},
                None if level.container_id is None else self.nodes[level.container_id],
                columns_of([node.node_id for node in level.nodes if node.node_id in moved], waits),
            )


def _check(new: str, graph: WorkflowGraph, edges: Sequence[GraphEdge], changed: set[str]) -> None:
    """Read the new file as any other, and compare: a file that is not as intended is never handed out."""
    after = read_graph(new)
    same = set(after.edges) == set(edges) and len(after.nodes) == len(graph.nodes)
    for was, now in zip(graph.nodes, after.nodes, strict=False):
        as_it_was = replace(now, config=was.config) == was and (was.config == now.config or was.node_id in changed)
        same = same and as_it_was
    listed = [ends_of(edge) for edge in items(child(YamlText(new).root, "workflow", "graph", "edges"))]
    if not same or len(set(listed)) < len(set(edges)):
        raise InvalidInputError("file", "could not be changed as intended; nothing was written")


def _changes(found: Sequence[Rewiring], loops: Sequence[SequentialIteration]) -> tuple[Change, ...]:
    dropped = tuple(pair for rewiring in found for pair in rewiring.dropped)
    first: tuple[Change, ...] = (WithoutEdges(dropped),) if dropped else ()
    return (*first, *(ParallelIteration(each.node_id, each.slots) for each in loops))


def _longest(graph: WorkflowGraph, edges: Sequence[GraphEdge]) -> int:
    """Steps that take time, on the longest way; a container counts once."""
    top = next((level for level in levels(replace(graph, edges=tuple(edges))) if level.container_id is None), None)
    if top is None:
        return 0
    found: dict[str, int] = {}
    before: dict[str, list[str]] = defaultdict(list)
    for edge in top.edges:
        before[edge.target].append(edge.source)
    for node in top.nodes:
        own = int(snake_case(node.node_type) in _SLOW)
        found[node.node_id] = own + max((found[other] for other in before[node.node_id]), default=0)
    return max(found.values(), default=0)
