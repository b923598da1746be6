"""Graphs over HTTP: imported, shown, removed, and refused with the place of the fault."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Snapshot = Callable[[str, Any], None]
PATH = "/apps/shop/workflows/trip_planner/graph"
FILE = """
kind: app
app: {name: Trips, mode: workflow}
workflow:
  graph:
    nodes:
      - {id: plan, data: {type: start, title: Plan}}
      - {id: book, data: {type: http-request, title: Book, method: post, url: "https://x/{{#plan.q#}}"}}
    edges:
      - {source: plan, target: book, sourceHandle: source}
      - {source: plan, target: gone}
"""
YAML = {"Content-Type": "application/yaml"}


def test_an_imported_graph_is_shown_until_it_is_removed(client: TestClient) -> None:
    answer = client.post(f"{PATH}?version=7", content=FILE, headers=YAML)
    assert answer.status_code == 200
    assert answer.json() == {
        "engine": "dify",
        "source": "imported",
        "name": "Trips",
        "version": "7",
        "nodes": [
            {
                "node_id": "book",
                "node_type": "http_request",
                "node_title": "Book",
                "container_id": None,
                "reads": ["plan"],
                "has_dynamic_reads": False,
                "purity": "writes",
                "writes": [],
                "shared_reads": [],
            },
            {
                "node_id": "plan",
                "node_type": "start",
                "node_title": "Plan",
                "container_id": None,
                "reads": [],
                "has_dynamic_reads": False,
                "purity": "pure",
                "writes": [],
                "shared_reads": [],
            },
        ],
        "edges": [{"source": "plan", "target": "book", "branch": None}],
        "warnings": ["The edge plan → gone was left out: there is no step gone."],
    }
    assert client.get(PATH).json() == answer.json()

    assert client.delete(f"{PATH}?version=8").status_code == 404
    assert client.delete(PATH).json() == {"removed": 1}
    assert client.get(PATH).status_code == 404


def test_what_nobody_declared_is_guessed_from_runs(trips: TestClient, snapshot: Snapshot) -> None:
    graph = trips.get(PATH).json()

    snapshot("graph", graph)
    assert (graph["source"], graph["engine"]) == ("inferred", "generic")
    assert [(edge["source"], edge["target"]) for edge in graph["edges"]] == [
        ("flights", "book"),
        ("hotel", "book"),
        ("plan", "flights"),
        ("plan", "hotel"),
    ]


def test_of_runs_without_steps_nothing_is_guessed_and_nothing_is_wrong(client: TestClient) -> None:
    runs = PATH.replace("/graph", "/runs")
    assert client.post(runs, json={"workflow_run_id": "whole", "total_execution_time": 1}).status_code == 200

    answer = client.get(PATH)
    assert (answer.status_code, answer.json()["source"]) == (200, "inferred")
    assert (answer.json()["nodes"], answer.json()["edges"]) == ([], [])


def test_another_workflow_has_none(client: TestClient) -> None:
    client.post(PATH, content=FILE, headers=YAML)

    assert client.get(PATH.replace("trip_planner", "other")).status_code == 404
    assert client.get(PATH.replace("shop", "other")).status_code == 404


@pytest.mark.parametrize(
    ("content", "headers", "status", "detail"),
    [
        (b"a: [", YAML, 422, "graph: is not valid YAML"),
        (FILE.replace("id: book", "id: ''").encode(), YAML, 422, "workflow.graph.nodes[1].id: must be a text"),
        (b'{"nodes": [{"id": 1, "data": 2}], "edges": [{}]}', {"Content-Type": "application/json"}, 422, "edges[0]"),
        (b"\xff", YAML, 400, "not UTF-8"),
        (b"x" * (2**20 + 1), {"Content-Type": "text/plain; charset=utf-8"}, 413, "1,048,576"),
        (b"a: 1", {"Content-Type": "image/png"}, 415, "application/yaml"),
        (b"a: 1", {}, 415, "application/yaml"),
    ],
)
def test_what_is_no_graph_is_refused(
    border: TestClient, content: bytes, headers: dict[str, str], status: int, detail: str
) -> None:
    answer: Any = border.post(PATH, content=content, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize("query", ["engine=airflow", "version=", f"version={'x' * 256}"])
def test_a_bad_query_is_422(border: TestClient, query: str) -> None:
    assert border.post(f"{PATH}?{query}", content=FILE, headers=YAML).status_code == 422
