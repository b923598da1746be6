"""Records as rows of the hot tables: a tuple per row, in the order of the table's columns.

Tuples go to the driver as they are, which is twice as fast as through
SQLAlchemy's expressions; what its column types would do on the way is done
here. Only money differs between the databases.

Upstream: `run_writes`, `recorded_nodes`. Downstream: the tables.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from longpole.domain.runs import Attempt, CostSource, NodeExecution, NodeStatus, Run, RunStatus
from longpole.domain.units import PICO_PER_USD
from longpole.store.keys import dimension_key
from longpole.store.values import (
    MAX_BIGINT,
    MAX_INTEGER,
    MAX_SMALLINT,
    dollars,
    instant,
    json_list,
    json_numbers,
    optional_text,
    percentage,
    signed64,
    text,
    whole,
)

Row = tuple[Any, ...]
Dimension = tuple[str | None, ...]
PackMoney = Callable[[Decimal | None], Any]
_NO_MODEL: Dimension = (None, None, None)


def _codes(enum: type[StrEnum]) -> dict[StrEnum | None, int | None]:
    return {None: None, **{member: code for code, member in enumerate(enum)}}


_RUN_STATUS = _codes(RunStatus)
_NODE_STATUS = _codes(NodeStatus)
_COST_SOURCE = _codes(CostSource)


class Keys(dict[Dimension, int | None]):
    """The keys of rows of a dimension, each made when it is first asked for."""

    def __missing__(self, dimension: Dimension) -> int | None:
        """Make the key, and remember it."""
        key = self[dimension] = key_of(dimension)
        return key


@dataclass(frozen=True, slots=True)
class Packer:
    """Packs records for one kind of database, and knows afterwards which workflows, nodes and models they refer to.

    What is not known (a call of no model, a run of no workflow) has no key.
    """

    money: PackMoney
    workflows: Keys = field(default_factory=lambda: Keys({(): None}))
    nodes: Keys = field(default_factory=Keys)
    models: Keys = field(default_factory=lambda: Keys({_NO_MODEL: None}))


def packer(dialect_name: str) -> Packer:
    """A packer for a kind of database; amounts are integer pico-dollars on SQLite."""
    return Packer(_pico_dollars if dialect_name == "sqlite" else dollars)


def _pico_dollars(value: Decimal | None) -> int | None:
    if value is None:
        return None
    amount = dollars(value)
    return None if amount is None else int(amount * PICO_PER_USD)


@dataclass(frozen=True, slots=True)
class RunHistory:
    """What a run's row keeps over its rewritings, and when this one happens."""

    run_key: int
    recorded_ns: int
    now_ns: int
    reported: dict[str, Any] | None = None


def run_row(run: Run, history: RunHistory, packed: Packer) -> Row:
    """A row of `runs`."""
    start_ns, end_ns = instant(run.start_ns), instant(run.end_ns)
    if start_ns is not None and end_ns is not None:
        end_ns = max(start_ns, end_ns)
    elapsed_ns = whole(run.elapsed_ns)
    if elapsed_ns is None and start_ns is not None and end_ns is not None:
        elapsed_ns = whole(end_ns - start_ns)
    tokens = run.tokens
    return (
        history.run_key,
        text(run.workflow_run_id),
        packed.workflows[workflow_dimension(run)],
        optional_text(run.workflow_name),
        optional_text(run.workflow_version),
        None if run.trace_id is None else bytes.fromhex(run.trace_id),
        run.source,
        _RUN_STATUS[run.status],
        run.is_ended,
        optional_text(run.error_type),
        optional_text(run.error_message),
        optional_text(run.session_id),
        optional_text(run.user_id),
        optional_text(run.environment),
        json_list(run.tags),
        start_ns,
        end_ns,
        elapsed_ns,
        history.recorded_ns if end_ns is None else end_ns,
        history.recorded_ns,
        history.now_ns,
        history.now_ns if run.last_received_ns is None else instant(run.last_received_ns),
        whole(run.node_count, MAX_INTEGER) or 0,
        whole(run.successful_nodes, MAX_INTEGER) or 0,
        whole(run.failed_nodes, MAX_INTEGER) or 0,
        whole(run.cached_nodes, MAX_INTEGER),
        whole(tokens.input),
        whole(tokens.output),
        whole(tokens.cache_read),
        whole(tokens.cache_write),
        whole(tokens.reasoning),
        whole(run.embedding_tokens),
        whole(tokens.total if run.total_tokens_used is None else run.total_tokens_used),
        packed.money(run.cost_usd),
        packed.money(run.known_cost_usd),
        percentage(run.cache_hit_rate),
        whole(run.memory_peak_bytes),
        whole(run.cpu_ns),
        run.has_gaps,
        json_numbers(run.metrics),
        None if history.reported is None else json.dumps(history.reported),
        False,  # whatever is heard of a run shows that it is not abandoned
    )


def node_row(node: NodeExecution, run_key: int, packed: Packer) -> Row:
    """A row of `node_executions`; most of what can be known of a node is not, and is not asked about any further."""
    start_ns = None if node.start_ns is None else instant(node.start_ns)
    elapsed_ns, span_ns = _elapsed_and_span(node, start_ns)
    tokens = node.tokens
    return (
        run_key,
        text(node.node_execution_id),
        packed.nodes[node_dimension(node)],
        None if node.parent_node_execution_id is None else text(node.parent_node_execution_id),
        _NODE_STATUS[node.status],
        start_ns,
        elapsed_ns,
        span_ns,
        1 if node.attempts <= 1 else whole(node.attempts, MAX_SMALLINT),
        packed.models[model_dimension(node)],
        None if tokens.input is None else whole(tokens.input),
        None if tokens.output is None else whole(tokens.output),
        None if tokens.cache_read is None else whole(tokens.cache_read),
        None if tokens.cache_write is None else whole(tokens.cache_write),
        None if tokens.reasoning is None else whole(tokens.reasoning),
        None if node.cost_usd is None else packed.money(node.cost_usd),
        _COST_SOURCE[node.cost_source],
        node.is_cached,
        None if node.input_bytes is None else whole(node.input_bytes),
        None if node.output_bytes is None else whole(node.output_bytes),
        None if node.input_fingerprint is None else signed64(node.input_fingerprint),
        None if node.output_fingerprint is None else signed64(node.output_fingerprint),
        None if node.error_type is None else text(node.error_type),
        None if node.error_message is None else text(node.error_message),
        None if node.memory_peak_bytes is None else whole(node.memory_peak_bytes),
        None if node.cpu_ns is None else whole(node.cpu_ns),
        None if node.first_token_ns is None else whole(node.first_token_ns),
        None if node.ready_ns is None else instant(node.ready_ns),
        None if node.iteration_index is None else whole(node.iteration_index, MAX_INTEGER),
        None if node.slot is None else text(node.slot),
        json_list(node.waits_for) if node.waits_for else None,
        json_numbers(node.metrics) if node.metrics else None,
        None if node.reported_tokens_used is None else whole(node.reported_tokens_used),
    )


def _elapsed_and_span(node: NodeExecution, start_ns: int | None) -> tuple[int | None, int | None]:
    """The time as reported, and the time between the instants where that is another one."""
    end_ns = node.end_ns
    if start_ns is not None and end_ns is not None and 0 <= start_ns <= end_ns <= MAX_BIGINT:
        span_ns: int | None = end_ns - start_ns
        elapsed_ns = span_ns if node.elapsed_ns is None else whole(node.elapsed_ns)
    else:
        elapsed_ns, span_ns = _odd_elapsed_and_span(node, start_ns)
    return elapsed_ns, None if elapsed_ns is None or span_ns == elapsed_ns else span_ns


def _odd_elapsed_and_span(node: NodeExecution, start_ns: int | None) -> tuple[int | None, int | None]:
    """The same of a node whose instants are not both known, or out of order, or out of bounds."""
    span_ns = None
    if start_ns is not None and node.end_ns is not None:
        span_ns = min(max(node.end_ns - start_ns, 0), MAX_BIGINT)
    elapsed_ns = span_ns if node.elapsed_ns is None else whole(node.elapsed_ns)
    if start_ns is not None and elapsed_ns is not None:
        span_ns = min(elapsed_ns if span_ns is None else span_ns, MAX_BIGINT - start_ns)
    return elapsed_ns, span_ns


def attempt_rows(node: NodeExecution, run_key: int) -> Iterable[Row]:
    """Rows of `node_attempts`; none for a node execution that was tried once."""
    if len(node.attempt_log) < 2:  # noqa: PLR2004 - what a single attempt says, its node says
        return
    for attempt in {attempt.number: attempt for attempt in node.attempt_log}.values():
        yield _attempt_row(attempt, text(node.node_execution_id), run_key)


def _attempt_row(attempt: Attempt, node_execution_id: str, run_key: int) -> Row:
    start_ns, end_ns = instant(attempt.start_ns), instant(attempt.end_ns)
    if start_ns is not None and end_ns is not None:
        end_ns = max(start_ns, end_ns)
    return (
        run_key,
        node_execution_id,
        whole(max(attempt.number, 1), MAX_SMALLINT),
        start_ns,
        end_ns,
        _NODE_STATUS[attempt.status],
        optional_text(attempt.error_type),
        optional_text(attempt.error_message),
    )


def workflow_dimension(run: Run) -> Dimension:
    """What a workflow is known by; nothing while only nodes of the run were recorded."""
    return () if run.app_id is None or run.workflow_id is None else (run.app_id, run.workflow_id)


@lru_cache(maxsize=1 << 16)
def key_of(dimension: Dimension) -> int:
    """The key of a row of a dimension; remembered, as few values make up most rows."""
    return dimension_key(*map(optional_text, dimension))


def node_dimension(node: NodeExecution) -> Dimension:
    """What many executions of a node share, in the order of the columns of `nodes`."""
    return (node.node_id, node.enclosing_node_id, node.node_type, node.raw_type, node.node_title)


def model_dimension(node: NodeExecution) -> Dimension:
    """What many calls of a model share, in the order of the columns of `models`."""
    return (node.model, node.requested_model, node.provider)
