"""Which runs can be carried out again on paper, and when a node was asked the same before.

Upstream: `services.what_if`. Downstream: the tables of `tables.runs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from longpole.domain.periods import Period
from longpole.store.advice_sample import of_newest_version
from longpole.store.columns import Ints, ints, raw, read_columns
from longpole.store.node_totals import ended_ns
from longpole.store.period_reads import FAILED, in_period
from longpole.store.tables import node_executions, nodes, runs
from longpole.store.values import text
from longpole.store.workflow_scope import WorkflowScope

MOST_LISTED = 50_000
"""The newest of a period; a sample is taken of these."""
MOST_ASKED = 500_000
"""Executions of one node, the newest ones."""

r, e = runs.c, node_executions.c


@dataclass(frozen=True, slots=True)
class Replayable:
    """Runs that ended, of the newest version where there are enough of it, by key, oldest first.

    Attributes:
        executions: How many each has.
        failed: How many other runs failed.
    """

    run_key: Ints
    executions: Ints
    failed: int


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """The executions of a node whose input is known, oldest first; a place per execution."""

    run_ids: tuple[str, ...]
    execution_ids: tuple[str, ...]
    input_fingerprint: Ints
    start_ns: Ints
    end_ns: Ints
    status: Ints


def replayable_runs(connection: Connection, scope: WorkflowScope | None, period: Period) -> Replayable:
    """The newest runs of a period that have a start and an end; those that failed are only counted."""
    if scope is None:
        return Replayable(ints(()), ints(()), 0)
    query = (
        select(r.run_key, func.coalesce(raw(r.status), 0), r.node_count, func.coalesce(r.workflow_version, ""))
        .where(scope.condition(), in_period(period), r.start_ns.is_not(None), r.end_ns.is_not(None))
        .order_by(r.period_ns.desc(), r.run_key.desc())
        .limit(MOST_LISTED)
    )
    keys, status, executions, version = (each[::-1] for each in read_columns(connection, query, [*[ints] * 3, _texts]))
    chosen = of_newest_version(version)
    is_good = status[chosen] != FAILED
    good = chosen[is_good]
    return Replayable(keys[good], executions[good], int(chosen.size - good.size))


Newest = tuple[int, int, int | None, int | None]
"""When a run counts, its key, and when it was last heard of."""


def newest_run(connection: Connection, scope: WorkflowScope | None) -> Newest | None:
    """The run of a workflow that counts last, as it was last written. By an index, however many there are."""
    if scope is None:
        return None
    query = select(r.period_ns, r.run_key, r.last_received_ns, r.recorded_ns).where(scope.condition())
    found = connection.execute(query.order_by(r.period_ns.desc(), r.run_key.desc()).limit(1)).first()
    return None if found is None else tuple(found)


def _texts(values: Sequence[str]) -> NDArray[np.object_]:
    return np.array(values, dtype=np.object_)


def asked_before(connection: Connection, scope: WorkflowScope | None, period: Period, node_id: str) -> AskedBefore:
    """The newest executions of a node in a period, of which the whole input was seen."""
    if scope is None:
        return AskedBefore((), (), ints(()), ints(()), ints(()), ints(()))
    query = (
        select(
            r.workflow_run_id,
            e.node_execution_id,
            e.input_fingerprint,
            e.start_ns,
            ended_ns.label("end_ns"),
            raw(e.status),
        )
        .join(nodes, nodes.c.node_key == e.node_key)
        .join(runs, r.run_key == e.run_key)
        .where(scope.condition(), in_period(period), nodes.c.node_id == text(node_id))
        .where(e.input_fingerprint.is_not(None), e.start_ns.is_not(None), ended_ns.is_not(None), e.status.is_not(None))
        .order_by(e.run_key.desc())
        .limit(MOST_ASKED)
    )
    rows = connection.execute(query).all()[::-1]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return AskedBefore(
        tuple(columns[0]), tuple(columns[1]), ints(columns[2]), ints(columns[3]), ints(columns[4]), ints(columns[5])
    )
