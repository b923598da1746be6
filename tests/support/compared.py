"""Runs of two versions of a workflow, written to a database, for tests of comparisons."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from longpole.domain.runs import RunRecord, TokenUsage
from longpole.runtime import Runtime
from longpole.store.engine import writing
from longpole.store.run_writes import write_records
from workflow_runs import DAY, START_NS, S, Step, runs

NOW = START_NS + 20 * DAY


def recorded(
    runtime: Runtime, version: str, count: int, *, slower: float = 1.0, seed: int = 0, start_ns: int = 0, **more: Any
) -> list[RunRecord]:
    """`count` runs of `shop`/`trip`, two minutes apart, of a fetch and an answer that is `slower`."""
    stages = [[Step("fetch", 0.4)], [Step("answer", 1.5 * slower)]]
    made = []
    source = np.random.default_rng(seed + 1)
    for number, record in enumerate(runs(stages, count, seed=seed, every_ns=120 * S)):
        run_id = f"{version}-{seed}-{number}"
        nodes = tuple(
            replace(
                node,
                workflow_run_id=run_id,
                start_ns=(node.start_ns or 0) + start_ns,
                end_ns=(node.end_ns or 0) + start_ns,
                input_bytes=round(float(source.uniform(100, 1_000))) if node.node_id == "fetch" else None,
            )
            for node in record.nodes
        )
        run = replace(
            record.run,
            app_id="shop",
            workflow_id="trip",
            workflow_run_id=run_id,
            workflow_version=version,
            start_ns=(record.run.start_ns or 0) + start_ns,
            end_ns=(record.run.end_ns or 0) + start_ns,
            node_count=len(nodes),
            successful_nodes=len(nodes),
            tokens=TokenUsage(500, 100),
            cost_usd=Decimal("0.01") * Decimal(str(slower)),
            known_cost_usd=Decimal("0.01") * Decimal(str(slower)),
            **more,
        )
        made.append(RunRecord(run, nodes))
    with writing(runtime.engine) as connection:
        write_records(connection, made, now_ns=NOW)
    return made
