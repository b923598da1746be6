"""The figures of a period: summary, breakdown by node, bottlenecks."""

from datetime import datetime

from longpole.rest.schemas.answer import Answer, Usd


class TimeFigures(Answer):
    """The distribution of a time, in seconds."""

    avg: float | None
    min: float | None
    max: float | None
    stddev: float | None
    p50: float | None
    p95: float | None
    p99: float | None


class TokenFigures(Answer):
    """Sums of tokens by kind."""

    input: int | None
    """Includes cache reads and writes."""
    output: int | None
    """Includes reasoning."""
    cache_read: int | None
    cache_write: int | None
    reasoning: int | None
    total: int | None
    """Input and output; null only if both are unknown."""


class MemoryFigures(Answer):
    """Peak memory over executions, in bytes."""

    avg: float | None
    max: int | None


class PeriodFigures(Answer):
    """What the runs of one period come to."""

    run_count: int
    succeeded: int
    failed: int
    partial: int
    """Runs that ended well though a node that was not retried failed, or whose end was never seen."""
    success_rate: float | None
    """0 to 1; null without runs."""
    execution_time: TimeFigures
    tokens: TokenFigures
    total_cost: Usd | None
    """US dollars, of what is known."""
    cost_known_share: float | None
    """0 to 1: the share of runs whose whole cost is known."""
    cache_hit_rate: float | None
    """0 to 100; null where nothing was said about caching."""
    memory_peak: MemoryFigures


class OfPeriod(Answer):
    """Whose figures they are, and of when: from the start up to, not including, the end."""

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime


class Summary(PeriodFigures, OfPeriod):
    """The figures of a period, of the one before it, and the change between them."""

    previous: PeriodFigures
    change: dict[str, float | None]
    """By a figure's dotted name (`execution_time.p95`): (now - before) / before; null where that says nothing."""


class NodeTimeFigures(Answer):
    """The time of node executions, in seconds."""

    avg: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    total: float | None
    self_total: float | None
    """Without what ran inside them."""


class ExecutionFigures(Answer):
    """What some node executions come to."""

    node_type: str
    execution_count: int
    execution_time: NodeTimeFigures
    share: float | None
    """0 to 1: its part of all self time of the period."""
    tokens: TokenFigures
    cost: Usd | None
    """US dollars."""
    error_rate: float | None
    """0 to 1."""
    retry_count: int
    cache_hits: int


class WhichNode(Answer):
    """Which node it is."""

    node_id: str
    node_title: str
    enclosing_node_id: str | None
    """The step around it: equal names in different steps are different nodes."""


class NodeFigures(ExecutionFigures, WhichNode):
    """What the executions of one node come to."""

    input_bytes: float | None
    """Mean per execution."""
    output_bytes: float | None
    """Mean per execution."""
    memory_peak: MemoryFigures


class NodeTypeFigures(ExecutionFigures):
    """What the executions of one type of node come to, and of each of its nodes."""

    nodes: tuple[NodeFigures, ...]


class Breakdown(OfPeriod):
    """Node types by time, each with its nodes."""

    items: tuple[NodeTypeFigures, ...]
    folded: bool
    """There were too many nodes to be told apart: some are together, as `other`."""


class CriticalTime(Answer):
    """Seconds of a node on the critical path, over the runs in which it is on it."""

    p50: float | None
    p95: float | None


class Bottleneck(WhichNode):
    """A node on the critical path of the period's runs."""

    node_type: str
    on_path_share: float
    """0 to 1: the share of runs in which it is on the critical path."""
    critical_share: float
    """0 to 1: its share of all critical time."""
    critical_time: CriticalTime
    execution_count: int


class WaitingFigures(Answer):
    """One kind of waiting on the critical path."""

    share: float
    """0 to 1: its share of all critical time."""
    seconds: float


class Waiting(Answer):
    """Time on the critical path in which no node ran."""

    queue: WaitingFigures
    retry_delay: WaitingFigures
    engine_overhead: WaitingFigures


class Bottlenecks(OfPeriod):
    """Nodes by their share of critical time, most first."""

    items: tuple[Bottleneck, ...]
    waiting: Waiting
    coverage: float | None
    """0 to 1: the share of run time that is accounted for."""
    runs_analysed: int
    folded: bool
    """There were too many nodes to be told apart: some are together, as `other`."""
