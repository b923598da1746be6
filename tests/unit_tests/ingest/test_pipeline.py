"""Acknowledged means committed; what cannot be stored or assembled holds up nothing else."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from longpole import runtime as runtime_module
from longpole.assembly.facts import FactBatch, SpanFacts
from longpole.domain.errors import OverloadedError, RunNotFoundError, StorageUnavailableError
from longpole.domain.runs import RunRecord
from longpole.ingest.pipeline import Pipeline
from longpole.processes.helper import HelperProcess
from longpole.runtime import Runtime
from longpole.services import runs, telemetry
from longpole.settings import Settings
from longpole.store import trace_log
from longpole.store.tables import trace_chunks

PATIENCE_S = 20.0


def span(trace: int, number: int = 1, **more: Any) -> SpanFacts:
    fields = {"name": "n", "start_ns": 10, "end_ns": 20, "is_ai": True}
    return SpanFacts(trace_id=trace.to_bytes(16), span_id=number.to_bytes(8), **(fields | more))


def batch(*spans: SpanFacts) -> FactBatch:
    return FactBatch(spans=spans)


@pytest.fixture
def pipeline(runtime: Runtime) -> Iterator[Pipeline]:
    made = Pipeline(runtime)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def beside(runtime: Runtime) -> HelperProcess:
    """The process beside; it ends with the runtime."""
    assert runtime.helper is not None
    return runtime.helper


def eventually(check: Callable[[], bool]) -> None:
    """Wait for another thread's work; polling, since the database tells nobody."""
    pause = threading.Event()
    until = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < until
        pause.wait(0.005)


def run_of(trace: int) -> RunRecord | None:
    try:
        return runs.get_run(trace.to_bytes(16).hex())
    except RunNotFoundError:
        return None


def chunk_count() -> int:
    with runtime_module.reading() as connection:
        return connection.scalar(select(func.count()).select_from(trace_chunks)) or 0


def test_what_is_acknowledged_is_stored_and_becomes_a_run(pipeline: Pipeline) -> None:
    pipeline.submit(batch(span(1))).result(PATIENCE_S)
    assert chunk_count() == 1
    eventually(lambda: run_of(1) is not None)


def test_a_run_is_readable_soon_after_the_acknowledgement(pipeline: Pipeline) -> None:
    pipeline.submit(batch(span(1))).result(PATIENCE_S)
    eventually(lambda: run_of(1) is not None)  # the first one loads the price table
    pipeline.submit(batch(*(span(2, number) for number in range(1, 12)))).result(PATIENCE_S)
    begun = time.monotonic()
    eventually(lambda: run_of(2) is not None)
    assert time.monotonic() - begun < 2  # 20 ms on an idle machine; tests run beside others


def test_an_empty_batch_is_stored_at_once(pipeline: Pipeline) -> None:
    assert pipeline.submit(batch()).done()


def test_memory_is_given_back(pipeline: Pipeline) -> None:
    futures = [pipeline.submit(batch(span(number)), size_bytes=1000) for number in range(1, 50)]
    for future in futures:
        future.result(PATIENCE_S)
    eventually(lambda: pipeline.budget.used_bytes == 0)


def test_more_than_memory_allows_is_refused(runtime: Runtime) -> None:
    small = Runtime(Settings(database_url=runtime.settings.database_url, ingest_queue_bytes=10_000))
    pipeline = Pipeline(small)  # not started: nothing leaves the queue
    pipeline.submit(batch(span(1)), size_bytes=9_000)
    with pytest.raises(OverloadedError):
        pipeline.submit(batch(span(2)), size_bytes=9_000)


def test_stopping_stores_and_assembles_what_was_submitted(runtime: Runtime) -> None:
    pipeline = Pipeline(runtime)
    pipeline.start()
    futures = [pipeline.submit(batch(span(number))) for number in range(1, 301)]
    pipeline.stop()
    assert [future.exception(0) for future in futures] == [None] * 300
    assert all(run_of(number) is not None for number in range(1, 301))
    with pytest.raises(StorageUnavailableError):
        pipeline.submit(batch(span(999)))
    assert pipeline.budget.used_bytes == 0


def test_a_batch_of_many_threads(pipeline: Pipeline) -> None:
    futures: list[Any] = []

    def send(first: int) -> None:
        futures.extend(pipeline.submit(batch(span(number), span(number, 2))) for number in range(first, first + 50))

    threads = [threading.Thread(target=send, args=(first,)) for first in range(1, 400, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for future in futures:
        future.result(PATIENCE_S)
    eventually(lambda: all(run_of(number) is not None for number in range(1, 401)))


def test_a_storage_failure_is_told_and_over_when_it_is_over(pipeline: Pipeline) -> None:
    with runtime_module.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE trace_chunks RENAME TO elsewhere"))
    refused = pipeline.submit(batch(span(1)))
    with pytest.raises(StorageUnavailableError):
        refused.result(PATIENCE_S)
    with runtime_module.unit_of_work() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO trace_chunks"))
    pipeline.submit(batch(span(2))).result(PATIENCE_S)
    assert chunk_count() == 1
    assert pipeline.budget.used_bytes == 0


def _spoil(trace: int) -> None:
    with runtime_module.unit_of_work() as connection:
        spoiled = update(trace_chunks).where(trace_chunks.c.trace_id == trace.to_bytes(16))
        connection.execute(spoiled.values(facts=b"spoiled", is_pending=True))


def test_what_cannot_be_assembled_holds_up_nothing(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    telemetry.append(trace_log.pack([span(number) for number in range(1, 6)], (), 1))
    _spoil(3)
    pipeline = Pipeline(runtime)
    pipeline.start()
    try:
        eventually(lambda: all(run_of(number) is not None for number in (1, 2, 4, 5)))
        eventually(lambda: "cannot be assembled" in caplog.text)
        assert run_of(3) is None
        assert f"trace {3:032x} cannot be assembled: error at trace_log.py" in caplog.text
        with runtime_module.unit_of_work() as connection:  # the fault is mended
            trace_log.forget(connection, [(3).to_bytes(16)])
        pipeline.submit(batch(span(3))).result(PATIENCE_S)
        eventually(lambda: run_of(3) is not None)
    finally:
        pipeline.stop()


def test_what_a_dead_process_left_is_assembled(runtime: Runtime) -> None:
    telemetry.append(trace_log.pack([span(number) for number in range(1, 1_500)], (), 1))
    pipeline = Pipeline(runtime)
    pipeline.start()
    try:
        eventually(lambda: telemetry.pending_traces(2**62, 1) == [])
        assert all(run_of(number) is not None for number in (1, 750, 1_499))
    finally:
        pipeline.stop()


def test_what_piles_up_is_handed_to_the_process_beside_which_holds_up_nothing_and_may_die(
    runtime: Runtime, beside: HelperProcess, caplog: pytest.LogCaptureFixture
) -> None:
    pid = beside.do(os.getpid)
    os.kill(pid, signal.SIGSTOP)
    telemetry.append(trace_log.pack([span(number) for number in range(1, 1_001)], (), 1))
    pipeline = Pipeline(runtime)
    pipeline.start()
    try:
        eventually(lambda: len(telemetry.pending_traces(2**62, 1_001)) == 400)  # all but those in its hands
        pipeline.submit(batch(span(2_000))).result(PATIENCE_S)
        eventually(lambda: run_of(2_000) is not None)
        assert len(telemetry.pending_traces(2**62, 1_001)) == 400
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: telemetry.pending_traces(2**62, 1) == [])
        assert all(run_of(number) is not None for number in range(1, 1_001))
        assert "400 traces are assembled here: the helper process ended unexpectedly" in caplog.text
    finally:
        pipeline.stop()


def test_the_process_beside_assembles_what_it_is_handed(runtime: Runtime, beside: HelperProcess) -> None:
    pid = beside.do(os.getpid)
    os.kill(pid, signal.SIGSTOP)
    telemetry.append(trace_log.pack([span(number) for number in range(1, 1_001)], (), 1))
    pipeline = Pipeline(runtime)
    pipeline.start()
    try:
        eventually(lambda: len(telemetry.pending_traces(2**62, 1_001)) == 400)
        os.kill(pid, signal.SIGCONT)
        eventually(lambda: telemetry.pending_traces(2**62, 1) == [])
        assert all(run_of(number) is not None for number in range(1, 1_001))
        assert beside.do(os.getpid) == pid
    finally:
        pipeline.stop()


def test_a_little_work_starts_no_process(runtime: Runtime, pipeline: Pipeline, beside: HelperProcess) -> None:
    pipeline.submit(batch(*(span(number) for number in range(1, 390)))).result(PATIENCE_S)
    eventually(lambda: telemetry.pending_traces(2**62, 1) == [])
    assert run_of(389) is not None
    assert not beside.is_running
    assert runtime.helper is beside


def test_stopping_does_not_wait_for_a_process_beside_that_hangs(runtime: Runtime, beside: HelperProcess) -> None:
    os.kill(beside.do(os.getpid), signal.SIGSTOP)
    telemetry.append(trace_log.pack([span(number) for number in range(1, 1_001)], (), 1))
    pipeline = Pipeline(runtime)
    pipeline.start()
    eventually(lambda: len(telemetry.pending_traces(2**62, 1_001)) == 400)
    begun = time.monotonic()
    runtime.close_helper()
    pipeline.stop()
    assert time.monotonic() - begun < PATIENCE_S
    assert telemetry.pending_traces(2**62, 1) == []  # it was done here


def test_a_large_trace_in_many_batches_costs_few_assemblies(runtime: Runtime) -> None:
    clock_calls: list[int] = []
    counted = Runtime(runtime.settings, clock=lambda: _counted(clock_calls))
    pipeline = Pipeline(counted)
    pipeline.start()
    try:
        for first in range(0, 5_000, 50):
            spans = [span(7, number + 2, parent_span_id=(1).to_bytes(8)) for number in range(first, first + 50)]
            pipeline.submit(batch(*spans)).result(PATIENCE_S)
        eventually(lambda: (found := run_of(7)) is not None and found.run.node_count == 5_000)
    finally:
        pipeline.stop()
        counted.close()
    assert len(clock_calls) - 100 < 50  # every submission asks the clock once, and so does every assembly


def test_acknowledgements_do_not_wait_for_runs_to_be_computed(pipeline: Pipeline) -> None:
    crowd = [span(9, number, parent_span_id=(1).to_bytes(8)) for number in range(2, 30_000)]
    pipeline.submit(batch(*crowd)).result(PATIENCE_S)
    waits = []
    while run_of(9) is None:
        begun = time.monotonic()
        pipeline.submit(batch(span(10 + len(waits)))).result(PATIENCE_S)
        waits.append(time.monotonic() - begun)
    assert len(waits) > 2
    assert sorted(waits)[len(waits) // 2] < 1


def _counted(calls: list[int]) -> int:
    calls.append(1)
    return time.time_ns()
