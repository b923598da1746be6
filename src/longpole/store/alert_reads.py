"""Events that alerts are about.

Upstream: `services.alert_degradations`. Downstream: `tables.degradations`.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from longpole.domain.degradations import (
    Cause,
    CauseKind,
    Degradation,
    DegradationState,
    DegradedMetric,
    DetectionMethod,
)
from longpole.store.tables import degradations as table
from longpole.store.values import text

_MOST_EVENTS = 1_000
_COLUMNS = frozenset(table.c.keys()) & {each.name for each in fields(Degradation)}


def degradations_found_since(
    connection: Connection, app_id: str, workflow_id: str | None, since: datetime
) -> tuple[Degradation, ...]:
    """Events of an application, or of one workflow of it, that were found since; the newest first."""
    query = select(table).where(table.c.app_id == text(app_id), table.c.found_at >= since)
    if workflow_id is not None:
        query = query.where(table.c.workflow_id == text(workflow_id))
    query = query.order_by(table.c.found_at.desc(), table.c.id).limit(_MOST_EVENTS)
    return tuple(map(_degradation, connection.execute(query)))


def _degradation(row: Row[Any]) -> Degradation:
    return Degradation(
        **{
            **{name: value for name, value in row._asdict().items() if name in _COLUMNS},
            "metric": DegradedMetric(row.metric),
            "state": DegradationState(row.state),
            "method": DetectionMethod(row.method),
            "causes": tuple(map(_cause, row.attribution)),
        }
    )


def _cause(kept: dict[str, Any]) -> Cause:
    evidence = {name: value for name, value in kept.items() if name not in {"kind", "name", "share"}}
    return Cause(CauseKind(kept["kind"]), str(kept["name"]), kept.get("share"), evidence)
