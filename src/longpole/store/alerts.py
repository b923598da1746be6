"""Alert rules: kept, changed, found again. What is secret in them stays between here and the sender.

Upstream: `services.alert_rules`, `services.alerting`, `services.alert_delivery`. Downstream: `tables.alerts`.
"""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from longpole.domain import alert_json
from longpole.domain.alerts import AlertRule, Channel, RuleKind
from longpole.store.tables import alert_deliveries, alert_rules
from longpole.store.values import text


def add(connection: Connection, rule: AlertRule) -> None:
    """Store a new rule."""
    connection.execute(insert(alert_rules).values(_row(rule)))


def save(connection: Connection, rule: AlertRule) -> None:
    """Store a rule as it is now."""
    connection.execute(update(alert_rules).where(alert_rules.c.id == rule.id).values(_row(rule)))


def remove(connection: Connection, rule_id: str) -> bool:
    """Forget a rule and all that was told by it; whether there was one."""
    connection.execute(delete(alert_deliveries).where(alert_deliveries.c.rule_id == text(rule_id)))
    return connection.execute(delete(alert_rules).where(alert_rules.c.id == text(rule_id))).rowcount > 0


def find(connection: Connection, rule_id: str, *, to_change: bool = False) -> AlertRule | None:
    """A rule by its id; `to_change` it, nobody else may until the transaction ends."""
    query = select(alert_rules).where(alert_rules.c.id == text(rule_id))
    found = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    return None if found is None else _rule(found)


def rules(
    connection: Connection, app_id: str | None = None, workflow_id: str | None = None, *, is_enabled: bool | None = None
) -> tuple[AlertRule, ...]:
    """Rules, the oldest first: of an application, of one workflow of it, or of all."""
    query = select(alert_rules).order_by(alert_rules.c.created_at, alert_rules.c.id)
    if app_id is not None:
        query = query.where(alert_rules.c.app_id == text(app_id))
    if workflow_id is not None:
        query = query.where(alert_rules.c.workflow_id == text(workflow_id))
    if is_enabled is not None:
        query = query.where(alert_rules.c.is_enabled.is_(is_enabled))
    return tuple(map(_rule, connection.execute(query)))


def _row(rule: AlertRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "app_id": rule.app_id,
        "workflow_id": rule.workflow_id,
        "name": rule.name,
        "kind": rule.kind.value,
        "condition": alert_json.condition_json(rule.condition),
        "channel": rule.channel.value,
        "target": alert_json.target_json(rule.target),
        "quiet_hours": alert_json.quiet_json(rule.quiet_hours),
        "is_enabled": rule.is_enabled,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def _rule(row: Row[Any]) -> AlertRule:
    kind = RuleKind(row.kind)
    return AlertRule(
        id=row.id,
        app_id=row.app_id,
        workflow_id=row.workflow_id,
        name=row.name,
        kind=kind,
        condition=alert_json.condition_from(kind, row.condition),
        channel=Channel(row.channel),
        target=alert_json.target_from(row.target),
        quiet_hours=alert_json.quiet_from(row.quiet_hours),
        is_enabled=row.is_enabled,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
