"""Alert rules: made, changed, listed, removed, tried out. What is secret in them is never given back.

Upstream: `rest`, `cli`. Downstream: `alert_conditions`, `alert_targets`, `store.alerts`, `alert_delivery`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection

from longpole import runtime
from longpole.domain.alerts import AlertRule, Channel, Delivery, RuleKind, Target
from longpole.domain.errors import AlertRuleNotFoundError, InvalidInputError
from longpole.domain.units import instant
from longpole.services import reported_values as check
from longpole.services.alert_conditions import checked_condition
from longpole.services.alert_targets import checked_quiet_hours, checked_target
from longpole.store import alert_deliveries
from longpole.store import alerts as store

MOST_RULES = 1_000
_MOST_DELIVERIES = 1_000
_LONGEST_NAME = 200
_CHANGEABLE = ("name", "condition", "channel", "target", "quiet_hours", "is_enabled")
_TURNED_OFF = "its rule was turned off"
_E = TypeVar("_E", bound=StrEnum)


def create(given: Mapping[str, Any]) -> AlertRule:
    """Store a new rule.

    Args:
        given: app_id, workflow_id (None: every workflow of it), name, kind, condition, channel, target,
            quiet_hours, is_enabled.

    Raises:
        InvalidInputError: Names the field that is wrong.
    """
    kind = _needed("kind", RuleKind, given.get("kind"))
    channel = _needed("channel", Channel, given.get("channel"))
    now = _now()
    workflow_id = check.optional_identifier("workflow_id", given.get("workflow_id"))
    if kind is RuleKind.DIGEST and workflow_id is not None:
        raise InvalidInputError("workflow_id", "must not be given: a digest is about an application")
    made = AlertRule(
        id=str(uuid.uuid4()),
        app_id=check.identifier("app_id", given.get("app_id")),
        workflow_id=workflow_id,
        name=_name(given.get("name")),
        kind=kind,
        condition=checked_condition(kind, given.get("condition")),
        channel=channel,
        target=checked_target(channel, given.get("target")),
        quiet_hours=checked_quiet_hours(given.get("quiet_hours")),
        is_enabled=_flag(given.get("is_enabled", True)),
        created_at=now,
        updated_at=now,
    )
    with runtime.unit_of_work() as connection:
        if len(store.rules(connection)) >= MOST_RULES:
            raise InvalidInputError("alerts", f"there are {MOST_RULES:,} rules already, which is the most")
        store.add(connection, made)
    return made


def change(rule_id: str, given: Mapping[str, Any]) -> AlertRule:
    """Change what is given of a rule; of a target what is not given stays, so that no secret need be repeated.

    Raises:
        AlertRuleNotFoundError: There is none of this id.
        InvalidInputError: Names the field that is wrong, or that cannot be changed.
    """
    for name in given:
        if name not in _CHANGEABLE:
            raise InvalidInputError(name, f"cannot be changed; {', '.join(_CHANGEABLE)} can")
    with runtime.unit_of_work() as connection:
        found = _found(connection, rule_id, to_change=True)
        changed = replace(_changed(found, given), updated_at=_now())
        store.save(connection, changed)
        if not changed.is_enabled:
            alert_deliveries.suppress(connection, rule_id, changed.updated_at, _TURNED_OFF)
    return changed


def _changed(rule: AlertRule, given: Mapping[str, Any]) -> AlertRule:
    new: dict[str, Any] = {}
    if "name" in given:
        new["name"] = _name(given["name"])
    if "condition" in given:
        new["condition"] = checked_condition(rule.kind, given["condition"])
    if "channel" in given or "target" in given:
        new["channel"] = channel = _needed("channel", Channel, given.get("channel", rule.channel))
        before = rule.target if channel is rule.channel else None
        new["target"] = checked_target(channel, given.get("target", {}), before)
    if "quiet_hours" in given:
        new["quiet_hours"] = checked_quiet_hours(given["quiet_hours"])
    if "is_enabled" in given:
        new["is_enabled"] = _flag(given["is_enabled"])
    return replace(rule, **new)


def delete(rule_id: str) -> None:
    """Remove a rule and what was told by it.

    Raises:
        AlertRuleNotFoundError: There is none of this id.
    """
    with runtime.unit_of_work() as connection:
        if not store.remove(connection, rule_id):
            raise AlertRuleNotFoundError(rule_id)


def listed(app_id: str | None = None, workflow_id: str | None = None) -> tuple[AlertRule, ...]:
    """The rules of an application, of a workflow of it, or all; the oldest first."""
    with runtime.reading() as connection:
        return store.rules(connection, app_id, workflow_id)


def get(rule_id: str) -> AlertRule:
    """One rule.

    Raises:
        AlertRuleNotFoundError: There is none of this id.
    """
    with runtime.reading() as connection:
        return _found(connection, rule_id)


def deliveries(rule_id: str, limit: Any = 50) -> tuple[Delivery, ...]:
    """What was told by a rule, or is about to be; the newest first.

    Raises:
        AlertRuleNotFoundError: There is none of this id.
        InvalidInputError: `limit` is not 1 to 1,000.
    """
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= _MOST_DELIVERIES:
        raise InvalidInputError("limit", f"must be a whole number from 1 to {_MOST_DELIVERIES:,}", limit)
    with runtime.reading() as connection:
        _found(connection, rule_id)
        return alert_deliveries.of_rule(connection, rule_id, limit)


def shown_target(target: Target) -> dict[str, Any]:
    """What may be shown of a target: the host and whether it signs, or the addresses of e-mail."""
    if target.to:
        return {"to": list(target.to)}
    return {"host": target.host, "url": "set", "secret": "set" if target.secret else "unset"}


def _found(connection: Connection, rule_id: str, *, to_change: bool = False) -> AlertRule:
    found = store.find(connection, rule_id, to_change=to_change)
    if found is None:
        raise AlertRuleNotFoundError(rule_id)
    return found


def _name(value: Any) -> str:
    found = check.full_text("name", value, _LONGEST_NAME)
    if found is None or not found.strip():
        raise InvalidInputError("name", "must be given")
    if not found.isprintable():
        raise InvalidInputError("name", "must be on one line, without control characters", value)
    return found


def _needed(field: str, enum: type[_E], value: Any) -> _E:
    found = check.member(field, enum, value)
    if found is None:
        raise InvalidInputError(field, f"must be given: one of {', '.join(enum)}")
    return found


def _flag(value: Any) -> bool:
    found = check.flag("is_enabled", value)
    if found is None:
        raise InvalidInputError("is_enabled", "must be true or false", value)
    return found


def _now() -> datetime:
    return instant(runtime.current().clock())
