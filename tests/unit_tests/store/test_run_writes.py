"""What is written is read back whole; writing again replaces; two writers of one run both succeed."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from longpole.domain.runs import (
    Attempt,
    CostSource,
    NodeExecution,
    NodeStatus,
    Run,
    RunRecord,
    RunStatus,
    TokenUsage,
)
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.engine import reading, writing
from longpole.store.run_reads import find_record, find_run
from longpole.store.run_writes import delete_runs, write_records
from longpole.store.tables import node_attempts, node_executions, nodes, runs

RUN = Run(
    workflow_run_id="run/1",
    app_id="shop",
    workflow_id="checkout",
    workflow_name="Checkout",
    workflow_version="v2",
    trace_id="0af7651916cd43dd8448eb211c80319c",
    source="otlp",
    status=RunStatus.PARTIAL,
    is_ended=True,
    error_type="TimeoutError",
    error_message="too slow",
    session_id="s",
    user_id="u",
    environment="prod",
    tags=("a", "b"),
    start_ns=1_000,
    end_ns=11_000,
    elapsed_ns=10_000,
    recorded_ns=77,
    last_received_ns=66,
    node_count=2,
    successful_nodes=1,
    failed_nodes=1,
    cached_nodes=0,
    tokens=TokenUsage(10, 5, 2, 1, 3),
    total_tokens_used=15,
    embedding_tokens=4,
    cost_usd=None,
    known_cost_usd=Decimal("0.000000000001"),
    cache_hit_rate=0.0,
    memory_peak_bytes=100,
    cpu_ns=5,
    has_gaps=True,
    metrics={"score": 0.5},
)
RETRIED = NodeExecution(
    workflow_run_id="run/1",
    node_execution_id="exec-1",
    node_id="ask",
    node_type="llm",
    node_title="Ask",
    raw_type="chat_model",
    enclosing_node_id="outer",
    parent_node_execution_id="exec-0",
    start_ns=2_000,
    end_ns=9_000,
    elapsed_ns=6_500,
    ready_ns=1_500,
    status=NodeStatus.FAILED,
    attempts=2,
    error_type="ConnectionError",
    error_message="refused",
    model="gpt-4o-2024",
    requested_model="gpt-4o",
    provider="openai",
    tokens=TokenUsage(10, 5, 2, 1, 3),
    cost_usd=Decimal("0.000000000001"),
    cost_source=CostSource.COMPUTED,
    is_cached=False,
    input_bytes=12,
    output_bytes=13,
    input_fingerprint=-5,
    output_fingerprint=1 << 62,
    memory_peak_bytes=14,
    cpu_ns=15,
    first_token_ns=16,
    iteration_index=0,
    slot="gpu",
    waits_for=("fetch", "parse"),
    metrics={"grade": 1.5},
    attempt_log=(
        Attempt(1, 2_000, 3_000, NodeStatus.FAILED, "ConnectionError", "refused"),
        Attempt(2, 4_000, 9_000, NodeStatus.FAILED),
    ),
    reported_tokens_used=15,
)
PLAIN = NodeExecution("run/1", "exec-0", "outer", "node", "Outer", start_ns=1_000, end_ns=11_000, elapsed_ns=10_000)
RECORD = RunRecord(RUN, (PLAIN, RETRIED))


def write(runtime: Runtime, records: Iterable[RunRecord], now_ns: int = 77) -> None:
    with writing(runtime.engine) as connection:
        write_records(connection, tuple(records), now_ns=now_ns)


def read(runtime: Runtime, run_id: str = "run/1") -> RunRecord | None:
    with reading(runtime.engine) as connection:
        return find_record(connection, run_id)


def count(runtime: Runtime, table: object = node_executions) -> int:
    with reading(runtime.engine) as connection:
        return len(connection.execute(select(table)).all())


def test_what_is_written_is_read_back(runtime: Runtime) -> None:
    write(runtime, [RECORD])

    assert read(runtime) == RECORD


def test_an_unknown_run_is_none(runtime: Runtime) -> None:
    assert read(runtime, "no such") is None


def test_nothing_known_stays_unknown(runtime: Runtime) -> None:
    bare = Run("bare", None, None)
    write(runtime, [RunRecord(bare, (NodeExecution("bare", "e", "n", "node", "N"),))], now_ns=5)

    assert read(runtime, "bare") == RunRecord(
        replace(bare, recorded_ns=5, last_received_ns=5), (NodeExecution("bare", "e", "n", "node", "N"),)
    )


def test_elapsed_time_is_end_minus_start_where_it_was_not_reported(runtime: Runtime) -> None:
    node = NodeExecution("r", "e", "n", "node", "N", start_ns=100, end_ns=350)
    write(runtime, [RunRecord(Run("r", "a", "w", start_ns=100, end_ns=400), (node,))])

    record = read(runtime, "r")
    assert record is not None
    assert (record.run.elapsed_ns, record.nodes[0].elapsed_ns, record.nodes[0].end_ns) == (300, 250, 350)


def test_writing_again_replaces_nodes_and_attempts_and_keeps_when_it_was_recorded(runtime: Runtime) -> None:
    write(runtime, [RECORD], now_ns=77)
    after = RunRecord(replace(RUN, status=RunStatus.SUCCEEDED), (replace(PLAIN, node_title="New"),))
    write(runtime, [after], now_ns=99)

    assert read(runtime) == after
    assert count(runtime, node_attempts) == 0
    with reading(runtime.engine) as connection:
        assert connection.execute(select(runs.c.recorded_ns, runs.c.updated_ns)).all() == [(77, 99)]


def test_a_run_counts_by_its_end_else_by_when_it_was_recorded(runtime: Runtime) -> None:
    write(runtime, [RunRecord(replace(RUN, end_ns=None)), RunRecord(replace(RUN, workflow_run_id="ended"))], now_ns=50)
    write(runtime, [RunRecord(replace(RUN, end_ns=None))], now_ns=60)

    with reading(runtime.engine) as connection:
        found = connection.execute(select(runs.c.workflow_run_id, runs.c.period_ns)).all()
    assert sorted(found) == [("ended", 11_000), ("run/1", 50)]


def test_the_last_record_of_a_run_and_node_in_a_batch_counts(runtime: Runtime) -> None:
    twice = RunRecord(RUN, (PLAIN, replace(PLAIN, node_title="Last")))
    write(runtime, [RunRecord(RUN), twice])

    record = read(runtime)
    assert record is not None
    assert [node.node_title for node in record.nodes] == ["Last"]


def test_deleting_takes_nodes_and_attempts_along(runtime: Runtime) -> None:
    write(
        runtime, [RECORD, RunRecord(replace(RUN, workflow_run_id="other"), (replace(PLAIN, workflow_run_id="other"),))]
    )
    with writing(runtime.engine) as connection:
        deleted = delete_runs(connection, ["run/1", "no such"])

    assert deleted == 1
    assert (read(runtime), count(runtime), count(runtime, node_attempts)) == (None, 1, 0)
    assert read(runtime, "other") is not None


def test_many_runs_at_once(runtime: Runtime) -> None:
    records = [
        RunRecord(
            replace(RUN, workflow_run_id=f"r{number}"),
            tuple(NodeExecution(f"r{number}", f"e{n}", f"n{n}", "node", "N", start_ns=n, end_ns=n) for n in range(11)),
        )
        for number in range(1_200)
    ]
    write(runtime, records)
    write(runtime, reversed(records))

    assert count(runtime) == 13_200
    assert count(runtime, runs) == 1_200
    assert count(runtime, nodes) == 11


def test_numbers_and_text_that_no_database_holds_are_brought_into_bounds(runtime: Runtime) -> None:
    node = replace(
        PLAIN,
        node_title="a\0b\ud800",
        start_ns=10**25,
        end_ns=10**26,
        elapsed_ns=10**30,
        tokens=TokenUsage(input=10**40, output=-1),
        cost_usd=Decimal("1e40"),
        attempts=10**9,
        metrics={"nan": float("nan"), "x\0": 1.0},
    )
    run = replace(
        RUN,
        tokens=TokenUsage(input=-3),
        cost_usd=Decimal("NaN"),
        start_ns=5,
        end_ns=4,
        cache_hit_rate=120.0,
        metrics={"inf": float("inf")},
    )
    write(runtime, [RunRecord(run, (node,))])

    record = read(runtime)
    assert record is not None
    stored, largest = record.nodes[0], (1 << 63) - 1
    assert stored.node_title.startswith("a\ufffdb")
    assert (stored.start_ns, stored.end_ns, stored.elapsed_ns) == (largest, largest, largest)
    assert stored.tokens == TokenUsage(input=largest)
    assert stored.cost_usd == Decimal(9_223_372)
    assert stored.attempts == 32_767
    assert stored.metrics == {"x\ufffd": 1.0}
    assert (record.run.tokens.input, record.run.cost_usd, record.run.cache_hit_rate) == (None, None, 100.0)
    assert (record.run.start_ns, record.run.end_ns, record.run.metrics) == (5, 5, {})
    with reading(runtime.engine) as connection:
        connection.exec_driver_sql("SELECT * FROM workflow_node_performance").all()


def test_rolling_back_forgets_which_dimensions_were_written(runtime: Runtime) -> None:
    def write_and_fail() -> None:
        with writing(runtime.engine) as connection:
            write_records(connection, [RECORD], now_ns=1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_fail()
    write(runtime, [RECORD])

    assert read(runtime) == RECORD


def test_writers_of_the_same_runs_at_once_all_succeed(runtime: Runtime) -> None:
    """Eight threads write the same twenty runs, in different orders, ten times."""
    begin = threading.Barrier(8)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        records = [
            RunRecord(
                replace(RUN, workflow_run_id=f"r{n}", workflow_id=f"w{n}"), (replace(PLAIN, node_title=f"by {number}"),)
            )
            for n in range(20)
        ]
        try:
            begin.wait()
            for turn in range(10):
                write(runtime, records if (number + turn) % 2 else records[::-1])
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert (count(runtime, runs), count(runtime)) == (20, 20)


def test_two_transactions_that_insert_one_run_at_the_same_time(postgres_url: str) -> None:
    """The second one waits for the first one's commit, finds the run there, and replaces it."""
    runtime = Runtime(Settings(database_url=postgres_url))
    write(runtime, [RunRecord(replace(RUN, workflow_run_id="warm-up"), (PLAIN,))])
    done = threading.Event()

    def second() -> None:
        write(runtime, [RunRecord(replace(RUN, workflow_name="second"), (PLAIN,))], now_ns=2)
        done.set()

    with writing(runtime.engine) as connection:
        write_records(connection, [RunRecord(replace(RUN, workflow_name="first"), (PLAIN, RETRIED))], now_ns=1)
        thread = threading.Thread(target=second)
        thread.start()
        assert not done.wait(0.3)
    thread.join()

    record = read(runtime)
    assert record is not None
    assert (record.run.workflow_name, record.run.recorded_ns, len(record.nodes)) == ("second", 1, 1)
    runtime.close()


def test_what_a_caller_reported_stands_over_what_is_derived(runtime: Runtime) -> None:
    write(runtime, [RECORD])
    reported = {"status": "succeeded", "cost_usd": "0.25", "node_count": 10, "tags": ["mine"], "tokens": {"input": 7}}
    with writing(runtime.engine) as connection:
        connection.execute(runs.update().values(reported=reported))
    write(runtime, [RECORD])

    with reading(runtime.engine) as connection:
        run = find_run(connection, "run/1")
    assert run == replace(
        RUN,
        status=RunStatus.SUCCEEDED,
        cost_usd=Decimal("0.25"),
        known_cost_usd=Decimal("0.25"),
        node_count=10,
        tags=("mine",),
        tokens=TokenUsage(input=7),
    )
