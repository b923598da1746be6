"""What a node execution costs on disk, table by table and index by index, and how fast runs are written.

    uv run python benchmarks/storage.py [--runs 20000] [--batch 100] [--database-url URL]

Runs of 15 nodes of 200 workflows as engines make them: nested steps, model
calls with tokens and prices, failures, retries, caching, sizes and
fingerprints; ids as stock exporters send them (32 and 16 hexadecimal digits).
They go through `write_records`, in batches, each in a transaction of its own,
and then once more, as telemetry that is sent twice does. (On PostgreSQL the
rows of the first time take up room until they are vacuumed.)
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection

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
from longpole.domain.units import NS_PER_MS, NS_PER_SECOND
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.engine import reading, writing
from longpole.store.run_writes import write_records

NODES_PER_RUN = 15
WORKFLOWS = 200
TYPES = ("node", "llm", "tool", "retriever", "agent", "embedding", "chain", "http_request")
MODELS = (("gpt-4o-2024-08-06", "openai"), ("gpt-4o-mini", "openai"), ("claude-sonnet-4", "anthropic"))


def main() -> None:
    """Fill a database and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--database-url", help="an empty database; else a SQLite file that is removed afterwards")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = said.database_url or f"sqlite:///{folder}/storage.db"
        runtime = Runtime(Settings(database_url=url))
        fill(runtime, said.runs, said.batch)
        with reading(runtime.engine) as connection:
            sizes = sizes_of(connection)
        runtime.close()
    print_sizes(sizes, said.runs * NODES_PER_RUN)


def fill(runtime: Runtime, runs: int, batch: int) -> None:
    """Write every run twice, and print how fast that was."""
    rng = random.Random(1)
    first: list[float] = []
    again: list[float] = []
    for begin in range(0, runs, batch):
        records = [record(rng, begin + number) for number in range(min(batch, runs - begin))]
        for times in (first, again):
            started = time.perf_counter()
            with writing(runtime.engine) as connection:
                write_records(connection, records, now_ns=time.time_ns())
            times.append((time.perf_counter() - started) / len(records) / NODES_PER_RUN)
    for name, times in (("first", first), ("again", again)):
        median, worst = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
        print(
            f"{name}: {1 / median:,.0f} node executions/s (median of {len(times)} batches of {batch} runs; "
            f"slowest twentieth {1 / worst:,.0f}); a batch in {median * batch * NODES_PER_RUN * 1e3:.1f} ms"
        )


def record(rng: random.Random, number: int) -> RunRecord:
    """A run of 15 nodes: 5 steps, each with 2 nodes inside."""
    run_id = rng.randbytes(16).hex()
    start_ns = 1_795_600_000 * NS_PER_SECOND + number * 100 * NS_PER_MS
    workflow = min(int(rng.paretovariate(1.1)), WORKFLOWS)
    nodes = list(steps(rng, run_id, workflow, start_ns))
    end_ns = max(node.end_ns or 0 for node in nodes)
    failed = sum(node.status is NodeStatus.FAILED for node in nodes)
    run = Run(
        run_id,
        f"service-{workflow % 7}",
        f"workflow-{workflow}",
        workflow_name=f"Workflow {workflow}",
        workflow_version="1.4.2",
        trace_id=run_id,
        source="otlp",
        status=RunStatus.FAILED if failed else RunStatus.SUCCEEDED,
        is_ended=True,
        session_id=f"session-{rng.randrange(5000)}" if rng.random() < 0.5 else None,
        user_id=f"user-{rng.randrange(1000)}" if rng.random() < 0.5 else None,
        tags=("production",) if rng.random() < 0.3 else (),
        start_ns=start_ns,
        end_ns=end_ns,
        elapsed_ns=end_ns - start_ns,
        node_count=NODES_PER_RUN,
        successful_nodes=NODES_PER_RUN - failed,
        failed_nodes=failed,
        tokens=TokenUsage(9000, 1200, 2000, None, None),
        cost_usd=Decimal("0.0123"),
        known_cost_usd=Decimal("0.0123"),
    )
    return RunRecord(run, tuple(nodes))


def steps(rng: random.Random, run_id: str, workflow: int, start_ns: int) -> Iterator[NodeExecution]:
    """The nodes of a run, one step after the other."""
    at_ns = start_ns
    for number in range(NODES_PER_RUN // 3):
        step = NodeExecution(
            run_id,
            rng.randbytes(8).hex(),
            f"step-{number}",
            "node",
            f"step-{number}",
            start_ns=at_ns,
            status=NodeStatus.SUCCEEDED,
            input_bytes=rng.randrange(200, 5000),
            output_bytes=rng.randrange(200, 5000),
            input_fingerprint=rng.getrandbits(63),
            output_fingerprint=rng.getrandbits(63),
        )
        inside = [node(rng, f"{workflow}-{number}-{n}", step, at_ns) for n in range(2)]
        at_ns = max(each.end_ns or 0 for each in inside) + NS_PER_MS
        yield replace(step, end_ns=at_ns)
        yield from inside


def node(rng: random.Random, name: str, around: NodeExecution, at_ns: int) -> NodeExecution:
    """A node inside a step, of a type that its name decides."""
    node_type = TYPES[sum(name.encode()) % len(TYPES)]
    length_ns = int(rng.lognormvariate(0, 1) * 400 * NS_PER_MS)
    failed, retried = rng.random() < 0.02, rng.random() < 0.03
    is_model = node_type in {"llm", "agent", "embedding"}
    model, provider = MODELS[len(name) % len(MODELS)] if is_model else (None, None)
    middle_ns = at_ns + length_ns // 2
    attempts = (
        Attempt(1, at_ns, middle_ns - NS_PER_MS, NodeStatus.FAILED, "TimeoutError"),
        Attempt(2, middle_ns, at_ns + length_ns, NodeStatus.SUCCEEDED),
    )
    return NodeExecution(
        around.workflow_run_id,
        rng.randbytes(8).hex(),
        f"{node_type}-{name}",
        node_type,
        f"{node_type} {name}",
        enclosing_node_id=around.node_id,
        parent_node_execution_id=around.node_execution_id,
        start_ns=at_ns,
        end_ns=at_ns + length_ns,
        status=NodeStatus.FAILED if failed else NodeStatus.SUCCEEDED,
        attempts=2 if retried else 1,
        attempt_log=attempts if retried else (),
        error_type="TimeoutError" if failed or retried else None,
        error_message="Request timed out after 30 seconds." if failed else None,
        model=model,
        provider=provider,
        tokens=TokenUsage(rng.randrange(4000), rng.randrange(600), rng.randrange(2000)) if is_model else TokenUsage(),
        cost_usd=Decimal(rng.randrange(10_000_000)).scaleb(-9) if is_model else None,
        cost_source=CostSource.COMPUTED if is_model else None,
        is_cached=rng.random() < 0.2 if rng.random() < 0.3 else None,
        input_bytes=rng.randrange(200, 5000),
        output_bytes=rng.randrange(200, 5000),
        input_fingerprint=rng.getrandbits(63),
        output_fingerprint=rng.getrandbits(63),
        first_token_ns=length_ns // 5 if node_type == "llm" else None,
    )


def sizes_of(connection: Connection) -> dict[str, int]:
    """Bytes of each table and index."""
    sql = (
        "SELECT name, SUM(pgsize) FROM dbstat GROUP BY name"
        if connection.dialect.name == "sqlite"
        else "SELECT relname, pg_relation_size(oid) FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
    )
    return {row[0]: row[1] for row in connection.exec_driver_sql(sql)}


def print_sizes(sizes: dict[str, int], executions: int) -> None:
    """Bytes per node execution, the largest first."""
    print(f"\n{executions:,} node executions")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size / executions >= 0.2:
            print(f"{size / executions:9.1f} bytes each  {name}")
    print(f"{sum(sizes.values()) / executions:9.1f} bytes each  together")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
