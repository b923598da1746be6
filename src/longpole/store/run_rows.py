"""Rows of the hot tables as records: what `row_packing` packs, unpacked.

Upstream: the tables. Downstream: `run_reads`, `repricing`.
"""

from typing import Any

from sqlalchemy import Row

from longpole.domain.runs import Attempt, NodeExecution, Run, TokenUsage


def run_of(row: Row[Any]) -> Run:
    """A run, from a row of `runs` joined to `workflows`."""
    return Run(
        workflow_run_id=row.workflow_run_id,
        app_id=row.app_id,
        workflow_id=row.workflow_id,
        workflow_name=row.workflow_name,
        workflow_version=row.workflow_version,
        trace_id=None if row.trace_id is None else bytes(row.trace_id).hex(),
        source=row.source,
        status=row.status,
        is_ended=row.is_ended,
        error_type=row.error_type,
        error_message=row.error_message,
        session_id=row.session_id,
        user_id=row.user_id,
        environment=row.environment,
        tags=tuple(row.tags or ()),
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        elapsed_ns=row.elapsed_ns,
        recorded_ns=row.recorded_ns,
        last_received_ns=row.last_received_ns,
        node_count=row.node_count,
        successful_nodes=row.successful_nodes,
        failed_nodes=row.failed_nodes,
        cached_nodes=row.cached_nodes,
        tokens=tokens_of(row),
        total_tokens_used=row.total_tokens,
        embedding_tokens=row.embedding_tokens,
        cost_usd=row.cost_usd,
        known_cost_usd=row.known_cost_usd,
        cache_hit_rate=row.cache_hit_rate,
        memory_peak_bytes=row.memory_peak_bytes,
        cpu_ns=row.cpu_ns,
        has_gaps=row.has_gaps,
        metrics=row.metrics or {},
    )


def node_of(row: Row[Any], workflow_run_id: str, attempt_log: tuple[Attempt, ...]) -> NodeExecution:
    """A node execution, from a row of `node_executions` joined to `nodes` and `models`."""
    return NodeExecution(
        workflow_run_id=workflow_run_id,
        node_execution_id=row.node_execution_id,
        node_id=row.node_id,
        node_type=row.node_type,
        node_title=row.node_title,
        raw_type=row.raw_type,
        enclosing_node_id=row.enclosing_node_id,
        parent_node_execution_id=row.parent_node_execution_id,
        start_ns=row.start_ns,
        end_ns=_end_ns(row),
        elapsed_ns=row.elapsed_ns,
        ready_ns=row.ready_ns,
        status=row.status,
        attempts=row.attempts,
        error_type=row.error_type,
        error_message=row.error_message,
        model=row.model,
        requested_model=row.requested_model,
        provider=row.provider,
        tokens=tokens_of(row),
        cost_usd=row.cost_usd,
        cost_source=row.cost_source,
        is_cached=row.is_cached,
        input_bytes=row.input_bytes,
        output_bytes=row.output_bytes,
        input_fingerprint=row.input_fingerprint,
        output_fingerprint=row.output_fingerprint,
        memory_peak_bytes=row.memory_peak_bytes,
        cpu_ns=row.cpu_ns,
        first_token_ns=row.first_token_ns,
        iteration_index=row.iteration_index,
        slot=row.slot,
        waits_for=tuple(row.waits_for or ()),
        metrics=row.metrics or {},
        attempt_log=attempt_log,
        reported_tokens_used=row.reported_tokens_used,
    )


def attempt_of(row: Row[Any]) -> Attempt:
    """An attempt, from a row of `node_attempts`."""
    return Attempt(
        number=row.attempt_number,
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        status=row.status,
        error_type=row.error_type,
        error_message=row.error_message,
    )


def tokens_of(row: Row[Any]) -> TokenUsage:
    """What a run or node execution used, from a row with the kinds of tokens."""
    return TokenUsage(
        input=row.input_tokens,
        output=row.output_tokens,
        cache_read=row.cache_read_tokens,
        cache_write=row.cache_write_tokens,
        reasoning=row.reasoning_tokens,
    )


def _end_ns(row: Row[Any]) -> int | None:
    lasted_ns = row.elapsed_ns if row.span_ns is None else row.span_ns
    return None if row.start_ns is None or lasted_ns is None else int(row.start_ns + lasted_ns)
