"""Looks at what every rule watches, and writes down what is to be told; sending is another matter.

What was told last of a subject decides what comes next, so that a subject is
told of once while it lasts, however often and by however many processes it is
looked at: the next message's id follows from the last one's.

    nothing, resolved ─ holds ─► firing       firing, reminder ─ holds long enough ─► reminder
                                                               └ over ─────────────► resolved

Upstream: `upkeep.alerts`. Downstream: `alert_*`, `store.alert_deliveries`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from longpole import runtime
from longpole.alerting.quiet_hours import quiet_until
from longpole.alerting.wording import Said
from longpole.domain.alerts import (
    OPEN_EVENTS,
    AlertEvent,
    AlertRule,
    Delivery,
    DeliveryState,
    DigestCondition,
    Message,
    RuleKind,
)
from longpole.domain.errors import LongpoleError
from longpole.domain.units import instant
from longpole.services import alert_absences, alert_budgets, alert_degradations, alert_digest, alert_error_rates
from longpole.services.alert_links import links
from longpole.services.alert_watches import Look, Watch
from longpole.services.fresh_cells import fresh
from longpole.store import alert_deliveries, alerts

_log = logging.getLogger(__name__)
_KINDS: Mapping[RuleKind, Callable[[Look], Iterator[Watch]]] = {
    RuleKind.DEGRADATION: alert_degradations.watches,
    RuleKind.BUDGET: alert_budgets.watches,
    RuleKind.ERROR_RATE: alert_error_rates.watches,
    RuleKind.ABSENCE: alert_absences.watches,
    RuleKind.DIGEST: alert_digest.watches,
}
_OVER_BEFORE = "it was over before it could be told"
_SUPERSEDED = "a later message says more"


def evaluate() -> int:
    """Look at every rule that is on; how many messages were written down. A rule that fails stops no other."""
    with runtime.reading() as connection:
        enabled = alerts.rules(connection, is_enabled=True)
    return sum(map(_evaluated, enabled))


def _evaluated(rule: AlertRule) -> int:
    now_ns = runtime.current().clock()
    try:
        due = fresh(lambda connection: _next_messages(Look(connection, rule, now_ns)))
    except LongpoleError as error:
        _log.warning("alerts: rule %s was not evaluated: %s", rule.id, error)
        return 0
    except Exception:  # noqa: BLE001 - of one rule; the others are to be looked at all the same, and it is logged
        _log.exception("alerts: rule %s was not evaluated", rule.id)
        return 0
    return sum(_written(rule, delivery, before) for delivery, before in due)


_Next = tuple[Delivery, Delivery | None]
"""A message, and the one of its subject before."""


def _next_messages(look: Look) -> list[_Next]:
    last = alert_deliveries.latest(look.connection, look.rule.id)
    told = frozenset(subject for subject, each in last.items() if _is_told(each))
    look = replace(look, is_open=told)
    found = []
    for watch in _KINDS[look.rule.kind](look):
        before = last.get(watch.subject)
        event = next_event(look.rule, watch, before, instant(look.now_ns))
        if event is not None:
            found.append((_delivery(look, watch, event, before), before))
    return found


def _is_told(delivery: Delivery) -> bool:
    """Whether it is the last word of something that lasts; not if its rule was turned off before it was sent."""
    is_open = delivery.message.event in OPEN_EVENTS or delivery.message.event is AlertEvent.DIGEST
    return is_open and delivery.state is not DeliveryState.SUPPRESSED


def next_event(rule: AlertRule, watch: Watch, before: Delivery | None, now: datetime) -> AlertEvent | None:
    """What is to be told of a subject, given what was told last; None: nothing."""
    if before is None or not _is_told(before):
        return watch.event if watch.holds else None
    if before.message.event is AlertEvent.DIGEST:
        return None
    if watch.holds is None:
        is_over = watch.over_since is not None and watch.over_since > before.created_at
    else:
        is_over = not watch.holds
    if is_over:
        return AlertEvent.RESOLVED if watch.over is not None else None
    hours = None if isinstance(rule.condition, DigestCondition) else rule.condition.remind_hours
    is_due = hours is not None and now - before.created_at >= timedelta(hours=hours)
    return AlertEvent.REMINDER if is_due and watch.holds else None


def _delivery(look: Look, watch: Watch, event: AlertEvent, before: Delivery | None) -> Delivery:
    rule, now = look.rule, instant(look.now_ns)
    said = watch.over if event is AlertEvent.RESOLVED and watch.over is not None else watch.said
    chained = "\0".join((rule.id, watch.subject, "" if before is None else before.id, event))
    return Delivery(
        id=sha256(chained.encode("utf-8", "replace")).hexdigest()[:32],
        rule_id=rule.id,
        subject=watch.subject,
        message=message(rule, said, event, watch.subject, workflow_id=watch.workflow_id, now=now),
        state=DeliveryState.PENDING,
        attempts=0,
        next_attempt_at=quiet_until(rule.quiet_hours, now) or now,
        delivered_at=None,
        last_error=None,
        created_at=now,
        updated_at=now,
    )


def message(
    rule: AlertRule, said: Said, event: AlertEvent, subject: str, *, workflow_id: str | None, now: datetime
) -> Message:
    """What is said, with where it comes from and where there is more."""
    return Message(
        event=event,
        kind=rule.kind,
        severity=said.severity,
        title=said.title,
        lines=said.lines,
        facts=said.facts,
        links=links(rule, workflow_id),
        app_id=rule.app_id,
        workflow_id=workflow_id,
        rule_id=rule.id,
        rule_name=rule.name,
        subject=subject,
        occurred_at=now,
    )


def _written(rule: AlertRule, delivery: Delivery, before: Delivery | None) -> int:
    """Store a message; what waits to be sent of the same subject is not sent any more. 1 if nobody had stored it."""
    now = delivery.created_at
    is_unsent = before is not None and before.state is DeliveryState.PENDING
    is_resolved = delivery.message.event is AlertEvent.RESOLVED
    is_news = before is None or before.attempts > 0 or before.message.event is not AlertEvent.FIRING
    with runtime.unit_of_work() as connection:
        if alerts.find(connection, rule.id, to_change=True) is None:
            return 0  # it was removed meanwhile
        if is_unsent:
            reason = _OVER_BEFORE if is_resolved else _SUPERSEDED
            alert_deliveries.suppress(connection, rule.id, now, reason, delivery.subject)
        if is_unsent and is_resolved and not is_news:
            delivery = replace(delivery, state=DeliveryState.SUPPRESSED, last_error=_OVER_BEFORE)
        return int(alert_deliveries.add(connection, delivery))
