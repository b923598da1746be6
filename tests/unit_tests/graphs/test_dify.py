"""Dify's files: every age of them, what is in them, and what is not there any more."""

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dify_files import Node, dify_edge, dify_file, dify_graph, dify_node
from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import Engine, GraphEdge, GraphSource, Purity, WorkflowGraph
from longpole.graphs.reading import read_graph

FILES = ["ten_nodes.yml", "trips.yml", "json_translate.yml"]
A_AND_B = {"nodes": [dify_node("a", "start"), dify_node("b", "end")], "edges": [dify_edge("a", "b")]}


def parts(graph: WorkflowGraph) -> tuple[list[str], list[tuple[str, str]]]:
    return [node.node_id for node in graph.nodes], [(edge.source, edge.target) for edge in graph.edges]


class TestFiles:
    @pytest.mark.parametrize(
        "document",
        [
            {"kind": "app", "version": "0.6.0", "app": {"mode": "workflow"}, "workflow": {"graph": A_AND_B}},
            {"kind": "app", "version": 0.1, "app": {"mode": "advanced-chat"}, "workflow": {"graph": A_AND_B}},
            {"app": {"mode": "workflow"}, "workflow": {"graph": A_AND_B, "features": {}}},
            {"kind": "rag_pipeline", "rag_pipeline": {"name": "X"}, "workflow": {"graph": A_AND_B}},
            {"graph": A_AND_B, "features": {}},
            {"graph": json.dumps(A_AND_B)},
            {**A_AND_B, "viewport": {"x": 0}},
        ],
        ids=["newest", "number", "oldest", "pipeline", "row", "row as text", "graph"],
    )
    def test_each_form_of_a_graph_is_read(self, document: dict[str, Any]) -> None:
        graph = read_graph(json.dumps(document))

        assert (graph.engine, graph.source, parts(graph)) == (
            Engine.DIFY,
            GraphSource.IMPORTED,
            (["a", "b"], [("a", "b")]),
        )

    @pytest.mark.parametrize("name", FILES)
    def test_nothing_of_a_file_is_lost(self, name: str) -> None:
        """Counted apart from our reading: nodes without notes, edges, references in texts and in selectors."""
        text = dify_file(name)
        graph = read_graph(text)
        sent = YAML(typ="safe", pure=True).load(text)["workflow"]["graph"]
        data = {node["id"]: node["data"] for node in sent["nodes"] if node["data"]["type"]}

        assert graph.warnings == ()
        assert {node.node_id: node.node_title for node in graph.nodes} == {i: d["title"] or i for i, d in data.items()}
        assert sorted((e["source"], e["target"]) for e in sent["edges"]) == parts(graph)[1]
        for node_id, said in data.items():
            written = json.dumps(said)
            named = set(re.findall(r"\{\{#(\w+)\.", written)) | set(re.findall(r'_selector": \["(\w+)"', written))
            found = graph.node(node_id)
            assert found is not None
            assert set(found.reads) >= (named & data.keys()) - {node_id}

    def test_the_ten_nodes(self) -> None:
        graph = read_graph(dify_file("ten_nodes.yml"))
        reads = {node.node_id: (*node.reads, node.purity.value) for node in graph.nodes}

        assert graph.name == "bench-wf"
        assert reads == {
            "start": ("pure",),
            "code1": ("start", "unknown"),  # it sleeps
            "if1": ("start", "pure"),
            "http1": ("start", "read_only"),
            "it1": ("code1", "tpl_in", "pure"),
            "it1start": ("pure",),
            "tpl_in": ("it1", "pure"),
            "tpl_else": ("start", "pure"),
            "llm1": ("http1", "it1", "read_only"),
            "end": ("llm1", "tpl_else", "pure"),
        }
        assert {node.node_id for node in graph.nodes if node.container_id == "it1"} == {"it1start", "tpl_in"}
        assert {edge for edge in graph.edges if edge.source == "if1"} == {
            GraphEdge("if1", "http1", "true"),
            GraphEdge("if1", "it1", "true"),
            GraphEdge("if1", "tpl_else", "false"),
        }

    def test_conversation_variables_of_a_file_in_use(self) -> None:
        graph = read_graph(dify_file("trips.yml"))
        uses = {node.node_type: (node.writes, node.shared_reads) for node in graph.nodes}

        assert uses["assigner"] == (("conversation.History",), ("conversation.History",))
        assert uses["agent"] == ((), ("conversation.History",))


class TestParts:
    def test_notes_are_no_steps(self) -> None:
        notes = [dify_node("n", ""), {**dify_node("m", "llm"), "type": "custom-note"}]
        assert parts(dify_graph([*notes, dify_node("a", "start")]))[0] == ["a"]

    def test_numbers_are_ids_as_well(self) -> None:
        graph = dify_graph([dify_node("1", "start") | {"id": 1}, dify_node("b", "end")], [dify_edge("1", "b")])
        assert parts(graph) == (["1", "b"], [("1", "b")])

    def test_what_dangles_is_left_out_and_said(self) -> None:
        edges = [dify_edge("a", "gone"), dify_edge("gone", "a"), dify_edge("a", "a2"), dify_edge("a", "a2")]
        graph = dify_graph([dify_node("a", "start"), dify_node("a2", "end", parent="lost", x="{{#old.y#}}")], edges)

        assert parts(graph) == (["a", "a2"], [("a", "a2")])
        assert graph.warnings == (
            "The edge a → gone was left out: there is no step gone.",
            "The edge gone → a was left out: there is no step gone.",
            "The step a2 is inside of lost, which is not there: it was taken out.",
            "The step a2 reads from old, which is not there.",
        )

    @pytest.mark.parametrize(
        "said", [{"iteration_id": "each"}, {"loop_id": "each"}, {"isInLoop": True, "loop_id": "each"}]
    )
    def test_old_files_say_in_the_data_what_is_inside(self, said: dict[str, Any]) -> None:
        graph = dify_graph([dify_node("each", "iteration"), dify_node("a", "code", **said)])
        assert [node.container_id for node in graph.nodes] == ["each", None]

    def test_what_is_inside_of_itself_is_taken_out(self) -> None:
        graph = dify_graph([dify_node("a", "loop", parent="b"), dify_node("b", "loop", parent="a")])
        assert [node.container_id for node in graph.nodes] == [None, "a"]
        assert graph.warnings == ("The step a is inside of itself: it was taken out.",)

    def test_what_is_too_deep_inside_is_taken_out(self) -> None:
        graph = dify_graph(
            [dify_node(f"n{n:02}", "loop", parent=f"n{n + 1:02}") for n in range(18)] + [dify_node("n18", "loop")]
        )
        assert [node.container_id for node in graph.nodes][:3] == [None, None, "n03"]
        assert graph.warnings[0] == "The step n00 is inside of more than 16 others: it was taken out."

    def test_a_container_reads_and_does_what_its_steps_do(self) -> None:
        graph = dify_graph(
            [
                dify_node("a", "start"),
                dify_node("outer", "loop"),
                dify_node("inner", "iteration", parent="outer", iterator_selector=["outer", "x"]),
                dify_node("post", "http-request", parent="inner", method="post", url="{{#a.url#}}{{#inner.item#}}"),
                dify_node("set", "assigner", parent="outer", items=[{"variable_selector": ["outer", "n"]}]),
                dify_node("end", "end", outputs=[{"value_selector": ["outer", "n"]}]),
            ]
        )
        outer, inner, end = (graph.node(name) for name in ("outer", "inner", "end"))
        assert outer is not None
        assert inner is not None
        assert end is not None
        assert (outer.reads, outer.purity, outer.writes) == (("a",), Purity.WRITES, ("outer.n",))
        assert (inner.reads, inner.purity, inner.writes) == (("a", "outer"), Purity.WRITES, ())
        assert (end.reads, end.shared_reads) == (("outer",), ("outer.n",))

    def test_keys_are_withheld_and_references_stay(self) -> None:
        said = {
            "authorization": {"type": "api-key", "config": {"api_key": "sk-1", "type": "bearer"}},
            "headers": "Authorization: Bearer sk-2\nX-Api-Key:{{#env.key#}}\nAccept: text/plain",
            "params": [{"key": "token", "value": "sk-3"}, {"key": "page", "value": "7"}],
            "body": {"password": "sk-4"},
            "value_selector": ["conversation", "user_token"],
        }
        [step] = dify_graph([dify_node("a", "http-request", method="get", **said)]).nodes

        assert "sk-" not in json.dumps(step.config)
        assert step.config["headers"] == "Authorization: (withheld)\nX-Api-Key:{{#env.key#}}\nAccept: text/plain"
        assert step.config["params"][1] == {"key": "page", "value": "7"}
        assert step.config["value_selector"] == ["conversation", "user_token"]


nodes = st.lists(
    st.tuples(
        st.sampled_from("abcdefg"),
        st.sampled_from(["start", "code", "llm", "loop", "assigner", ""]),
        st.sampled_from([None, *"abcx"]),
        st.lists(
            st.sampled_from(["{{#a.x#}}", "{{#b.y.z#}}", "{{#x.q#}}", "{{#sys.q#}}", "{{# #}}", "{{#", "c"]), max_size=3
        ),
        st.lists(st.sampled_from("abcdx"), max_size=3),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda drawn: drawn[0],
).filter(lambda drawn: any(kind for _, kind, *_ in drawn))
edges = st.lists(
    st.tuples(st.sampled_from("abcdefgx"), st.sampled_from("abcdefgx"), st.sampled_from(["source", "true"]))
)


def _nodes(drawn: list[Any]) -> list[Node]:
    return [
        dify_node(one, kind, parent, text=" ".join(texts), value_selector=list(selector))
        for one, kind, parent, texts, selector in drawn
    ]


@given(nodes, edges, st.randoms(use_true_random=False))
def test_laws(drawn: list[Any], ends: list[tuple[str, str, str]], rng: random.Random) -> None:
    graph = dify_graph(_nodes(drawn), [dify_edge(*edge) for edge in ends])
    ids = {node.node_id for node in graph.nodes}

    assert ids == {one for one, kind, *_ in drawn if kind}
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= ids
    assert len(set(graph.edges)) == len(graph.edges)
    assert {(edge.source, edge.target) for edge in graph.edges} == {(a, b) for a, b, _ in ends if {a, b} <= ids}
    containers = {node.node_id: node.container_id for node in graph.nodes}
    for node in graph.nodes:
        assert set(node.reads) <= ids - {node.node_id}
        around, seen = node.container_id, set()
        while around is not None:
            assert around in ids - seen
            seen.add(around)
            around = containers[around]
    rng.shuffle(drawn)
    rng.shuffle(ends)
    assert dify_graph(_nodes(drawn), [dify_edge(*edge) for edge in ends]) == graph


@pytest.mark.parametrize("kind", ["http-request", "tool", "code", "llm", "assigner", "template-transform", "iteration"])
@pytest.mark.parametrize("value", [[], {}, 7, None, "x"])
def test_data_of_any_kind_are_read(kind: str, value: Any) -> None:
    keys = (
        "title", "method", "body", "provider_id", "provider_type", "tool_name", "code", "code_language", "memory",
        "items", "template", "headers", "context", "iteration_id", "variable_selector", "parallel_nums",
    )  # fmt: skip
    said = dict.fromkeys(keys, value)
    graph = dify_graph([dify_node("a", kind, **{**said, "provider_type": "builtin", "body": {"type": value}})])

    assert [node.node_type for node in graph.nodes] == [kind.replace("-", "_")]
    assert dify_graph([dify_node("a", kind, **said)]).nodes[0].node_id == "a"
    with pytest.raises(InvalidInputError):
        dify_graph([{"id": "a", "data": value}])


@pytest.mark.parametrize("handle", [[], {}, 7, None, True])
def test_handles_of_any_kind_are_read(handle: Any) -> None:
    edge = {"source": "a", "target": "b", "sourceHandle": handle}
    assert len(dify_graph([dify_node("a", "start"), dify_node("b", "end")], [edge]).edges) == 1
