"""What the search for changes reads: which workflows have something new, and samples of runs beside a change.

Upstream: `services.degradations`. Downstream: `tables.runs`, `tables.rollups`, `advice_sample`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, String, cast, func, literal, select, union_all

from longpole.analysis.bottlenecks import evenly
from longpole.domain.periods import Period
from longpole.domain.runs import NodeExecution
from longpole.store.advice_sample import whole_runs
from longpole.store.columns import pico_dollars, raw
from longpole.store.period_reads import in_period
from longpole.store.rollup_horizons import SECONDS, Tier
from longpole.store.tables import run_cells, runs, upkeep_facts, workflows
from longpole.store.upkeep_log import remember
from longpole.store.workflow_scope import WorkflowScope

_FACT = "degradations:"
_WHERE_NEW = {Tier.HOUR: 26 * 3_600, Tier.UNIT: 2 * 3_600}
"""Hours have their cells once they are over; until then there are those of 5 minutes."""
_FAILED = 1
_MOST_TIMES, _LISTED = 4_000, 25_000
_KEYS_A_MICROSECOND = 1 << 12
"""The low bits of a key are its process."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DueWorkflow:
    """A workflow with runs since it was last looked at; `looked_at` in seconds since the epoch, 0: never."""

    workflow_key: int
    app_id: str
    workflow_id: str
    looked_at: int


def due_workflows(connection: Connection, now: int, before: int) -> list[DueWorkflow]:
    """Those with runs of the last day since they were looked at, the longest waiting first.

    Args:
        connection: A transaction.
        now: Seconds since the epoch.
        before: Those looked at later than this instant are left out.
    """
    looked = func.coalesce(upkeep_facts.c.value, 0)
    cells = [
        select(run_cells.c.workflow_key, (run_cells.c.cell_start + SECONDS[tier]).label("end")).where(
            run_cells.c.tier == tier, run_cells.c.cell_start >= now - back
        )
        for tier, back in _WHERE_NEW.items()
    ]
    each = union_all(*cells).subquery()
    newest = select(each.c.workflow_key, func.max(each.c.end).label("end")).group_by(each.c.workflow_key).subquery()
    fact = literal(_FACT).concat(cast(workflows.c.workflow_key, String))
    query = (
        select(workflows, looked.label("looked_at"))
        .join(newest, newest.c.workflow_key == workflows.c.workflow_key)
        .outerjoin(upkeep_facts, upkeep_facts.c.name == fact)
        .where(newest.c.end > looked, looked <= before)
        .order_by(looked, workflows.c.workflow_key)
    )
    return [
        DueWorkflow(row.workflow_key, row.app_id, row.workflow_id, row.looked_at) for row in connection.execute(query)
    ]


def remember_look(connection: Connection, workflow_key: int, now: int) -> None:
    """A workflow was looked at now, seconds since the epoch."""
    remember(connection, f"{_FACT}{workflow_key}", now)


@dataclass(frozen=True, slots=True)
class Sample:
    """How many runs, on which side of the change, and of which version only."""

    most: int
    is_before: bool
    version: str | None = None


@dataclass(frozen=True, slots=True)
class SampledRun:
    """A run whole, as `analysis.attribution` wants it."""

    workflow_run_id: str
    workflow_version: str | None
    start_ns: int | None
    end_ns: int | None
    elapsed_ns: int | None
    has_failed: bool
    cost_usd: Decimal | None
    nodes: tuple[NodeExecution, ...]


def sampled_runs(
    connection: Connection, scope: WorkflowScope, period: Period, sample: Sample
) -> tuple[SampledRun, ...]:
    """Some runs of a period whole, spread evenly over it, or over that end of it which is near the change."""
    query = select(runs.c.run_key).where(scope.condition(), in_period(period))
    if sample.version is not None:
        query = query.where(runs.c.workflow_version == sample.version)
    order = (runs.c.period_ns, runs.c.run_key)
    near = [each.desc() for each in order] if sample.is_before else order
    keys = list(connection.scalars(query.order_by(*near).limit(_LISTED)))
    chosen = [keys[place] for place in evenly(len(keys), sample.most)]
    wholes = whole_runs(connection, np.array(chosen, dtype=np.int64))
    columns = (
        runs.c.run_key,
        runs.c.workflow_version,
        runs.c.elapsed_ns,
        raw(runs.c.status).label("status"),
        pico_dollars(runs.c.cost_usd, connection.dialect.name).label("cost"),
    )
    found = []
    for row in connection.execute(select(*columns).where(runs.c.run_key.in_(chosen)).order_by(runs.c.run_key)):
        if row.run_key in wholes:
            run_id, (start_ns, end_ns), nodes = wholes[row.run_key]
            cost = None if row.cost is None else Decimal(row.cost).scaleb(-12)
            is_failed = row.status == _FAILED
            found.append(
                SampledRun(run_id, row.workflow_version, start_ns, end_ns, row.elapsed_ns, is_failed, cost, nodes)
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class RunTimes:
    """Runs in order of their ends: hours since the epoch, logarithms of seconds (NaN: not known), failed or not."""

    end_ns: NDArray[np.int64]
    log_s: Floats
    failed: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.end_ns.size)


def times_of_version(
    connection: Connection, scope: WorkflowScope, period: Period, versions: Sequence[str], of: int = 0
) -> RunTimes:
    """The runs of some versions in a period; of more than some thousand the first.

    Where it is known that there are many, some thousand `of` them, from all of the time.
    """
    query = (
        select(runs.c.period_ns, runs.c.elapsed_ns, raw(runs.c.status).label("status"))
        .where(scope.condition(), in_period(period), runs.c.workflow_version.in_(versions))
        .order_by(runs.c.period_ns, runs.c.run_key)
        .limit(_MOST_TIMES)
    )
    if of > _MOST_TIMES:
        query = query.where(runs.c.run_key // _KEYS_A_MICROSECOND % (of // _MOST_TIMES + 1) == 0)
    rows = connection.execute(query).all()
    elapsed = np.array([row.elapsed_ns or np.nan for row in rows], dtype=np.float64)
    failed = np.array([row.status == _FAILED for row in rows], dtype=np.bool_)
    logs = np.log(np.where(failed, np.nan, elapsed) / 1e9)
    return RunTimes(np.array([row.period_ns for row in rows], dtype=np.int64), logs, failed)
