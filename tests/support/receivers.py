"""Receivers of alerts on loopback: one of HTTP and one of SMTP, which behave as badly as they are told to."""

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class HttpReceiver:
    """A receiver of webhooks; `behave` writes the answer, 204 unless told otherwise."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.behave: Callable[[BaseHTTPRequestHandler], None] = answering(204)
        self.is_over = threading.Event()
        self.arrival = threading.Condition()
        self.server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?token=t0ken"

    def wait_for(self, count: int, timeout_s: float = 20) -> bool:
        """Whether so many requests arrive in time."""
        with self.arrival:
            return self.arrival.wait_for(lambda: len(self.requests) >= count, timeout_s)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.arrival:
                    receiver.requests.append(Request(self.path, dict(self.headers.items()), body))
                    receiver.arrival.notify_all()
                receiver.behave(self)

            def log_message(self, *_: object) -> None:
                return

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *_: object) -> None:
        """Whoever is hung up on has nothing to say."""


@contextmanager
def http_receiver(tls: ssl.SSLContext | None = None) -> Iterator[HttpReceiver]:
    """A receiver within the block."""
    made = HttpReceiver()
    if tls is not None:
        made.server.socket = tls.wrap_socket(made.server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.is_over.set()
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers with a status; underscores in names of headers are dashes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def silent(receiver: HttpReceiver) -> Callable[[BaseHTTPRequestHandler], None]:
    """Says nothing until the test is over."""
    return lambda _handler: void(receiver.is_over.wait(20))


def void(_: object) -> None:
    """Nothing."""


def dripping(receiver: HttpReceiver, every_s: float) -> Callable[[BaseHTTPRequestHandler], None]:
    """Sends a header a byte at a time, for ever."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not receiver.is_over.wait(every_s):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return drip


def hanging_up(handler: BaseHTTPRequestHandler) -> None:
    """Ends in the middle of the status line."""
    handler.wfile.write(b"HTTP/1.1 2")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


@dataclass
class Mail:
    """An e-mail that was handed over."""

    sender: str
    to: list[str]
    message: Message
    was_encrypted: bool
    user: str | None


@dataclass
class SmtpReceiver:
    """A mail server; `refuse` are addresses that it does not take, `replies` what it says instead of what it should."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)
    extensions: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    tls_first: bool = False
    credentials: str | None = None
    is_silent: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)


class _SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = False
    allow_reuse_address = True
    receiver: SmtpReceiver

    def handle_error(self, *_: object) -> None:
        """Whoever is hung up on has nothing to say."""


class _SmtpHandler(socketserver.BaseRequestHandler):
    server: _SmtpServer

    def handle(self) -> None:
        self.on = self.server.receiver
        if self.on.is_silent:
            self.on.is_over.wait(20)
            return
        self.is_encrypted, self.user = self.on.tls_first, None
        if self.on.tls_first:
            self._encrypt()
        self.file = self.request.makefile("rb")
        self._say("220 receiver")
        try:
            while self._command(self.file.readline().decode().strip()):
                pass
        finally:
            self.file.close()
            self.request.close()

    def _encrypt(self) -> None:
        assert self.on.tls is not None
        self.request = self.on.tls.wrap_socket(self.request, server_side=True)

    def _say(self, line: str) -> None:
        self.request.sendall(f"{line}\r\n".encode())

    def _command(self, line: str) -> bool:
        word = line.partition(" ")[0].upper()
        if not word or word == "QUIT":
            return False
        if word in self.on.replies:
            self._say(self.on.replies[word])
            return True
        match word:
            case "EHLO":
                lines = ["receiver", *self.on.extensions]
                said = [f"250-{each}" for each in lines[:-1]] + [f"250 {lines[-1]}"]
                self._say("\r\n".join(said))
            case "STARTTLS":
                self._say("220 go on")
                self.file.close()
                self._encrypt()
                self.is_encrypted, self.file = True, self.request.makefile("rb")
            case "AUTH":
                is_right = line.rsplit(maxsplit=1)[-1] == self.on.credentials
                self.user = line.rsplit(maxsplit=1)[-1] if is_right else None
                self._say("235 welcome" if is_right else "535 no")
            case "MAIL":
                self.sender, self.to = _address(line), []
                self._say("250 ok")
            case "RCPT":
                refusal = self.on.refuse.get(_address(line))
                if refusal is None:
                    self.to.append(_address(line))
                self._say(refusal or "250 ok")
            case "DATA":
                self._data()
            case _:
                self._say("250 ok")
        return True

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=default)
        self.on.mails.append(Mail(self.sender, self.to, message, self.is_encrypted, self.user))
        self._say("250 taken")


def _address(line: str) -> str:
    return line[line.index("<") + 1 : line.index(">")]


@contextmanager
def smtp_receiver(**how: Any) -> Iterator[SmtpReceiver]:
    """A mail server within the block."""
    made = SmtpReceiver(**how)
    server = _SmtpServer(("127.0.0.1", 0), _SmtpHandler)
    server.receiver = made
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
