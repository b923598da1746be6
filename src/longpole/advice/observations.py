"""All that rules may know of a workflow: its runs of a period, as columns and, of some, whole.

Columns hold every run and every node execution of the period: what is counted
is counted exactly. What needs a run whole (its schedule) looks at `sample`, a
stated part of the runs.

Numbers that may be unknown are floats, with NaN for unknown; indexes are -1
where there is none.

Invariant: `executions.run` and `executions.node` point into `runs` and `nodes`;
runs are in order of their end.

Upstream: `services.observations` reads them. Downstream: every rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from longpole.domain.graphs import Engine, WorkflowGraph
from longpole.domain.runs import NodeExecution
from longpole.pricing.book import PriceBook

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SUCCEEDED, FAILED, PARTIAL = 0, 1, 2
"""Codes of `RunColumns.status`."""
NODE_SUCCEEDED, NODE_FAILED, NODE_SKIPPED, NODE_UNKNOWN = 0, 1, 2, -1
"""Codes of `ExecutionColumns.status`."""
NO_FINGERPRINT = 0
"""An input or output that was not seen whole."""
DAYS_OF_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What the executions of a node have in common; `enclosing_node_id` is the step around it."""

    node_id: str
    enclosing_node_id: str | None
    node_type: str
    node_title: str


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as it was called."""

    model: str | None
    provider: str | None


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What failures have in common: the message with its numbers, ids and quotes taken out, and one as it was."""

    error_type: str | None
    pattern: str | None
    example: str | None


@dataclass(frozen=True, slots=True)
class RunColumns:
    """A place in every array per run, in order of their end; of those without one it is when they were recorded."""

    run_ids: tuple[str, ...]
    end_ns: Ints
    elapsed_ns: Floats
    status: Ints
    version: Ints
    user: Ints
    cost_usd: Floats
    input_tokens: Floats
    output_tokens: Floats

    def __len__(self) -> int:
        return len(self.run_ids)


@dataclass(frozen=True, slots=True)
class ExecutionColumns:
    """A place in every array per node execution, by run, then by start. Times in nanoseconds.

    Attributes:
        attempts: 1 and more.
        is_cached: 1 served from a cache, 0 not, -1 nothing was said.
        queued_ns: From when it was ready to when it started.
        error: Index into `Observations.errors`.
    """

    run: Ints
    node: Ints
    start_ns: Ints
    elapsed_ns: Floats
    queued_ns: Floats
    status: Ints
    attempts: Ints
    error: Ints
    model: Ints
    input_tokens: Floats
    output_tokens: Floats
    cache_read_tokens: Floats
    reasoning_tokens: Floats
    cost_usd: Floats
    is_cached: Ints
    input_bytes: Floats
    output_bytes: Floats
    input_fingerprint: Ints
    output_fingerprint: Ints
    iteration_index: Ints

    def __len__(self) -> int:
        return int(self.run.size)


@dataclass(frozen=True, slots=True)
class AttemptColumns:
    """A place in every array per attempt of the executions that had more than one, by execution, then by number."""

    execution: Ints
    number: Ints
    start_ns: Ints
    end_ns: Ints
    status: Ints
    error: Ints


@dataclass(frozen=True, slots=True)
class SampledRun:
    """A run whole; `place` is its index in the columns, `weight` how many runs it stands for.

    One that `has_failed` ended early: it is no measure of how long runs take.
    """

    place: int
    workflow_run_id: str
    start_ns: int | None
    end_ns: int | None
    nodes: tuple[NodeExecution, ...]
    weight: float = 1.0
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class CacheUse:
    """What the node cache did for a node in the period; the counts as in `domain.cache`."""

    node_id: str
    node_type: str
    hits: int
    misses: int
    stale: int
    stores: int
    evictions: int
    would_hit: int
    would_miss: int
    matched: int
    mismatched: int


@dataclass(frozen=True, slots=True)
class Observations:
    """A workflow's runs of a period.

    Attributes:
        since_ns, until_ns: The period.
        graph: As imported, sent or inferred; None where nothing is known.
        versions, users, models, errors: What the columns point into.
        sample: Runs whole, spread evenly over the period.
        prompts: Inputs of model calls as text, by index of the execution; where content is captured, and only some.
        price_book: What calls cost; None: not asked.
        settings_ttl_hours: How long results of a node type are kept fresh now.
        runs_left_out: Older runs of the period that were not looked at, as there were too many.
    """

    app_id: str
    workflow_id: str
    engine: Engine
    since_ns: int
    until_ns: int
    runs: RunColumns
    nodes: tuple[NodeInfo, ...]
    executions: ExecutionColumns
    attempts: AttemptColumns
    versions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    models: tuple[ModelInfo, ...] = ()
    errors: tuple[ErrorInfo, ...] = ()
    sample: tuple[SampledRun, ...] = ()
    graph: WorkflowGraph | None = None
    cache: tuple[CacheUse, ...] = ()
    prompts: Mapping[int, str] = field(default_factory=dict)
    price_book: PriceBook | None = None
    settings_ttl_hours: Mapping[str, float] = field(default_factory=dict)
    runs_left_out: int = 0

    @property
    def days(self) -> float:
        """The length of the stretch in which runs were seen, in days; at least an hour."""
        if not len(self.runs):
            return (self.until_ns - self.since_ns) / 86_400e9
        first = max(int(self.runs.end_ns[0]), self.since_ns)
        return max((self.until_ns - first) / 86_400e9, 1 / 24)

    @property
    def runs_per_month(self) -> float:
        """Runs in a month, at the period's rate."""
        return self.per_month(len(self.runs))

    def per_month(self, amount: float) -> float:
        """What a month has of something that the period has so much of, at the same rate."""
        return amount / self.days * DAYS_OF_A_MONTH
