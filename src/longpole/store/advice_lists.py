"""What lists of recommendations are made of: a little of all of them, and all that a line shows of some.

Invariant: what is long (descriptions, evidence, code) is read of no recommendation.

Upstream: `services.advice_lists`. Downstream: `tables.recommendations`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from longpole.domain.recommendations import RecommendationStatus
from longpole.store.tables import recommendations as table
from longpole.store.values import text

_GAIN, _BASELINE = table.c.gain, table.c.baseline
_RANKED = (
    table.c.id,
    table.c.app_id,
    table.c.workflow_id,
    table.c.status,
    table.c.severity,
    table.c.category,
    table.c.estimate["metric"].as_string().label("metric"),
    _GAIN["seconds_per_run"].as_float().label("seconds_per_run"),
    _GAIN["usd_per_month"].as_float().label("usd_per_month"),
    _GAIN["failed_run_share"].as_float().label("failed_run_share"),
    _BASELINE["runs"].as_float().label("runs"),
    _BASELINE["since"].as_string().label("since"),
    _BASELINE["until"].as_string().label("until"),
)
_SHOWN = (
    table.c.id,
    table.c.app_id,
    table.c.workflow_id,
    table.c.title,
    table.c.category,
    table.c.severity,
    table.c.status,
    table.c.rule,
    table.c.estimated_improvement,
    table.c.estimate,
    table.c.gain,
    table.c.affected_nodes,
    table.c.verification["verdict"].as_string().label("verdict"),
    table.c.created_at,
    table.c.updated_at,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose recommendations; None: everybody's."""

    app_id: str | None = None
    workflow_id: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As a query has it."""
        asked = ((table.c.app_id, self.app_id), (table.c.workflow_id, self.workflow_id))
        return [column == text(value) for column, value in asked if value is not None]


def ranked(connection: Connection, scope: Scope) -> Sequence[Any]:
    """Of every recommendation what it is ordered and counted by."""
    return connection.execute(select(*_RANKED).where(*scope.conditions())).all()


def lines(connection: Connection, ids: Collection[str]) -> dict[str, Any]:
    """Of some recommendations what a list shows, by id."""
    found = connection.execute(select(*_SHOWN).where(table.c.id.in_(sorted(ids))))
    return {row.id: row for row in found}


def verified(connection: Connection, scope: Scope) -> Sequence[Any]:
    """Those that were followed and looked back at: whose, since when, and what it brought."""
    columns = (table.c.app_id, table.c.workflow_id, table.c.implemented_at, table.c.verification, table.c.baseline)
    query = select(*columns).where(
        table.c.status == RecommendationStatus.IMPLEMENTED, table.c.verified_at.is_not(None), *scope.conditions()
    )
    return connection.execute(query).all()
