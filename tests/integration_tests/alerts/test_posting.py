"""Webhooks and Slack against a real receiver: up, down, slow, lying, and asking to be followed."""

import json
import ssl
import time

import pytest

from alerting_scenes import SECRET, a_message
from longpole.alerting import posting
from longpole.alerting.addresses import Reach
from longpole.alerting.payloads import signature
from longpole.alerting.sending import Ways, send
from longpole.domain.alerts import Channel, Outcome, Target
from receivers import HttpReceiver, answering, dripping, free_port, hanging_up, http_receiver, silent

HERE = Ways(Reach(loopback=True))
QUICK_S = 0.2


@pytest.fixture
def receiver():  # noqa: ANN201 - an iterator of what it yields
    with http_receiver() as made:
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "STEP_S", QUICK_S)
    monkeypatch.setattr(posting, "WHOLE_S", 3 * QUICK_S)


def sent(to: HttpReceiver | str, channel: Channel = Channel.WEBHOOK, ways: Ways = HERE) -> Outcome:
    url = to if isinstance(to, str) else to.url
    return send(a_message(), "d1", channel, Target(url, "127.0.0.1", SECRET), ways, now_s=1_700_000_000)


def test_a_webhook_arrives_with_a_signature_that_verifies(receiver: HttpReceiver) -> None:
    assert sent(receiver) == Outcome()
    [request] = receiver.requests
    assert request.path == "/hook?token=t0ken"
    assert request.json["title"] == "checkout: 30 % of runs fail"
    assert request.headers["Longpole-Delivery"] == "d1"
    assert request.headers["Longpole-Event"] == "firing"
    assert request.headers["Content-Type"] == "application/json"
    timestamp = request.headers["Longpole-Timestamp"]
    assert timestamp == "1700000000"
    assert request.headers["Longpole-Signature"] == signature(SECRET, timestamp, request.body)
    assert request.headers["Longpole-Signature"] != signature(SECRET, timestamp, request.body + b" ")


def test_without_a_secret_nothing_is_signed(receiver: HttpReceiver) -> None:
    send(a_message(), "d1", Channel.WEBHOOK, Target(receiver.url), HERE, now_s=1)
    assert "Longpole-Signature" not in receiver.requests[0].headers


def test_slack_gets_its_own_form_and_no_signature(receiver: HttpReceiver) -> None:
    receiver.behave = answering(200, b"ok")
    assert sent(receiver, Channel.SLACK) == Outcome()
    [request] = receiver.requests
    assert set(json.loads(request.body)) == {"text", "blocks"}
    assert "Longpole-Signature" not in request.headers


@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.SLACK])
def test_a_receiver_that_is_down(channel: Channel) -> None:
    assert sent(f"http://127.0.0.1:{free_port()}/", channel) == Outcome("the connection failed: Connection refused")


@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.SLACK])
def test_a_receiver_that_fails(receiver: HttpReceiver, channel: Channel) -> None:
    receiver.behave = answering(500, b"secret of the receiver's")
    assert sent(receiver, channel) == Outcome("answered 500")


def test_a_receiver_that_is_gone(receiver: HttpReceiver) -> None:
    receiver.behave = answering(410)
    assert sent(receiver) == Outcome("answered 410", is_final=True)


def test_a_receiver_that_asks_for_time(receiver: HttpReceiver) -> None:
    receiver.behave = answering(429, Retry_After="120")
    assert sent(receiver) == Outcome("answered 429", retry_after_s=120.0)
    receiver.behave = answering(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")
    assert sent(receiver) == Outcome("answered 503")


def test_a_redirect_is_not_followed(receiver: HttpReceiver) -> None:
    with http_receiver() as other:
        receiver.behave = answering(307, Location=other.url)
        assert (sent(receiver).error or "").startswith("answered 307: redirects are not followed")
        assert other.requests == []


@pytest.mark.parametrize("channel", [Channel.WEBHOOK, Channel.SLACK])
def test_a_receiver_that_says_nothing(receiver: HttpReceiver, impatient: None, channel: Channel) -> None:
    receiver.behave = silent(receiver)
    assert (sent(receiver, channel).error or "").startswith("no answer within")


def test_a_receiver_that_drips_is_hung_up_on(receiver: HttpReceiver, impatient: None) -> None:
    receiver.behave = dripping(receiver, QUICK_S / 4)
    begun = time.monotonic()
    assert (sent(receiver).error or "").startswith("no answer within")
    assert time.monotonic() - begun < 20 * QUICK_S


def test_a_receiver_that_hangs_up_in_mid_answer(receiver: HttpReceiver) -> None:
    receiver.behave = hanging_up
    assert (sent(receiver).error or "").startswith("the connection failed")


def test_a_receiver_that_speaks_something_else(receiver: HttpReceiver) -> None:
    receiver.behave = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n") and None
    assert sent(receiver) == Outcome("the connection failed: BadStatusLine")


def test_a_large_answer_is_not_read(receiver: HttpReceiver) -> None:
    receiver.behave = answering(200, b"x" * 5_000_000)
    assert sent(receiver) == Outcome()


def test_tls_that_nobody_vouches_for_or_that_is_none(receiver: HttpReceiver) -> None:
    assert (sent(receiver.url.replace("http:", "https:")).error or "").startswith("TLS: ")


def test_tls_for_the_host_that_is_meant_by_whichever_of_its_addresses_answers(tls: ssl.SSLContext) -> None:
    """`localhost` may be `::1` too, where this one does not listen."""
    with http_receiver(tls) as receiver:
        port = receiver.server.server_address[1]
        assert sent(f"https://localhost:{port}/") == Outcome()
        assert (sent(f"https://127.0.0.1:{port}/").error or "").startswith("TLS: ")  # the certificate names localhost
        assert len(receiver.requests) == 1


def test_an_address_that_does_not_answer_is_not_the_last(
    receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "resolved", lambda *_: ("127.0.0.2", "127.0.0.1"))
    assert sent(receiver) == Outcome()


def test_loopback_is_refused_where_it_is_not_allowed(receiver: HttpReceiver) -> None:
    assert sent(receiver, ways=Ways(Reach())) == Outcome("127.0.0.1 is a loopback address", is_final=True)
    assert receiver.requests == []


def test_a_name_that_nobody_knows() -> None:
    assert (sent("http://nobody.invalid/token").error or "").endswith("is not known")
