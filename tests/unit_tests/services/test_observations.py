"""What rules see of a database is what was recorded, column by column, on both databases."""

import uuid
import zlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longpole import runtime as runtime_module
from longpole.advice.observations import PARTIAL, CacheUse, SampledRun
from longpole.domain.cache import Counted, Counts
from longpole.domain.errors import InvalidInputError
from longpole.domain.graphs import Engine
from longpole.domain.runs import Attempt, NodeExecution, NodeStatus, Run, RunRecord, RunStatus, TokenUsage
from longpole.domain.scopes import Scope
from longpole.runtime import Runtime
from longpole.services.observations import observe
from longpole.settings import Settings
from longpole.store.advice_reads import Reading
from longpole.store.advice_runs import Most
from longpole.store.cache_counting import add_counts
from longpole.store.engine import writing
from longpole.store.run_writes import delete_runs, write_records
from longpole.store.tables import span_contents
from observed_columns import examples_fit, said_by
from observing import observations_of

NOW = 1_795_600_000_000_000_000
HOUR = 3_600_000_000_000
MAYBE = st.none() | st.integers(0, 3)
BEFORE = 100


@pytest.fixture(autouse=True)
def _now(runtime: Runtime) -> None:
    runtime.clock = lambda: NOW


def written(runtime: Runtime, records: Sequence[RunRecord], app_id: str = "app") -> list[RunRecord]:
    """Store runs of an application; as they are then."""
    kept = [replace(record, run=replace(record.run, app_id=app_id)) for record in records]
    with writing(runtime.engine) as connection:
        write_records(connection, kept, now_ns=NOW)
    return kept


def run(run_id: str, ended_before: int = BEFORE, *nodes: NodeExecution, **said: Any) -> RunRecord:
    known = {"is_ended": True, "status": RunStatus.SUCCEEDED, "node_count": len(nodes), **said}
    end_ns = NOW - ended_before
    return RunRecord(Run(run_id, "app", "flow", start_ns=end_ns - 50, end_ns=end_ns, **known), nodes)


def node(run_id: str, id_: str, **said: Any) -> NodeExecution:
    known = {"start_ns": NOW - BEFORE - 50, "end_ns": NOW - BEFORE - 40, **said}
    return NodeExecution(run_id, id_, "n", "llm", "N", **known)


@st.composite
def attempts(draw: st.DrawFn) -> tuple[Attempt, ...]:
    count = draw(st.sampled_from([0, 0, 2, 3]))
    return tuple(
        Attempt(
            number + 1,
            draw(st.none() | st.integers(1, 4)),
            draw(st.none() | st.integers(4, 6)),
            draw(st.none() | st.sampled_from(NodeStatus)),
            draw(st.none() | st.just("E")),
            draw(st.none() | st.sampled_from(["gone", "after 3 s", "after 4 s"])),
        )
        for number in range(count)
    )


@st.composite
def node_executions(draw: st.DrawFn, run_id: str, number: int) -> NodeExecution:
    log = draw(attempts())
    start = draw(st.none() | st.integers(0, 4))
    model = draw(st.none() | st.sampled_from(["a", "b"]))
    return NodeExecution(
        run_id,
        f"x{number}",
        draw(st.sampled_from("nm")),
        draw(st.sampled_from(["llm", "code"])),
        "Title",
        raw_type=draw(st.none() | st.just("LLM")),
        enclosing_node_id=draw(st.none() | st.just("loop")),
        start_ns=start,
        end_ns=None if start is None else draw(st.none() | st.integers(start, 5)),
        elapsed_ns=draw(MAYBE),
        ready_ns=draw(st.none() | st.integers(0, 2)),
        status=draw(st.none() | st.sampled_from(NodeStatus)),
        attempts=max(len(log), 1),
        attempt_log=log,
        error_type=draw(st.none() | st.sampled_from(["E", "F"])),
        error_message=draw(st.none() | st.sampled_from(["", "gone", "row 1 at http://a/1", "row 22 at http://b"])),
        model=model,
        requested_model=draw(st.none() | st.just("asked")),
        provider=None if model is None else draw(st.none() | st.just("p")),
        tokens=TokenUsage(*(draw(MAYBE) for _ in range(5))),
        cost_usd=draw(st.none() | st.sampled_from([Decimal(0), Decimal("0.000000000001"), Decimal("12.34")])),
        is_cached=draw(st.none() | st.booleans()),
        input_bytes=draw(MAYBE),
        output_bytes=draw(MAYBE),
        input_fingerprint=draw(st.none() | st.sampled_from([1, -(1 << 63), (1 << 63) - 1])),
        output_fingerprint=draw(st.none() | st.sampled_from([1, -2])),
        iteration_index=draw(MAYBE),
        slot=draw(st.none() | st.just("pool")),
        waits_for=draw(st.sampled_from([(), ("n",), ("m", "n")])),
    )


@st.composite
def records(draw: st.DrawFn) -> list[RunRecord]:
    prefix = uuid.uuid4().hex[:12]
    made = []
    for number in range(draw(st.integers(0, 4))):
        run_id = f"{prefix}-{number}"
        nodes = [draw(node_executions(run_id, place)) for place in range(draw(st.integers(0, 4)))]
        made.append(
            run(
                run_id,
                number * HOUR + 1,  # no two end at once
                *nodes,
                status=draw(st.sampled_from(RunStatus)),
                workflow_version=draw(st.none() | st.sampled_from(["1", "2"])),
                user_id=draw(st.none() | st.sampled_from(["ann", "bob"])),
                cost_usd=draw(st.none() | st.sampled_from([Decimal(0), Decimal("0.1")])),
                tokens=TokenUsage(draw(MAYBE), draw(MAYBE)),
                elapsed_ns=draw(MAYBE),
            )
        )
    return draw(st.permutations(made))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records())
def test_columns_are_those_of_the_records(runtime: Runtime, given_records: list[RunRecord]) -> None:
    app_id = uuid.uuid4().hex
    kept = written(runtime, given_records, app_id)

    observed, expected = observe(app_id, "flow"), observations_of(kept)

    assert said_by(observed) == said_by(expected)
    assert examples_fit(observed)
    assert [headed(each) for each in observed.sample] == [headed(each) for each in expected.sample]


def headed(sampled: SampledRun) -> tuple[Any, ...]:
    """All of it but its nodes, which are known by their ids here: the columns say the rest."""
    ids = sorted(each.node_execution_id for each in sampled.nodes)
    bounds = (sampled.start_ns, sampled.end_ns)
    return (sampled.place, sampled.workflow_run_id, *bounds, ids, sampled.weight, sampled.has_failed)


def test_sampled_runs_are_whole(runtime: Runtime) -> None:
    first = node("r", "a", slot="pool", waits_for=("start",), ready_ns=NOW - BEFORE - 51, iteration_index=0)
    tries = (
        Attempt(1, NOW - 150, NOW - 148, NodeStatus.FAILED, "E", "gone"),
        Attempt(2, NOW - 147, NOW - 140, NodeStatus.SUCCEEDED),
    )
    second = node("r", "b", start_ns=NOW - 150, end_ns=NOW - 140, attempts=2, attempt_log=tries)
    written(runtime, [run("r", BEFORE, first, second)])

    (sampled,) = observe("app", "flow").sample

    assert (sampled.start_ns, sampled.end_ns, sampled.weight) == (NOW - BEFORE - 50, NOW - BEFORE, 1.0)
    assert [each.node_execution_id for each in sampled.nodes] == ["a", "b"]
    assert (sampled.nodes[0].slot, sampled.nodes[0].waits_for) == ("pool", ("start",))
    assert sampled.nodes[1].attempt_log == tries


def test_an_unknown_workflow_has_no_runs(runtime: Runtime) -> None:
    observed = observe("nobody", "nothing")

    assert (len(observed.runs), len(observed.executions), observed.sample, observed.graph) == (0, 0, (), None)
    assert observed.engine is Engine.GENERIC
    assert observed.days == pytest.approx(7, abs=1 / 24)


def test_only_the_period_and_the_workflow_count(runtime: Runtime) -> None:
    written(runtime, [run("old", 25 * HOUR), run("new", HOUR), run("running", HOUR, is_ended=False)])
    written(runtime, [run("other", HOUR)], "other")

    assert observe("app", "flow", days=1).runs.run_ids == ("new",)
    assert observe("app", "flow", days=2).runs.run_ids == ("old", "new")


def test_a_run_that_was_given_up_is_partial_and_counts_when_it_was_recorded(runtime: Runtime) -> None:
    silent = Run("silent", "app", "flow", start_ns=NOW - 500)
    written(runtime, [RunRecord(silent), run("ended", 3)])
    with writing(runtime.engine) as connection:
        connection.exec_driver_sql("UPDATE runs SET is_abandoned = TRUE WHERE workflow_run_id = 'silent'")

    observed = observe("app", "flow")

    assert observed.runs.run_ids == ("ended", "silent")
    assert observed.runs.status[1] == PARTIAL
    assert observed.runs.end_ns.tolist() == [NOW - 3, NOW]


def test_difys_own_workflow_id_means_that_version(runtime: Runtime) -> None:
    versions = [run(f"of-{name}", 1, workflow_version=name) for name in ("v1", "v2")]
    with writing(runtime.engine) as connection:
        dify = [replace(each, run=replace(each.run, app_id="dify", workflow_id="dify")) for each in versions]
        write_records(connection, dify, now_ns=NOW)

    assert observe("dify", "v2").runs.run_ids == ("of-v2",)
    assert len(observe("dify", "dify").runs) == 2


def test_of_too_many_the_newest_are_looked_at_and_the_others_are_counted(runtime: Runtime) -> None:
    written(runtime, [run(f"r{age}", age, node(f"r{age}", "a"), node(f"r{age}", "b")) for age in range(1, 6)])

    by_executions = observe("app", "flow", most=Most(executions=5))
    by_runs = observe("app", "flow", most=Most(runs=1))

    assert (by_executions.runs.run_ids, by_executions.runs_left_out) == (("r2", "r1"), 3)
    assert by_executions.since_ns == NOW - 2
    assert (by_runs.runs.run_ids, by_runs.runs_left_out) == (("r1",), 4)
    assert observe("app", "flow").runs_left_out == 0


def test_days_are_bounded(runtime: Runtime) -> None:
    wrong: list[Any] = [0, 366, 1.5, True, None]
    for days in wrong:
        with pytest.raises(InvalidInputError) as caught:
            observe("app", "flow", days)
        assert caught.value.field == "days"


def test_who_reads_is_in_nobodys_way(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a portion is read another run is recorded, which is not seen, and one goes, which is left out."""
    written(runtime, [run("first", 3, node("first", "a")), run("second", 2, node("second", "a"))])
    monkeypatch.setattr("longpole.store.advice_runs.RUNS_AT_A_TIME", 1)
    add = Reading.add

    def adding(reading: Reading, *portion: Any) -> None:
        add(reading, *portion)
        if len(reading.run_keys()) == 1:
            written(runtime, [run("late", 1)])
            with writing(runtime.engine) as connection:
                delete_runs(connection, ["second"])

    monkeypatch.setattr(Reading, "add", adding)

    observed = observe("app", "flow")

    assert observed.runs.run_ids == ("first",)
    assert observed.executions.run.tolist() == [0]


def test_within_a_transaction_what_it_has_written_is_seen(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for: the log is not cut off by who writes to it."""
    monkeypatch.setattr("longpole.store.disk_usage._LONG_LOG_BYTES", 0)
    with runtime_module.unit_of_work() as connection:
        write_records(connection, [run("mine", 1, node("mine", "a"))], now_ns=NOW)

        assert observe("app", "flow").runs.run_ids == ("mine",)


def test_prompts_are_those_of_the_newest_calls(runtime: Runtime) -> None:
    trace, other = "0af7651916cd43dd8448eb211c80319c", "1" * 32
    spans = [f"{number:016x}" for number in range(1, 5)]
    calls = [
        node("r", spans[0], model="m"),
        node("r", f"{other}/{spans[1]}/3", model="m"),
        node("r", spans[2]),  # no call of a model
        node("r", "an id of its own", model="m", start_ns=NOW - BEFORE - 45),
        node("r", spans[3], model="m"),  # nothing was kept
    ]
    written(runtime, [run("r", BEFORE, *calls, trace_id=trace)])
    kept = [(trace, spans[0], "Hello"), (other, spans[1], "é"), (trace, spans[2], "no call")]
    with writing(runtime.engine) as connection:
        for trace_id, span_id, sent in kept:
            row = {"trace_id": bytes.fromhex(trace_id), "span_id": bytes.fromhex(span_id), "direction": 0}
            body = zlib.compress(sent.encode())
            connection.execute(span_contents.insert().values(**row, is_cut=False, body=body))

    observed = observe("app", "flow")

    assert sorted(observed.prompts.values()) == ["Hello", "é"]
    assert all(observed.executions.model[place] >= 0 for place in observed.prompts)


def test_what_the_cache_did_is_by_node(runtime: Runtime) -> None:
    mine = Counted(Scope("app", "flow"), "llm", "n", "sampling")
    with writing(runtime.engine) as connection:
        add_counts(connection, {mine: Counts(hits=3, misses=2, stale=1)}, NOW - HOUR)
        add_counts(connection, {mine: Counts(hits=1, would_hit=5, mismatched=1)}, NOW)
        add_counts(connection, {mine: Counts(hits=9)}, NOW - 9 * 24 * HOUR)
        add_counts(connection, {Counted(Scope("app", "other"), "llm", "n"): Counts(hits=9)}, NOW)

    assert observe("app", "flow").cache == (CacheUse("n", "llm", 4, 2, 1, 0, 0, 5, 0, 0, 1),)


def test_ttls_are_those_built_in_and_those_set(database_url: str, runtime: Runtime) -> None:
    runtime.settings = Settings(database_url=database_url, cache_ttl_hours={"llm": 2.0})

    ttls = observe("app", "flow").settings_ttl_hours

    assert (ttls["llm"], ttls["http_request"]) == (2.0, 6)


def test_runs_that_have_no_order_by_key_are_in_order_of_their_end(runtime: Runtime) -> None:
    """Late telemetry: what ended first was recorded last."""
    written(runtime, [run("late", 1, node("late", "a"))])
    written(runtime, [run("early", 5, node("early", "a", start_ns=5), node("early", "b", start_ns=4))])

    observed = observe("app", "flow")

    assert observed.runs.run_ids == ("early", "late")
    assert observed.executions.run.tolist() == [0, 0, 1]
    assert observed.executions.start_ns.tolist()[:2] == [4, 5]
    assert np.all(np.diff(observed.runs.end_ns) >= 0)
