"""Rows of `custom_metrics`, and what has to be computed anew when a formula changes.

    a formula changes ─► its version counts on ─► who is at work on cells begins again
                      └► marks for the cells it is in ─► computed anew

Upstream: `services.custom_metrics`. Downstream: `tables.custom_metrics`, `dirty_marks`.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select

from longpole.domain.metrics import CustomMetric, Level
from longpole.domain.trends import UNITS
from longpole.store.bulk import insert_rows
from longpole.store.dirty_marks import ANY_CHANGE, Behind
from longpole.store.keys import row_key
from longpole.store.rollup_horizons import FORMULAS, SECONDS, Tier, horizons
from longpole.store.tables import custom_metrics as table
from longpole.store.tables import dirty_marks, run_cells, trends, workflows
from longpole.store.upkeep_log import fact, remember
from longpole.store.upserts import upsert
from longpole.store.values import optional_text, text

_EVER, _NEVER = -(1 << 62), 1 << 62
_LEFT_OUT, _LEFT_OUT_NS = "metric_names_left_out", "metric_names_left_out_ns"


def put(connection: Connection, metric: CustomMetric, at: datetime) -> None:
    """Store a definition in the place of the one of that name."""
    changing = {
        "expression": metric.expression,
        "level": metric.level,
        "unit": optional_text(metric.unit),
        "counts_from": metric.counts_from,
        "updated_at": at,
    }
    app_id, workflow_id = text(metric.app_id), optional_text(metric.workflow_id)
    key = hashlib.sha256(json.dumps([app_id, workflow_id, metric.name]).encode()).hexdigest()[:32]
    row = {"id": key, "app_id": app_id, "workflow_id": workflow_id, "name": metric.name, "created_at": at, **changing}
    insert = upsert(connection, table).values(row)
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changing))


def find(connection: Connection, app_id: str, workflow_id: str | None, name: str) -> CustomMetric | None:
    """One definition, of exactly this workflow or of exactly the application."""
    row = connection.execute(select(table).where(_named(app_id, workflow_id, name))).first()
    return None if row is None else _metric(row)


def remove(connection: Connection, app_id: str, workflow_id: str | None, name: str) -> None:
    """Delete it."""
    connection.execute(delete(table).where(_named(app_id, workflow_id, name)))


def of_app(connection: Connection, app_id: str, workflow_id: str | None = None) -> tuple[CustomMetric, ...]:
    """The definitions of an application; with a workflow, those that it has: of its own, and of all of them."""
    query = select(table).where(table.c.app_id == text(app_id)).order_by(table.c.name, table.c.workflow_id)
    if workflow_id is not None:
        query = query.where(or_(table.c.workflow_id.is_(None), table.c.workflow_id == text(workflow_id)))
    return tuple(map(_metric, connection.execute(query)))


def names_with_figures(
    connection: Connection, app_id: str, workflow_id: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Workflow and name of all that is not ours among the rows of trends."""
    of_app = and_(trends.c.app_id == text(app_id), trends.c.period_type == "monthly")
    query = select(trends.c.workflow_id, trends.c.metric_type).where(of_app, trends.c.metric_type.not_in(list(UNITS)))
    if workflow_id is not None:
        query = query.where(trends.c.workflow_id == text(workflow_id))
    rows = connection.execute(query.distinct().order_by(trends.c.metric_type, trends.c.workflow_id))
    return tuple((row.workflow_id, row.metric_type) for row in rows)


def remember_left_out(connection: Connection, names: int, now_ns: int) -> None:
    """Remember that a stretch of time had so many sent metrics more than there are figures of."""
    remember(connection, _LEFT_OUT, names)
    remember(connection, _LEFT_OUT_NS, now_ns)


def left_out(connection: Connection) -> tuple[int, int] | None:
    """How many that were when it was last so, and when; None: never."""
    names, at_ns = fact(connection, _LEFT_OUT), fact(connection, _LEFT_OUT_NS)
    return None if names is None or at_ns is None else (names, at_ns)


def formula_changed(connection: Connection, app_id: str, workflow_id: str | None, since: datetime | None) -> None:
    """Have the cells computed anew that a formula is, was or will be in.

    Args:
        connection: The transaction that changes it; `cell_writes.take_turn` comes first.
        app_id: The application.
        workflow_id: The workflow; None: all of them.
        since: From when on; None: as far back as there are raw rows.
    """
    remember(connection, FORMULAS, (fact(connection, FORMULAS) or 0) + 1)
    now = horizons(connection)
    c = run_cells.c
    of_app = select(workflows.c.workflow_key).where(workflows.c.app_id == text(app_id))
    if workflow_id is not None:
        of_app = of_app.where(workflows.c.workflow_id == text(workflow_id))
    first = max(now.raw, _EVER if since is None else int(since.timestamp()))
    rows = []
    for tier, begin, end in (
        (Tier.UNIT, now.units, _NEVER),
        (Tier.HOUR, now.hours, now.units),
        (Tier.DAY, _EVER, now.hours),
    ):
        start = max(begin, first // SECONDS[tier] * SECONDS[tier])
        is_there = and_(c.tier == tier, c.cell_start >= start, c.cell_start < end, c.workflow_key.in_(of_app))
        cells = connection.execute(select(c.workflow_key, c.cell_start).where(is_there).distinct())
        rows += [(Behind.UNIT, row_key(), key, begins, ANY_CHANGE) for key, begins in cells]
    insert_rows(connection, dirty_marks, rows)


def _named(app_id: str, workflow_id: str | None, name: str) -> ColumnElement[bool]:
    of_workflow = table.c.workflow_id.is_(None) if workflow_id is None else table.c.workflow_id == text(workflow_id)
    return and_(table.c.app_id == text(app_id), of_workflow, table.c.name == name)


def _metric(row: Any) -> CustomMetric:
    return CustomMetric(
        app_id=row.app_id,
        workflow_id=row.workflow_id,
        name=row.name,
        level=Level(row.level),
        expression=row.expression,
        unit=row.unit,
        counts_from=row.counts_from,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
