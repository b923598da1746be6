"""E-mail against a real mail server: with TLS and without, with a login, refusing, failing, down and slow."""

import base64
import ssl

import pytest

from alerting_scenes import a_message
from longpole.alerting import mailing
from longpole.alerting.addresses import Reach
from longpole.alerting.mailing import mail_server
from longpole.alerting.sending import Ways, send
from longpole.domain.alerts import Channel, Outcome, Target
from receivers import free_port, smtp_receiver

TO = ("oncall@example.org", "lead@example.org")
LOGIN = base64.b64encode(b"\0ann\0p@ss").decode()


def sent(url: str, to: tuple[str, ...] = TO) -> Outcome:
    ways = Ways(Reach(), mail_server(url, "longpole@localhost"))
    return send(a_message(), "d1", Channel.EMAIL, Target(to=to), ways, now_s=1)


def test_an_email_arrives_as_text_and_html() -> None:
    with smtp_receiver() as receiver:
        assert sent(f"smtp://127.0.0.1:{receiver.port}") == Outcome()
        [mail] = receiver.mails
    assert (mail.sender, mail.to) == ("longpole@localhost", list(TO))
    assert mail.message["Subject"] == "checkout: 30 % of runs fail"
    assert mail.message["Message-ID"] == "<d1@longpole.invalid>"
    assert [part.get_content_type() for part in mail.message.walk()][1:] == ["text/plain", "text/html"]


def test_with_a_password_it_is_encrypted_first(tls: ssl.SSLContext) -> None:
    with smtp_receiver(extensions=["STARTTLS", "AUTH PLAIN"], tls=tls, credentials=LOGIN) as receiver:
        assert sent(f"smtp://ann:p%40ss@localhost:{receiver.port}") == Outcome()
        [mail] = receiver.mails
    assert (mail.was_encrypted, mail.user) == (True, LOGIN)


def test_tls_from_the_first_byte(tls: ssl.SSLContext) -> None:
    with smtp_receiver(extensions=["AUTH PLAIN"], tls=tls, tls_first=True, credentials=LOGIN) as receiver:
        assert sent(f"smtps://ann:p%40ss@localhost:{receiver.port}") == Outcome()
        [mail] = receiver.mails
    assert (mail.was_encrypted, mail.user) == (True, LOGIN)


def test_a_certificate_of_somebody_else_is_refused(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with smtp_receiver(tls=tls, tls_first=True) as receiver:
        assert (sent(f"smtps://localhost:{receiver.port}").error or "").startswith("TLS: ")


def test_a_password_is_not_sent_in_the_clear() -> None:
    with smtp_receiver(extensions=["AUTH PLAIN"], credentials=LOGIN) as receiver:
        assert "offers no TLS" in (sent(f"smtp://ann:p%40ss@127.0.0.1:{receiver.port}").error or "")
        assert sent(f"smtp://ann:p%40ss@127.0.0.1:{receiver.port}?tls=never") == Outcome()


def test_a_wrong_password_is_not_repeated() -> None:
    with smtp_receiver(extensions=["AUTH PLAIN"], credentials=LOGIN) as receiver:
        error = sent(f"smtp://ann:wr0ng@127.0.0.1:{receiver.port}?tls=never").error
    assert error == "the mail server refused user and password (535)"


def test_what_a_server_refuses() -> None:
    with smtp_receiver(refuse={TO[0]: "550 nobody"}) as receiver:
        assert sent(f"smtp://127.0.0.1:{receiver.port}") == Outcome(note=f"refused: {TO[0]}")
        assert sent(f"smtp://127.0.0.1:{receiver.port}", TO[:1]) == Outcome("every address was refused", is_final=True)
    with smtp_receiver(refuse=dict.fromkeys(TO, "450 later")) as receiver:
        assert sent(f"smtp://127.0.0.1:{receiver.port}") == Outcome("every address was refused", is_final=False)


@pytest.mark.parametrize("word", ["MAIL", "DATA"])
def test_a_server_that_fails(word: str) -> None:
    with smtp_receiver(replies={word: "451 no room"}) as receiver:
        assert sent(f"smtp://127.0.0.1:{receiver.port}") == Outcome("the mail server answered 451")


def test_a_server_that_is_down() -> None:
    error = sent(f"smtp://127.0.0.1:{free_port()}").error
    assert error == "the mail server was not reached: Connection refused"


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "STEP_S", 0.2)
    with smtp_receiver(is_silent=True) as receiver:
        assert (sent(f"smtp://127.0.0.1:{receiver.port}").error or "").startswith("the mail server hung up, or did not")


@pytest.mark.parametrize("url", ["http://host", "smtp://", "host:25"])
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must be smtp://") as caught:
        mail_server(url, "x@localhost")
    assert url not in str(caught.value).replace("smtp://[", "")


def test_without_a_server_it_says_which_setting() -> None:
    outcome = send(a_message(), "d1", Channel.EMAIL, Target(to=TO), Ways(Reach()), now_s=1)
    assert outcome == Outcome("LONGPOLE_SMTP_URL is not set: no e-mail can be sent")
