"""A message in the form that its receiver reads: JSON, Slack's blocks, an e-mail.

Invariant: the same message and id give the same bytes, so that a receiver who
gets it twice can tell.

Upstream: `sending`. Source: Slack, "Incoming webhooks" and "Block Kit"; RFC 5322; RFC 2104 (HMAC).
"""

import hmac
import json
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any

from longpole.domain.alert_json import message_json
from longpole.domain.alerts import AlertEvent, Message
from longpole.domain.recommendations import Severity

_SLACK_HEADER, _SLACK_TEXT = 150, 3_000
"""As many characters as Slack takes."""
_SUBJECT = 200
_SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_COLOURS: Mapping[Severity, str] = {
    Severity.INFO: "#4b5563",
    Severity.LOW: "#4b5563",
    Severity.MEDIUM: "#b45309",
    Severity.HIGH: "#b91c1c",
    Severity.CRITICAL: "#7f1d1d",
}


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 of `timestamp.body`, in hex digits."""
    return "v1=" + hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def webhook_body(message: Message, delivery_id: str) -> bytes:
    """The message as JSON."""
    return _json({"delivery_id": delivery_id, **message_json(message)})


def slack_body(message: Message) -> bytes:
    """A text for notifications, and blocks for those who look."""
    lines = "\n".join(message.lines).translate(_SLACK_ESCAPES)
    title = headline(message)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, _SLACK_HEADER)}},
    ]
    if lines:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": _cut(lines, _SLACK_TEXT)}})
    said = [f"{message.severity} · rule {message.rule_name}".translate(_SLACK_ESCAPES)]
    said += [f"<{address}|{name}>" for name, address in message.links.items()]
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": _cut(" · ".join(said), _SLACK_TEXT)}]})
    return _json({"text": title.translate(_SLACK_ESCAPES), "blocks": blocks})


def email(message: Message, delivery_id: str, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """Text, and the same as simple HTML."""
    made = EmailMessage()
    made["Subject"] = _cut(" ".join(headline(message).split()), _SUBJECT)
    made["From"], made["To"] = sender, ", ".join(to)
    made["Date"] = format_datetime(message.occurred_at)
    made["Message-ID"] = f"<{delivery_id}@longpole.invalid>"
    made["Longpole-Delivery"], made["Auto-Submitted"] = delivery_id, "auto-generated"
    links = [f"{name}: {address}" for name, address in message.links.items()]
    made.set_content("\n".join([*message.lines, "", *links, "", f"Rule: {message.rule_name} ({message.rule_id})"]))
    made.add_alternative(_html(message), subtype="html")
    return made


def headline(message: Message) -> str:
    """The title, with what makes it another message than the first."""
    prefix = {AlertEvent.RESOLVED: "Resolved: ", AlertEvent.REMINDER: "Still: ", AlertEvent.TEST: "Test: "}
    return prefix.get(message.event, "") + message.title


def _html(message: Message) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in message.lines if line)
    links = " · ".join(f'<a href="{escape(link)}">{escape(name)}</a>' for name, link in message.links.items())
    return (
        f'<html><body><h3 style="color:{_COLOURS[message.severity]}">{escape(headline(message))}</h3>{lines}'
        f"<p>{links}</p><p><small>Rule: {escape(message.rule_name)}</small></p></body></html>"
    )


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False).encode()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
