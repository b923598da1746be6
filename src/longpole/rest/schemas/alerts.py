"""Alert rules, what was told by them, and what is asked of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from longpole.domain import alerts as domain
from longpole.domain.alert_json import condition_json, quiet_json
from longpole.domain.alerts import AlertEvent, Channel, DeliveryState, RuleKind
from longpole.domain.recommendations import Severity
from longpole.rest.parameters import Id, Text
from longpole.rest.schemas.answer import Answer

Name = Annotated[Text, Field(min_length=1, max_length=200)]


class AlertRule(Answer):
    """What somebody wants to be told of."""

    id: str
    app_id: str
    workflow_id: str | None
    """Null: every workflow of the application."""
    name: str
    kind: RuleKind
    condition: dict[str, Any]
    """Thresholds, by kind."""
    channel: Channel
    target: dict[str, Any]
    """Addresses of e-mail; of a webhook its host, and whether url and secret are set. Never those themselves."""
    quiet_hours: dict[str, str] | None
    """start, end, time_zone."""
    is_enabled: bool
    created_at: datetime
    updated_at: datetime


class AlertRules(Answer):
    """Rules, the oldest first."""

    items: tuple[AlertRule, ...]


class NewAlertRule(BaseModel):
    """A rule that is wanted."""

    model_config = ConfigDict(extra="forbid")

    app_id: Id = Field(examples=["shop"])
    workflow_id: Id | None = Field(default=None, description="Null: every workflow of the application.")
    name: Name = Field(examples=["checkout fails"])
    kind: RuleKind
    condition: dict[str, Any] = Field(default_factory=dict, examples=[{"above": 0.05, "min_runs": 20}])
    channel: Channel
    target: dict[str, Any] = Field(examples=[{"url": "https://hooks.example/longpole", "secret": "at least 16 chars"}])
    quiet_hours: dict[str, Any] | None = Field(
        default=None, examples=[{"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}]
    )
    is_enabled: bool = True


class AlertRuleChange(BaseModel):
    """What is to be another way; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    condition: dict[str, Any] | None = None
    channel: Channel | None = None
    target: dict[str, Any] | None = Field(default=None, description="What is not given of it stays; null unsets.")
    quiet_hours: dict[str, Any] | None = Field(default=None, description="Null: never quiet.")
    is_enabled: bool | None = None


class AlertDelivery(Answer):
    """A message, and what became of it."""

    id: str
    """What the receiver knows it by, over all attempts."""
    rule_id: str
    subject: str
    event: AlertEvent
    severity: Severity
    title: str
    lines: tuple[str, ...]
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    """Null where none follows."""
    delivered_at: datetime | None
    last_error: str | None
    created_at: datetime
    updated_at: datetime


class AlertDeliveries(Answer):
    """Messages, the newest first."""

    items: tuple[AlertDelivery, ...]


def shown_rule(rule: domain.AlertRule, target: dict[str, Any]) -> AlertRule:
    """A rule with what may be shown of its target."""
    return AlertRule(
        id=rule.id,
        app_id=rule.app_id,
        workflow_id=rule.workflow_id,
        name=rule.name,
        kind=rule.kind,
        condition=condition_json(rule.condition),
        channel=rule.channel,
        target=target,
        quiet_hours=quiet_json(rule.quiet_hours),
        is_enabled=rule.is_enabled,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
    )


def shown_delivery(delivery: domain.Delivery) -> AlertDelivery:
    """A message as it is listed."""
    told = delivery.message
    return AlertDelivery(
        id=delivery.id,
        rule_id=delivery.rule_id,
        subject=delivery.subject,
        event=told.event,
        severity=told.severity,
        title=told.title,
        lines=told.lines,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at if delivery.state is DeliveryState.PENDING else None,
        delivered_at=delivery.delivered_at,
        last_error=delivery.last_error,
        created_at=delivery.created_at,
        updated_at=delivery.updated_at,
    )
