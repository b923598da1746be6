"""What is no graph is refused, and the place is named; whatever it is, nothing else happens."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import Engine
from longpole.graphs.reading import read_graph

DIFY = """\
kind: app
workflow:
  graph:
    nodes:
      - id: a
        data: {type: start}
      - id: b
        data:
          type: llm
    edges:
      - source: a
        target: b
"""
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def problem(text: str, engine: Engine | None = None) -> str:
    with pytest.raises(InvalidInputError) as raised:
        read_graph(text, engine)
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "graph: must be an object"),
        ("just words", "graph: must be an object"),
        ("[]", "graph: must be an object"),
        ("[{}, {}]", "graph: must be an object"),
        ("a: 1", "graph: is neither a Dify export, nor"),
        ('{"a": 1,}', "graph: is not valid JSON: Expecting property name"),
        ('{\n"a": 1', "(line 2)"),
        (
            "a:\n  - b\n c: d",
            "graph: is not valid YAML: expected <block end>, but found '<block mapping start>' (line 3)",
        ),
        ("a: 1\na: 2", 'graph: is not valid YAML: found duplicate key "a" (line 2)'),
        ("a: *b", "graph: is not valid YAML: found undefined alias 'b' (line 1)"),
        ("--- 1\n--- 2", "graph: is not valid YAML: but found another document (line 2)"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]", "(line 2)"),
        ("a: !mine {x: 1}", "graph: is not valid YAML: could not determine a constructor"),
        ("a: &a [*a]", "graph: is nested too deeply"),
        ("[" * 100_000, "graph: is nested too deeply"),
        ("a: " + "[" * 70 + "]" * 70, "graph: is nested too deeply"),
        (BOMB, "graph: is too large with all that its aliases repeat"),
        ("a: &a " + "x" * 900_000 + "\nb: [*a,*a,*a,*a]", "graph: is too large with all that its aliases repeat"),
        ("#" * (2**20 + 1), "graph: is larger than 1,048,576 bytes"),
        ("#" + "ä" * 2**19, "graph: is larger than 1,048,576 bytes"),
        ("{? [a, b] : 1}", "graph: is not valid JSON"),
        ("? [a, b]\n: 1", "graph: has a key that is no text"),
        ("kind: app\napp: {mode: agent-chat}", "graph: is a agent-chat app of Dify's, which has no workflow"),
        ("kind: app\napp: {mode: workflow}", "graph: has no `workflow`"),
    ],
)
def test_a_file_that_is_none(text: str, said: str) -> None:
    assert said in problem(text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: b", "id: ''", "workflow.graph.nodes[1].id: must be a text that is not empty, is an empty text (line 7)"),
        ("id: b", "id: a", "workflow.graph.nodes[1].id: names two nodes (line 7), got 'a'"),
        ("id: b", "name: b", "workflow.graph.nodes[1].id: must be a text that is not empty, is missing (line 7)"),
        (
            "type: llm",
            "kind: llm",
            "workflow.graph.nodes[1].data.type: must be a text that is not empty, is missing (line 9)",
        ),
        ("{type: start}", "7", "workflow.graph.nodes[0].data: must be an object, is a number or truth value (line 6)"),
        (
            "target: b",
            "target: [b]",
            "workflow.graph.edges[0].target: must be a text that is not empty, is a list (line 12)",
        ),
        ("    edges:", "    edges: {}\n    lines:", "workflow.graph.edges: must be a list"),
        ("    nodes:", "    knots:", "workflow.graph.nodes: must be a list, is missing (line 4)"),
        ("  graph:", "  draft:", "workflow.graph: is missing (line 3)"),
        ("type: start", "type: ''", ""),
    ],
)
def test_a_part_of_a_dify_file_that_is_wrong(old: str, new: str, said: str) -> None:
    text = DIFY.replace(old, new)
    if said:
        assert said in problem(text)
    else:
        assert [node.node_id for node in read_graph(text).nodes] == ["b"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"nodes": [{"id": "a"}, 7], "edges": []}, "graph: is neither"),
        ({"nodes": [{"id": "a"}], "edges": [{"source": "a"}]}, "edges[0].target: must be a text"),
        ({"nodes": [{"id": "a"}, {"id": "a"}], "edges": []}, "nodes[1].id: names two nodes, got 'a'"),
        ({"nodes": [{"id": "__start__"}], "edges": []}, "nodes: has no step in it"),
        ({"nodes": [{"id": "a", "data": {"type": ""}}], "edges": []}, "nodes: has no step in it"),
        ({"nodes": [{"name": "A"}], "connections": {}}, "nodes[0].type: must be a text"),
        ({"nodes": [{"type": "x"}], "connections": {}}, "nodes[0].name: must be a text"),
        ({"nodes": [{"type": "x", "name": "A"}] * 2, "connections": {}}, "nodes[1].name: names two nodes"),
        (
            {"nodes": [{"type": "x", "name": "A", "id": 1}, {"type": "x", "name": "B", "id": 1}], "connections": {}},
            "nodes: has two nodes of one id",
        ),
        (
            {"nodes": [{"type": "x", "name": "A"}], "connections": {"A": {"main": [[{"type": "main"}]]}}},
            "connections.A.main[0][0].node: must be a text",
        ),
        ({"nodes": [{"type": "x", "name": "A"}], "connections": {"A": []}}, "connections.A: must be an object"),
    ],
)
def test_a_part_of_a_json_file_that_is_wrong(document: dict[str, Any], said: str) -> None:
    assert said in problem(json.dumps(document))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"nodes": [{"id": f"n{number}"} for number in range(2_001)], "edges": []},
            "nodes: has 2,001 elements, more than",
        ),
        (
            {"nodes": [{"id": "a", "data": {"type": "code"}}], "edges": [{"source": "a", "target": "b"}] * 10_001},
            "edges: has 10,001 elements, more than 10,000",
        ),
        (
            {
                "nodes": [{"id": "__end__"}, *({"id": f"n{number}"} for number in range(220))],
                "edges": [
                    {"source": f"n{number}", "target": "__end__"}
                    if number < 110
                    else {"source": "__end__", "target": f"n{number}"}
                    for number in range(220)
                ],
            },
            "edges: are too many around the marks",
        ),
    ],
)
def test_a_graph_of_no_sensible_size(document: dict[str, Any], said: str) -> None:
    assert said in problem(json.dumps(document))


def test_whose_file_it_is_may_be_said() -> None:
    document = json.dumps({"nodes": [{"id": "a", "data": {"type": "llm"}}], "edges": []})

    assert read_graph(document).engine is Engine.DIFY
    assert read_graph(document, Engine.LANGGRAPH).engine is Engine.LANGGRAPH
    assert "nodes[0].type: must be a text" in problem(document, Engine.N8N)
    assert "engine: must be dify, langgraph or n8n" in problem(document, Engine.GENERIC)


def test_values_are_such_as_any_database_holds() -> None:
    text = DIFY.replace(
        "type: llm", 'type: llm\n          x: ["\\0\\uD800", .nan, 2026-01-02, 0x1F, ~, true, 1e999]\n          7: y'
    )
    step = read_graph(text).node("b")

    assert step is not None
    assert json.dumps(step.config, allow_nan=False)
    assert step.config["x"][1:] == ["nan", "2026-01-02", 31, None, True, "inf"]
    assert step.config["7"] == "y"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4) | st.sampled_from(["a", "llm", "custom-note"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "data", "type", "source", "target", "name", "parentId", "main", "node", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["nodes", "edges", "connections", "graph", "workflow", "kind", "app"]), values),
    st.sampled_from([None, Engine.DIFY, Engine.LANGGRAPH, Engine.N8N]),
)
def test_anything_is_a_graph_or_refused(document: dict[str, Any], engine: Engine | None) -> None:
    try:
        graph = read_graph(json.dumps(document), engine)
    except InvalidInputError:
        return
    ids = {node.node_id for node in graph.nodes}
    assert ids
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= ids
    assert {read for node in graph.nodes for read in node.reads} <= ids


@given(st.text(alphabet=":-[]{}&*!|>#'\"\n ab\t?,%@`", max_size=40))
def test_any_text_is_a_graph_or_refused(text: str) -> None:
    assert problem(text)
