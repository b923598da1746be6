"""Which runs a filter lets through, as SQL of each database.

Upstream: `run_reads`.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import NodeStatus, RunStatus
from longpole.store.tables import node_executions, nodes, runs
from longpole.store.values import text


def matching(query: Select[Any], filters: RunFilters, dialect_name: str) -> Select[Any]:
    """`query` over `runs`, for those only that `filters` lets through."""
    if filters.status is not None:
        query = query.where(_has_status(filters.status, filters.silent_before_ns))
    if filters.since_ns is not None:
        query = query.where(runs.c.period_ns >= filters.since_ns)
    if filters.until_ns is not None:
        query = query.where(runs.c.period_ns < filters.until_ns)
    if filters.user_id is not None:
        query = query.where(runs.c.user_id == text(filters.user_id))
    if filters.session_id is not None:
        query = query.where(runs.c.session_id == text(filters.session_id))
    if filters.slower_than_ns is not None:
        query = query.where(runs.c.elapsed_ns > filters.slower_than_ns)
    if filters.failed_node_id is not None:
        query = query.where(_has_failed(text(filters.failed_node_id)))
    if filters.tag is not None:
        query = query.where(_has_tag(text(filters.tag), dialect_name))
    return query


def _has_status(status: RunStatus, silent_before_ns: int | None) -> ColumnElement[bool]:
    if status is not RunStatus.PARTIAL:
        return runs.c.status == status
    partial = or_(runs.c.status == status, runs.c.is_abandoned)
    if silent_before_ns is None:
        return partial
    return or_(partial, ~runs.c.is_ended & (runs.c.last_received_ns <= silent_before_ns))


def _has_failed(node_id: str) -> ColumnElement[bool]:
    """Whether the node failed in the run: only runs in which any node did are looked into."""
    keys = select(nodes.c.node_key).where(nodes.c.node_id == node_id)
    failed = select(literal(1)).where(
        node_executions.c.run_key == runs.c.run_key,
        node_executions.c.status == NodeStatus.FAILED,
        node_executions.c.node_key.in_(keys),
    )
    return and_(runs.c.failed_nodes > 0, exists(failed))


def _has_tag(tag: str, dialect_name: str) -> ColumnElement[bool]:
    if dialect_name == "postgresql":
        return type_coerce(runs.c.tags, JSONB).contains([tag])
    each = func.json_each(runs.c.tags).table_valued("value")
    return exists(select(literal(1)).select_from(each).where(each.c.value == tag))
