"""A run is one execution of a workflow; a node execution is one execution of a step in it.

Unknown is None, never 0. A retried node is one node execution with several
attempts: its time spans all of them and the waits between them.

Upstream: `assembly` (from spans) and `services.recording` (from callers).
Downstream: `store` keeps them, `services` and `rest` show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from longpole.domain.records import quickly_made
from longpole.domain.units import instant, seconds


class RunStatus(StrEnum):
    """How a run ended; `partial`: well, though a node that was not retried failed, or its end was never seen."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARTIAL = "partial"


class RunState(StrEnum):
    """How much of a run has arrived: more may come, everything is there, or its root never came."""

    RUNNING = "running"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class NodeStatus(StrEnum):
    """How a node execution ended; None where it has not."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class CostSource(StrEnum):
    """Where a cost comes from: the provider or client said it, or it was computed from a price table."""

    REPORTED = "reported"
    COMPUTED = "computed"


@quickly_made
@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens of one call or of many.

    `input` includes cache reads and writes, `output` includes reasoning.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None

    @property
    def total(self) -> int | None:
        """Input and output; None only if both are unknown."""
        if self.input is None and self.output is None:
            return None
        return (self.input or 0) + (self.output or 0)

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        """The sum by kind; a kind is unknown only if it is unknown on both sides."""
        return TokenUsage(
            _add(self.input, other.input),
            _add(self.output, other.output),
            _add(self.cache_read, other.cache_read),
            _add(self.cache_write, other.cache_write),
            _add(self.reasoning, other.reasoning),
        )


def _add(a: int | None, b: int | None) -> int | None:
    if a is None:
        return b
    return a if b is None else a + b


NO_TOKENS = TokenUsage()
TELEMETRY = "otlp"
"""The source of runs that were assembled from spans; the others were reported."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a node execution, as it was seen; `number` starts at 1."""

    number: int
    start_ns: int | None
    end_ns: int | None
    status: NodeStatus | None
    error_type: str | None = None
    error_message: str | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class NodeExecution:
    """One execution of a node within a run, its attempts folded into it.

    `tokens` and `cost_usd` are the node's own: what a descendant reports as
    well is counted at the descendant only, so that sums over a run are right.
    `enclosing_node_id` is the step around it, `parent_node_execution_id` the
    execution around it. `elapsed_ns` is what the caller reported, else end
    minus start. Fingerprints are 64-bit hashes of the canonical payloads.
    `reported_tokens_used` is a total that was given without its kinds.
    """

    workflow_run_id: str
    node_execution_id: str
    node_id: str
    node_type: str
    node_title: str
    raw_type: str | None = None
    enclosing_node_id: str | None = None
    parent_node_execution_id: str | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    elapsed_ns: int | None = None
    ready_ns: int | None = None
    status: NodeStatus | None = None
    attempts: int = 1
    error_type: str | None = None
    error_message: str | None = None
    model: str | None = None
    requested_model: str | None = None
    provider: str | None = None
    tokens: TokenUsage = NO_TOKENS
    cost_usd: Decimal | None = None
    cost_source: CostSource | None = None
    is_cached: bool | None = None
    input_bytes: int | None = None
    output_bytes: int | None = None
    input_fingerprint: int | None = None
    output_fingerprint: int | None = None
    memory_peak_bytes: int | None = None
    cpu_ns: int | None = None
    first_token_ns: int | None = None
    iteration_index: int | None = None
    slot: str | None = None
    waits_for: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    attempt_log: tuple[Attempt, ...] = ()
    reported_tokens_used: int | None = None

    @property
    def retry_count(self) -> int:
        """Attempts after the first."""
        return self.attempts - 1

    @property
    def execution_time(self) -> float | None:
        """Seconds."""
        return None if self.elapsed_ns is None else seconds(self.elapsed_ns)

    @property
    def start_time(self) -> datetime | None:
        """When it started, UTC."""
        return None if self.start_ns is None else instant(self.start_ns)

    @property
    def end_time(self) -> datetime | None:
        """When it ended, UTC."""
        return None if self.end_ns is None else instant(self.end_ns)

    @property
    def tokens_used(self) -> int | None:
        """Input and output tokens, or the total that was reported without its kinds."""
        return self.tokens.total if self.reported_tokens_used is None else self.reported_tokens_used

    @property
    def tokens_cost(self) -> Decimal | None:
        """US dollars."""
        return self.cost_usd


@quickly_made
@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a workflow, without its nodes.

    `is_ended` says that the end was seen: until then `status` is None.
    `cost_usd` is None where a priced part is unknown; `known_cost_usd` is the
    part that is known. `last_received_ns` is when the newest piece of it that
    said something new arrived: a run is complete when that is some time ago.
    """

    workflow_run_id: str
    app_id: str | None
    workflow_id: str | None
    workflow_name: str | None = None
    workflow_version: str | None = None
    trace_id: str | None = None
    source: str = "service"
    status: RunStatus | None = None
    is_ended: bool = False
    error_type: str | None = None
    error_message: str | None = None
    session_id: str | None = None
    user_id: str | None = None
    environment: str | None = None
    tags: tuple[str, ...] = ()
    start_ns: int | None = None
    end_ns: int | None = None
    elapsed_ns: int | None = None
    recorded_ns: int | None = None
    last_received_ns: int | None = None
    node_count: int = 0
    successful_nodes: int = 0
    failed_nodes: int = 0
    cached_nodes: int | None = None
    tokens: TokenUsage = NO_TOKENS
    total_tokens_used: int | None = None
    embedding_tokens: int | None = None
    cost_usd: Decimal | None = None
    known_cost_usd: Decimal | None = None
    cache_hit_rate: float | None = None
    memory_peak_bytes: int | None = None
    cpu_ns: int | None = None
    has_gaps: bool = False
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def execution_status(self) -> RunStatus | None:
        """How it ended; None while it runs."""
        return self.status

    @property
    def total_execution_time(self) -> float | None:
        """Seconds."""
        return None if self.elapsed_ns is None else seconds(self.elapsed_ns)

    @property
    def total_tokens_cost(self) -> Decimal | None:
        """US dollars."""
        return self.cost_usd

    @property
    def start_time(self) -> datetime | None:
        """When it started, UTC."""
        return None if self.start_ns is None else instant(self.start_ns)

    @property
    def end_time(self) -> datetime | None:
        """When it ended, UTC."""
        return None if self.end_ns is None else instant(self.end_ns)

    def state(self, now_ns: int, settle_ns: int, abandon_ns: int) -> RunState:
        """How much of the run has arrived, as of `now_ns`.

        Complete when its end was seen and nothing new came for `settle_ns`, or
        at once where a caller reported it: telemetry trickles in, a report is whole.
        Incomplete when its end was not seen and nothing came for `abandon_ns`.
        """
        silence_ns = now_ns - (self.last_received_ns or 0)
        if self.is_ended:
            is_settled = self.source != TELEMETRY or silence_ns >= settle_ns
            return RunState.COMPLETE if is_settled else RunState.RUNNING
        return RunState.INCOMPLETE if silence_ns >= abandon_ns else RunState.RUNNING


@quickly_made
@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with its node executions, in order of their start."""

    run: Run
    nodes: tuple[NodeExecution, ...] = ()
