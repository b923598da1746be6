"""Runs and their node executions as they are rolled up: one array a column, -1 where nothing is known.

Upstream: `store.rollup_raw`. Downstream: `rollup_paths`, `rollup_cells`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from longpole.analysis.sketch import Ints
from longpole.domain.runs import Attempt


class TimedRow(NamedTuple):
    """What the critical path asks of a node execution."""

    node_execution_id: str
    parent_node_execution_id: str | None
    node_id: str
    enclosing_node_id: str | None
    node_type: str
    start_ns: int | None
    end_ns: int | None
    ready_ns: int | None = None
    waits_for: tuple[str, ...] = ()
    attempt_log: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RunRows:
    """Runs that count, a place in every column per run.

    Attributes:
        keys: The cell that each belongs to: tier, workflow, start of the cell, version.
        bounds: Start and end, nanoseconds since the epoch; None where unknown.
        status: 0 succeeded, 1 failed, 2 partial (also where the end was never seen).
        elapsed_ns, node_count, failed_nodes, memory_bytes: As in `domain.runs.Run`.
        tokens: By kind, and `total`.
        cost: Pico-dollars, where all of it is known.
        known_cost: Pico-dollars, of that part of it that is known.
        cache_rate: Millionths of a percent.
    """

    keys: Ints
    bounds: Sequence[tuple[int | None, int | None]]
    status: Ints
    elapsed_ns: Ints
    node_count: Ints
    failed_nodes: Ints
    tokens: dict[str, Ints]
    cost: Ints
    known_cost: Ints
    cache_rate: Ints
    memory_bytes: Ints

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True, eq=False)
class NodeRows:
    """Node executions of runs, a place in every column per execution, those of one run side by side.

    Attributes:
        run: The place of its run in `RunRows`, ascending.
        timed: What the critical path asks of each.
        node_key, model_key: As in the dimensions; 0: no model.
        status: 0 succeeded, 1 failed, 2 skipped; -1: has not ended.
        elapsed_ns, retries, input_bytes, output_bytes, memory_bytes: As in `domain.runs.NodeExecution`.
        tokens: By kind, and `total`.
        cost: Pico-dollars.
        is_cached: 0 or 1; -1 where nothing was said.
    """

    run: Ints
    timed: Sequence[TimedRow]
    node_key: Ints
    model_key: Ints
    status: Ints
    elapsed_ns: Ints
    retries: Ints
    tokens: dict[str, Ints]
    cost: Ints
    is_cached: Ints
    input_bytes: Ints
    output_bytes: Ints
    memory_bytes: Ints

    def __len__(self) -> int:
        return len(self.run)


TOKENS = ("input", "output", "cache_read", "cache_write", "reasoning", "total")
"""Kinds of tokens; `total` is not always the sum of input and output, as it may be reported alone."""
