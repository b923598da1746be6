"""The costs of stored runs, read in batches and changed in place.

Only what prices a node is read, and only costs are written: everything else of
a run stays as it is, and the run counts as having heard nothing new.

Upstream: `services.repricing`. Downstream: the tables of `tables.runs`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from longpole.analysis.usage import repeated_usage
from longpole.domain.runs import CostSource, NodeExecution, Run
from longpole.store.dirty_marks import mark_runs
from longpole.store.node_totals import ended_ns
from longpole.store.run_changes import Change, note_changes
from longpole.store.run_rows import tokens_of
from longpole.store.run_writes import lock_runs
from longpole.store.tables import models, node_executions, runs


@dataclass(frozen=True, slots=True)
class StoredCosts:
    """A run as far as its cost goes.

    `counted` are the ids of the nodes whose usage counts: of nested nodes that
    report the same usage, the innermost. `reported` says that a caller
    reported the run's cost, which stands.
    """

    run_key: int
    run: Run
    nodes: tuple[NodeExecution, ...]
    counted: frozenset[str]
    is_reported: bool


@dataclass(frozen=True, slots=True)
class NodeCost:
    """The new cost of a node execution."""

    run_key: int
    node_execution_id: str
    cost_usd: Decimal | None
    cost_source: CostSource | None


@dataclass(frozen=True, slots=True)
class RunCost:
    """The new cost of a run."""

    run_key: int
    cost_usd: Decimal | None
    known_cost_usd: Decimal | None


def count_runs(connection: Connection, since_ns: int) -> int:
    """How many runs count for a time from `since_ns` on."""
    return connection.scalar(select(func.count()).select_from(runs).where(runs.c.period_ns >= since_ns)) or 0


def lock_next_runs(connection: Connection, since_ns: int, after_key: int, limit: int) -> list[StoredCosts]:
    """The next runs after `after_key` that count for a time from `since_ns` on, in order of their keys.

    Nobody else writes them until this transaction ends.
    """
    wanted = select(runs.c.workflow_run_id).where(runs.c.period_ns >= since_ns, runs.c.run_key > after_key)
    ids = connection.scalars(wanted.order_by(runs.c.run_key).limit(limit)).all()
    keys = [stored.run_key for stored in lock_runs(connection, sorted(ids)).values()]
    nodes = _nodes_of(connection, keys)
    rows = connection.execute(select(runs).where(runs.c.run_key.in_(keys)).order_by(runs.c.run_key))
    return [_stored(row, tuple(nodes[row.run_key])) for row in rows]


def write_costs(connection: Connection, nodes: Sequence[NodeCost], changed: Sequence[RunCost], now_ns: int) -> None:
    """Change the costs of nodes and runs, and mark what that puts behind."""
    if nodes:
        query = update(node_executions).where(
            node_executions.c.run_key == bindparam("key"), node_executions.c.node_execution_id == bindparam("node")
        )
        values = [
            {"key": n.run_key, "node": n.node_execution_id, "cost": n.cost_usd, "source": n.cost_source} for n in nodes
        ]
        connection.execute(query.values(cost_usd=bindparam("cost"), cost_source=bindparam("source")), values)
    if changed:
        query = update(runs).where(runs.c.run_key == bindparam("key"))
        values = [
            {"key": run.run_key, "cost": run.cost_usd, "known": run.known_cost_usd, "now": now_ns} for run in changed
        ]
        costs: dict[str, Any] = {
            "cost_usd": bindparam("cost"),
            "known_cost_usd": bindparam("known"),
            "updated_ns": bindparam("now"),
        }
        connection.execute(query.values(costs), values)
    mark_runs(connection, sorted({node.run_key for node in nodes} | {run.run_key for run in changed}))
    note_changes(connection, [Change(run.run_key) for run in changed])


def _nodes_of(connection: Connection, run_keys: Sequence[int]) -> dict[int, list[NodeExecution]]:
    query = (
        select(node_executions, models.c.model, models.c.requested_model, models.c.provider, ended_ns.label("end_ns"))
        .outerjoin(models, models.c.model_key == node_executions.c.model_key)
        .where(node_executions.c.run_key.in_(run_keys))
    )
    found: dict[int, list[NodeExecution]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.run_key].append(_node(row))
    return found


def _node(row: Any) -> NodeExecution:
    """A node execution without what does not bear on its cost."""
    return NodeExecution(
        workflow_run_id="",
        node_execution_id=row.node_execution_id,
        node_id="",
        node_type="",
        node_title="",
        parent_node_execution_id=row.parent_node_execution_id,
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        model=row.model,
        requested_model=row.requested_model,
        provider=row.provider,
        tokens=tokens_of(row),
        cost_usd=row.cost_usd,
        cost_source=row.cost_source,
        is_cached=row.is_cached,
        reported_tokens_used=row.reported_tokens_used,
    )


def _stored(row: Any, nodes: tuple[NodeExecution, ...]) -> StoredCosts:
    usage = (
        (node.node_execution_id, node.parent_node_execution_id, (node.tokens_used, node.cost_usd) != (None, None))
        for node in nodes
    )
    run = Run(
        workflow_run_id=row.workflow_run_id,
        app_id=None,
        workflow_id=None,
        source=row.source,
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        recorded_ns=row.recorded_ns,
        tokens=tokens_of(row),
        total_tokens_used=row.total_tokens,
        cost_usd=row.cost_usd,
        known_cost_usd=row.known_cost_usd,
    )
    counted = {node.node_execution_id for node in nodes} - repeated_usage(usage)
    return StoredCosts(row.run_key, run, nodes, frozenset(counted), "cost_usd" in (row.reported or {}))
