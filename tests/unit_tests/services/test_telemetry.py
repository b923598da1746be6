"""Runs follow from what has arrived, in whatever order, however often, by whichever process."""

import itertools
import random
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from longpole import runtime as runtime_module
from longpole.assembly.facts import LogFacts, SpanFacts
from longpole.domain.errors import RunNotFoundError
from longpole.domain.runs import RunRecord, RunState, RunStatus
from longpole.runtime import Runtime
from longpole.services import runs, telemetry
from longpole.store import trace_log
from longpole.store.tables import trace_chunks

A, B, C = (bytes([number] * 16) for number in (1, 2, 3))
ROOT, PLAN, BOOK = (bytes([number] * 8) for number in (1, 2, 3))
S = 1_000_000_000


def root(trace_id: bytes = A, **more: Any) -> SpanFacts:
    fields = {"name": "trip", "start_ns": 10 * S, "end_ns": 20 * S, "is_ai": True, "node_type": "chain"}
    return SpanFacts(trace_id=trace_id, span_id=ROOT, **(fields | more))


def node(span_id: bytes, trace_id: bytes = A, **more: Any) -> SpanFacts:
    fields = {"name": f"node {span_id[0]}", "node_id": f"node {span_id[0]}", "start_ns": 11 * S, "end_ns": 12 * S}
    return SpanFacts(
        trace_id=trace_id, span_id=span_id, parent_span_id=ROOT, is_ai=True, node_type="tool", **(fields | more)
    )


def arrive(*spans: SpanFacts, logs: tuple[LogFacts, ...] = (), at: int = 100) -> None:
    telemetry.append(trace_log.pack(spans, logs, at * S))


def assemble(*trace_ids: bytes) -> None:
    telemetry.assemble(trace_ids)


def chunk_count() -> tuple[int, int]:
    with runtime_module.reading() as connection:
        states = connection.scalars(select(trace_chunks.c.is_pending)).all()
    return len(states), sum(states)


def heard_s(run_id: str) -> float | None:
    heard = runs.get_run(run_id).run.last_received_ns
    return None if heard is None else heard / S


def test_a_run_is_what_its_spans_say(runtime: Runtime) -> None:
    arrive(root(), node(PLAN, input_tokens=5, output_tokens=2), node(BOOK, is_failed=True, error_type="SoldOut"))
    assemble(A)
    record = runs.get_run(A.hex())
    assert (record.run.workflow_name, record.run.status, record.run.elapsed_ns) == ("trip", RunStatus.PARTIAL, 10 * S)
    assert {found.node_id: found.error_type for found in record.nodes} == {"node 2": None, "node 3": "SoldOut"}
    assert (record.run.total_tokens_used, record.run.last_received_ns) == (7, 100 * S)
    assert chunk_count() == (1, 0)


def test_nothing_pending_is_nothing_to_do(runtime: Runtime) -> None:
    arrive(root())
    assert telemetry.assemble([A]) == {A: 1}
    assert telemetry.assemble([A]) == {}
    assert telemetry.assemble([B]) == {}


def test_children_before_their_root(runtime: Runtime) -> None:
    arrive(node(PLAN), at=100)
    assemble(A)
    assert runs.get_run(A.hex()).run.status is None
    arrive(root(), at=105)
    assemble(A)
    assert runs.get_run(A.hex()).run.status is RunStatus.SUCCEEDED
    assert heard_s(A.hex()) == 105
    assert chunk_count() == (1, 0)


def test_a_repetition_changes_nothing(runtime: Runtime) -> None:
    arrive(root(), node(PLAN), at=100)
    assemble(A)
    before = runs.get_run(A.hex())
    arrive(node(PLAN), root(), at=200)
    arrive(node(PLAN), at=201)
    assemble(A)
    assert runs.get_run(A.hex()) == before
    assert heard_s(A.hex()) == 100
    assert chunk_count() == (1, 0)


@pytest.mark.parametrize("first_repeats", [True, False])
def test_the_newest_news_counts_before_the_first_assembly_too(runtime: Runtime, *, first_repeats: bool) -> None:
    arrive(root(), at=100)
    arrive(node(PLAN), at=110)
    arrive(*([root()] if first_repeats else [root(), node(PLAN)]), at=120)
    arrive(node(PLAN), at=130)
    assemble(A)
    assert heard_s(A.hex()) == 110


def test_a_log_may_come_before_or_after_its_span(runtime: Runtime) -> None:
    failed = node(PLAN, is_failed=True)
    log = LogFacts(trace_id=A, span_id=PLAN, error_type="RateLimit", input_bytes=7)
    arrive(logs=(log,))
    assemble(A)
    with pytest.raises(RunNotFoundError):
        runs.get_run(A.hex())
    arrive(root(), failed)
    assemble(A)
    [found] = runs.get_run(A.hex()).nodes
    assert (found.error_type, found.input_bytes) == ("RateLimit", 7)


def test_traces_of_one_run_are_assembled_together(runtime: Runtime) -> None:
    arrive(root(A, run_id="run/7"), at=100)
    assemble(A)
    arrive(node(PLAN, B, run_id="run/7"), at=110)
    assemble(B)
    record = runs.get_run("run/7")
    assert (len(record.nodes), record.run.last_received_ns) == (1, 110 * S)
    with pytest.raises(RunNotFoundError):
        runs.get_run(B.hex())


def test_news_of_one_run_are_no_news_of_its_neighbour(runtime: Runtime) -> None:
    arrive(root(A, run_id="one"), root(B, run_id="two"), at=100)
    arrive(node(PLAN, B, run_id="two"), at=110)
    assemble(A, B)
    assert (heard_s("one"), heard_s("two")) == (100, 110)


def test_a_run_that_gets_its_id_late_is_not_two(runtime: Runtime) -> None:
    arrive(node(PLAN))
    assemble(A)
    assert runs.get_run(A.hex()).run.workflow_run_id == A.hex()
    arrive(root(run_id="run/7"))
    assemble(A)
    assert len(runs.get_run("run/7").nodes) == 1
    with pytest.raises(RunNotFoundError):
        runs.get_run(A.hex())


def _seen(*run_ids: str) -> list[RunRecord]:
    found = [runs.get_run(run_id) for run_id in run_ids]
    return [replace(one, run=replace(one.run, recorded_ns=None, last_received_ns=None)) for one in found]


BATCHES = [
    ([root(A)], 1),
    ([node(PLAN, A, input_tokens=3), node(BOOK, A)], 2),
    ([node(BOOK, A, end_ns=13 * S, is_failed=True)], 3),
    ([root(B, run_id="x"), node(PLAN, B)], 4),
    ([node(BOOK, C, run_id="x")], 5),
]


def test_order_and_repetition_change_nothing(runtime: Runtime) -> None:
    for spans, at in BATCHES:
        arrive(*spans, at=at)
    assemble(A, B, C)
    expected = _seen(A.hex(), "x")
    rng = random.Random(7)
    for _ in range(6):
        with runtime_module.unit_of_work() as connection:
            trace_log.forget(connection, [A, B, C])
        sent = [batch for batch in BATCHES for _ in range(rng.choice([1, 2]))]
        rng.shuffle(sent)
        for spans, at in sent:
            arrive(*spans, at=at)
            if rng.random() < 0.5:
                assemble(*rng.sample([A, B, C], 2))
        assemble(A, B, C)
        assert _seen(A.hex(), "x") == expected


def test_processes_side_by_side_lose_nothing(runtime: Runtime) -> None:
    """Four of them, each with its own engine, take turns at the same two traces."""
    numbers = list(range(2, 42))
    errors: list[BaseException] = []

    def process(share: list[int]) -> None:
        mine = Runtime(runtime.settings)
        try:
            with runtime_module.use(mine):
                for number in share:
                    trace_id = A if number % 2 else B
                    arrive(node(bytes([number] * 8), trace_id, run_id="x"))
                    telemetry.assemble([trace_id])
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            mine.close()

    arrive(root(A, run_id="x"))
    threads = [threading.Thread(target=process, args=(numbers[at::4],)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    while pending := telemetry.pending_traces(2**62, 10):
        telemetry.assemble(pending)
    assert sorted(found.node_id for found in runs.get_run("x").nodes) == sorted(f"node {n}" for n in numbers)
    assert chunk_count()[1] == 0


def test_every_order_of_three_batches(runtime: Runtime) -> None:
    for number, order in enumerate(itertools.permutations(BATCHES[:3])):
        trace_id = bytes([100 + number] * 16)
        for spans, at in order:
            arrive(*(SpanFacts(**_moved(span, trace_id)) for span in spans), at=at)
            assemble(trace_id)
        record = runs.get_run(trace_id.hex())
        assert {found.node_id: found.error_type for found in record.nodes} == {"node 2": None, "node 3": None}
        assert record.run.failed_nodes == 1


def _moved(span: SpanFacts, trace_id: bytes) -> dict[str, Any]:
    return {name: getattr(span, name) for name in span.__struct_fields__} | {"trace_id": trace_id}


def test_a_run_is_not_complete_while_acknowledged_telemetry_of_it_waits(runtime: Runtime) -> None:
    """The assembler may be busy for longer than a run takes to settle."""

    def states() -> set[RunState]:
        shown = [runs.get_run(A.hex()), *runs.runs_of_trace(A.hex())]
        return {record.run.state(runtime.clock(), settle_ns=S, abandon_ns=S) for record in shown}

    arrive(root())
    telemetry.assemble([A])
    assert states() == {RunState.COMPLETE}
    arrive(node(PLAN))
    assert states() == {RunState.RUNNING}
    telemetry.assemble([A])
    assert states() == {RunState.COMPLETE}
