"""Messages arrive at least once and under one id, are tried again for a day, and are nobody's twice."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerting_scenes import DAY, HOUR, NOW, NOW_NS, SECOND, SECRET, a_message, a_rule
from hotel_runs import MovingClock
from longpole import runtime as runtime_module
from longpole.alerting.payloads import signature
from longpole.domain.alerts import AlertEvent, Delivery, DeliveryState
from longpole.domain.units import instant
from longpole.runtime import Runtime
from longpole.services import alert_rules
from longpole.services.alert_delivery import CLAIM, claim_next, deliver, deliver_due, forget_old, send_test
from longpole.settings import Settings
from longpole.store import alert_deliveries
from receivers import HttpReceiver, answering, http_receiver, smtp_receiver


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOW_NS)


@pytest.fixture
def runtime(database_url: str, clock: MovingClock) -> Iterator[Runtime]:
    made = Runtime(Settings(database_url=database_url), clock=clock)
    runtime_module.install(made)
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as made:
        yield made


def waiting(rule_id: str, delivery_id: str = "d1", **other: Any) -> Delivery:
    """A message that is to be sent now."""
    now = instant(runtime_module.current().clock())
    message = a_message(rule_id=rule_id, subject=other.get("subject", "error_rate:checkout"))
    made = Delivery(delivery_id, rule_id, message.subject, message, DeliveryState.PENDING, 0, now, None, None, now, now)
    made = replace(made, **other)
    with runtime_module.unit_of_work() as connection:
        assert alert_deliveries.add(connection, made)
    return made


def state_of(rule_id: str) -> Delivery:
    [one] = alert_rules.deliveries(rule_id)
    return one


def test_what_is_due_is_sent_once(runtime: Runtime, receiver: HttpReceiver) -> None:
    rule = alert_rules.create(a_rule(receiver.url))
    waiting(rule.id)
    assert [deliver_due(), deliver_due()] == [1, 0]
    done = state_of(rule.id)
    assert (done.state, done.attempts, done.delivered_at, done.last_error) == (DeliveryState.DELIVERED, 1, NOW, None)
    [request] = receiver.requests
    assert request.headers["Longpole-Delivery"] == "d1"
    stamp = str(NOW_NS // SECOND)
    assert request.headers["Longpole-Signature"] == signature(SECRET, stamp, request.body)


def test_attempts_have_one_id_and_one_body_and_come_ever_later(
    runtime: Runtime, clock: MovingClock, receiver: HttpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    rule = alert_rules.create(a_rule(receiver.url))
    waiting(rule.id)
    receiver.behave = answering(500)
    waits = []
    for _ in range(4):
        assert [deliver_due(), deliver_due()] == [1, 0]
        waits.append((state_of(rule.id).next_attempt_at - instant(clock.now_ns)).total_seconds())
        clock.now_ns += round(waits[-1] * SECOND)
    receiver.behave = answering(200)
    deliver_due()

    assert all(
        low <= wait <= high for wait, low, high in zip(waits, (20, 40, 80, 160), (30, 60, 120, 240), strict=True)
    )
    assert (state_of(rule.id).state, state_of(rule.id).attempts) == (DeliveryState.DELIVERED, 5)
    assert {request.headers["Longpole-Delivery"] for request in receiver.requests} == {"d1"}
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["Longpole-Signature"] for request in receiver.requests}) == 5  # the times differ
    assert "t0ken" not in caplog.text
    assert SECRET not in caplog.text
    assert "answered 500" in caplog.text


def test_after_a_day_it_has_failed(runtime: Runtime, clock: MovingClock, receiver: HttpReceiver) -> None:
    rule = alert_rules.create(a_rule(receiver.url))
    waiting(rule.id)
    receiver.behave = answering(503)
    while state_of(rule.id).state is DeliveryState.PENDING:
        deliver_due()
        clock.now_ns = max(clock.now_ns, round(state_of(rule.id).next_attempt_at.timestamp()) * SECOND + SECOND)
    assert clock.now_ns <= NOW_NS + DAY
    assert 10 <= len(receiver.requests) <= 20
    assert state_of(rule.id).last_error == "answered 503"
    clock.now_ns += DAY
    assert deliver_due() == 0


def test_who_is_gone_is_not_asked_again(runtime: Runtime, receiver: HttpReceiver) -> None:
    rule = alert_rules.create(a_rule(receiver.url))
    waiting(rule.id)
    receiver.behave = answering(410)
    deliver_due()
    assert state_of(rule.id).state is DeliveryState.FAILED


def test_in_quiet_hours_nothing_is_sent_and_an_attempt_is_not_counted(
    runtime: Runtime, clock: MovingClock, receiver: HttpReceiver
) -> None:
    quiet = {"start": "12:00", "end": "20:00", "time_zone": "UTC"}
    rule = alert_rules.create(a_rule(receiver.url, quiet_hours=quiet))
    waiting(rule.id)
    assert deliver_due() == 0
    assert (state_of(rule.id).attempts, state_of(rule.id).next_attempt_at) == (0, NOW.replace(hour=20))
    clock.now_ns += 8 * HOUR
    assert deliver_due() == 1
    assert len(receiver.requests) == 1


def test_one_that_is_down_holds_up_no_other(runtime: Runtime, receiver: HttpReceiver) -> None:
    down, up = alert_rules.create(a_rule()), alert_rules.create(a_rule(receiver.url))
    waiting(down.id, "d1")
    waiting(up.id, "d2")
    assert deliver_due() == 2
    assert [state_of(rule.id).state for rule in (down, up)] == [DeliveryState.PENDING, DeliveryState.DELIVERED]


def test_a_claim_is_taken_once(runtime: Runtime, receiver: HttpReceiver) -> None:
    rule = alert_rules.create(a_rule(receiver.url))
    for number in range(20):
        waiting(rule.id, f"d{number}", subject=f"s{number}")

    def work(_: int) -> int:
        with runtime_module.use(runtime):
            return deliver_due()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 20
    ids = [request.headers["Longpole-Delivery"] for request in receiver.requests]
    assert sorted(ids) == sorted(f"d{number}" for number in range(20))


def test_two_who_saw_the_same_message_do_not_both_send_it(runtime: Runtime, clock: MovingClock) -> None:
    rule = alert_rules.create(a_rule())
    seen = waiting(rule.id)
    until = NOW + CLAIM
    with runtime_module.unit_of_work() as connection:
        assert alert_deliveries.claim(connection, seen, until, NOW)
    with runtime_module.unit_of_work() as connection:
        assert not alert_deliveries.claim(connection, seen, until, NOW)


def test_who_dies_after_sending_leaves_it_to_be_sent_again_under_the_same_id(
    runtime: Runtime, clock: MovingClock, receiver: HttpReceiver
) -> None:
    rule = alert_rules.create(a_rule(receiver.url))
    waiting(rule.id)
    dead = claim_next()
    assert dead is not None
    clock.now_ns += round(CLAIM.total_seconds()) * SECOND - SECOND
    assert deliver_due() == 0
    clock.now_ns += SECOND
    assert deliver_due() == 1
    assert (state_of(rule.id).state, state_of(rule.id).attempts) == (DeliveryState.DELIVERED, 2)

    receiver.behave = answering(500)
    deliver(dead)  # it was only slow: its late news changes nothing
    assert state_of(rule.id).state is DeliveryState.DELIVERED
    assert {request.headers["Longpole-Delivery"] for request in receiver.requests} == {"d1"}


def test_a_rule_that_is_off_or_gone_sends_nothing(runtime: Runtime, receiver: HttpReceiver) -> None:
    rule = alert_rules.create(a_rule(receiver.url, is_enabled=False))
    waiting(rule.id)
    assert deliver_due() == 0
    assert state_of(rule.id).state is DeliveryState.SUPPRESSED
    waiting("gone", "d2")
    assert deliver_due() == 0
    assert receiver.requests == []


def test_busy_rules_wait(runtime: Runtime) -> None:
    rule = alert_rules.create(a_rule())
    waiting(rule.id)
    assert claim_next({rule.id}) is None
    assert claim_next() is not None


def test_a_test_message_is_sent_at_any_time_and_once(
    runtime: Runtime, clock: MovingClock, receiver: HttpReceiver
) -> None:
    quiet = {"start": "00:00", "end": "23:59", "time_zone": "UTC"}
    rule = alert_rules.create(a_rule(receiver.url, is_enabled=False, quiet_hours=quiet))
    done = send_test(rule.id)
    assert (done.state, done.message.event) == (DeliveryState.DELIVERED, AlertEvent.TEST)
    assert receiver.requests[0].json["title"] == "a message of the rule 'checkout fails'"
    receiver.behave = answering(500)
    clock.now_ns += SECOND
    failed = send_test(rule.id)
    assert (failed.state, failed.last_error) == (DeliveryState.FAILED, "answered 500")
    clock.now_ns += DAY
    assert deliver_due() == 0
    assert alert_rules.deliveries(rule.id) == (failed, done)


def test_email_goes_by_the_server_of_the_settings(database_url: str, clock: MovingClock) -> None:
    with smtp_receiver() as mails:
        url = f"smtp://127.0.0.1:{mails.port}"
        on = Runtime(Settings(database_url=database_url, smtp_url=url, smtp_from="lp@example.org"), clock=clock)
        runtime_module.install(on)
        rule = alert_rules.create(a_rule(channel="email", target={"to": ["a@example.org"]}))
        assert send_test(rule.id).state is DeliveryState.DELIVERED
        on.close()
    [mail] = mails.mails
    assert (mail.sender, mail.to) == ("lp@example.org", ["a@example.org"])


def test_a_mail_server_that_is_none_is_named_by_its_setting(sqlite_url: str, clock: MovingClock) -> None:
    on = Runtime(Settings(database_url=sqlite_url, smtp_url="http://ann:wr0ng@host"), clock=clock)
    runtime_module.install(on)
    rule = alert_rules.create(a_rule(channel="email", target={"to": ["a@example.org"]}))
    error = send_test(rule.id).last_error or ""
    on.close()
    assert error.startswith("LONGPOLE_SMTP_URL: must be smtp://")
    assert "wr0ng" not in error


@pytest.mark.parametrize(
    ("host", "private", "arrives"), [("127.0.0.1", False, True), ("::", False, False), ("::", True, True)]
)
def test_loopback_is_asked_by_a_server_on_loopback(
    sqlite_url: str, clock: MovingClock, receiver: HttpReceiver, host: str, *, private: bool, arrives: bool
) -> None:
    on = Runtime(Settings(database_url=sqlite_url, host=host, alert_private_targets=private), clock=clock)
    runtime_module.install(on)
    rule = alert_rules.create(a_rule(receiver.url))
    assert (send_test(rule.id).state is DeliveryState.DELIVERED) == arrives
    on.close()


def test_what_is_old_is_forgotten_but_for_the_last_word(runtime: Runtime, clock: MovingClock) -> None:
    rule = alert_rules.create(a_rule())
    for number, age in enumerate((120, 100, 95, 10)):
        at = NOW - timedelta(days=age)
        waiting(
            rule.id, f"d{number}", created_at=at, state=DeliveryState.DELIVERED, subject="a" if number != 2 else "b"
        )
    assert forget_old() == 2
    assert [each.id for each in alert_rules.deliveries(rule.id)] == ["d3", "d2"]


def test_the_log_says_nothing_of_an_attempt_that_went_well(
    runtime: Runtime, receiver: HttpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "longpole")
    waiting(alert_rules.create(a_rule(receiver.url)).id)
    deliver_due()
    assert caplog.text == ""
