"""Levels that changed: kept, found again, brought up to date.

Upstream: `services.degradations`. Downstream: `tables.degradations`.
"""

from collections.abc import Collection
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Row, select, update

from longpole.domain.degradations import (
    Cause,
    CauseKind,
    Degradation,
    DegradationState,
    DegradedMetric,
    DetectionMethod,
)
from longpole.store.tables import degradations as table
from longpole.store.upserts import upsert
from longpole.store.values import text

_UNCHANGING = frozenset({"id", "app_id", "workflow_id", "fingerprint", "created_at", "found_at"})


def add(connection: Connection, event: Degradation) -> bool:
    """Store a new event; False where the same one is there already."""
    made = upsert(connection, table).values(**_row(event)).on_conflict_do_nothing()
    return connection.execute(made.returning(table.c.id)).first() is not None


def change(connection: Connection, event: Degradation) -> None:
    """Bring an event up to date."""
    row = {name: value for name, value in _row(event).items() if name not in _UNCHANGING}
    connection.execute(update(table).where(table.c.id == event.id).values(**row))


def those(
    connection: Connection,
    app_id: str | None = None,
    workflow_id: str | None = None,
    state: DegradationState | None = None,
    limit: int | None = None,
) -> tuple[Degradation, ...]:
    """Events, the newest first; what is None is not asked about."""
    query = select(table).order_by(table.c.started_at.desc(), table.c.id)
    for column, value in ((table.c.app_id, app_id), (table.c.workflow_id, workflow_id)):
        if value is not None:
            query = query.where(column == text(value))
    if state is not None:
        query = query.where(table.c.state == state)
    if limit is not None:
        query = query.limit(limit)
    return tuple(map(_event, connection.execute(query)))


def lock(connection: Connection, ids: Collection[str]) -> None:
    """Until the transaction ends nobody else changes these."""
    if ids:
        connection.execute(select(table.c.id).where(table.c.id.in_(ids)).order_by(table.c.id).with_for_update())


def _row(event: Degradation) -> dict[str, Any]:
    row = {field.name: getattr(event, field.name) for field in fields(event) if field.name != "causes"}
    return {**row, "attribution": [asdict(cause) for cause in event.causes]}


def _event(row: Row[Any]) -> Degradation:
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    causes = tuple(
        Cause(CauseKind(each["kind"]), each["name"], each.get("share"), each.get("evidence") or {})
        for each in given.pop("attribution")
    )
    given["metric"] = DegradedMetric(given["metric"])
    given["state"] = DegradationState(given["state"])
    given["method"] = DetectionMethod(given["method"])
    return Degradation(**given, causes=causes)
