"""Runs and their node executions as they are rolled up: one array a column, -1 where nothing is known.

Upstream: `store.rollup_raw`. Downstream: `plain_paths`, `rollup_paths`, `rollup_cells`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from longpole.analysis.sketch import Ints
from longpole.domain.runs import Attempt

Floats = NDArray[np.float64]

NO_TIME = -(1 << 63)
"""In the place of an instant that is unknown."""


class TimedRow(NamedTuple):
    """What the critical path asks of a node execution; `place` is its own in `NodeRows`."""

    node_execution_id: str
    parent_node_execution_id: str | None
    node_id: str
    node_type: str
    start_ns: int | None
    end_ns: int | None
    ready_ns: int | None = None
    waits_for: tuple[str, ...] = ()
    attempt_log: tuple[Attempt, ...] = ()
    place: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Numbers of users' own: which metric, of which row, how much.

    Attributes:
        names: Kind (see `metric_cells`) and name of each metric, in the order of the names.
        index: Which metric, as its place in `names`.
        place: The row: a place in `RunRows`, or in `NodeRows`.
        values: Finite numbers.
    """

    names: tuple[tuple[str, str], ...]
    index: Ints
    place: Ints
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class RunRows:
    """Runs that count, a place in every column per run.

    Attributes:
        keys: The cell that each belongs to: tier, workflow, start of the cell, version.
        start_ns, end_ns: Nanoseconds since the epoch; `NO_TIME` where unknown.
        status: 0 succeeded, 1 failed, 2 partial (also where the end was never seen).
        elapsed_ns, node_count, failed_nodes, memory_bytes: As in `domain.runs.Run`.
        tokens: By kind, and `total`.
        cost: Pico-dollars, where all of it is known.
        known_cost: Pico-dollars, of that part of it that is known.
        cache_rate: Millionths of a percent.
        measured: Users' own numbers; None where there is none.
    """

    keys: Ints
    start_ns: Ints
    end_ns: Ints
    status: Ints
    elapsed_ns: Ints
    node_count: Ints
    failed_nodes: Ints
    tokens: dict[str, Ints]
    cost: Ints
    known_cost: Ints
    cache_rate: Ints
    memory_bytes: Ints
    measured: Measured | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def bounds(self, place: int) -> tuple[int | None, int | None]:
        """Start and end of a run."""
        start_ns, end_ns = int(self.start_ns[place]), int(self.end_ns[place])
        return None if start_ns == NO_TIME else start_ns, None if end_ns == NO_TIME else end_ns


@dataclass(frozen=True, slots=True, eq=False)
class NodeRows:
    """Node executions of runs, a place in every column per execution, those of one run side by side.

    Attributes:
        run: The place of its run in `RunRows`, ascending.
        parent: The place of the execution that it is inside of; -1 where it is inside none of these.
        start_ns, end_ns: Nanoseconds since the epoch; `NO_TIME` where unknown.
        needs_walk: More is known of its place in the run than that: slots, edges, attempts.
        is_engine: Its node only holds others.
        identity: The same number for executions of the same node, whatever its type and title were.
        timed: What the walk along the critical path asks of the executions from one place up to another.
        node_key, model_key: As in the dimensions; 0: no model.
        status: 0 succeeded, 1 failed, 2 skipped; -1: has not ended.
        elapsed_ns, retries, input_bytes, output_bytes, memory_bytes: As in `domain.runs.NodeExecution`.
        tokens: By kind, and `total`.
        cost: Pico-dollars.
        is_cached: 0 or 1; -1 where nothing was said.
        measured: Users' own numbers; None where there is none.
    """

    run: Ints
    parent: Ints
    start_ns: Ints
    end_ns: Ints
    needs_walk: NDArray[np.bool_]
    is_engine: NDArray[np.bool_]
    identity: Ints
    timed: Callable[[int, int], Sequence[TimedRow]]
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
    measured: Measured | None = None

    def __len__(self) -> int:
        return len(self.run)


TOKENS = ("input", "output", "cache_read", "cache_write", "reasoning", "total")
"""Kinds of tokens; `total` is not always the sum of input and output, as it may be reported alone."""
