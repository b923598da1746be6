"""One e-mail by the operator's SMTP server, within seconds; a password only where nobody listens.

    smtps://user:password@host:465       TLS from the first byte
    smtp://user:password@host:587        STARTTLS, which must be offered
    smtp://host:25                       STARTTLS if it is offered
    smtp://user:password@host?tls=never  neither: only where the way there is safe

Upstream: `sending`. Downstream: smtplib. Source: RFC 5321; RFC 3207; RFC 8314.
"""

import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from longpole.alerting.posting import STEP_S, hang_up
from longpole.domain.alerts import Outcome

WHOLE_S = 20.0
_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed over, and whom it is from. `starttls`: whether it must be; None: if it is offered."""

    host: str
    port: int
    sender: str
    is_tls: bool = False
    starttls: bool | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def mail_server(url: str, sender: str) -> MailServer:
    """What an address says.

    Raises:
        ValueError: It is none; the message does not repeat it, as there may be a password in it.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("must be smtp://[user:password@]host[:port] or smtps://…")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    wanted = parse_qs(parts.query).get("tls", [""])[0]
    starttls = {"never": False, "always": True}.get(wanted, True if password else None)
    port = parts.port or _PORTS[parts.scheme]
    return MailServer(parts.hostname, port, sender, parts.scheme == "smtps", starttls, user, password)


def mail(message: EmailMessage, to: tuple[str, ...], server: MailServer) -> Outcome:
    """Hand an e-mail over; how it went. Never raises, and never says what the password is."""
    try:
        with _session(server) as session:
            refused = session.send_message(message, server.sender, list(to))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return _failed(error)
    return Outcome(note=f"refused: {', '.join(sorted(refused))}" if refused else None)


def _failed(error: Exception) -> Outcome:
    is_final = False
    match error:
        case smtplib.SMTPRecipientsRefused():
            said = "every address was refused"
            is_final = all(code >= _PERMANENT for code, _ in error.recipients.values())
        case smtplib.SMTPAuthenticationError():
            said = f"the mail server refused user and password ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            said = f"the mail server answered {error.smtp_code}"
        case smtplib.SMTPNotSupportedError():
            said = "the mail server offers no TLS, without which no password is sent; or no login"
        case TimeoutError() | smtplib.SMTPServerDisconnected():
            said = f"the mail server hung up, or did not answer within {STEP_S:.0f} s"
        case ssl.SSLError():
            said = f"TLS: {error.reason or type(error).__name__}"
        case _:
            known = error.strerror if isinstance(error, OSError) else None
            said = f"the mail server was not reached: {known or type(error).__name__}"
    return Outcome(said, is_final)


@contextmanager
def _session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A session, with TLS and logged in as far as is wanted; ended with the block, or when the time is over."""
    context = ssl.create_default_context()
    session: smtplib.SMTP
    session = smtplib.SMTP_SSL(timeout=STEP_S, context=context) if server.is_tls else smtplib.SMTP(timeout=STEP_S)
    session._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - whose certificate it must be
    timer = threading.Timer(WHOLE_S, lambda: hang_up(session.sock))
    timer.daemon = True
    timer.start()
    try:
        session.connect(server.host, server.port)
        session.ehlo()
        if not server.is_tls and (server.starttls or (server.starttls is None and session.has_extn("starttls"))):
            session.starttls(context=context)
        if server.user and server.password:
            session.login(server.user, server.password)
        yield session
        with suppress(OSError, smtplib.SMTPException):
            session.quit()
    finally:
        timer.cancel()
        session.close()
