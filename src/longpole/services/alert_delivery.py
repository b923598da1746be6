"""Sends what is due, one message of a rule at a time, and never the same one from two processes.

An attempt is claimed in a transaction of its own, made outside of any, and
settled in a third: no lock is held while a receiver thinks. Whoever dies in
between leaves a claim that runs out, and the message goes again with its id: at
least once, never silently lost, and a receiver can tell.

Upstream: `upkeep.alerts`, `rest`, `cli`. Downstream: `alerting.sending`, `store.alert_deliveries`.
"""

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from longpole import runtime
from longpole.alerting.addresses import Reach
from longpole.alerting.attempts import GIVE_UP_AFTER, next_attempt
from longpole.alerting.mailing import MailServer, mail_server
from longpole.alerting.quiet_hours import quiet_until
from longpole.alerting.sending import Ways, send
from longpole.alerting.wording import Said
from longpole.domain.alerts import AlertEvent, AlertRule, Delivery, DeliveryState, Outcome
from longpole.domain.errors import InvalidInputError
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services import alert_rules
from longpole.services.alerting import message
from longpole.settings import Settings
from longpole.store import alert_deliveries, alerts

CLAIM = timedelta(minutes=2)
"""How long after its claim an attempt is taken for dead; an attempt takes 20 s at the most, and a look-up of a name."""
_KEPT = timedelta(days=90)
_LOOPBACK = ("127.", "::1", "localhost")
_NO_RULE = "its rule is gone or turned off"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that is this process's to make."""

    rule: AlertRule
    delivery: Delivery


def is_anything_due() -> bool:
    """Whether a message waits to be sent."""
    with runtime.reading() as connection:
        return alert_deliveries.is_anything_due(connection, instant(runtime.current().clock()))


def claim_next(busy_rules: Collection[str] = ()) -> Claim | None:
    """Take the attempt that waits the longest, of a rule that is not busy; None: there is none."""
    now = instant(runtime.current().clock())
    with runtime.reading() as connection:
        due = alert_deliveries.due(connection, now, busy_rules)
    for delivery in due:
        with runtime.unit_of_work() as connection:
            rule = alerts.find(connection, delivery.rule_id)
            if rule is None or not rule.is_enabled:
                alert_deliveries.suppress(connection, delivery.rule_id, now, _NO_RULE)
                continue
            quiet = quiet_until(rule.quiet_hours, now)
            if quiet is not None:
                alert_deliveries.put_off(connection, delivery, quiet, now)
            elif alert_deliveries.claim(connection, delivery, now + CLAIM, now):
                return Claim(rule, replace(delivery, attempts=delivery.attempts + 1))
    return None


def deliver(claimed: Claim) -> Delivery:
    """Make an attempt, and store what became of it."""
    rule, delivery = claimed.rule, claimed.delivery
    outcome = _sent(rule, delivery)
    settled = _settled(rule, delivery, outcome)
    with runtime.unit_of_work() as connection:
        is_ours = alert_deliveries.settle(connection, settled)
    if outcome.error is not None:
        _log.warning("alerts: %s to %s, attempt %d: %s", delivery.id, rule.channel, delivery.attempts, outcome.error)
    return settled if is_ours else delivery


def deliver_due(limit: int = 1_000) -> int:
    """Make the attempts that are due, one after the other; how many that were."""
    made = 0
    while made < limit and (claimed := claim_next()) is not None:
        deliver(claimed)
        made += 1
    return made


def send_test(rule_id: str) -> Delivery:
    """Send a test message now, at any hour and even where the rule is off; once, and how it went.

    Raises:
        AlertRuleNotFoundError: There is none of this id.
    """
    rule = alert_rules.get(rule_id)
    now = instant(runtime.current().clock())
    said = Said(f"a message of the rule {rule.name!r}", ("If you read this, its messages arrive.",))
    made = Delivery(
        id=uuid.uuid4().hex,
        rule_id=rule.id,
        subject="test",
        message=message(rule, said, AlertEvent.TEST, "test", workflow_id=rule.workflow_id, now=now),
        state=DeliveryState.PENDING,
        attempts=1,
        next_attempt_at=now,
        delivered_at=None,
        last_error=None,
        created_at=now,
        updated_at=now,
    )
    outcome = _sent(rule, made)
    done = _settled(rule, made, replace(outcome, is_final=True))
    with runtime.unit_of_work() as connection:
        if alerts.find(connection, rule_id) is not None:
            alert_deliveries.add(connection, done)
    return done


def forget_old() -> int:
    """Remove what was told more than 90 days ago, but for the last message of each subject; how many that were."""
    with runtime.unit_of_work() as connection:
        return alert_deliveries.forget(connection, instant(runtime.current().clock()) - _KEPT)


def _settled(rule: AlertRule, delivery: Delivery, outcome: Outcome) -> Delivery:
    now = instant(runtime.current().clock())
    told = replace(delivery, updated_at=now, last_error=outcome.error or outcome.note)
    if outcome.error is None:
        return replace(told, state=DeliveryState.DELIVERED, delivered_at=now)
    first_at = quiet_until(rule.quiet_hours, delivery.created_at) or delivery.created_at
    again_at = next_attempt(delivery.id, delivery.attempts, now, outcome.retry_after_s)
    if outcome.is_final or again_at - first_at > GIVE_UP_AFTER:
        return replace(told, state=DeliveryState.FAILED)
    return replace(told, next_attempt_at=again_at)


def _sent(rule: AlertRule, delivery: Delivery) -> Outcome:
    on = runtime.current()
    try:
        ways = Ways(_reach(on.settings), _mail_server(on.settings))
    except InvalidInputError as error:
        return Outcome(str(error))
    now_s = on.clock() // NS_PER_SECOND
    return send(delivery.message, delivery.id, rule.channel, rule.target, ways, now_s=now_s)


def _reach(settings: Settings) -> Reach:
    return Reach(loopback=settings.host.startswith(_LOOPBACK), private=settings.alert_private_targets)


def _mail_server(settings: Settings) -> MailServer | None:
    if settings.smtp_url is None:
        return None
    try:
        return mail_server(settings.smtp_url.get_secret_value(), settings.smtp_from)
    except ValueError as error:
        raise InvalidInputError("LONGPOLE_SMTP_URL", str(error)) from None
