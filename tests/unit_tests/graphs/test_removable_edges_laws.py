"""Laws: whatever is called safe is safe, in graphs with dependencies that nothing declares."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, Purity, WorkflowGraph
from longpole.graphs.levels import levels
from longpole.graphs.removable_edges import Verdict, removable_edges, rewirings, with_rewiring
from running_graphs import Running

Workflow = tuple[WorkflowGraph, dict[str, frozenset[str]]]
HARMLESS = [Purity.PURE, Purity.READ_ONLY]


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """A graph with branches; of each node, which others it notices, whether or not the graph says so."""
    n = draw(st.integers(2, 9))
    ids = [f"n{i}" for i in range(n)]
    is_decision = [i > 0 and draw(st.integers(0, 4)) == 0 for i in range(n)]
    edges = []
    for i in range(1, n):
        for j in draw(st.sets(st.integers(max(0, i - 3), i - 1), min_size=1, max_size=2)):
            branch = draw(st.sampled_from(["true", "false"])) if is_decision[j] else None
            edges.append(GraphEdge(ids[j], ids[i], branch))
    bare = tuple(GraphNode(i, "task", i) for i in ids)
    after = _after(WorkflowGraph(Engine.GENERIC, GraphSource.IMPORTED, bare, tuple(edges)))
    nodes, sees = [], {}
    for i, node_id in enumerate(ids):
        purity = draw(st.sampled_from([*HARMLESS, *HARMLESS, Purity.UNKNOWN, Purity.WRITES]))
        is_dynamic = draw(st.integers(0, 9)) == 0
        ordered = [other for other in ids if (other, node_id) in after or (node_id, other) in after]
        reads = draw(st.sets(st.sampled_from(ordered), max_size=2)) if ordered else set()
        kind = "start" if i == 0 else draw(st.sampled_from(["llm", "llm", "if_else" if is_decision[i] else "answer"]))
        nodes.append(GraphNode(node_id, kind, node_id, reads=tuple(reads), has_dynamic_reads=is_dynamic, purity=purity))
        sees[node_id] = set(reads) | (set(ordered) if is_dynamic else set())
    for node in nodes:  # what a step leaves in the world is noticed by others that reach into the world
        if node.purity not in HARMLESS:
            for other in nodes:
                is_ordered = (node.node_id, other.node_id) in after or (other.node_id, node.node_id) in after
                if other.purity is not Purity.PURE and is_ordered and draw(st.booleans()):
                    sees[other.node_id].add(node.node_id)
    graph = WorkflowGraph(Engine.GENERIC, GraphSource.IMPORTED, tuple(nodes), tuple(dict.fromkeys(edges)))
    return graph, {node_id: frozenset(seen) for node_id, seen in sees.items()}


def _after(graph: WorkflowGraph) -> set[tuple[str, str]]:
    return {
        (node.node_id, other.node_id)
        for level in levels(graph)
        for place, node in enumerate(level.nodes)
        for later, other in enumerate(level.nodes)
        if level.after[place] >> later & 1
    }


@settings(max_examples=100, deadline=None)
@given(workflows(), st.integers(0, 2**32))
def test_what_is_called_safe_is_safe_in_any_order(workflow: Workflow, seed: int) -> None:
    graph, sees = workflow
    order = random.Random(seed)
    before = Running(sees, seed).run(graph, graph.edges, order)
    found = rewirings(graph)
    for some in [found, *[(one,) for one in found]]:
        edges = with_rewiring(graph, *some)
        for _ in range(3):
            after = Running(sees, seed).run(graph, edges, order)
            assert after.saw == before.saw


@settings(max_examples=100, deadline=None)
@given(workflows())
def test_only_the_waits_that_are_named_are_gone(workflow: Workflow) -> None:
    graph, _ = workflow
    for verdict in (Verdict.SAFE, Verdict.NEEDS_CONFIRMATION):
        found = rewirings(graph, verdict)
        new = WorkflowGraph(graph.engine, graph.source, graph.nodes, with_rewiring(graph, *found))
        dropped = {pair for rewiring in found for pair in rewiring.dropped}
        assert _after(new) == _after(graph) - dropped
        for edge in set(new.edges) - set(graph.edges):
            level = levels(graph)[0]
            if level.conditions[level.places[edge.source]] != level.conditions[level.places[edge.target]]:
                continue
            fewer = tuple(other for other in new.edges if other != edge)
            assert _after(replace(new, edges=fewer)) != _after(new)


@settings(max_examples=100, deadline=None)
@given(workflows())
def test_a_graph_without_what_was_safe_has_nothing_safe_in_it(workflow: Workflow) -> None:
    graph, _ = workflow
    new = WorkflowGraph(graph.engine, graph.source, graph.nodes, with_rewiring(graph, *rewirings(graph)))
    assert rewirings(new) == ()
    assert not [found for found in removable_edges(new) if found.verdict is Verdict.SAFE]


@settings(max_examples=30, deadline=None)
@given(workflows(), st.randoms(use_true_random=False))
def test_the_order_in_a_file_does_not_matter(workflow: Workflow, shuffling: random.Random) -> None:
    graph, _ = workflow
    nodes, edges = list(graph.nodes), list(graph.edges)
    shuffling.shuffle(nodes)
    shuffling.shuffle(edges)
    other = WorkflowGraph(graph.engine, graph.source, tuple(nodes), tuple(edges))
    verdicts = {found.edge: found.verdict for found in removable_edges(graph)}
    assert {found.edge: found.verdict for found in removable_edges(other)} == verdicts


@settings(max_examples=50, deadline=None)
@given(workflows(), st.data())
def test_a_veto_only_keeps(workflow: Workflow, data: st.DataObject) -> None:
    graph, _ = workflow
    safe = [found.edge for found in removable_edges(graph) if found.verdict is Verdict.SAFE]
    if safe:
        edge = data.draw(st.sampled_from(safe))
        vetoed = removable_edges(graph, frozenset({(edge.source, edge.target)}))
        assert {found.edge: found.verdict for found in vetoed}[edge] is Verdict.KEPT
        assert {found.edge for found in vetoed if found.verdict is Verdict.SAFE} <= set(safe)
