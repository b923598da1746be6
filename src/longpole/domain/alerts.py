"""What somebody wants to be told of, and what was told.

A rule watches subjects: a degradation, the share of a budget that is spent, the
failures of a workflow, its silence. A subject is told of once while it lasts,
reminded of as often as the rule says, and told of again when it is over.

    firing ─► reminder ─► … ─► resolved ─► firing (another episode)

Upstream: `services.alert_rules`, `services.alerting`, `alerting`. Downstream: `store.alerts`, `rest`, `cli`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from longpole.domain.degradations import DegradedMetric
from longpole.domain.recommendations import Severity


class RuleKind(StrEnum):
    """What is watched."""

    DEGRADATION = "degradation"
    BUDGET = "budget"
    ERROR_RATE = "error_rate"
    ABSENCE = "absence"
    DIGEST = "digest"


class Channel(StrEnum):
    """Which way messages go."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    EMAIL = "email"


class DeliveryState(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was given up after a day of attempts, or the receiver is gone."""
    SUPPRESSED = "suppressed"
    """It was over before it could be told, or its rule is turned off."""


class AlertEvent(StrEnum):
    """Why a message is sent."""

    FIRING = "firing"
    REMINDER = "reminder"
    RESOLVED = "resolved"
    DIGEST = "digest"
    TEST = "test"


OPEN_EVENTS = frozenset({AlertEvent.FIRING, AlertEvent.REMINDER})


class BudgetMetric(StrEnum):
    """What a budget is of."""

    COST = "cost"
    TOKENS = "tokens"


class Weekday(StrEnum):
    """Days, in the order of `datetime.weekday()`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nothing is sent: from `start` up to `end` by a time zone's clocks, over midnight where `end` is first."""

    start: time
    end: time
    time_zone: str


@dataclass(frozen=True, slots=True)
class DegradationCondition:
    """Events of at least `min_ratio` (the new level over the old), of these metrics or, without any, of all."""

    metrics: tuple[DegradedMetric, ...] = ()
    min_ratio: float = 1.0
    remind_hours: float | None = None


@dataclass(frozen=True, slots=True)
class BudgetCondition:
    """So much a calendar month.

    Attributes:
        amount: US dollars, or tokens.
        thresholds: Shares of it at which is told, in order.
        forecast_probability: Told when the month ends above the amount with this probability or more; None: not told.
        time_zone: Whose months.
    """

    metric: BudgetMetric
    amount: Decimal
    thresholds: tuple[float, ...] = (0.5, 0.8, 1.0)
    forecast_probability: float | None = None
    time_zone: str = "UTC"
    remind_hours: float | None = None


@dataclass(frozen=True, slots=True)
class ErrorRateCondition:
    """More than the share `above` of the runs of the last hours failed, with 97.5 % confidence and of enough runs."""

    above: float
    window_hours: int = 1
    min_runs: int = 20
    remind_hours: float | None = None


@dataclass(frozen=True, slots=True)
class AbsenceCondition:
    """No run for `hours`; None: for a stretch in which there were five or more in every week before."""

    hours: float | None = None
    remind_hours: float | None = None


@dataclass(frozen=True, slots=True)
class DigestCondition:
    """Once a week, at an hour of a time zone."""

    weekday: Weekday = Weekday.MONDAY
    hour: int = 8
    time_zone: str = "UTC"


Condition = DegradationCondition | BudgetCondition | ErrorRateCondition | AbsenceCondition | DigestCondition


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go. Addresses hold tokens and the secret signs: both stay out of logs and answers.

    Attributes:
        url: Of a webhook or of Slack's kind.
        host: Its host, which may be shown.
        secret: What a webhook's requests are signed with.
        to: Addresses of e-mail.
    """

    url: str | None = field(default=None, repr=False)
    host: str | None = None
    secret: str | None = field(default=None, repr=False)
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Something that somebody wants to be told of. Without a workflow: of every workflow of the application."""

    id: str
    app_id: str
    workflow_id: str | None
    name: str
    kind: RuleKind
    condition: Condition
    channel: Channel
    target: Target
    quiet_hours: QuietHours | None
    is_enabled: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, whichever way it goes.

    Attributes:
        subject: What it is about, the same for all messages of it.
        lines: Sentences, for people.
        facts: The same as numbers, for programs.
        links: Addresses by name.
    """

    event: AlertEvent
    kind: RuleKind
    severity: Severity
    title: str
    lines: tuple[str, ...]
    facts: Mapping[str, Any]
    links: Mapping[str, str]
    app_id: str
    workflow_id: str | None
    rule_id: str
    rule_name: str
    subject: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way; `id` is what a receiver knows it by, over all attempts."""

    id: str
    rule_id: str
    subject: str
    message: Message
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    delivered_at: datetime | None
    last_error: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    Attributes:
        error: Why it was not delivered, without any secret; None: it was.
        is_final: It makes no sense to try again.
        retry_after_s: When the receiver wants to be asked again.
        note: What a delivery left undone: an address of several that was refused.
    """

    error: str | None = None
    is_final: bool = False
    retry_after_s: float | None = None
    note: str | None = None
