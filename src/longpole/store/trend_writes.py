"""Rows of `workflow_performance_trends`: those of a workflow's period, all of them in the place of those that were.

A row that stays keeps its id and when it was made, so that whoever remembers
an id finds the same metric of the same period there.

Upstream: `services.trends`. Downstream: `tables.trends`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from longpole.analysis.trend_figures import TrendFigures
from longpole.store.keys import row_key
from longpole.store.tables import trends, workflows

_VALUES = {
    "metric_value": "value",
    "min_value": "least",
    "max_value": "greatest",
    "avg_value": "avg",
    "stddev_value": "stddev",
    "percentile_50": "p50",
    "percentile_95": "p95",
    "percentile_99": "p99",
    "sample_count": "sample_count",
}


@dataclass(frozen=True, slots=True)
class TrendPeriod:
    """A workflow's hour, day, week or month."""

    workflow_key: int
    period_type: str
    start: datetime
    end: datetime


def replace_trends(connection: Connection, period: TrendPeriod, figures: Sequence[TrendFigures], now: datetime) -> None:
    """Write what a period's metrics come to; metrics of which nothing is known any more lose their rows."""
    named = select(workflows.c.app_id, workflows.c.workflow_id).where(workflows.c.workflow_key == period.workflow_key)
    of_workflow = connection.execute(named).first()
    if of_workflow is None:
        return
    identity = {"app_id": of_workflow.app_id, "workflow_id": of_workflow.workflow_id}
    identity |= {"period_type": period.period_type, "period_start": period.start}
    of_period = and_(*(trends.c[name] == value for name, value in identity.items()))
    there = {
        row.metric_type: row
        for row in connection.execute(
            select(trends.c.id, trends.c.metric_type, *(trends.c[name] for name in _VALUES)).where(of_period)
        )
    }
    known = {each.metric_type for each in figures}
    gone = [row.id for metric, row in there.items() if metric not in known]
    if gone:
        connection.execute(delete(trends).where(trends.c.id.in_(gone)))
    new = [each for each in figures if each.metric_type not in there]
    if new:
        fixed = {**identity, "period_end": period.end, "created_at": now, "updated_at": now}
        rows = [{"id": row_key(), "metric_type": each.metric_type, **fixed, **_values(each)} for each in new]
        connection.execute(insert(trends), rows)
    changed = [
        {"b_id": there[each.metric_type].id, "updated_at": now, **_values(each)}
        for each in figures
        if each.metric_type in there and not _is_same(there[each.metric_type], each)
    ]
    if changed:
        connection.execute(update(trends).where(trends.c.id == bindparam("b_id")), changed)


def _values(figures: TrendFigures) -> dict[str, float | int | None]:
    return {column: getattr(figures, name) for column, name in _VALUES.items()}


def _is_same(row: object, figures: TrendFigures) -> bool:
    return all(getattr(row, column) == value for column, value in _values(figures).items())
