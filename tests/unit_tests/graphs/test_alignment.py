"""Steps that are called as runs call them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.graphs.alignment import aligned

GRAPH = WorkflowGraph(
    Engine.DIFY,
    GraphSource.IMPORTED,
    (
        GraphNode("1", "iteration", "Each"),
        GraphNode("2", "code", "Split", container_id="1", reads=("3",)),
        GraphNode("3", "code", "Join"),
    ),
    (GraphEdge("3", "1", "true"),),
)
names = st.sampled_from(["1", "2", "3", "Each", "Split", "Join", "x"])


def test_a_step_that_runs_know_by_its_title_is_called_so() -> None:
    found = aligned(GRAPH, [("Each", "Each"), ("2", "Split"), ("Join", "Join")])

    assert [node.node_id for node in found.nodes] == ["Each", "2", "Join"]
    assert found.edges == (GraphEdge("Join", "Each", "true"),)
    assert (found.nodes[1].container_id, found.nodes[1].reads) == ("Each", ("Join",))


def test_a_title_that_two_bear_says_nothing() -> None:
    twins = replace(GRAPH, nodes=(*GRAPH.nodes, GraphNode("4", "code", "Split")))

    assert aligned(twins, [("Split", "Split")]) == twins
    assert aligned(GRAPH, [("a", "Split"), ("b", "Split")]) == GRAPH


def test_an_id_that_another_step_has_is_not_taken() -> None:
    assert aligned(GRAPH, [("3", "Split")]) == GRAPH


@given(st.lists(st.tuples(names, names), max_size=6))
def test_only_names_change_and_one_for_one(seen: list[tuple[str, str]]) -> None:
    found = aligned(GRAPH, seen)

    new = {old.node_id: node.node_id for old, node in zip(GRAPH.nodes, found.nodes, strict=True)}
    assert len(set(new.values())) == len(GRAPH.nodes)
    assert [node.node_title for node in found.nodes] == ["Each", "Split", "Join"]
    assert [(edge.source, edge.target) for edge in found.edges] == [(new["3"], new["1"])]
    assert (found.nodes[1].container_id, found.nodes[1].reads) == (new["1"], (new["3"],))
