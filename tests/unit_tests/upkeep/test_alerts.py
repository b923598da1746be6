"""Upkeep looks at rules and has messages sent, without waiting for any receiver."""

from collections.abc import Iterator

import pytest

from alerting_scenes import DAY, NOW_NS, SECOND, a_rule, ended_runs
from hotel_runs import MovingClock
from longpole import runtime as runtime_module
from longpole.domain.alerts import DeliveryState
from longpole.runtime import Runtime
from longpole.services import alert_rules
from longpole.settings import Settings
from longpole.store.run_writes import write_records
from longpole.upkeep import alerts as upkeep
from longpole.upkeep.alerts import SENDERS, Senders
from receivers import HttpReceiver, http_receiver, silent


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


def failing() -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, ended_runs(40, NOW_NS, failed=20), now_ns=NOW_NS)


def test_what_is_to_be_told_arrives(runtime: Runtime, receiver: HttpReceiver, clock: MovingClock) -> None:
    look, send = upkeep.tasks(runtime)
    clock.now_ns += 15 * SECOND
    rule = alert_rules.create(a_rule(receiver.url))
    assert (look.work(), send.work()) == (None, None)
    failing()
    assert look.work() == "1 to tell"
    senders = Senders(runtime)
    assert senders.begin() == "sending"
    senders.wait(20)
    [done] = alert_rules.deliveries(rule.id)
    assert done.state is DeliveryState.DELIVERED
    assert (look.work(), senders.begin()) == (None, None)
    assert receiver.requests[0].json["event"] == "firing"
    clock.now_ns += DAY
    assert look.work() is None
    send.end()
    assert send.work() is None


def test_receivers_that_say_nothing_hold_up_nobody(
    runtime: Runtime, receiver: HttpReceiver, clock: MovingClock
) -> None:
    """All but one of the senders wait for one that is silent, each; the task returns, and the last sends the rest."""
    failing()
    with http_receiver() as bad:
        bad.behave = silent(bad)
        for _ in range(SENDERS - 1):
            alert_rules.create(a_rule(bad.url))
        good = [alert_rules.create(a_rule(receiver.url)) for _ in range(3)]
        [look, _] = upkeep.tasks(runtime)
        clock.now_ns += 15 * SECOND
        look.work()
        senders = Senders(runtime)
        senders.begin()
        arrived = receiver.wait_for(3)
        bad.is_over.set()
        senders.wait(20)
    assert arrived
    assert {request.json["rule_id"] for request in receiver.requests} == {rule.id for rule in good}


def test_at_the_end_nothing_new_is_begun(runtime: Runtime, receiver: HttpReceiver, clock: MovingClock) -> None:
    failing()
    alert_rules.create(a_rule(receiver.url))
    look, _ = upkeep.tasks(runtime)
    assert look.work() is None  # the server has just started
    clock.now_ns += 15 * SECOND
    assert look.work() == "1 to tell"
    senders = Senders(runtime)
    senders.end()
    assert senders.begin() is None
    assert receiver.requests == []
