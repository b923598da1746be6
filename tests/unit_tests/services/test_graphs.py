"""Graphs that are imported, found, and forgotten; called as runs call their steps; on both databases."""

import gzip
import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dify_files import dify_file
from longpole.assembly.runs import assemble
from longpole.domain.errors import GraphNotFoundError, InvalidInputError
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph
from longpole.domain.runs import NodeExecution, Run, RunRecord, RunStatus
from longpole.domain.units import instant_ns
from longpole.ingest.otlp import decode_protobuf
from longpole.ingest.otlp.conventions import map_span
from longpole.ingest.otlp.span import RequestContext
from longpole.runtime import Runtime
from longpole.services import graphs as service
from longpole.store import graphs as store
from longpole.store.engine import reading, writing
from longpole.store.run_writes import write_records
from longpole.store.tables import graphs as table

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOW_NS = instant_ns(NOW)
on_both_databases = pytest.mark.usefixtures("_clock")


@pytest.fixture
def _clock(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW_NS


def langgraph(*edges: tuple[str, str]) -> str:
    """A LangGraph file of these edges."""
    names = sorted({name for edge in edges for name in edge})
    return json.dumps(
        {
            "nodes": [{"id": name, "type": "runnable"} for name in names],
            "edges": [{"source": source, "target": target} for source, target in edges],
        }
    )


def dify(**titles: str) -> str:
    """A Dify graph of one code node each, by id and title, in a row."""
    ids = list(titles)
    nodes = [{"id": name, "data": {"type": "code", "title": title, "code": "x"}} for name, title in titles.items()]
    edges = [{"source": source, "target": target} for source, target in pairwise(ids)]
    return json.dumps({"nodes": nodes, "edges": edges})


def ran(runtime: Runtime, run: Run, *nodes: tuple[str, str, str, str | None]) -> None:
    """A run with nodes: id, title, type, type as sent."""
    executions = tuple(
        NodeExecution(run.workflow_run_id, f"e{n}", node_id, kind, title, start_ns=1, end_ns=2, raw_type=raw)
        for n, (node_id, title, kind, raw) in enumerate(nodes)
    )
    with writing(runtime.engine) as connection:
        write_records(connection, [RunRecord(run, executions)], now_ns=NOW_NS)


def run_of(app_id: str, workflow_id: str, version: str | None = None) -> Run:
    return Run(
        "r", app_id, workflow_id, workflow_version=version, status=RunStatus.SUCCEEDED, is_ended=True, end_ns=NOW_NS
    )


def pairs(graph: WorkflowGraph | None) -> list[tuple[str, str]]:
    assert graph is not None
    return [(edge.source, edge.target) for edge in graph.edges]


def telemetry(*edges: tuple[str, str], version: str | None = None) -> WorkflowGraph:
    names = sorted({name for edge in edges for name in edge})
    nodes = tuple(GraphNode(name, "node", name) for name in names)
    listed = tuple(GraphEdge(*edge) for edge in edges)
    return WorkflowGraph(Engine.LANGGRAPH, GraphSource.TELEMETRY, nodes, listed, version=version)


@on_both_databases
class TestImport:
    def test_what_was_imported_is_found(self) -> None:
        imported = service.import_graph("shop", "trip", langgraph(("a", "b")))

        assert service.find_graph("shop", "trip") == imported
        assert (imported.engine, imported.source, pairs(imported)) == (Engine.LANGGRAPH, "imported", [("a", "b")])

    def test_a_new_file_takes_the_place_of_the_one_before(self, runtime: Runtime) -> None:
        service.import_graph("shop", "trip", langgraph(("a", "b")))
        runtime.clock = lambda: NOW_NS + 10**9
        service.import_graph("shop", "trip", langgraph(("a", "c")))

        assert pairs(service.find_graph("shop", "trip")) == [("a", "c")]
        with reading(runtime.engine) as connection:
            [row] = connection.execute(select(table)).all()
        assert (row.created_at, row.updated_at.second) == (NOW, 1)

    def test_each_version_has_its_own_and_others_get_the_newest(self, runtime: Runtime) -> None:
        service.import_graph("shop", "trip", langgraph(("a", "b")), version="1")
        runtime.clock = lambda: NOW_NS + 10**9
        service.import_graph("shop", "trip", langgraph(("a", "c")), version="2")

        assert pairs(service.find_graph("shop", "trip", "1")) == [("a", "b")]
        assert pairs(service.find_graph("shop", "trip", "2")) == [("a", "c")]
        assert pairs(service.find_graph("shop", "trip", "3")) == [("a", "c")]
        assert pairs(service.find_graph("shop", "trip")) == [("a", "c")]

    def test_one_of_no_version_is_of_all_that_have_none_of_their_own(self, runtime: Runtime) -> None:
        service.import_graph("shop", "trip", langgraph(("a", "b")))
        runtime.clock = lambda: NOW_NS + 10**9
        service.import_graph("shop", "trip", langgraph(("a", "c")), version="2")

        assert pairs(service.find_graph("shop", "trip", "2")) == [("a", "c")]
        assert pairs(service.find_graph("shop", "trip", "3")) == [("a", "b")]
        assert pairs(service.find_graph("shop", "trip")) == [("a", "c")]

    def test_nobody_else_sees_it(self) -> None:
        service.import_graph("shop", "trip", langgraph(("a", "b")))

        assert service.find_graph("shop", "other") is None
        assert service.find_graph("other", "trip") is None

    def test_text_that_no_database_holds_is_replaced(self) -> None:
        file = json.dumps({"nodes": [{"id": "a\0\ud800", "data": {"name": 1e300}}], "edges": []})
        service.import_graph("shop", "trip", file)
        found = service.find_graph("shop", "trip")

        assert found is not None
        assert [node.node_id for node in found.nodes] == ["a\ufffd\ufffd"]


@on_both_databases
class TestPrecedence:
    def test_imported_goes_before_sent(self, runtime: Runtime) -> None:
        with writing(runtime.engine) as connection:
            store.write(connection, "shop", "trip", telemetry(("x", "y"), version="1"), NOW)
        assert pairs(service.find_graph("shop", "trip", "2")) == [("x", "y")]

        service.import_graph("shop", "trip", langgraph(("a", "b")))
        assert pairs(service.find_graph("shop", "trip", "1")) == [("a", "b")]

    def test_what_was_imported_is_forgotten_and_what_was_sent_stays(self, runtime: Runtime) -> None:
        with writing(runtime.engine) as connection:
            store.write(connection, "shop", "trip", telemetry(("x", "y")), NOW)
        for version in (None, "1", "2"):
            service.import_graph("shop", "trip", langgraph(("a", "b")), version)

        assert service.forget_graph("shop", "trip", "1") == 1
        assert service.forget_graph("shop", "trip") == 2
        assert pairs(service.find_graph("shop", "trip")) == [("x", "y")]
        with pytest.raises(GraphNotFoundError):
            service.forget_graph("shop", "trip")


@on_both_databases
class TestNames:
    def test_steps_are_called_as_runs_call_them(self, runtime: Runtime) -> None:
        service.import_graph("shop", "trip", dify(code1="Split", code2="Join"))
        ran(runtime, run_of("shop", "trip"), ("Split", "Split", "code", None), ("code2", "Join", "code", None))

        assert pairs(service.find_graph("shop", "trip")) == [("Split", "code2")]

    def test_a_dify_workflow_id_names_a_version(self, runtime: Runtime) -> None:
        ran(runtime, run_of("app", "app", "published-7"), ("a", "A", "code", None))
        imported = service.import_graph("app", "published-7", dify(a="A", b="B"))

        assert imported.version == "published-7"
        assert service.find_graph("app", "app", "published-7") == imported
        assert service.find_graph("app", "published-7") == imported


@on_both_databases
@pytest.mark.parametrize("recording", ["dify_1_14_1_phoenix", "dify_1_14_1_native_otel"])
def test_a_dify_export_meets_what_dify_recorded_of_it(runtime: Runtime, recording: str) -> None:
    """The workflow of the recordings, as it was exported: one knows titles only, the other ids."""
    spans = []
    for body in sorted((RECORDINGS / recording).glob("*.bin")):
        sent = body.read_bytes()
        sent = gzip.decompress(sent) if sent[:2] == b"\x1f\x8b" else sent
        spans += [map_span(span, RequestContext()) for span in decode_protobuf.decode_traces(sent).records]
    [record] = assemble(spans)
    assert record.run.app_id is not None
    with writing(runtime.engine) as connection:
        write_records(connection, [record], now_ns=NOW_NS)
    service.import_graph(record.run.app_id, record.run.app_id, dify_file("ten_nodes.yml"))
    graph = service.find_graph(record.run.app_id, record.run.app_id)

    assert graph is not None
    assert {node.node_id for node in record.nodes} <= {node.node_id for node in graph.nodes}
    assert service.engine_of(record.run.app_id, record.run.app_id) is Engine.DIFY


@on_both_databases
def test_a_graph_says_which_engine_it_is_before_any_run_does(runtime: Runtime) -> None:
    assert service.engine_of("shop", "trip") is Engine.GENERIC
    ran(runtime, run_of("shop", "trip"), ("plan", "plan", "node", "CHAIN"))
    assert service.engine_of("shop", "trip") is Engine.LANGGRAPH
    service.import_graph("shop", "trip", dify(a="A"))
    assert service.engine_of("shop", "trip") is Engine.DIFY


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"app_id": ""}, "app_id"),
        ({"workflow_id": "a\0"}, "workflow_id"),
        ({"version": "x" * 256}, "version"),
        ({"engine": "airflow"}, "engine"),
        ({"engine": "generic"}, "engine"),
        ({"text": "a: ["}, "graph"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        service.import_graph(**{"app_id": "shop", "workflow_id": "trip", "text": langgraph(("a", "b")), **given})

    assert raised.value.field == field
