"""Runs that are purged leave nothing behind, and take nothing of others with them; on both databases."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Table, func, select

from longpole import runtime as runtime_module
from longpole.assembly.facts import SpanFacts
from longpole.domain.errors import InvalidInputError
from longpole.domain.runs import NodeExecution, Run, RunRecord
from longpole.domain.units import NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.services import telemetry
from longpole.services.purging import count_runs_of_user, purge_runs, purge_user
from longpole.store import trace_log
from longpole.store.run_reads import find_record
from longpole.store.run_writes import write_records
from longpole.store.tables import (
    node_attempts,
    node_executions,
    run_traces,
    runs,
    span_contents,
    trace_chunks,
)
from longpole.store.trace_log import Content

NOW = 1_790_000_000 * NS_PER_SECOND
TRACE, OTHER = bytes(range(16)), bytes(range(16, 32))
EVERYTHING = (runs, node_executions, node_attempts, trace_chunks, run_traces, span_contents)


def span(number: int, parent: int | None = None, *, trace: bytes = TRACE, run_id: str | None = None) -> SpanFacts:
    return SpanFacts(
        trace_id=trace,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=None if parent is None else parent.to_bytes(8, "big"),
        name=f"step {number}",
        node_id=f"step-{number}",
        start_ns=NOW + number,
        end_ns=NOW + 100 - number,
        is_ai=True,
        is_run=run_id is not None,
        run_id=run_id,
        is_separate_run=run_id is not None,
    )


def receive(*spans: SpanFacts) -> None:
    contents = [Content(one.trace_id, one.span_id, direction=0, is_cut=False, body=b"secret") for one in spans]
    telemetry.append(trace_log.pack(spans, (), NOW), contents)
    telemetry.assemble({one.trace_id for one in spans})


def rows(*tables: Table) -> list[int]:
    with runtime_module.reading() as connection:
        return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def nodes_of(run_id: str) -> list[str] | None:
    with runtime_module.reading() as connection:
        record = find_record(connection, run_id)
    return None if record is None else sorted(node.node_id for node in record.nodes)


def record(run_id: str, user: str = "alice", app: str = "shop", nodes: int = 2) -> RunRecord:
    run = Run(run_id, app, "flow", source="rest", is_ended=True, start_ns=NOW, end_ns=NOW + 9, user_id=user)
    return RunRecord(run, tuple(NodeExecution(run_id, f"n{i:05}", "n", "tool", "n") for i in range(nodes)))


def write(records: Sequence[RunRecord]) -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, records, now_ns=NOW)


def test_nothing_is_left_of_a_run(runtime: Runtime) -> None:
    receive(span(1), span(2, 1), span(3, 1))
    assert 0 not in rows(runs, node_executions, trace_chunks, span_contents)

    purged = purge_runs([TRACE.hex(), "never seen"])

    assert rows(*EVERYTHING) == [0, 0, 0, 0, 0, 0]
    assert (purged.runs, purged.traces, purged.contents, purged.missing) == (1, 1, 3, ["never seen"])


def test_what_has_arrived_and_is_no_run_yet_goes_too(runtime: Runtime) -> None:
    telemetry.append(trace_log.pack([span(1, run_id="r1")], (), NOW))

    assert purge_runs(["r1"]).runs == 1
    assert rows(*EVERYTHING) == [0, 0, 0, 0, 0, 0]


def test_other_runs_of_the_same_trace_keep_what_the_trace_says_of_them(runtime: Runtime) -> None:
    receive(span(1, run_id="outer"), span(2, 1), span(3, 2, run_id="inner"), span(4, 3))
    was = nodes_of("outer")

    purge_runs(["inner"])
    receive(span(1, run_id="outer"))  # a repetition has the trace assembled again

    assert (nodes_of("inner"), nodes_of("outer")) == (None, was)
    assert rows(span_contents) == [2]
    receive(span(5, 1))
    assert nodes_of("inner") is None
    assert nodes_of("outer") == [*(was or ()), "step-5"]


def test_a_run_of_several_traces_goes_whole(runtime: Runtime) -> None:
    receive(span(1, run_id="r1"))
    receive(span(2, trace=OTHER, run_id="r1"))

    purge_runs(["r1"])

    assert rows(*EVERYTHING) == [0, 0, 0, 0, 0, 0]


def test_a_users_runs_in_one_application(runtime: Runtime) -> None:
    write([record("a"), record("b"), record("c", user="bob"), record("d", app="other")])
    told: list[tuple[int, int]] = []

    assert count_runs_of_user("alice", "shop") == 2
    purged = purge_user("alice", "shop", lambda done, of: told.append((done, of)))

    assert (purged.runs, purged.node_executions, told) == (2, 4, [(2, 2)])
    assert [nodes_of(run_id) is None for run_id in "abcd"] == [True, True, False, False]
    assert purge_user("alice").runs == 1
    assert rows(runs, node_executions) == [1, 2]


def test_a_large_run_goes_in_slices(runtime: Runtime) -> None:
    write([record("large", nodes=3_000), record("small")])

    assert purge_runs(["large"]).node_executions == 3_000
    assert rows(runs, node_executions) == [1, 2]


def test_nobody_is_no_user(runtime: Runtime) -> None:
    with pytest.raises(InvalidInputError, match="user"):
        purge_user("")
