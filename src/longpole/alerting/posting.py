"""One POST to an address that a user gave: within ten seconds, to a checked address, and no further.

Redirects are not followed, of the answer a few kB are read, and a receiver that
sends a byte every now and then is hung up on when the time is over.

Upstream: `sending`. Downstream: `addresses`. Source: RFC 9110 §15; §10.2.3 (Retry-After).
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, urlsplit

from longpole.alerting.addresses import Reach, RefusedAddressError, resolved
from longpole.domain.alerts import Outcome

STEP_S, WHOLE_S = 5.0, 10.0
"""How long a receiver may be silent, and how long all of it may take."""
_READ_BYTES = 4_096
_GONE = 410
_REDIRECTS = range(300, 400)
_DELIVERED = range(200, 300)


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was looked up and checked before, with TLS for the host that was meant."""

    def __init__(self, url: SplitResult, addresses: tuple[str, ...]) -> None:
        super().__init__(url.hostname or "", url.port or _default_port(url), timeout=STEP_S)
        self._addresses, self._is_tls = addresses, url.scheme == "https"

    def connect(self) -> None:
        self.sock = self._connected()
        self.sock.settimeout(STEP_S)
        if self._is_tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def _connected(self) -> socket.socket:
        """The first address that answers: a name often has one of IPv6 that is not reached from everywhere."""
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.port), STEP_S / len(self._addresses))
        return socket.create_connection((last, self.port), STEP_S / len(self._addresses))


def _default_port(url: SplitResult) -> int:
    return 443 if url.scheme == "https" else 80


def post(url: str, body: bytes, headers: Mapping[str, str], reach: Reach) -> Outcome:
    """Post a body; how it went. Never raises, and never says more of the address than its host."""
    parts = urlsplit(url)
    try:
        addresses = resolved(parts.hostname or "", parts.port or _default_port(parts), reach)
        return _exchanged(parts, addresses, body, headers)
    except RefusedAddressError as refused:
        return Outcome(str(refused), is_final=True)
    except TimeoutError:
        return Outcome(f"no answer within {STEP_S:.0f} s")
    except ssl.SSLError as error:
        return Outcome(f"TLS: {error.reason or type(error).__name__}")
    except socket.gaierror:
        return Outcome(f"the name {parts.hostname} is not known")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(_told(error))


def _told(error: Exception) -> str:
    """What went wrong, in words of the system's and not of the receiver's."""
    known = error.strerror if isinstance(error, OSError) else None
    return f"the connection failed: {known or type(error).__name__}"


def _exchanged(parts: SplitResult, addresses: tuple[str, ...], body: bytes, headers: Mapping[str, str]) -> Outcome:
    connection = _Connection(parts, addresses)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        with _hung_up_on(connection) as is_over:
            connection.request("POST", target, body, {**headers, "Connection": "close"})
            answer = connection.getresponse()
            with suppress(OSError, http.client.HTTPException):
                answer.read(_READ_BYTES)  # so that the receiver is not cut off while it writes
            if is_over.is_set():  # what arrived until then may look like an answer
                return Outcome(f"no answer within {WHOLE_S:.0f} s")
            return _outcome(answer.status, answer.getheader("Retry-After"))
    finally:
        connection.close()


@contextmanager
def _hung_up_on(connection: http.client.HTTPConnection) -> Iterator[threading.Event]:
    """When the time is over, whatever is waited for ends; it is said whether it was."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        hang_up(connection.sock)

    timer = threading.Timer(WHOLE_S, end)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()


def hang_up(open_socket: socket.socket | None) -> None:
    """End a connection under whoever waits on it."""
    if open_socket is not None:
        with suppress(OSError):
            socket.socket.shutdown(open_socket, socket.SHUT_RDWR)  # TLS's own would take it from under its reader


def _outcome(status: int, retry_after: str | None) -> Outcome:
    if status in _DELIVERED:
        return Outcome()
    if status in _REDIRECTS:
        return Outcome(f"answered {status}: redirects are not followed; the rule must name the address itself")
    after_s = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
    return Outcome(f"answered {status}", is_final=status == _GONE, retry_after_s=after_s)
