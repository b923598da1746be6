"""A run as it is shown: whole, or as a line of a list.

Its state is not stored but seen: as time passes without news a running run
becomes complete or incomplete.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from longpole.domain.runs import CostSource, NodeStatus, Run, RunRecord, RunState, RunStatus
from longpole.domain.units import instant, nanoseconds, seconds
from longpole.rest.schemas.answer import Answer, Usd
from longpole.runtime import Runtime


def _instant(epoch_ns: int | None) -> datetime | None:
    return None if epoch_ns is None else instant(epoch_ns)


def _seconds(elapsed_ns: int | None) -> float | None:
    return None if elapsed_ns is None else seconds(elapsed_ns)


def _hexadecimal(fingerprint: int | None) -> str | None:
    return None if fingerprint is None else f"{fingerprint & (1 << 64) - 1:016x}"


Instant = Annotated[datetime | None, BeforeValidator(_instant)]
Seconds = Annotated[float | None, BeforeValidator(_seconds)]
Fingerprint = Annotated[str | None, BeforeValidator(_hexadecimal)]


class Tokens(Answer):
    """Tokens by kind."""

    input: int | None
    """Includes cache reads and writes."""
    output: int | None
    """Includes reasoning."""
    cache_read: int | None
    cache_write: int | None
    reasoning: int | None


class Attempt(Answer):
    """One try of a node execution."""

    number: int
    """From 1."""
    status: NodeStatus | None
    start_time: Instant = Field(validation_alias="start_ns")
    end_time: Instant = Field(validation_alias="end_ns")
    error_type: str | None
    error_message: str | None


class Node(Answer):
    """One execution of a node within a run; a retried one is one, with all its attempts."""

    node_execution_id: str
    node_id: str
    node_title: str
    node_type: str
    raw_type: str | None
    """The type as the engine spells it, where that differs."""
    parent_node_execution_id: str | None
    """The execution around it."""
    enclosing_node_id: str | None
    """The step around it."""
    status: NodeStatus | None
    """Null while it runs."""
    attempts: int
    retry_count: int
    error_type: str | None
    """Of its last failure."""
    error_message: str | None
    start_time: datetime | None
    end_time: datetime | None
    execution_time: float | None
    """Seconds, retries and the waits between them included."""
    ready_at: Instant = Field(validation_alias="ready_ns")
    """When everything that it waited for was there, where that was told."""
    model: str | None
    """The model that answered."""
    requested_model: str | None
    provider: str | None
    is_cached: bool | None
    tokens: Tokens
    """Its own: what a node inside it used is counted there."""
    tokens_cost: Usd | None
    """US dollars."""
    cost_source: CostSource | None
    input_bytes: int | None
    output_bytes: int | None
    input_fingerprint: Fingerprint
    output_fingerprint: Fingerprint
    memory_peak_bytes: int | None
    cpu_seconds: Seconds = Field(validation_alias="cpu_ns")
    time_to_first_token: Seconds = Field(validation_alias="first_token_ns")
    """Seconds."""
    iteration_index: int | None
    waits_for: tuple[str, ...]
    """Ids of nodes."""
    metrics: dict[str, float]
    attempt_log: tuple[Attempt, ...]
    """One each, where there was more than one."""


class RunLine(Answer):
    """A run without its nodes."""

    workflow_run_id: str
    app_id: str | None
    workflow_id: str | None
    workflow_name: str | None
    workflow_version: str | None
    trace_id: str | None
    """32 hexadecimal digits."""
    state: RunState
    execution_status: RunStatus | None
    """Null while it runs."""
    error_type: str | None
    error_message: str | None
    session_id: str | None
    user_id: str | None
    environment: str | None
    tags: tuple[str, ...]
    source: str
    """Where it came from: `otlp`, `rest` or `service`."""
    start_time: datetime | None
    end_time: datetime | None
    recorded_at: datetime | None
    total_execution_time: float | None
    """Seconds."""
    total_tokens_used: int | None
    tokens: Tokens
    total_tokens_cost: Usd | None
    """US dollars; null where a part is unknown."""
    known_tokens_cost: Usd | None
    """US dollars, of the part that is known."""
    cache_hit_rate: float | None
    """0 to 100; null where nothing was said about caching."""
    node_count: int
    successful_nodes: int
    failed_nodes: int
    cached_nodes: int | None
    memory_peak_bytes: int | None
    cpu_seconds: float | None
    has_gaps: bool
    """Some of it never arrived."""
    metrics: dict[str, float]

    @classmethod
    def of(cls, run: Run, as_of: "AsOf", **more: Any) -> Self:
        """`run` as it is seen at a moment."""
        state = as_of.state(run)
        return cls.model_validate(
            {
                **{name: getattr(run, name) for name in _SAME},
                "workflow_name": run.workflow_name or run.workflow_id,
                "state": state,
                "execution_status": shown_status(run, state),
                "recorded_at": _instant(run.recorded_ns),
                "known_tokens_cost": run.known_cost_usd,
                "cpu_seconds": _seconds(run.cpu_ns),
                **more,
            }
        )


class WholeRun(RunLine):
    """A run with its node executions, in order of their start."""

    nodes: tuple[Node, ...]

    @classmethod
    def whole(cls, record: RunRecord, as_of: "AsOf") -> Self:
        """`record` as it is seen at a moment."""
        return cls.of(record.run, as_of, nodes=record.nodes)


class Runs(Answer):
    """Runs of a workflow, the newest first."""

    items: tuple[RunLine, ...]
    next_cursor: str | None
    """Give it as `cursor` for those that come next; null where there are none."""


class WholeRuns(Answer):
    """The runs of one trace."""

    items: tuple[WholeRun, ...]


_SAME = frozenset(RunLine.model_fields) & {*dir(Run), *Run.__dataclass_fields__} - {"state"}


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment at which runs are looked at, and the patience that decides their state."""

    now_ns: int
    settle_ns: int
    abandon_ns: int

    @classmethod
    def now(cls, runtime: Runtime) -> Self:
        """This moment, by the runtime's clock and settings."""
        settings = runtime.settings
        return cls(runtime.clock(), nanoseconds(settings.run_settle_seconds), nanoseconds(settings.run_abandon_seconds))

    def state(self, run: Run) -> RunState:
        """How much of `run` has arrived."""
        return run.state(self.now_ns, self.settle_ns, self.abandon_ns)


def shown_status(run: Run, state: RunState) -> RunStatus | None:
    """How a run ended, as far as one can say: unknown while it runs, partial where its end was never seen."""
    if state is RunState.RUNNING:
        return None
    return RunStatus.PARTIAL if state is RunState.INCOMPLETE else run.status


def lines(runs: Iterable[Run], as_of: AsOf) -> tuple[RunLine, ...]:
    """Runs as lines of a list."""
    return tuple(RunLine.of(run, as_of) for run in runs)
