"""What a period's runs come to, in the contract's names and units (seconds, US dollars, ratios 0-1).

`cache_hit_rate` is the one percentage (0-100). A figure is None where nothing
is known of it, never 0.

Upstream: `services.performance`. Downstream: `rest`, `cli`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TimeFigures:
    """The distribution of a time over runs, in seconds. All None when there was none."""

    avg: float | None = None
    min: float | None = None
    max: float | None = None
    stddev: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class TokenFigures:
    """Sums of tokens by kind; `input` includes cache reads and writes, `output` includes reasoning."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class MemoryFigures:
    """Peak memory over executions, in bytes."""

    avg: float | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What the runs of one period come to.

    `total_cost` sums what is known; `cost_known_share` is the share of runs
    whose whole cost is known.
    """

    run_count: int
    succeeded: int
    failed: int
    partial: int
    success_rate: float | None
    execution_time: TimeFigures
    tokens: TokenFigures
    total_cost: Decimal | None
    cost_known_share: float | None
    cache_hit_rate: float | None
    memory_peak: MemoryFigures


@dataclass(frozen=True, slots=True)
class PerformanceSummary(PeriodFigures):
    """The figures of a period, of the one before it, and the change between them.

    `change` maps a figure's dotted name (`execution_time.p95`) to
    `(now - before) / before`, None where that says nothing.
    """

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    previous: PeriodFigures
    change: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class NodeTimeFigures:
    """The time of node executions in seconds; `self_total` leaves out what ran inside them."""

    avg: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    total: float | None = None
    self_total: float | None = None


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """What the executions of one node come to. `share` is its part of all self time of the period."""

    node_id: str
    node_title: str
    node_type: str
    enclosing_node_id: str | None
    execution_count: int
    execution_time: NodeTimeFigures
    share: float | None
    tokens: TokenFigures
    cost: Decimal | None
    error_rate: float | None
    retry_count: int
    cache_hits: int
    input_bytes: float | None
    output_bytes: float | None
    memory_peak: MemoryFigures


@dataclass(frozen=True, slots=True)
class NodeTypeFigures:
    """What the executions of one type of node come to, and of each of its nodes."""

    node_type: str
    execution_count: int
    execution_time: NodeTimeFigures
    share: float | None
    tokens: TokenFigures
    cost: Decimal | None
    error_rate: float | None
    retry_count: int
    cache_hits: int
    nodes: tuple[NodeFigures, ...]


@dataclass(frozen=True, slots=True)
class NodeBreakdown:
    """Node types by time, each with its nodes; `folded`: too many nodes to be told apart, some are one as `other`."""

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    items: tuple[NodeTypeFigures, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class CriticalTime:
    """Seconds of a node on the critical path, over the runs in which it is on it."""

    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A node on the critical path of the period's runs."""

    node_id: str
    node_title: str
    node_type: str
    enclosing_node_id: str | None
    on_path_share: float
    critical_share: float
    critical_time: CriticalTime
    execution_count: int


@dataclass(frozen=True, slots=True)
class WaitingFigures:
    """One kind of waiting on the critical path: its share of critical time, and seconds in all."""

    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Time on the critical path in which no node ran."""

    queue: WaitingFigures
    retry_delay: WaitingFigures
    engine_overhead: WaitingFigures


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """Nodes by their share of critical time; `coverage` is the share of run time that is accounted for.

    `folded`: too many nodes to be told apart, some are one as `other`.
    """

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    items: tuple[Bottleneck, ...]
    waiting: Waiting
    coverage: float | None
    runs_analysed: int
    folded: bool = False


@dataclass(frozen=True, slots=True)
class SparklinePoint:
    """A UTC day or hour of a workflow, from `start` on; `p95` in seconds, `error_rate` 0 to 1, `cost` in US dollars."""

    start: datetime
    run_count: int
    p95: float | None
    error_rate: float | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class WorkflowFigures:
    """A line of the list of workflows; its sparkline has a point for each day or hour that has runs, in order."""

    app_id: str
    workflow_id: str
    workflow_name: str | None
    run_count: int
    failed: int
    last_run_at: datetime | None
    execution_time: TimeFigures
    total_cost: Decimal | None
    sparkline: tuple[SparklinePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class AppFigures:
    """A line of the list of applications."""

    app_id: str
    workflow_count: int
    run_count: int
    last_run_at: datetime | None
