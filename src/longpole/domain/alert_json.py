"""Rules and messages as JSON and back: what is kept of them, and what receivers and callers get.

Invariant: what was written reads back the same.

Upstream: `store.alerts`, `store.alert_deliveries`, `alerting.payloads`, `services.alert_rules`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from longpole.domain.alerts import (
    AbsenceCondition,
    AlertEvent,
    BudgetCondition,
    BudgetMetric,
    Condition,
    DegradationCondition,
    DigestCondition,
    ErrorRateCondition,
    Message,
    QuietHours,
    RuleKind,
    Target,
    Weekday,
)
from longpole.domain.degradations import DegradedMetric
from longpole.domain.recommendations import Severity

CONDITIONS: Mapping[RuleKind, type[Condition]] = {
    RuleKind.DEGRADATION: DegradationCondition,
    RuleKind.BUDGET: BudgetCondition,
    RuleKind.ERROR_RATE: ErrorRateCondition,
    RuleKind.ABSENCE: AbsenceCondition,
    RuleKind.DIGEST: DigestCondition,
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "metrics": lambda given: tuple(map(DegradedMetric, given)),
    "metric": BudgetMetric,
    "amount": Decimal,
    "thresholds": tuple,
    "weekday": Weekday,
}


def condition_json(condition: Condition) -> dict[str, Any]:
    """A condition's fields; an amount as decimal text."""
    return {name: _plain(value) for name, value in asdict(condition).items()}


def condition_from(kind: RuleKind, kept: Mapping[str, Any]) -> Condition:
    """The condition that was kept; fields that a later version added have their defaults."""
    made = CONDITIONS[kind]
    known = {field.name for field in fields(made)}
    return made(**{name: _READ.get(name, _same)(value) for name, value in kept.items() if name in known})


def quiet_json(quiet: QuietHours | None) -> dict[str, str] | None:
    """Quiet hours, their times as `22:00`."""
    if quiet is None:
        return None
    return {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}", "time_zone": quiet.time_zone}


def quiet_from(kept: Mapping[str, str] | None) -> QuietHours | None:
    """The quiet hours that were kept."""
    if kept is None:
        return None
    return QuietHours(time.fromisoformat(kept["start"]), time.fromisoformat(kept["end"]), kept["time_zone"])


def target_json(target: Target) -> dict[str, Any]:
    """All of a target, secrets as well: for the database only."""
    return {name: _plain(value) for name, value in asdict(target).items() if value not in {None, ()}}


def target_from(kept: Mapping[str, Any]) -> Target:
    """The target that was kept."""
    return Target(kept.get("url"), kept.get("host"), kept.get("secret"), tuple(kept.get("to", ())))


def message_json(message: Message) -> dict[str, Any]:
    """What a message says."""
    return {
        **{name: _plain(value) for name, value in asdict(message).items()},
        "occurred_at": message.occurred_at.isoformat(),
    }


def message_from(kept: Mapping[str, Any]) -> Message:
    """The message that was kept."""
    return Message(
        **{
            **kept,
            "event": AlertEvent(kept["event"]),
            "kind": RuleKind(kept["kind"]),
            "severity": Severity(kept["severity"]),
            "lines": tuple(kept["lines"]),
            "occurred_at": datetime.fromisoformat(kept["occurred_at"]),
        }
    )


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value


def _same(value: Any) -> Any:
    return value
