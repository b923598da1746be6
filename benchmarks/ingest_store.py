"""The store alone: how many node executions a second get into one database, marks included.

Downstream: `ingest`.
"""

import gc
import multiprocessing
import random
import time
from dataclasses import dataclass
from typing import Any

from storage import NODES_PER_RUN, record

from longpole.domain.errors import StorageUnavailableError
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.engine import writing
from longpole.store.run_writes import pack_records, write_packed

RUNS_AT_ONCE = 70
"""Some 1,000 node executions a transaction."""


@dataclass(slots=True)
class Written:
    """What one writer did: rows, when it began and ended, processor time, seconds of each transaction, failures."""

    rows: int
    begun_at: float
    ended_at: float
    cpu_seconds: float
    seconds: list[float]
    failures: int


def write(database_url: str, writers: int, rows: int, seconds: float) -> list[Written]:
    """Write `rows` rows by `writers` processes, for at most `seconds`."""
    runtime = Runtime(Settings(database_url=database_url))
    _ = runtime.engine
    runtime.close()
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(writers), context.Queue()
    started = [
        context.Process(target=_writer, args=(database_url, (number, rows // writers), seconds, barrier, answers))
        for number in range(writers)
    ]
    for process in started:
        process.start()
    written = [answers.get(timeout=seconds + 600) for _ in started]
    for process in started:
        process.join()
    return written


def _writer(database_url: str, share: tuple[int, int], seconds: float, barrier: Any, answers: Any) -> None:
    runtime = Runtime(Settings(database_url=database_url))
    seed, rows = share
    rng = random.Random(f"{seed}/{time.time_ns()}")
    records = [record(rng, number) for number in range(rows // NODES_PER_RUN)]
    engine = runtime.engine
    gc.freeze()  # what is to be written is the benchmark's own
    barrier.wait(timeout=600)
    begun, cpu = time.time(), time.process_time()
    written = Written(0, begun, begun, 0.0, [], 0)
    for begin in range(0, len(records), RUNS_AT_ONCE):
        batch = records[begin : begin + RUNS_AT_ONCE]
        at = time.perf_counter()
        try:
            packed = pack_records(engine.dialect.name, batch)  # as the server does it, before it has its turn
            with writing(engine) as connection:
                write_packed(connection, packed, now_ns=time.time_ns())
        except StorageUnavailableError:
            written.failures += 1
            continue
        written.seconds.append(time.perf_counter() - at)
        written.rows += len(batch) * NODES_PER_RUN
        if time.time() - begun > seconds:
            break
    written.ended_at, written.cpu_seconds = time.time(), time.process_time() - cpu
    runtime.close()
    answers.put(written)
