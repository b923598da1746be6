"""Processes that send at the same time send no message twice; one that is killed loses none."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from alerting_scenes import a_message, a_rule
from longpole import runtime as runtime_module
from longpole.domain.alert_json import message_json
from longpole.domain.alerts import DeliveryState
from longpole.runtime import Runtime
from longpole.services import alert_rules
from longpole.services.alert_delivery import CLAIM, deliver_due
from longpole.settings import Settings
from longpole.store.tables import alert_deliveries
from receivers import answering, http_receiver

PROGRAM = Path(__file__).with_name("sending_process.py")
MESSAGES = 40


def waiting(url: str, receiver_url: str, count: int) -> str:
    """A rule with so many messages that are due."""
    on = Runtime(Settings(database_url=url))
    with runtime_module.use(on):
        rule = alert_rules.create(a_rule(receiver_url))
        with runtime_module.unit_of_work() as connection:
            rows = [
                {
                    "id": f"d{number}",
                    "rule_id": rule.id,
                    "subject": f"s{number}",
                    "payload": _payload(rule.id),
                    "state": "pending",
                    "attempts": 0,
                    "next_attempt_at": rule.created_at,
                    "created_at": rule.created_at,
                    "updated_at": rule.created_at,
                }
                for number in range(count)
            ]
            connection.execute(alert_deliveries.insert(), rows)
    on.close()
    return rule.id


def _payload(rule_id: str) -> dict[str, object]:

    return message_json(a_message(rule_id=rule_id))


@contextmanager
def sender(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that sends what is due."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def test_two_processes_send_each_message_once(database_url: str) -> None:
    with http_receiver() as receiver:
        waiting(database_url, receiver.url, MESSAGES)
        with sender(database_url) as one, sender(database_url) as other:
            sent = [int(process.communicate(timeout=60)[0]) for process in (one, other)]
    assert sum(sent) == MESSAGES
    ids = [request.headers["Longpole-Delivery"] for request in receiver.requests]
    assert sorted(ids) == sorted(f"d{number}" for number in range(MESSAGES))


def test_who_is_killed_between_sending_and_storing_has_it_sent_again_under_the_same_id(database_url: str) -> None:
    may_answer = threading.Event()

    def late(handler: BaseHTTPRequestHandler) -> None:
        may_answer.wait(20)
        answering(204)(handler)

    with http_receiver() as receiver:
        rule_id = waiting(database_url, receiver.url, 1)
        receiver.behave = late
        with sender(database_url) as process:
            assert receiver.wait_for(1)
            process.kill()
            process.wait(30)
        may_answer.set()
        receiver.behave = answering(204)
        after_ns = round(CLAIM.total_seconds() + 1) * 10**9
        on = Runtime(Settings(database_url=database_url))
        clock = on.clock
        on.clock = lambda: clock() + after_ns
        with runtime_module.use(on):
            assert deliver_due() == 1
            [done] = alert_rules.deliveries(rule_id)
        on.close()
    assert (done.state, done.attempts) == (DeliveryState.DELIVERED, 2)
    assert [request.headers["Longpole-Delivery"] for request in receiver.requests] == ["d0", "d0"]
    assert receiver.requests[0].body == receiver.requests[1].body
