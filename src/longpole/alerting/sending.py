"""One attempt to deliver a message, whichever way it goes.

Upstream: `services.alert_delivery`. Downstream: `posting`, `mailing`, `payloads`.
"""

from dataclasses import dataclass

from longpole import __version__
from longpole.alerting.addresses import Reach
from longpole.alerting.mailing import MailServer, mail
from longpole.alerting.payloads import email, signature, slack_body, webhook_body
from longpole.alerting.posting import post
from longpole.domain.alerts import Channel, Message, Outcome, Target

_JSON = {"Content-Type": "application/json", "User-Agent": f"Longpole/{__version__}"}


@dataclass(frozen=True, slots=True)
class Ways:
    """What the server may use: how far its requests go, and its mail server, if it has one."""

    reach: Reach
    mail_server: MailServer | None = None


def send(message: Message, delivery_id: str, channel: Channel, target: Target, ways: Ways, *, now_s: int) -> Outcome:
    """Try once; how it went. Never raises for what a receiver does. `now_s` is what a signature says, epoch seconds."""
    if channel is Channel.EMAIL:
        if ways.mail_server is None:
            return Outcome("LONGPOLE_SMTP_URL is not set: no e-mail can be sent")
        return mail(email(message, delivery_id, ways.mail_server.sender, target.to), target.to, ways.mail_server)
    assert target.url is not None
    if channel is Channel.SLACK:
        return post(target.url, slack_body(message), {**_JSON, "Longpole-Delivery": delivery_id}, ways.reach)
    body = webhook_body(message, delivery_id)
    headers = {**_JSON, "Longpole-Delivery": delivery_id, "Longpole-Event": message.event.value}
    if target.secret is not None:
        headers["Longpole-Timestamp"] = str(now_s)
        headers["Longpole-Signature"] = signature(target.secret, str(now_s), body)
    return post(target.url, body, headers, ways.reach)
