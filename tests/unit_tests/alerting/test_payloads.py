"""The forms of a message: the same bytes each time, and nothing of it is markup."""

import json
from dataclasses import replace

from alerting_scenes import a_message
from longpole.alerting.payloads import email, signature, slack_body, webhook_body
from longpole.domain.alert_json import message_from, message_json
from longpole.domain.alerts import AlertEvent


def test_the_signature_is_that_of_openssl() -> None:
    """Printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac "sixteen characters or more"."""
    expected = "v1=6fbec388b04353fd133d69dc5f9c1ff1623de0230b119faaabc44360dffe6100"
    assert signature("sixteen characters or more", "1700000000", b'{"a":1}') == expected


def test_a_webhook_gets_all_of_a_message_and_the_same_bytes_each_time() -> None:
    message = a_message()
    body = webhook_body(message, "d1")
    kept = message_from(dict(reversed(json.loads(json.dumps(message_json(message))).items())))

    assert json.loads(body) == {
        "delivery_id": "d1",
        "event": "firing",
        "kind": "error_rate",
        "severity": "high",
        "title": "checkout: 30 % of runs fail",
        "lines": ["12 of 40 runs failed: 30 % (18 %–45 %), more than 5.0 %."],
        "facts": {"failed": 12, "runs": 40},
        "links": {"rule": "http://127.0.0.1:4318/alerts/r1"},
        "app_id": "shop",
        "workflow_id": "checkout",
        "rule_id": "r1",
        "rule_name": "checkout fails",
        "subject": "error_rate:checkout",
        "occurred_at": "2026-11-10T12:00:00+00:00",
    }
    assert kept == message
    assert webhook_body(kept, "d1") == body


def test_slack_gets_a_text_and_blocks_that_it_takes() -> None:
    told = a_message(title="<!channel> & co", lines=("a < b",), event=AlertEvent.RESOLVED)
    body = json.loads(slack_body(told))

    assert body["text"] == "Resolved: &lt;!channel&gt; &amp; co"
    assert [block["type"] for block in body["blocks"]] == ["header", "section", "context"]
    assert body["blocks"][0]["text"] == {"type": "plain_text", "text": "Resolved: <!channel> & co"}
    assert body["blocks"][1]["text"] == {"type": "mrkdwn", "text": "a &lt; b"}
    [context] = body["blocks"][2]["elements"]
    assert context["text"] == "high · rule checkout fails · <http://127.0.0.1:4318/alerts/r1|rule>"


def test_slack_gets_no_more_than_it_takes() -> None:
    body = json.loads(slack_body(a_message(title="t" * 500, lines=("l" * 5_000,))))

    assert len(body["blocks"][0]["text"]["text"]) == 150
    assert len(body["blocks"][1]["text"]["text"]) == 3_000


def test_slack_gets_no_empty_block() -> None:
    body = json.loads(slack_body(a_message(lines=(), links={})))
    assert [block["type"] for block in body["blocks"]] == ["header", "context"]


def test_an_email_says_it_as_text_and_as_html() -> None:
    made = email(a_message(lines=("1 < 2",)), "d1", "longpole@localhost", ("a@example.org", "b@example.org"))
    text, html = (made.get_body((kind,)) for kind in ("plain", "html"))

    assert made["Subject"] == "checkout: 30 % of runs fail"
    assert made["To"] == "a@example.org, b@example.org"
    assert made["Message-ID"] == "<d1@longpole.invalid>"
    assert made["Longpole-Delivery"] == "d1"
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines()[0] == "1 < 2"
    assert "<p>1 &lt; 2</p>" in html.get_content()


def test_a_title_cannot_add_a_header() -> None:
    made = email(replace(a_message(), title="a\r\nBcc: x@example.org"), "d1", "longpole@localhost", ("a@example.org",))
    assert made["Bcc"] is None
    assert made["Subject"] == "a Bcc: x@example.org"
