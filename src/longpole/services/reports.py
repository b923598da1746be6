"""What a caller reports of a run or a node execution, as it was given, and the record that it means.

The names are the contract's, in the contract's units: seconds, US dollars,
per cent, instants with a time zone. Whatever is None was not said.

Upstream: `recording`. Downstream: `domain.runs`.
"""

from dataclasses import dataclass
from typing import Any

from longpole.domain.errors import InvalidInputError
from longpole.domain.node_types import snake_case
from longpole.domain.runs import CostSource, NodeExecution, NodeStatus, RunStatus, TokenUsage
from longpole.services import reported_values as check

_MOST_RETRIES = (1 << 15) - 2
_MOST_NODES = (1 << 31) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeReport:
    """The fields of `record_node_execution`.

    `started_at` and `finished_at` are other names of `start_time` and
    `end_time`. `workflow_version` is the run's to say and is not kept.
    """

    workflow_run_id: Any
    node_id: Any
    node_execution_id: Any
    node_type: Any
    node_title: Any = None
    execution_time: Any = None
    start_time: Any = None
    end_time: Any = None
    tokens_used: Any = None
    tokens_cost: Any = None
    is_cached: Any = None
    status: Any = None
    retry_count: Any = 0
    started_at: Any = None
    finished_at: Any = None
    workflow_version: Any = None
    model: Any = None
    requested_model: Any = None
    provider: Any = None
    input_tokens: Any = None
    output_tokens: Any = None
    cache_read_tokens: Any = None
    cache_write_tokens: Any = None
    reasoning_tokens: Any = None
    error_type: Any = None
    error_message: Any = None
    input_bytes: Any = None
    output_bytes: Any = None
    memory_peak_bytes: Any = None
    cpu_seconds: Any = None
    time_to_first_token: Any = None
    ready_at: Any = None
    slot: Any = None
    waits_for: Any = None
    parent_node_execution_id: Any = None
    enclosing_node_id: Any = None
    iteration_index: Any = None
    metrics: Any = None

    def node(self) -> NodeExecution:
        """The node execution that is meant.

        Raises:
            InvalidInputError: Names the first field that is wrong.
        """
        node_id = check.identifier("node_id", self.node_id)
        given_type = check.identifier("node_type", self.node_type)
        node_type = snake_case(given_type)
        if not node_type:
            raise InvalidInputError("node_type", "must have a letter or a digit", given_type)
        check.optional_identifier("workflow_version", self.workflow_version)
        start_ns, end_ns, elapsed_ns = self._times()
        cost_usd = check.money("tokens_cost", self.tokens_cost)
        return NodeExecution(
            workflow_run_id=check.identifier("workflow_run_id", self.workflow_run_id),
            node_execution_id=check.identifier("node_execution_id", self.node_execution_id),
            node_id=node_id,
            node_type=node_type,
            node_title=check.words("node_title", self.node_title) or node_id,
            raw_type=None if node_type == given_type else given_type,
            enclosing_node_id=check.optional_identifier("enclosing_node_id", self.enclosing_node_id),
            parent_node_execution_id=check.optional_identifier(
                "parent_node_execution_id", self.parent_node_execution_id
            ),
            start_ns=start_ns,
            end_ns=end_ns,
            elapsed_ns=elapsed_ns,
            ready_ns=check.moment_ns("ready_at", self.ready_at),
            status=check.member("status", NodeStatus, self.status),
            attempts=1 + (check.count("retry_count", self.retry_count, _MOST_RETRIES) or 0),
            error_type=check.optional_identifier("error_type", self.error_type),
            error_message=check.words("error_message", self.error_message),
            model=check.optional_identifier("model", self.model),
            requested_model=check.optional_identifier("requested_model", self.requested_model),
            provider=check.optional_identifier("provider", self.provider),
            tokens=_tokens(self),
            cost_usd=cost_usd,
            cost_source=None if cost_usd is None else CostSource.REPORTED,
            is_cached=check.flag("is_cached", self.is_cached),
            input_bytes=check.count("input_bytes", self.input_bytes),
            output_bytes=check.count("output_bytes", self.output_bytes),
            memory_peak_bytes=check.count("memory_peak_bytes", self.memory_peak_bytes),
            cpu_ns=check.duration_ns("cpu_seconds", self.cpu_seconds),
            first_token_ns=check.duration_ns("time_to_first_token", self.time_to_first_token),
            iteration_index=check.count("iteration_index", self.iteration_index, _MOST_NODES),
            slot=check.optional_identifier("slot", self.slot),
            waits_for=check.identifiers("waits_for", self.waits_for),
            metrics=check.numbers_by_name("metrics", self.metrics),
            reported_tokens_used=check.count("tokens_used", self.tokens_used),
        )

    def _times(self) -> tuple[int | None, int | None, int | None]:
        """Start, end and elapsed time; of the three, the one that was not given follows from the others."""
        start_ns = _either("start_time", self.start_time, "started_at", self.started_at)
        end_ns = _either("end_time", self.end_time, "finished_at", self.finished_at)
        elapsed_ns = check.duration_ns("execution_time", self.execution_time)
        if start_ns is None and end_ns is not None:
            if elapsed_ns is None:
                raise InvalidInputError("end_time", "needs start_time or execution_time beside it")
            start_ns = end_ns - elapsed_ns
        elif end_ns is None and start_ns is not None and elapsed_ns is not None:
            end_ns = start_ns + elapsed_ns
        if start_ns is not None and end_ns is not None:
            if end_ns < start_ns:
                raise InvalidInputError("end_time", "must not be before start_time", self.end_time or self.finished_at)
            elapsed_ns = end_ns - start_ns if elapsed_ns is None else elapsed_ns
        return start_ns, end_ns, elapsed_ns


@dataclass(frozen=True, kw_only=True, slots=True)
class RunReport:
    """The fields of `record_workflow_execution`.

    `model` and `provider` price the run's tokens where no cost is given; sizes
    are kept among its metrics.
    """

    app_id: Any
    workflow_id: Any
    workflow_run_id: Any
    total_execution_time: Any = None
    node_count: Any = None
    successful_nodes: Any = None
    failed_nodes: Any = None
    cached_nodes: Any = None
    total_tokens_used: Any = None
    total_tokens_cost: Any = None
    cache_hit_rate: Any = None
    execution_status: Any = None
    started_at: Any = None
    finished_at: Any = None
    workflow_name: Any = None
    workflow_version: Any = None
    error_type: Any = None
    error_message: Any = None
    user_id: Any = None
    session_id: Any = None
    environment: Any = None
    tags: Any = None
    model: Any = None
    provider: Any = None
    input_tokens: Any = None
    output_tokens: Any = None
    cache_read_tokens: Any = None
    cache_write_tokens: Any = None
    reasoning_tokens: Any = None
    memory_peak_bytes: Any = None
    cpu_seconds: Any = None
    input_bytes: Any = None
    output_bytes: Any = None
    metrics: Any = None

    def run_id(self) -> str:
        """The run that is meant."""
        return check.identifier("workflow_run_id", self.workflow_run_id)

    def said(self) -> dict[str, Any]:
        """What was said, by the names of `domain.runs.Run`; what was not said is left out.

        Raises:
            InvalidInputError: Names the first field that is wrong.
        """
        tokens = _tokens(self)
        start_ns = check.moment_ns("started_at", self.started_at)
        end_ns = check.moment_ns("finished_at", self.finished_at)
        if start_ns is not None and end_ns is not None and end_ns < start_ns:
            raise InvalidInputError("finished_at", "must not be before started_at", self.finished_at)
        total = check.count("total_tokens_used", self.total_tokens_used)
        said = {
            "app_id": check.identifier("app_id", self.app_id),
            "workflow_id": check.identifier("workflow_id", self.workflow_id),
            "workflow_name": check.optional_identifier("workflow_name", self.workflow_name),
            "workflow_version": check.optional_identifier("workflow_version", self.workflow_version),
            "status": check.member("execution_status", RunStatus, self.execution_status),
            "error_type": check.optional_identifier("error_type", self.error_type),
            "error_message": check.words("error_message", self.error_message),
            "session_id": check.optional_identifier("session_id", self.session_id),
            "user_id": check.optional_identifier("user_id", self.user_id),
            "environment": check.optional_identifier("environment", self.environment),
            "tags": check.identifiers("tags", self.tags) or None,
            "start_ns": start_ns,
            "end_ns": end_ns,
            "elapsed_ns": check.duration_ns("total_execution_time", self.total_execution_time),
            "node_count": check.count("node_count", self.node_count, _MOST_NODES),
            "successful_nodes": check.count("successful_nodes", self.successful_nodes, _MOST_NODES),
            "failed_nodes": check.count("failed_nodes", self.failed_nodes, _MOST_NODES),
            "cached_nodes": check.count("cached_nodes", self.cached_nodes, _MOST_NODES),
            "tokens": None if tokens == TokenUsage() else tokens,
            "total_tokens_used": tokens.total if total is None else total,
            "cost_usd": check.money("total_tokens_cost", self.total_tokens_cost),
            "cache_hit_rate": check.percentage("cache_hit_rate", self.cache_hit_rate),
            "memory_peak_bytes": check.count("memory_peak_bytes", self.memory_peak_bytes),
            "cpu_ns": check.duration_ns("cpu_seconds", self.cpu_seconds),
            "metrics": self._metrics() or None,
        }
        return {name: value for name, value in said.items() if value is not None}

    def call(self) -> tuple[str | None, str | None]:
        """The model that the run's tokens were used with, and its provider."""
        return check.optional_identifier("model", self.model), check.optional_identifier("provider", self.provider)

    def _metrics(self) -> dict[str, float]:
        sizes = {
            "input_bytes": check.count("input_bytes", self.input_bytes),
            "output_bytes": check.count("output_bytes", self.output_bytes),
        }
        known = {name: float(size) for name, size in sizes.items() if size is not None}
        return known | check.numbers_by_name("metrics", self.metrics)


def _tokens(report: NodeReport | RunReport) -> TokenUsage:
    return TokenUsage(
        input=check.count("input_tokens", report.input_tokens),
        output=check.count("output_tokens", report.output_tokens),
        cache_read=check.count("cache_read_tokens", report.cache_read_tokens),
        cache_write=check.count("cache_write_tokens", report.cache_write_tokens),
        reasoning=check.count("reasoning_tokens", report.reasoning_tokens),
    )


def _either(name: str, value: Any, other_name: str, other: Any) -> int | None:
    """An instant that has two names; given by both, they must agree."""
    first, second = check.moment_ns(name, value), check.moment_ns(other_name, other)
    if first is not None and second is not None and first != second:
        raise InvalidInputError(other_name, f"must not differ from {name}", other)
    return second if first is None else first
