"""n8n's workflows."""

import json
from typing import Any

import pytest

from longpole.domain.graphs import Engine, GraphEdge, Purity, WorkflowGraph
from longpole.graphs.n8n_references import named_steps
from longpole.graphs.reading import read_graph

BASE = "n8n-nodes-base."


def node(name: str, kind: str, parameters: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "id": f"id-{name}", "type": kind, "parameters": parameters or {}, "position": [0, 0], **more}


def to(*names: str, kind: str = "main") -> list[dict[str, Any]]:
    return [{"node": name, "type": kind, "index": 0} for name in names]


def graph_of(nodes: list[dict[str, Any]], **connections: Any) -> WorkflowGraph:
    return read_graph(json.dumps({"name": "Flow", "nodes": nodes, "connections": connections}))


FLOW = graph_of(
    [
        node("Hook", f"{BASE}webhook"),
        node("Fetch", f"{BASE}httpRequest", {"url": "https://x"}, retryOnFail=True, maxTries=3, waitBetweenTries=500),
        node("Any", f"{BASE}if"),
        node("Tell", f"{BASE}slack", {"operation": "post", "text": "={{ $('Fetch').item.json.id }}"}, notes="n"),
        node("Rest", f"{BASE}noOp"),
        node("Note", f"{BASE}stickyNote"),
    ],
    Hook={"main": [to("Fetch")]},
    Fetch={"main": [to("Any")]},
    Any={"main": [to("Tell"), to("Rest", "Gone")]},
)


def test_steps_and_branches() -> None:
    assert (FLOW.engine, FLOW.name, len(FLOW.nodes)) == (Engine.N8N, "Flow", 5)
    assert FLOW.edges == (
        GraphEdge("id-Any", "id-Rest", "false"),
        GraphEdge("id-Any", "id-Tell", "true"),
        GraphEdge("id-Fetch", "id-Any"),
        GraphEdge("id-Hook", "id-Fetch"),
    )
    assert FLOW.warnings == ("The connection Any → Gone was left out: there is no node Gone.",)


def test_a_step_reads_the_one_before_and_those_it_names() -> None:
    tell, fetch = FLOW.node("id-Tell"), FLOW.node("id-Fetch")
    assert tell is not None
    assert fetch is not None
    assert (tell.node_title, tell.node_type, tell.reads) == ("Tell", "slack", ("id-Any", "id-Fetch"))
    assert (fetch.node_type, fetch.reads, fetch.config["maxTries"], fetch.config["waitBetweenTries"]) == (
        "http_request",
        ("id-Hook",),
        3,
        500,
    )
    assert "notes" not in tell.config


def test_models_and_tools_hang_inside_of_their_agent() -> None:
    agent = "@n8n/n8n-nodes-langchain."
    graph = graph_of(
        [node("Agent", f"{agent}agent"), node("Model", f"{agent}lmChatOpenAi"), node("Two", f"{agent}chainLlm")],
        Model={"ai_languageModel": [to("Agent", kind="ai_languageModel")]},
        Agent={"main": [to("Two"), None]},
    )
    found = {one.node_title: (one.container_id, one.reads, one.purity) for one in graph.nodes}

    assert graph.edges == (GraphEdge("id-Agent", "id-Two"),)
    assert found == {
        "Agent": (None, ("id-Model",), Purity.UNKNOWN),
        "Model": ("id-Agent", (), Purity.READ_ONLY),
        "Two": (None, ("id-Agent",), Purity.READ_ONLY),
    }


def test_outputs_have_names() -> None:
    graph = graph_of(
        [
            node("Each", f"{BASE}splitInBatches"),
            node("Route", f"{BASE}switch"),
            node("Post", f"{BASE}httpRequest", {"method": "POST"}, onError="continueErrorOutput"),
            node("End", f"{BASE}noOp"),
        ],
        Each={"main": [to("End"), to("Route")]},
        Route={"main": [to("Post"), to("Each")]},
        Post={"main": [to("Each"), to("End")]},
    )
    assert {(edge.source[3:], edge.target[3:]): edge.branch for edge in graph.edges} == {
        ("Each", "End"): "done",
        ("Each", "Route"): "loop",
        ("Route", "Post"): "0",
        ("Route", "Each"): "1",
        ("Post", "Each"): "success",
        ("Post", "End"): "error",
    }


@pytest.mark.parametrize(
    ("text", "names", "is_computed"),
    [
        ("={{ $('A').item.json.x + $(\"B b\").first() }}", ("A", "B b"), False),
        ("={{ $node['A'].json.x }} {{ $node[\"B\"].data }} {{ $node.C.json }}", ("A", "B", "C"), False),
        ("$items('A') $items()", ("A",), False),
        (r"={{ $('it\'s').first() }}", ("it's",), False),
        ("={{ $(`A`).item }}", ("A",), False),
        ("={{ $(`A${n}`).item }}", (), True),
        ("={{ $(name).item }}", (), True),
        ("={{ $node[name].json }}", (), True),
        ("={{ $json.x }} {{ $input.all() }} costs $5", (), False),
        ("const x = $('A'\n).first()", ("A",), False),
    ],
)
def test_names_in_expressions(text: str, names: tuple[str, ...], *, is_computed: bool) -> None:
    assert named_steps({"deep": [{"value": text}]}) == (names, is_computed)


@pytest.mark.parametrize(
    ("kind", "parameters", "purity"),
    [
        ("httpRequest", {}, Purity.READ_ONLY),
        ("httpRequest", {"method": "POST"}, Purity.WRITES),
        ("httpRequest", {"method": "={{ $json.method }}"}, Purity.UNKNOWN),
        ("httpRequest", {"method": "GET", "sendBody": True}, Purity.UNKNOWN),
        ("set", {}, Purity.PURE),
        ("code", {"jsCode": "return items"}, Purity.UNKNOWN),
        ("code", {"language": "python", "pythonCode": "return [1 + 1]"}, Purity.PURE),
        ("code", {"language": "python", "pythonCode": "import os"}, Purity.UNKNOWN),
        ("googleSheets", {"operation": "read"}, Purity.READ_ONLY),
        ("googleSheets", {"operation": "append"}, Purity.WRITES),
        ("googleSheets", {}, Purity.UNKNOWN),
        ("executeWorkflow", {}, Purity.UNKNOWN),
        ("respondToWebhook", {}, Purity.WRITES),
    ],
)
def test_what_a_step_does(kind: str, parameters: dict[str, Any], purity: Purity) -> None:
    assert graph_of([node("A", f"{BASE}{kind}", parameters)]).nodes[0].purity is purity


def test_credentials_stay_where_they_are() -> None:
    headers = {"headerParameters": {"parameters": [{"name": "Authorization", "value": "Bearer sk-1"}]}}
    [step] = graph_of([node("A", f"{BASE}httpRequest", headers, credentials={"x": {"id": "sk-2"}})]).nodes

    assert "sk-" not in json.dumps(step.config)


def test_names_are_ids_where_there_are_no_others() -> None:
    nodes = [{"name": name, "type": f"{BASE}noOp"} for name in ("A", "B")]
    assert graph_of(nodes, A={"main": [to("B")]}).edges == (GraphEdge("A", "B"),)
