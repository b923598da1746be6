"""Graphs that spans declare: whose they are, and that they are stored once; on both databases."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from longpole.assembly.declared import Declaration, declarations
from longpole.assembly.facts import SpanFacts
from longpole.assembly.runs import assemble
from longpole.domain.errors import GraphNotFoundError
from longpole.domain.graphs import GraphSource
from longpole.runtime import Runtime
from longpole.services import declared_graphs, graphs, telemetry
from longpole.store import trace_log
from longpole.store.engine import reading
from longpole.store.tables import graphs as table

A, B = bytes([1] * 16), bytes([2] * 16)
ROOT, PLAN = bytes([1] * 8), bytes([2] * 8)
S = 1_000_000_000
EDGES = (("plan", "book", ""),)
OTHERS = (("plan", "pay", ""),)


def root(trace_id: bytes = A, **more: Any) -> SpanFacts:
    fields = {"name": "trip", "start_ns": 10 * S, "end_ns": 20 * S, "is_ai": True, "node_type": "chain"}
    return SpanFacts(trace_id=trace_id, span_id=ROOT, service="shop", **(fields | more))


def inner(trace_id: bytes = A, **more: Any) -> SpanFacts:
    fields = {"name": "plan", "start_ns": 11 * S, "end_ns": 12 * S, "is_ai": True, "node_type": "tool"}
    return SpanFacts(trace_id=trace_id, span_id=PLAN, parent_span_id=ROOT, **(fields | more))


def build(**more: Any) -> SpanFacts:
    """A span of its own trace that is no run."""
    fields = {"name": "workflow.build", "start_ns": 1 * S, "end_ns": 2 * S, "workflow": (9, "flow"), "service": "shop"}
    return SpanFacts(trace_id=B, span_id=ROOT, declared_edges=EDGES, **(fields | more))


def declared(*spans: SpanFacts) -> tuple[Declaration, ...]:
    return declarations(spans, assemble(spans))


class TestWhose:
    def test_it_is_of_the_run_that_the_span_is_in(self) -> None:
        [found] = declared(root(workflow_version=(0, "7")), inner(declared_edges=EDGES, scope="s"))
        assert found == Declaration("shop", "trip", "7", EDGES, "s")

    def test_of_several_the_first_counts(self) -> None:
        [found] = declared(root(declared_edges=EDGES), inner(declared_edges=OTHERS))
        assert found.edges == EDGES

    def test_what_is_no_run_says_itself_whose_it_is(self) -> None:
        assert declared(build()) == (Declaration("shop", "flow", None, EDGES, None),)
        assert declared(build(workflow=None)) == ()

    def test_a_run_without_its_root_has_no_name_yet(self) -> None:
        assert declared(inner(declared_edges=EDGES)) == ()

    def test_most_spans_declare_nothing(self) -> None:
        assert declared(root(), inner()) == ()


def arrive(*spans: SpanFacts, at: int = 100) -> None:
    telemetry.append(trace_log.pack(spans, (), at * S))
    telemetry.assemble({span.trace_id for span in spans})


def stored(runtime: Runtime) -> list[tuple[str, str, str | None, datetime]]:
    with reading(runtime.engine) as connection:
        query = select(table.c.app_id, table.c.workflow_id, table.c.version, table.c.updated_at)
        return [tuple(row) for row in connection.execute(query.order_by(table.c.id))]


def test_a_graph_comes_with_the_first_run_and_is_written_once(runtime: Runtime) -> None:
    runtime.clock = lambda: 1_000 * S
    arrive(root(declared_edges=EDGES))
    graph = graphs.find_graph("shop", "trip")
    assert graph is not None
    assert (graph.source, [(edge.source, edge.target) for edge in graph.edges]) == (
        GraphSource.TELEMETRY,
        [("plan", "book")],
    )
    before = stored(runtime)

    runtime.clock = lambda: 2_000 * S
    arrive(root(B, declared_edges=EDGES))
    assert stored(runtime) == before


def test_another_graph_is_written_but_not_with_every_run(runtime: Runtime) -> None:
    written: list[str] = []

    @event.listens_for(runtime.engine, "before_cursor_execute")
    def _note(*statement: Any) -> None:
        if statement[2].startswith("INSERT INTO workflow_graphs"):
            written.append(statement[2])

    first = Declaration("shop", "trip", None, EDGES, None)
    second = replace(first, edges=OTHERS)
    counts = []
    for at_s, sent in ((0, first), (1, second), (2, first), (61, second), (62, first), (121, first)):
        runtime.clock = lambda at_s=at_s: (1_000 + at_s) * S  # type: ignore[misc]  # a value bound early
        counts.append(declared_graphs.keep([sent]))

    assert counts == [1, 0, 0, 1, 0, 1]
    assert len(written) == 3


def test_a_build_that_is_no_run(runtime: Runtime) -> None:
    arrive(build())

    assert [row[:3] for row in stored(runtime)] == [("shop", "flow", None)]
    with pytest.raises(GraphNotFoundError):
        graphs.shown_graph("shop", "other")
